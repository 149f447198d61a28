/**
 * Tasks of a file of HumanEval problems: the prompt with an empty body is the program, the examples of its docstring are the
 * tests that the agent has, and the data's own test judges. Problems without examples in the interpreter's form are left out.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Draft } from "./task.ts";

const Problem = z.object({
  task_id: z.string(),
  prompt: z.string(),
  entry_point: z.string(),
  canonical_solution: z.string(),
  test: z.string(),
});
type Problem = z.infer<typeof Problem>;

export interface Example {
  call: string;
  value: string;
}

/** `>>> call` with its `...` lines, then the value up to a blank line, the next example or the end of the docstring. */
export function examplesOf(prompt: string): Example[] {
  const lines = prompt.split("\n").map((line) => line.trim());
  const found: Example[] = [];
  for (let at = 0; at < lines.length; at++) {
    const begin = /^>>>\s*(.+)$/.exec(lines[at] ?? "")?.[1];
    if (begin === undefined) continue;
    const call = [begin];
    for (; lines[at + 1]?.startsWith("... "); at++) call.push((lines[at + 1] ?? "").slice(4));
    const value: string[] = [];
    for (; at + 1 < lines.length && !/^$|^>>>|"""|'''/.test(lines[at + 1] ?? ""); at++)
      value.push(lines[at + 1] ?? "");
    if (value.length > 0) found.push({ call: call.join(" "), value: value.join(" ") });
  }
  return found;
}

function testsOf({ entry_point }: Problem, examples: Example[]): string {
  const tests = examples.map(
    ({ call, value }, index) => `def test_example_${index + 1}():\n    assert ${call} == ${value}\n`,
  );
  return [`from solution import ${entry_point}\n`, ...tests].join("\n\n");
}

function draft(problem: Problem, examples: Example[]): Draft {
  const { task_id, prompt, entry_point, canonical_solution, test } = problem;
  const number = task_id.split("/").at(-1) ?? task_id;
  return {
    id: `humaneval/${number}`,
    set: "humaneval",
    language: "python",
    folder: `humaneval-${number}`,
    sentence: `Implement ${entry_point} in solution.py so that its tests pass`,
    files: {
      "solution.py": `${prompt.trimStart().trimEnd()}\n    pass\n`,
      "test_solution.py": testsOf(problem, examples),
    },
    solution: ["solution.py"],
    reference: { "solution.py": `${prompt.trimStart()}${canonical_solution}` },
    check: null,
    hidden: {
      "test_hidden.py": `from solution import ${entry_point}\n${test}\n\ndef test_hidden():\n    check(${entry_point})\n`,
    },
  };
}

/** The problems that have examples, and how many have none. */
export function humaneval(file: string): { drafts: Draft[]; without: number } {
  const problems = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => Problem.parse(JSON.parse(line)));
  const drafts = problems.flatMap((problem) => {
    const examples = examplesOf(problem.prompt);
    return examples.length === 0 ? [] : [draft(problem, examples)];
  });
  return { drafts, without: problems.length - drafts.length };
}
