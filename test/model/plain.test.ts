/**
 * The plain rung: what the attempts keep, where they fork, and that the worked examples share nothing with the tasks the
 * rung is measured on. That last check is skipped where their folder is not there.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { head } from "../../src/model/examples.ts";
import { type Fork, forksOf, shapeOf, swapped } from "../../src/model/forks.ts";
import {
  type Around,
  finished,
  fitted,
  lineAttempts,
  lineEdits,
  type PlainAttempt,
  type PlainJob,
  plainPrompt,
  plainText,
  rescored,
} from "../../src/model/plain.ts";
import type { ReadToken } from "../../src/model/reading.ts";

const CODE = `def area(width, height):
    margin = 2
    inner = width - margin

    return inner + height
`;
const JOB: PlainJob = {
  language: "python",
  before: "",
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

const WORDS = new Set(CODE.match(/\w+/g));
const AROUND: Around = { words: WORDS, suspicion: () => 0 };

/** All edits, the likeliest first. */
const edits = (job: PlainJob, read: ReadToken[], around = AROUND) =>
  lineEdits(job, read, around).sort((a, b) => b.score - a.score);
const swaps = (job: PlainJob, read: ReadToken[], around = AROUND): string[] =>
  edits(job, read, around).flatMap((edit) => ("code" in edit ? [edit.code] : []));
const asked = (job: PlainJob, read: ReadToken[]): PlainAttempt[] =>
  edits(job, read).flatMap((edit) => ("attempt" in edit ? [edit.attempt] : []));

describe("plain attempts", () => {
  test("the signature and the docstring stay", () => {
    const opening = 'def area(width, height):\n    """Width times height."""\n';
    const job = { ...JOB, opening, code: `${opening}    return width + height\n` };
    const read = reading(job.code, { " times": [[" by", -0.1]], "+": [["*", -2]] });
    expect(swaps(job, read)).toEqual([job.code.replace("+", "*")]);
    expect(asked(job, read).map(({ prompt }) => prompt.slice(-9))).toEqual(["n width *"]);
    expect(lineAttempts(job, 1)[0]?.prompt).toEndWith('"""\n    ');
  });

  test("the test's own tokens are the whole text", () => {
    expect(
      reading(CODE, {})
        .map(({ text }) => text)
        .join(""),
    ).toBe(plainText(JOB));
  });

  test("the best alternative comes first: with the rest of its line kept, or written", () => {
    const read = reading(CODE, { "+": [["*", -0.5]], "-": [["+", -2]] });
    expect(swaps(JOB, read)).toEqual([CODE.replace("+", "*"), CODE.replace("-", "+")]);
    const [first, second] = asked(JOB, read);
    expect(first?.prompt.endsWith("    return inner *")).toBe(true);
    expect(first?.candidate(" height")).toBe(CODE.replace("+ height", "* height"));
    expect(second?.candidate(" margin * 2\n\n    print(")).toBe(
      CODE.replace("width - margin", "width + margin * 2"),
    );
    // What costs no request comes before what is no likelier and costs one.
    expect(edits(JOB, read).map((edit) => "code" in edit)).toEqual([true, false, true, false]);
  });

  test("a suspect line comes before what the model is surer of", () => {
    const read = reading(CODE, { "+": [["*", -0.5]], "-": [["+", -2]] });
    const suspicion = (line: number): number => (line === 2 ? 0 : -3);
    expect(swaps(JOB, read, { ...AROUND, suspicion })[0]).toBe(CODE.replace("-", "+"));
  });

  test("a token behind which the rest of its line becomes likelier comes earlier", () => {
    const [edit] = edits(JOB, reading(CODE, { "-": [["+", -2]] })).flatMap((one) =>
      "code" in one && one.rest ? [{ ...one, rest: one.rest }] : [],
    );
    if (edit === undefined) throw new Error("No edit by one token.");
    expect(edit.rest.text).toBe(" margin\n");
    expect(edit.rest.prompt).toEndWith("    inner = width +");
    // " margin" and the line's end, with the blank line that belongs to its token.
    expect(edit.rest.was).toBe(-2);
    const now = (logprob: number): ReadToken[] =>
      [" margin", "\n", "    return"].map((text) => ({ text, logprob, alternatives: [] }));
    expect(rescored(edit, now(-0.5))).toBe(edit.score + 1);
    expect(rescored(edit, now(-1))).toBe(edit.score);
    expect(rescored(edit, now(-Infinity))).toBe(edit.score - 22);
  });

  test("a name that the file has nowhere comes after one that it has, an operator before both", () => {
    const names: [string, number][] = [
      [" nowhere", -0.1],
      [" width", -1],
    ];
    const read = reading(CODE, { " inner": names, "+": [["*", -1.5]] });
    const fresh = forksOf(CODE, read, { from: 0, words: WORDS })
      .sort((a, b) => b.score - a.score)
      .map((fork) => fork.fresh);
    expect(fresh).toEqual(["*", " width", " nowhere"]);
  });

  test("of two as likely tokens the one in the place of an unlikelier one comes earlier", () => {
    const read = reading(CODE, { "+": [["*", -1]], "-": [["+", -1]] });
    for (const token of read) if (token.text === "-") token.logprob = -8;
    expect(swaps(JOB, read)).toEqual([CODE.replace("-", "+"), CODE.replace("+", "*")]);
  });

  test("what stands in quotes comes late, and what only throws", () => {
    const lines = ["f():\n", '  a = "x y"\n', "  throw x\n", "  b = x\n"];
    const text = lines.join("");
    const pieces = [
      "f():\n",
      "  a",
      ' = "',
      "x",
      ' y"',
      "\n",
      "  throw",
      " x",
      "\n",
      "  b",
      " =",
      " x",
      "\n",
    ];
    const read: ReadToken[] = pieces.map((piece) => ({
      text: piece,
      logprob: 0,
      alternatives: /^ ?x$/.test(piece) ? [{ text: piece.replace("x", "b"), logprob: -1 }] : [],
    }));
    const scores = forksOf(text, read, { from: 5, words: new Set(["a", "b", "x", "y", "f"]) });
    expect(scores.map(({ line, score }) => [line, score])).toEqual([
      [1, -3],
      [2, -2],
      [3, -1],
    ]);
  });

  test("what the model would leave out up to where it goes on, and the sign that it would set in front", () => {
    const text = "def f(a):\n    return not (a) - 1\n";
    const pieces = ["def f(a):\n", "    return", " not", " (", "a", ")", " -", " ", "1", "\n"];
    const read: ReadToken[] = pieces.map((piece) => ({ text: piece, logprob: -1, alternatives: [] }));
    read[2]?.alternatives.push({ text: " (", logprob: -2 }, { text: " a", logprob: -3 });
    read[4]?.alternatives.push({ text: "not", logprob: -2 }, { text: "!", logprob: -3 });
    const forks = forksOf(text, read, { from: 10, words: new Set(["a", "f"]) });
    const codes = forks.map((fork) => [fork.how, swapped(text, fork)?.split("\n")[1]?.trim()]);
    expect(codes).toEqual([
      ["swap", "return ( (a) - 1"],
      ["skip", "return (a) - 1"],
      ["swap", "return a (a) - 1"],
      ["unwrap", "return a - 1"],
      ["swap", "return not (not) - 1"],
      ["swap", "return not (!) - 1"],
      ["insert", "return not (!a) - 1"],
    ]);
  });

  test("a bracket that the model would not open goes with what closes it", () => {
    const text = "f(a) {\n  if (!(a == (1))) {\n";
    const pieces = ["f(a) {\n", "  if", " (!(", "a", " ==", " (", "1", "))) {", "\n"];
    const read: ReadToken[] = pieces.map((piece) => ({ text: piece, logprob: -1, alternatives: [] }));
    read[2]?.alternatives.push({ text: " (", logprob: -0.1 });
    const forks = forksOf(text, read, { from: 7, words: new Set(["a", "f"]) });
    const codes = forks.map((fork) => [fork.how, swapped(text, fork)?.split("\n")[1]?.trim()]);
    expect(codes).toEqual([
      ["swap", "if (a == (1))) {"],
      ["skip", "if (1))) {"],
      ["unwrap", "if (a == (1)) {"],
    ]);
  });

  test("a line that the model has finished is never likelier than it was before, and by what became of it", () => {
    const read = reading(CODE, { "-": [["+", -2]], return: [["margin", -0.5]] });
    const asked = edits(JOB, read).flatMap((edit) => ("attempt" in edit ? [edit] : []));
    const [margin, plus] = asked;
    if (margin === undefined || plus === undefined) throw new Error("No line to finish.");
    expect(margin.score).toBe(margin.likely);
    expect(plus.score).toBe(plus.likely + 1);
    const scoreOf = (edit: typeof plus, code: string): number =>
      finished(JOB, edit, { code, words: WORDS }).score;
    expect(scoreOf(plus, CODE.replace("-", "+"))).toBe(plus.score);
    expect(scoreOf(plus, CODE.replace("- margin", "+ margin * 2"))).toBeCloseTo(plus.score - 0.4);
    expect(scoreOf(plus, CODE.replace("width - margin", "area + 3"))).toBeCloseTo(plus.score - 1.4);
    const put = CODE.replace("    return", "    margin -= height\n    return");
    expect(scoreOf(margin, put)).toBeCloseTo(margin.score - 0.6);
  });

  test("a fork inside a number, none inside a name or an operator", () => {
    const text = "def f(a):\n    return a1 <= 10 + ab\n";
    const pieces = ["def f(a):\n", "    return a", "1", " <", "=", " 1", "0", " + a", "b", "\n"];
    const read = pieces.map((piece) => ({
      text: piece,
      logprob: -1,
      alternatives: [{ text: "7", logprob: -1 }],
    }));
    const at = forksOf(text, read, { from: 10, words: new Set() }).map(({ old }) => old);
    expect(at).toEqual(["    return a", "1", " <", " 1", "0", " + a"].filter((old) => old !== "1"));
  });

  test("a token that breaks the line is no edit within it", () => {
    const fork: Fork = {
      how: "swap" as const,
      offset: 3,
      old: " b",
      fresh: "\n",
      line: 0,
      likely: 0,
      score: 0,
      most: 0,
    };
    expect(swapped("a =  b\n", fork)).toBeNull();
    expect(swapped("a = b\n", { ...fork, fresh: " c" })).toBe("a = c\n");
  });

  test("the shape of code is that of its tokens, and of its indentation where that counts", () => {
    const shape = (code: string): string => shapeOf(code, "python");
    expect(shape("a=b\n  c")).toBe(shape("a = b\n\n  c"));
    expect(shape("a = b\n  c")).not.toBe(shape("a = b\nc"));
    expect(shape("a = b")).not.toBe(shape("a == b"));
    expect(shapeOf("a = b;\n  c", "go")).toBe(shapeOf("a = b;\nc", "go"));
  });

  test("a reply that goes on with the old line was put in front of it", () => {
    const read = reading(CODE, { return: [["height", -0.5]] });
    const attempt = asked(JOB, read)[0];
    expect(attempt?.prompt.endsWith("    height")).toBe(true);
    expect(attempt?.until(" -= margin", false)).toBeNull();
    expect(attempt?.until(" -= margin\n", false)).toBeNull();
    const reply = " -= margin\n    return";
    expect(attempt?.until(reply, false)).toBe(reply.length);
    expect(attempt?.candidate(reply)).toBe(CODE.replace("    return", "    height -= margin\n    return"));
  });

  test("a reply that turns to something else ends there and stands for one line", () => {
    const attempt = asked(JOB, reading(CODE, { " 2": [[" 3", -0.5]] }))[0];
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
    expect(edits(JOB, read)).toEqual([]);
  });

  test("a reply that gives the old text back is no candidate", () => {
    const attempt = lineAttempts(JOB, 9)[0];
    expect(attempt?.candidate("margin = 2\n    inner")).toBeNull();
  });

  test("without a reading each line is started anew, warmer and warmer", () => {
    const attempts = lineAttempts(JOB, 7);
    expect(attempts).toHaveLength(7);
    expect(attempts[0]?.prompt).toBe(`${plainPrompt(JOB)}def area(width, height):\n    `);
    expect(attempts[3]?.prompt).toBe(attempts[0]?.prompt ?? "");
    const warmth = attempts.map(({ temperature }) => temperature);
    expect(warmth).toEqual([...warmth].sort((a, b) => a - b));
    expect(new Set(warmth).size).toBe(7);
  });

  test("every prompt begins with the same bytes; what is asked stands in for missing notes", () => {
    for (const { prompt } of lineAttempts(JOB, 7)) expect(prompt.startsWith(head("python"))).toBe(true);
    expect(plainPrompt({ ...JOB, notes: " " })).toContain("Fix area");
    expect(plainPrompt(JOB)).not.toContain("Fix area");
    expect(plainPrompt({ ...JOB, language: "go", notes: "ends */ early" })).toContain("ends * / early");
  });

  test("the code in front of the definition is shown, its last lines where it is long; what stands there is not said twice", () => {
    const before = `# The area inside the margin.\n`;
    expect(plainPrompt({ ...JOB, before })).toEndWith(`\n\n\n${before}`);
    const failure = "assert area(4, 3) == 6";
    expect(plainPrompt({ ...JOB, before, failure })).toEndWith(`${before}"""\n${failure}\n"""\n`);
    const long = Array.from({ length: 900 }, (_, i) => `first${i} = ${i}`).join("\n");
    const cut = fitted({ ...JOB, before: long }, 4000)?.before ?? "";
    expect(cut.length).toBeGreaterThan(1000);
    expect(long.endsWith(cut)).toBe(true);
    expect(cut.length).toBeLessThan(long.length / 2);
    expect(fitted({ ...JOB, before: long }, 700)?.before).toBe("");
    expect(fitted(JOB, 100)).toBeNull();
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
