/**
 * What the programs of `cargo test` say, line by line. Each says how many tests it begins and, at its end, how they went; one
 * that begins and does not end proves nothing, whatever cargo's exit code.
 */
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { type TestOutcome, testReport, type Where } from "./outcomes.ts";
import { plain } from "./report.ts";
import { inFull, inOneLine, inWorkspace, wayThrough } from "./told.ts";

interface Section {
  /** What stands before the names of its tests: `src/lib.rs`, or the crate whose documentation is tested. */
  name: string;
  /** Tells sections of one name apart. */
  crate: string;
  began: number;
  ended: number;
  text: string;
}

const SECTION =
  /^\s+(?:Running (?:unittests )?(\S+)(?: \((?:.*[\\/])?(\S+?)-\w+(?:\.exe)?\))?|(Doc-tests \S+))$/;

/** Null where no program of tests was begun. */
export function readLibtest(id: string, run: RunResult, where: Where): CheckReport | null {
  const sections = readSections(plain(run.output));
  if (sections.length === 0) return null;
  const cut = sections.find(({ began, ended }) => began !== ended);
  const outcomes = sections.flatMap((section) => outcomesOf(section, where));
  const result = testReport(id, run, { tool: "cargo test", outcomes, where });
  if (cut === undefined) return result;
  const summary = `The tests of ${cut.name} ended without their result, so nothing is proved.`;
  return { ...result, status: "error", summary };
}

function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split("\n")) {
    const begins = SECTION.exec(line);
    const name = begins?.[1] ?? begins?.[3];
    if (name !== undefined) sections.push({ name, crate: begins?.[2] ?? "", began: 0, ended: 0, text: "" });
    const current = sections.at(-1);
    if (current === undefined) continue;
    if (/^running \d+ tests?$/.test(line)) current.began += 1;
    if (/^test result: (ok|FAILED)\. /.test(line)) current.ended += 1;
    current.text += `${line}\n`;
  }
  const twice = (name: string): boolean => sections.filter((one) => one.name === name).length > 1;
  return sections.map((one) => (twice(one.name) ? { ...one, name: `${one.crate}: ${one.name}` } : one));
}

function outcomesOf({ name, text }: Section, where: Where): TestOutcome[] {
  const told = new Map(
    [...text.matchAll(/^---- (.+?) stdout ----\n([\s\S]*?)(?=^---- .+ stdout ----$|^failures:$)/gm)].map(
      (match) => [match[1] ?? "", match[2] ?? ""],
    ),
  );
  const ends = [...text.matchAll(/^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b/gm)];
  return ends.map(([, test = "", end]) => ({
    outcome: end === "ok" ? "passed" : end === "FAILED" ? "failed" : "skipped",
    diagnostic: diagnose({ id: `${name}::${test}`, test }, told.get(test) ?? "", where),
  }));
}

/** `thread 'x' panicked at src/lib.rs:6:17:` with the message below, or before it in older versions; then the stack. */
const PANIC =
  /^thread .*panicked at (?:'([\s\S]*?)', )?([^\s:][^:\n]*):(\d+):(\d+):?\n?((?:(?!note: |stack backtrace:).*\n)*)(?:stack backtrace:\n((?:\s+.*\n)*))?/m;

function diagnose({ id, test }: { id: string; test: string }, text: string, where: Where): Diagnostic {
  const [whole, before, path = "", line, , behind, stack = ""] = PANIC.exec(text) ?? [];
  if (whole === undefined)
    return inFull({ severity: "error", message: inOneLine(text) || "It failed.", test: id }, { text });
  const message = (before ?? behind ?? "").trim();
  // The panic itself names the place that counts; the stack has it again, or one in the standard library.
  const frames = inWorkspace([...framesOf(stack, test), { path, line: Number(line) }], where);
  const printed = text.slice(0, text.indexOf(whole)).trim();
  const parts = [message, wayThrough(frames), printed === "" ? "" : `It printed:\n${printed}`];
  return inFull(
    { severity: "error", message: inOneLine(message) || "It panicked.", test: id },
    { text: parts.join("\n"), frames },
  );
}

/** Outermost first, from the test's own function on. */
function framesOf(stack: string, test: string): { path: string; line: number }[] {
  const all = [...stack.matchAll(/^\s+\d+: (.+)\n\s+at (.+?):(\d+)(?::\d+)?$/gm)].map(
    ([, name = "", path = "", line]) => ({
      name,
      place: { path, line: Number(line) },
    }),
  );
  const last = all.findIndex(({ name }) => name.endsWith(`::${test}`) || name === test);
  return (last < 0 ? all : all.slice(0, last + 1)).map(({ place }) => place).reverse();
}

export interface KnownTests {
  /** Files whose programs hold them, as their ids name them. */
  paths: string[];
  names: string[];
  hasLibrary: boolean;
}

/** What cargo needs to hold itself to these tests; those of documentation are not known. Null where none is. */
export function testsOf(ids: string[]): KnownTests | null {
  const known = ids.flatMap((id) => {
    const [, path, name] = /^(?:[\w-]+: )?((?:src|tests)\/\S+?\.rs)::([\w:]+)$/.exec(id) ?? [];
    return path === undefined || name === undefined ? [] : [{ path, name }];
  });
  if (known.length === 0) return null;
  return {
    paths: known.map(({ path }) => path),
    names: [...new Set(known.map(({ name }) => name))],
    hasLibrary: known.some(({ path }) => path === "src/lib.rs"),
  };
}
