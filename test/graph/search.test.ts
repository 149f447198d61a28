/** Text search: lines, case, encodings, what is left out; regular expressions against the engine's own, and in bounded time. */
import { expect, test } from "bun:test";
import { automatonOf } from "../../src/graph/search/automaton.ts";
import { requiredLiterals } from "../../src/graph/search/literals.ts";
import { readPattern } from "../../src/graph/search/pattern.ts";
import { searchText } from "../../src/graph/search/search.ts";
import { shop } from "./query-project.ts";

const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, "utf16le");

async function found(
  more: Record<string, string | Uint8Array>,
  pattern: string,
  regex = false,
): Promise<string[]> {
  const { workspace } = await shop(more);
  const answer = await searchText(workspace, { pattern, regex, max: 1000 });
  if (!answer.ok) return [answer.reason];
  return answer.rows.map(({ path, line, column, length }) => `${path}:${line}:${column}+${length}`);
}

test("each line that matches, once, with the place of its first match", async () => {
  const text = "zebra zebra\n\n  a Zebra\nnone\nlast zebra";
  expect(await found({ "notes.txt": text }, "zebra")).toEqual([
    "notes.txt:1:1+5",
    "notes.txt:3:5+5",
    "notes.txt:5:6+5",
  ]);
  expect(await found({ "notes.txt": text }, "Zebra")).toEqual(["notes.txt:3:5+5"]);
  expect(await found({ "notes.txt": "a.b\naxb\n" }, "a.b")).toEqual(["notes.txt:1:1+3"]);
});

test("every text file, whatever its encoding and line ends; no binary, no large file, nothing ignored", async () => {
  const files = {
    ".gitignore": "ignored.txt\n",
    "bin.dat": new Uint8Array([0, 1, 2, ...Buffer.from("zebra")]),
    "crlf.txt": "one\r\nzebra\r\n",
    "ignored.txt": "zebra",
    "large.txt": `zebra${" ".repeat(2 * 1024 * 1024)}`,
    "latin.txt": Buffer.from("zebra caf\u00e9 ab", "latin1"),
    noext: "zebra",
    "utf8.txt": "\u00e9\u00e9 zebra",
    "wide.txt": utf16("a\nzebra\n"),
  };
  expect(await found(files, "zebra")).toEqual([
    "crlf.txt:2:1+5",
    "latin.txt:1:1+5",
    "noext:1:1+5",
    "utf8.txt:1:4+5",
    "wide.txt:2:1+5",
  ]);
  expect(await found(files, "caf\u00e9")).toEqual(["latin.txt:1:7+4"]);
  expect(await found(files, "CAF\u00c9")).toEqual([]);
  expect(await found(files, "zebra$", true)).toEqual([
    "crlf.txt:2:1+5",
    "noext:1:1+5",
    "utf8.txt:1:4+5",
    "wide.txt:2:1+5",
  ]);
});

test("the most there may be, and how many more; of a long line the part around the match", async () => {
  const { workspace } = await shop({ "a.txt": "zebra\n".repeat(10), "b.txt": `${"x".repeat(5000)}zebra` });
  const few = await searchText(workspace, { pattern: "zebra", regex: false, max: 3 });
  expect(few).toMatchObject({ ok: true, more: 8, files: 2, rows: [{ line: 1 }, { line: 2 }, { line: 3 }] });
  const all = await searchText(workspace, { pattern: "zebra", regex: false, max: 20 });
  const long = all.ok ? all.rows.at(-1) : undefined;
  expect(long?.column).toBe(5001);
  expect(long?.text).toEndWith("xzebra");
  expect(long?.text.length).toBeLessThanOrEqual(240);
});

test.each([
  ["a\nb", false, /line end/],
  ["", false, /nothing to search/],
  ["x".repeat(2000), false, /at most 1000/],
  ["(a", true, /"\(" is not closed/],
  ["a)", true, /"\)" has no/],
  ["[a", true, /"\[" is not closed/],
  ["*a", true, /nothing to repeat/],
  ["a**", true, /nothing to repeat/],
  ["a{3,1}", true, /ends before it begins/],
  ["a{9999}", true, /counts further/],
  ["((a{400}){400}){400}", true, /too large/],
  ["(a)\\1", true, /back references/],
  ["(?=a)b", true, /lookaround/],
  ["(?<!a)b", true, /lookaround/],
  ["[z-a]", true, /range ends/],
  ["\\p{Nope}", true, /no class/],
  ["a\\", true, /backslash/],
  ["(".repeat(200), true, /nested too deeply/],
])("a pattern that cannot be used is refused in a sentence: %s", async (pattern, regex, reason) => {
  const { workspace } = await shop();
  const answer = await searchText(workspace, { pattern, regex, max: 10 });
  expect(answer.ok ? "found" : answer.reason).toMatch(reason);
});

const PATTERNS = [
  "a",
  "ab|ba",
  "a*b",
  "(ab)+",
  "^a",
  "b$",
  "^$",
  "^a.*b$",
  "\\bab\\b",
  "\\Bb",
  "[a-c]{2,3}",
  "[^ab]+",
  "a?b?c",
  "(?:a|ab)(?:c|bcd)",
  "\\w+\\s\\w+",
  "\\d{2}",
  "x{0}a",
  "(a|b)*c(d|)e?",
  "[\\w.]+@[\\w.]+",
  "\\x61\\u0062",
  "a{2,}",
  "(?<name>a)b",
  "\\(a\\)",
  "[]]",
  "[a\\]-]+",
  "\\p{Lu}\\w",
  ".",
  "é+",
  "a.c",
  "(^|x)a",
  "a(\\b|c)",
];
const LINES = [
  "",
  "a",
  "b",
  "ab",
  "ba",
  "aab",
  "abc abab",
  "x ab y",
  "xaby",
  "foo 12 bar",
  "me@example.com",
  "(a)",
  "]",
  "a]-",
  "Zoé éé",
  "abcd",
  "cde",
  "xa",
  "aa",
  "   ",
  "a\tc",
];

/** The engine's own expression for the same. */
function ownOf(source: string, ignoreCase: boolean): RegExp {
  const unicode = source.includes("\\p") ? "u" : "";
  return new RegExp(source === "[]]" ? "[\\]]" : source, `${ignoreCase ? "i" : ""}${unicode}`);
}

/** Where the two differ on the lines above. */
function differences(source: string, ignoreCase: boolean): string[] {
  const read = readPattern(source, ignoreCase);
  if (!read.ok) return [read.reason];
  const made = automatonOf(read.pattern);
  if (!made.ok) return [made.reason];
  const text = LINES.join("\n");
  const matched = new Set<number>();
  made.automaton.lines(text, { from: 0, to: text.length }, (place) =>
    matched.add(text.slice(0, place).split("\n").length - 1),
  );
  const literals = requiredLiterals(read.pattern);
  return LINES.flatMap((line, number) => {
    const match = ownOf(source, ignoreCase).exec(line);
    const held = literals.length === 0 || literals.some((one) => line.toLowerCase().includes(one));
    const told = {
      matches: (match !== null) === matched.has(number),
      begins: match?.index === made.automaton.first(line)?.at,
      held: match === null || held,
    };
    return Object.values(told).every(Boolean) ? [] : [`${source} ${line} ${JSON.stringify(told)}`];
  });
}

test("regular expressions match the lines that the engine's own match", () => {
  const wrong = PATTERNS.flatMap((source) => [...differences(source, false), ...differences(source, true)]);
  expect(wrong).toEqual([]);
});

test("what every match must hold is found", () => {
  const of = (source: string): string[] => {
    const read = readPattern(source, false);
    return read.ok ? requiredLiterals(read.pattern) : [];
  };
  expect(of("def \\w+_queryset\\(")).toEqual(["_queryset("]);
  expect(of("^import (os|sys)$")).toEqual(["import "]);
  expect(of("(foo|bar)x?")).toEqual(["foo", "bar"]);
  expect(of("(foo|b?)x")).toEqual([]);
  expect(of("\\w+")).toEqual([]);
  expect(of("(abc)+d*")).toEqual(["abc"]);
  expect(of("(abc)*de")).toEqual(["de"]);
});

test("states that were forgotten are made again: the lines stay the same", () => {
  let seed = 7;
  const letter = (): string => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed > 1073741824 ? "a" : "b";
  };
  const lines = Array.from({ length: 400 }, () => Array.from({ length: 80 }, letter).join(""));
  const source = "a(a|b){13}b(a|b){40}$";
  const read = readPattern(source, false);
  const made = read.ok ? automatonOf(read.pattern) : read;
  const found: number[] = [];
  const text = lines.join("\n");
  if (made.ok)
    made.automaton.lines(text, { from: 0, to: text.length }, (at) => found.push(Math.floor(at / 81)));
  const wanted = [...lines.keys()].filter((at) => new RegExp(source).test(lines[at] ?? ""));
  expect(found).toEqual(wanted);
  expect(wanted.length).toBeGreaterThan(50);
});

test.each(["(a+)+$", "(a|aa)+$", "(a*)*b", "^(.*a){12}$", "(x+x+)+y", "(a|b)*a(a|b){18}"])(
  "no pattern hangs: %s",
  async (pattern) => {
    const lines = [`${"a".repeat(30_000)}!`, `${"x".repeat(30_000)}`, "ab".repeat(15_000)];
    const { workspace } = await shop({ "long.txt": lines.join("\n") });
    const started = performance.now();
    const answer = await searchText(workspace, { pattern, regex: true, max: 10 });
    expect(answer.ok).toBe(true);
    expect(performance.now() - started).toBeLessThan(3000);
  },
);

test("a link that has taken the place of a file is not followed, and a file that has gone is passed over", async () => {
  const { workspace } = await shop({ "a.txt": "zebra", "b.txt": "zebra" });
  const list = async (): Promise<string[]> => [...(await workspace.list()), "gone.txt"];
  const { symlinkSync, unlinkSync } = await import("node:fs");
  unlinkSync(`${workspace.root}/a.txt`);
  symlinkSync("/etc/hostname", `${workspace.root}/a.txt`);
  const named = async (): Promise<string[]> => ["a.txt", ...(await list())];
  const answer = await searchText(
    { root: workspace.root, list: named },
    { pattern: "\\w", regex: true, max: 999 },
  );
  expect(answer.ok && answer.rows.some(({ path }) => path === "a.txt")).toBe(false);
  expect(answer.ok && answer.rows.some(({ path }) => path === "b.txt")).toBe(true);
});
