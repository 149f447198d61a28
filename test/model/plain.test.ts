/**
 * The plain rung: what the attempts keep, where they fork, and that the worked examples share nothing with the tasks the
 * rung is measured on. That last check is skipped where their folder is not there.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { head } from "../../src/model/examples.ts";
import { type PlainJob, plainAttempts, plainPrompt, plainText } from "../../src/model/plain.ts";
import type { ReadToken } from "../../src/model/reading.ts";

const CODE = `def area(width, height):
    margin = 2
    inner = width - margin

    return inner + height
`;
const JOB: PlainJob = {
  language: "python",
  code: CODE,
  opening: "def area(width, height):\n",
  notes: "The area inside the margin.",
  intent: "Fix area",
};

/** The text as tokens; those named hesitate. */
function reading(code: string, alternatives: Record<string, [string, number][]>): ReadToken[] {
  return (code.match(/ ?\w+|\n+|[ ]+|[^\w\s]/g) ?? []).map((text) => ({
    text,
    logprob: -1,
    alternatives: (alternatives[text] ?? []).map(([other, logprob]) => ({ text: other, logprob })),
  }));
}

describe("plain attempts", () => {
  test("the signature and the docstring stay", () => {
    const opening = 'def area(width, height):\n    """Width times height."""\n';
    const job = { ...JOB, opening, code: `${opening}    return width + height\n` };
    const read = reading(job.code, { " times": [[" by", -0.1]], "+": [["*", -2]] });
    expect(plainAttempts(job, read, 9).map(({ prompt }) => prompt.slice(-9))).toEqual(["n width *"]);
    expect(plainAttempts(job, null, 1)[0]?.prompt).toEndWith('"""\n    ');
  });

  test("the test's own tokens are the whole text", () => {
    expect(
      reading(CODE, {})
        .map(({ text }) => text)
        .join(""),
    ).toBe(plainText(JOB));
  });

  test("the best alternative comes first, and the reply ends its line alone", () => {
    const read = reading(CODE, { "+": [["*", -0.5]], "-": [["+", -2]] });
    const attempts = plainAttempts(JOB, read, 9);
    expect(attempts).toHaveLength(2);
    expect(attempts[0]?.prompt.endsWith("    return inner *")).toBe(true);
    expect(attempts[0]?.candidate(" height")).toBe(CODE.replace("+ height", "* height"));
    expect(attempts[1]?.candidate(" margin * 2\n\n    print(")).toBe(
      CODE.replace("width - margin", "width + margin * 2"),
    );
    expect(plainAttempts(JOB, read, 1)).toHaveLength(1);
  });

  test("a reply that goes on with the old line was put in front of it", () => {
    const read = reading(CODE, { return: [["height", -0.5]] });
    const attempt = plainAttempts(JOB, read, 9)[0];
    expect(attempt?.prompt.endsWith("    height")).toBe(true);
    expect(attempt?.until(" -= margin", false)).toBeNull();
    expect(attempt?.until(" -= margin\n", false)).toBeNull();
    const reply = " -= margin\n    return";
    expect(attempt?.until(reply, false)).toBe(reply.length);
    expect(attempt?.candidate(reply)).toBe(CODE.replace("    return", "    height -= margin\n    return"));
  });

  test("a reply that turns to something else ends there and stands for one line", () => {
    const attempt = plainAttempts(JOB, reading(CODE, { " 2": [[" 3", -0.5]] }), 9)[0];
    const reply = "\n    print(";
    expect(attempt?.until(reply, false)).toBe(reply.length);
    expect(attempt?.candidate(reply)).toBe(CODE.replace("margin = 2", "margin = 3"));
  });

  test("no attempt renames a declaration, touches the signature, comments or lays out", () => {
    const other: [string, number][] = [["other", -0.1]];
    const comment: [string, number][] = [
      ["  # why", -0.1],
      ["\n\n\n", -0.1],
    ];
    const read = reading(CODE, {
      margin: other,
      area: other,
      " area": other,
      "\n": comment,
      "\n\n": comment,
    });
    expect(plainAttempts(JOB, read, 9)).toEqual([]);
  });

  test("a reply that gives the old text back is no candidate", () => {
    const attempt = plainAttempts(JOB, null, 9)[0];
    expect(attempt?.candidate("margin = 2\n    inner")).toBeNull();
  });

  test("without a reading each line is started anew, warmer and warmer", () => {
    const attempts = plainAttempts(JOB, null, 7);
    expect(attempts).toHaveLength(7);
    expect(attempts[0]?.prompt).toBe(`${plainPrompt(JOB)}def area(width, height):\n    `);
    expect(attempts[3]?.prompt).toBe(attempts[0]?.prompt ?? "");
    const warmth = attempts.map(({ temperature }) => temperature);
    expect(warmth).toEqual([...warmth].sort((a, b) => a - b));
    expect(new Set(warmth).size).toBe(7);
  });

  test("every prompt begins with the same bytes; what is asked stands in for missing notes", () => {
    for (const { prompt } of plainAttempts(JOB, null, 7))
      expect(prompt.startsWith(head("python"))).toBe(true);
    expect(plainPrompt({ ...JOB, notes: " " })).toContain("Fix area");
    expect(plainPrompt(JOB)).not.toContain("Fix area");
    expect(plainPrompt({ ...JOB, language: "go", notes: "ends */ early" })).toContain("ends * / early");
  });

  test("the head stays small", () => {
    for (const language of ["python", "go"]) expect(head(language).length).toBeLessThan(2_000);
  });
});

const QUIXBUGS = join(import.meta.dir, "..", "..", "..", "shared", "data", "quixbugs");
const known = existsSync(join(QUIXBUGS, "python_programs"));

/** Tokens of code; comments and documentation are left out. */
function tokensOf(text: string): string[] {
  const code = text.replace(/"""[\s\S]*?"""|\/\*[\s\S]*?\*\//g, "").replace(/#.*$/gm, "");
  return code.match(/\w+|[^\w\s]+?/g) ?? [];
}

function runsOf(tokens: string[], length: number): string[] {
  return tokens.slice(length - 1).map((_, i) => tokens.slice(i, i + length).join(" "));
}

/** Names that a text gives to something: definitions, parameters, assignments, loop variables. */
function namesOf(text: string): string[] {
  const code = text.replace(/"""[\s\S]*?"""|\/\*[\s\S]*?\*\//g, "").replace(/#.*$/gm, "");
  const given = [
    ...code.matchAll(/(?:def|class|function) (\w+)/g),
    ...code.matchAll(/(\w+)\s*[-+*/]?=(?!=)/g),
    ...code.matchAll(/\bfor \(?(?:const )?(\w+)/g),
  ].map((match) => match[1] ?? "");
  const parameters = [...code.matchAll(/(?:def|function) \w+\((.*)\)/g)].flatMap((match) =>
    (match[1] ?? "").split(/\W+/),
  );
  return [...given, ...parameters].filter((name) => name.length > 1);
}

describe.skipIf(!known)("the worked examples and the tasks they are measured on", () => {
  const theirs = ["python_programs", "correct_python_programs", "python_testcases"]
    .map((folder) => join(QUIXBUGS, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith(".py"))
    .map((path) => readFileSync(path, "utf8"));
  const programs = theirs.filter((text) => !text.includes("import pytest"));

  test("the check sees names and runs where there are some", () => {
    expect(programs.length).toBeGreaterThan(10);
    expect(namesOf("def find(arr, x):\n    for token in arr:\n        best = 1")).toEqual(
      expect.arrayContaining(["find", "arr", "token", "best"]),
    );
    expect(programs.flatMap(namesOf)).toContain("kth");
    expect(runsOf(["a", "b", "c"], 2)).toEqual(["a b", "b c"]);
  });

  test.each(["python", "go"])("share no name (%s)", (language) => {
    const taken = new Set(programs.flatMap(namesOf));
    expect(namesOf(head(language)).filter((name) => taken.has(name))).toEqual([]);
  });

  test.each(["python", "go"])("share no run of eight tokens (%s)", (language) => {
    const taken = new Set(theirs.flatMap((text) => runsOf(tokensOf(text), 8)));
    expect(runsOf(tokensOf(head(language)), 8).filter((run) => taken.has(run))).toEqual([]);
  });
});
