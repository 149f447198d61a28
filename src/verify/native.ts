/**
 * What programs of tests in C and C++ print: Catch2, GoogleTest and doctest on the console, sanitizers, `assert`. For a build
 * that starts them itself, where no option asks them for a report. How it ended is not judged here.
 */
import type { Diagnostic } from "../types.ts";
import type { Where } from "./outcomes.ts";
import { plain } from "./report.ts";
import { inFull, inOneLine, inWorkspace } from "./told.ts";

export interface NativeTests {
  /** Sums over all programs; null where none says how many tests it ran. */
  passed: number | null;
  failed: number | null;
  /** One for each failing test, and one for each report of a sanitizer or failed `assert` outside of them. */
  diagnostics: Diagnostic[];
}

/** Pure. */
export function readNative(output: string, where: Where): NativeTests {
  const text = plain(output);
  const tests = [...readCatch(text, where), ...readGtest(text, where), ...readDoctest(text, where)];
  const diagnostics = [...tests, ...readSanitizers(text, where), ...readAsserts(text, where)];
  return { ...countsOf(text), diagnostics };
}

const COUNTS = [
  // Catch2: test cases: 7 | 1 passed | 6 failed
  /^test cases:(?<rest>(?:\s+\d+ \||\s+\d+ passed \|?|\s+\d+ failed\b[^|\n]*\|?|\s+\d+ \w+[^|\n]*\|?)+)$/gm,
  // doctest: [doctest] test cases: 3 | 1 passed | 2 failed | 0 skipped
  /^\[doctest\] test cases:(?<rest>.*)$/gm,
];

function countsOf(text: string): { passed: number | null; failed: number | null } {
  let [passed, failed, known] = [0, 0, false];
  const add = (good: unknown, bad: unknown): void => {
    passed += Number(good ?? 0);
    failed += Number(bad ?? 0);
    known = true;
  };
  for (const pattern of COUNTS)
    for (const { groups } of text.matchAll(pattern)) {
      const rest = groups?.rest ?? "";
      add(/(\d+) passed/.exec(rest)?.[1], /(\d+) failed(?! as expected)/.exec(rest)?.[1]);
    }
  for (const match of text.matchAll(/^All tests passed \(.*\bin (\d+) test cases?\)/gm)) add(match[1], 0);
  for (const match of text.matchAll(/^\[ {2}PASSED {2}\] (\d+) tests?\.$/gm)) add(match[1], 0);
  for (const match of text.matchAll(/^\[ {2}FAILED {2}\] (\d+) tests?, listed below:$/gm)) add(0, match[1]);
  return known ? { passed, failed } : { passed: null, failed: null };
}

/** What was said of one test: each failure is a place and its lines. */
interface Told {
  test: string;
  failures: { path: string; line: number; message: string; text: string }[];
}

function diagnoseAll(all: Told[], where: Where): Diagnostic[] {
  const tests = new Map<string, Told["failures"]>();
  for (const { test, failures } of all) tests.set(test, [...(tests.get(test) ?? []), ...failures]);
  return [...tests].flatMap(([test, failures]) => {
    const [first] = failures;
    if (first === undefined) return [];
    const message = inOneLine(first.message) || "It failed.";
    const text = failures.map((one) => one.text.trimEnd()).join("\n");
    return [inFull({ severity: "error", message, test }, { text, frames: inWorkspace([first], where) })];
  });
}

const RULE = "-".repeat(79);

/** A header of names between two rules, then failures: `path:8: FAILED:` and what it says up to an empty line. */
function readCatch(text: string, where: Where): Diagnostic[] {
  const blocks = text.split(`${RULE}\n`);
  const told: Told[] = [];
  for (let at = 0; at + 1 < blocks.length; at++) {
    const body = blocks[at + 1] ?? "";
    const failures = [
      ...body.matchAll(/^(\S.*?):(\d+): FAILED:\n((?:.+\n)*)|^(\S.*?)\((\d+)\): FAILED:\n((?:.+\n)*)/gm),
    ].map(([whole, path, line, said, path2, line2, said2]) => ({
      path: path ?? path2 ?? "",
      line: Number(line ?? line2),
      message: said ?? said2 ?? "",
      text: whole,
    }));
    if (failures.length > 0) told.push({ test: nameOf(blocks[at] ?? ""), failures });
  }
  return diagnoseAll(told, where);
}

/** The lines of a header: the test case, broken where it is long, and indented the sections within it. */
function nameOf(header: string): string {
  const lines = header.split("\n").filter((line) => line !== "");
  const sections = lines.filter((line) => /^\s/.test(line)).map((line) => line.trim());
  const name = lines.filter((line) => !/^\s/.test(line)).join(" ");
  return [name, ...sections].join(" / ");
}

/** `[ RUN      ] A.b` up to its `[  FAILED  ] A.b`; between them `path:5: Failure` and what it says. */
function readGtest(text: string, where: Where): Diagnostic[] {
  const told: Told[] = [];
  const runs = /^\[ RUN {6}\] (\S+)\n([\s\S]*?)^\[ {2}(FAILED|SKIPPED)? {0,2}(?:OK)? ?\] \1/gm;
  for (const [, test = "", body = "", end] of text.matchAll(runs)) {
    if (end !== "FAILED") continue;
    const failures = [
      ...body.matchAll(
        /^(?:(\S.*?):(\d+): Failure|unknown file: Failure)\n((?:(?!\S.*?:\d+: Failure|unknown file: Failure).*\n)*)/gm,
      ),
    ].map(([whole, path = "", line, said = ""]) => ({
      path,
      line: Number(line),
      message: said,
      text: whole,
    }));
    const unsaid = { path: "", line: 0, message: body, text: body };
    told.push({ test, failures: failures.length > 0 ? failures : [unsaid] });
  }
  return diagnoseAll(told, where);
}

/** A rule, the place and the names of the test, then `path:5: ERROR: ...` up to an empty line. */
function readDoctest(text: string, where: Where): Diagnostic[] {
  const told: Told[] = [];
  for (const block of text.split(/^={79}\n/m)) {
    const [, name = "", inner = ""] = /^TEST CASE: {2}(.+)\n((?: {2}.+\n)*)/m.exec(block) ?? [];
    if (name === "") continue;
    const sections = inner.split("\n").map((line) => line.trim());
    const failures = [...block.matchAll(/^(\S.*?):(\d+): (?:FATAL )?ERROR: (.*)\n((?:.+\n)*)/gm)].map(
      ([whole, path = "", line, first, more]) => ({
        path,
        line: Number(line),
        message: `${first}\n${more}`,
        text: whole,
      }),
    );
    told.push({ test: [name, ...sections.filter((one) => one !== "")].join(" / "), failures });
  }
  return diagnoseAll(told, where);
}

/** AddressSanitizer and its kin: what went wrong, and the first stack below it. */
function readSanitizers(text: string, where: Where): Diagnostic[] {
  const reports =
    /^==\d+==\s*(?:ERROR|WARNING): ((?:Address|Leak|Thread|Memory)Sanitizer: .*)\n((?:(?!\s*#0).*\n){0,4})((?:\s+#\d+ .*\n)+)/gm;
  const stacks = [...text.matchAll(reports)].map(([, said = "", more = "", stack = ""]): Diagnostic => {
    const places = [...stack.matchAll(/^\s+#\d+ 0x\w+ in .*? (\/\S.*?):(\d+)(?::\d+)?$/gm)];
    const frames = inWorkspace(
      places.map(([, path = "", line]) => ({ path, line: Number(line) })).reverse(),
      where,
    );
    const message = said.replace(/ (?:on|at) (?:unknown )?address .*/, "").trim();
    return inFull({ severity: "error", message }, { text: `${said}\n${more}${stack}`, frames });
  });
  const undefined_ = [...text.matchAll(/^(\S.*?):(\d+):(\d+): runtime error: (.*)$/gm)].flatMap(
    ([, path = "", line, column, said]): Diagnostic[] => {
      const [place] = inWorkspace([{ path, line: Number(line) }], where);
      const message = `runtime error: ${said}`;
      return place === undefined ? [] : [{ ...place, column: Number(column), severity: "error", message }];
    },
  );
  return [...stacks, ...undefined_];
}

/** `program: path:3: function: Assertion ... failed.`; in other C libraries `Assertion failed: x (path: f: 3)`. */
function readAsserts(text: string, where: Where): Diagnostic[] {
  const glibc = [...text.matchAll(/^\S+: (\S.*?):(\d+): (.*Assertion .* failed\.)$/gm)];
  const others = [
    ...text.matchAll(
      /^(Assertion failed: .*?),? (?:\((\S+): .*: (\d+)\)|function .*, file (\S+), line (\d+)).*$/gm,
    ),
  ];
  const found = [
    ...glibc.map(([, path = "", line, message = ""]) => ({ path, line: Number(line), message })),
    ...others.map(([, message = "", a, b, c, d]) => ({ path: a ?? c ?? "", line: Number(b ?? d), message })),
  ];
  return found.map(({ message, ...place }) =>
    inFull(
      { severity: "error", message: inOneLine(message) },
      { text: message, frames: inWorkspace([place], where) },
    ),
  );
}
