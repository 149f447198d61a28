/** A reply that only repeats itself is noticed soon; code that is repetitive by nature is left alone. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loopDetector } from "../../src/model/wire/loop-detector.ts";

/** Where the detector stops a text that comes in small pieces; null: never. */
function stopsAt(text: string): number | null {
  const detector = loopDetector();
  for (let at = 0; at < text.length; at += 5) if (detector.push(text.slice(at, at + 5))) return at;
  return null;
}

describe("loops", () => {
  const paragraph =
    "The function takes a list and returns its sum. It starts at zero and adds each element in turn.\n";
  const block = `def add(a, b):\n    """Adds two numbers."""\n    return a + b\n\n\n`;
  const long = Array.from({ length: 12 }, (_, i) => `    if value == ${i}: return table[${i * 3}]\n`).join(
    "",
  );
  const loops: [string, string, number][] = [
    ["one character", "a", 1000],
    ["a line", "    return x\n", 1200],
    ["a long line", paragraph, 1500],
    ["a function", block, 1200],
    ["a long block", long, 3000],
  ];
  for (const [name, text, limit] of loops) {
    test(`${name}, after a sound beginning`, () => {
      const start = "def main():\n    values = [int(line) for line in sys.stdin]\n    print(sum(values))\n";
      const at = stopsAt(start + text.repeat(Math.ceil(20_000 / text.length)));
      expect(at).not.toBeNull();
      expect(at ?? 0).toBeGreaterThan(start.length + text.length * 3);
      expect(at ?? 0).toBeLessThan(start.length + limit);
    });
  }
});

describe("no loops", () => {
  const lines = (n: number, line: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => line(i)).join("");
  const texts: [string, string][] = [
    ["a list of similar lines", lines(300, (i) => `    "item_${i}",\n`)],
    ["an enumeration", lines(200, (i) => `const CODE_${i} = ${i};\n`)],
    ["a Markdown table", lines(100, (i) => `| ${i} | ${i * i} | yes |\n`)],
    ["a table of zeros", `int table[16][8] = {\n${"    {0, 0, 0, 0, 0, 0, 0, 0},\n".repeat(16)}};\n`],
    ["a rule of dashes", `# ${"-".repeat(200)}\n# Title\n# ${"-".repeat(200)}\n`],
    ["a board of dots", `${`${".".repeat(20)}\n`.repeat(20)}`],
    [
      "closing brackets",
      `${lines(40, (i) => `${" ".repeat(i)}<div>\n`)}${lines(40, (i) => `${" ".repeat(40 - i)}</div>\n`)}`,
    ],
    ["four tests alike", lines(4, (i) => `def test_${i}():\n    assert add(${i}, 1) == ${i + 1}\n\n`)],
  ];
  for (const [name, text] of texts) test(name, () => expect(stopsAt(text)).toBeNull());

  test("the source of this project", () => {
    const root = join(import.meta.dir, "..", "..");
    const files = ["src", "test", "scripts"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|json|md|py)$/.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    const stopped = files.filter((file) => stopsAt(readFileSync(file, "utf8").slice(0, 200_000)) !== null);
    expect(files.length).toBeGreaterThan(20);
    expect(stopped).toEqual([]);
  }, 30_000);
});
