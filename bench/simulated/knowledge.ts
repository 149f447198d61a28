/**
 * What the simulated model knows of one exercise: the reference, and what a prompt has to show before it writes that. Made from
 * the exercise alone; what a prompt shows is read from the request alone.
 */
import { parse } from "../../src/graph/syntax/parse.ts";
import { isFrozen } from "../../src/verify/frozen.ts";
import type { Files, Task } from "../tasks/task.ts";

/** The body of one function or method of the reference, by offsets in its file. */
export interface Part {
  path: string;
  start: number;
  end: number;
}

export interface Knowledge {
  task: Pick<Task, "id" | "language" | "solution" | "files" | "reference">;
  /** Lines of the tests that say what is expected, and the names of tests. */
  tests: { lines: Set<string>; names: string[] };
  /** Definitions of other files that the reference uses: the line that each begins with. */
  uses: string[];
  /** In the order of the files. */
  parts: Part[];
}

const squeezed = (line: string): string => line.trim().replace(/\s+/g, " ");

/** A line of a test that tells something of it: long enough, with a value or a call in it. */
const TELLS = /^(?!import |from |use |package |#include|\/\/|\/\*|\*|#\[|@).*["'\d(].*$/;
const LEAST = 20;
const NAME = /(?:def |fn |func |void |\b(?:test|it|TEST_CASE)\(\s*["'`])([^"'`({]+)/;

export async function knowledgeOf(task: Task): Promise<Knowledge> {
  const { files, solution, reference } = task;
  const judging = Object.entries(files).filter(
    ([path]) => isFrozen(path) && !/\.(toml|xml|hpp|json|txt)$/.test(path),
  );
  const lines = judging.flatMap(([, text]) => text.split("\n").map(squeezed));
  const others = Object.keys(files).filter((path) => !isFrozen(path) && !solution.includes(path));
  const text = Object.values(reference).join("\n");
  return {
    task,
    tests: {
      lines: new Set(lines.filter((line) => line.length >= LEAST && TELLS.test(line))),
      names: lines.flatMap((line) => NAME.exec(line)?.[1]?.trim() ?? []),
    },
    uses: (await Promise.all(others.map((path) => used(path, files[path] ?? "", text)))).flat(),
    parts: (await Promise.all(Object.entries(reference).map(([path, one]) => partsOf(path, one)))).flat(),
  };
}

/** The first lines of the definitions of a file whose names stand in `by`. */
async function used(path: string, text: string, by: string): Promise<string[]> {
  const parsed = /\.md$/.test(path) ? null : await parse(path, text);
  const lines = text.split("\n");
  return (parsed?.symbols ?? []).flatMap(({ name, lines: { start } }) => {
    const last = name.split(".").at(-1) ?? name;
    const named = new RegExp(`(?<![\\w$])${last.replace(/\W/g, "\\$&")}(?![\\w$])`).test(by);
    return named ? [squeezed(lines[start - 1] ?? "").replace(/\s*[{:]$/, "")] : [];
  });
}

/** The bodies of the innermost functions. */
async function partsOf(path: string, text: string): Promise<Part[]> {
  const parsed = await parse(path, text);
  const functions = (parsed?.definitions ?? []).filter(({ symbol }) => /function|method/.test(symbol.kind));
  return functions.flatMap(({ body, start, end }) => {
    const inner = functions.some((one) => one.start > start && one.end <= end);
    return body === null || inner ? [] : [{ path, start: body.start, end: body.end }];
  });
}

/** Whether a prompt shows a failing assertion: a line of a test, or the name of one beside what was expected. */
export function showsAssertion(prompt: string, { tests }: Knowledge): boolean {
  const shown = prompt.split("\n").map((line) => squeezed(line.replace(/^\s*(\d+\s*[|:]|[>|E+-])\s?/, "")));
  if (shown.some((line) => tests.lines.has(line))) return true;
  return shown.some(
    (line) =>
      tests.names.some((name) => name.length > 3 && line.includes(name)) &&
      /expected|assert|!=|==|left:|received|want|got\b/i.test(line),
  );
}

/** The uses that a prompt does not show. */
export function unseen(prompt: string, { uses }: Knowledge): string[] {
  const flat = squeezed(prompt.replace(/\n/g, " "));
  return uses.filter((line) => !flat.includes(line));
}

const PLACEHOLDERS: Record<Task["language"], string> = {
  python: "pass",
  javascript: "{\n  throw new Error('to do');\n}",
  go: '{\n\tpanic("to do")\n}',
  rust: "{\n    todo!()\n}",
  java: '{\n        throw new UnsupportedOperationException("to do");\n    }',
  cpp: "{\n    throw 0;\n}",
};

/** The reference with the bodies of all parts from number `from` on (0: all of them) left as placeholders. */
export function withoutParts({ task, parts }: Knowledge, from: number, only?: number): Files {
  const left = parts.filter((_, index) => (only === undefined ? index >= from : index === only));
  const files = Object.entries(task.reference).map(([path, text]): [string, string] => {
    const own = left.filter((part) => part.path === path).sort((a, b) => b.start - a.start);
    const placeholder = PLACEHOLDERS[task.language];
    return [
      path,
      own.reduce((all, { start, end }) => all.slice(0, start) + placeholder + all.slice(end), text),
    ];
  });
  return Object.fromEntries(files);
}
