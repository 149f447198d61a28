/** Real solutions in every style of reply: the files come out as the solutions say, and what was not spoken of stays. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Parsed, parse } from "../../src/graph/syntax/parse.ts";
import { mergeCode } from "../../src/tools/reply/merge.ts";
import { EXERCISES, type Exercise } from "./exercises.ts";
import { STYLES } from "./reply-styles.ts";
import { writes } from "./writing.ts";

setDefaultTimeout(60_000);

const all: Exercise[] = [...EXERCISES.polyglot, ...EXERCISES.quixbugs, ...EXERCISES.humanEval].filter(
  ({ files }) => files.every(({ before, after }) => before !== after),
);
const EVERY = 10;
const there = all.length > 0;

/** Solutions that are right, but not to the grammar: changes of lines are refused then, whole files are not. */
const unread = new Set<string>();
for (const { name, files } of all)
  for (const { path, after } of files)
    if (((await parse(path, after))?.errors.length ?? 0) > 0) unread.add(name);

const bare = (text: string | null | undefined): string => (text ?? "").trimEnd();

describe.skipIf(!there)("in every style", () => {
  test.each(STYLES.map((style, at) => [style.name, style, at] as const))("%s", async (_, style, at) => {
    const wrong: string[] = [];
    for (const [nth, { name, files }] of all.entries()) {
      // Each style with some of them, each of them in some styles.
      if ((nth + at) % EVERY !== 0) continue;
      if (style.one && files.length > 1) continue;
      if (unread.has(name) && !style.whole) continue;
      const wanted = await Promise.all(
        files.map(async ({ path, before, after }) => {
          const merged = await mergeCode(path, { before, found: null, code: after });
          return [path, merged.ok ? merged.text : after, after, before] as const;
        }),
      );
      const tree = Object.fromEntries(files.map(({ path, before }) => [path, before]));
      const got = await writes(tree, style.text(files), Object.keys(tree));
      const right =
        typeof got !== "string" &&
        wanted.every(([path, merged, exact, before]) =>
          [bare(merged), bare(exact)].includes(bare(got[path] ?? before)),
        );
      if (!right) wrong.push(`${name}: ${typeof got === "string" ? got : "other text"}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** A definition of a file, and the file with a line more in it. */
interface Part {
  name: string;
  path: string;
  code: string;
  before: string;
  after: string;
  holder: string | null;
}

/** The head of the class that a definition stands in, and how it closes; null where it stands in none. */
function aroundOf(parsed: Parsed, index: number): { open: string; close: string } | null {
  const parent = parsed.definitions[parsed.definitions[index]?.parent ?? -1];
  if (parent?.body == null || parent.symbol.kind !== "class") return null;
  const { text, language } = parsed;
  const start = text.lastIndexOf("\n", parent.start - 1) + 1;
  if (language === "python") return { open: text.slice(start, parent.body.start).trimEnd(), close: "" };
  return {
    open: text.slice(start, parent.body.start + 1),
    close: `${/^[ \t]*/.exec(text.slice(start))?.[0]}}`,
  };
}

async function partsOf({ path, after }: { path: string; after: string }): Promise<Part[]> {
  const text = `${after.trimEnd()}\n`;
  const parsed = await parse(path, text);
  if (parsed === null || parsed.errors.length > 0) return [];
  const names = parsed.symbols.map(({ name }) => name);
  return parsed.definitions.flatMap((one, index): Part[] => {
    const { symbol, start, end, body } = one;
    // What stands inside a function, or in an object, is no definition that could come alone.
    const outer = parsed.definitions[one.parent ?? -1]?.symbol.kind ?? "class";
    if (outer !== "class" && outer !== "module") return [];
    const unique = names.filter((name) => name === symbol.name).length === 1;
    if (body === null || !unique || !/^(?:function|method)$/.test(symbol.kind)) return [];
    const python = parsed.language === "python";
    const at = python ? body.start : body.start + 1;
    if (!python && text[body.start] !== "{") return [];
    const indent = /[ \t]*$/.exec(text.slice(0, at))?.[0] ?? "";
    const line = python ? `# one more line\n${indent}` : "\n// one more line\n";
    const from = text.lastIndexOf("\n", start - 1) + 1;
    const code = text.slice(from, end);
    const around = aroundOf(parsed, index);
    return [
      {
        name: symbol.name,
        path,
        code,
        before: text.slice(0, at) + line + text.slice(at),
        after: text,
        holder: around && `${around.open}\n${code}\n${around.close}`,
      },
    ];
  });
}

/** Blanks at the ends of lines and, but for Python, at their beginnings, and a mark too many behind a body, say nothing. */
const loosely = (text: string, path: string): string => {
  const bare = text
    .replace(/[ \t]+$/gm, "")
    .replaceAll("};", "}")
    .trim();
  return path.endsWith(".py") ? bare : bare.replace(/^[ \t]+/gm, "");
};

const PARTS = (await Promise.all(all.flatMap(({ files }) => files.map(partsOf)))).flat();

describe.skipIf(!there)("one definition of a file", () => {
  const ways: [string, (part: Part) => string | null][] = [
    ["alone", ({ code }) => code],
    [
      "without its indentation",
      ({ code }) => {
        const indent = /^[ \t]*/.exec(code)?.[0] ?? "";
        return code
          .split("\n")
          .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
          .join("\n");
      },
    ],
    ["inside its class, which is not all there", ({ holder }) => holder],
  ];
  test.each(ways)("%s", async (_, way) => {
    const wrong: string[] = [];
    let done = 0;
    for (const [nth, part] of PARTS.entries()) {
      if (nth % EVERY !== 0) continue;
      const code = way(part);
      if (code === null) continue;
      done += 1;
      const got = await mergeCode(part.path, { before: part.before, found: null, code });
      // Several classes have a method of that name: not to guess is right.
      if (!got.ok && / has several /.test(got.reason)) continue;
      if (!got.ok || loosely(got.text, part.path) !== loosely(part.after, part.path))
        wrong.push(`${part.path} ${part.name}: ${got.ok ? "other text" : got.reason}`);
    }
    expect(done).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });
});
