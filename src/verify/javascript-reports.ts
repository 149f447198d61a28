/** The reports of JavaScript's test runners: what each test did, as jest, vitest, mocha, bun, deno and node write it. Pure. */
import { z } from "zod";
import type { Diagnostic } from "../types.ts";
import { type JunitCase, readJunit } from "./junit.ts";
import { failure, type TestOutcome } from "./outcomes.ts";
import { insidePath, oneLine, parseJson, plain, told } from "./report.ts";
import { framesIn, type Where } from "./stack.ts";

/** What each test did; null where the report is none, or cut off. `output` is what the runner printed. */
export type ReadReport = (text: string, where: Where, output: string) => TestOutcome[] | null;

const JestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().nullish(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
type JestFile = z.infer<typeof JestReport>["testResults"][number];

/** The report of jest, which vitest writes too. A file that could not be run is one failure by its name. */
export const readJest: ReadReport = (text, where, output) => {
  const report = JestReport.safeParse(parseJson(text)).data;
  return report?.testResults.flatMap((file) => jestOutcomes(file, where, output)) ?? null;
};

function jestOutcomes(file: JestFile, where: Where, output: string): TestOutcome[] {
  const path = insidePath(file.name, where.root, where.cwd);
  const name = path ?? file.name;
  const inFile = file.message ?? "";
  if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")) {
    const told = { message: messageOf(inFile), text: inFile, detail: inFile };
    const said = { ...((inFile === "" ? printedOf([file.name], output) : null) ?? told), path };
    return [{ outcome: "failed", diagnostic: failure(name, said, where) }];
  }
  return file.assertionResults.map(({ ancestorTitles, title, status, failureMessages }) => {
    const text = failureMessages?.join("\n") ?? "";
    const id = [name, ...ancestorTitles, title].join("::");
    const printed = printedOf([file.name, ...ancestorTitles, title], output);
    const source = sourceIn(inFile, [...ancestorTitles, title].join(" › "));
    const detail = printed?.detail ?? [source, withoutStack(text)].filter((part) => part !== "").join("\n");
    return {
      outcome: status === "passed" ? "passed" : status === "failed" ? "failed" : "skipped",
      diagnostic: failure(id, { message: messageOf(text), text, path, detail }, where),
    };
  });
}

interface Printed {
  message: string;
  text: string;
  detail: string;
}

/**
 * What vitest shows on the terminal alone: why a suite broke in a hook, how two values differ, and the line. Null where it is not
 * found; `names` begins with the file.
 */
function printedOf([file = "", ...titles]: string[], output: string): Printed | null {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const lines = plain(output).split("\n");
  const end = titles.length === 0 ? "" : ` > ${titles.join(" > ")}`;
  const start = lines.findIndex(
    (line) => /^\s*FAIL\s/.test(line) && line.includes(`${name}${end}`) && line.trimEnd().endsWith(end),
  );
  if (start < 0) return null;
  const after = lines.slice(start + 1);
  const own = after.slice(
    0,
    after.findIndex((line) => /^⎯|^\s*(FAIL|Test Files)\s/.test(line)),
  );
  const stack = own.findIndex((line) => line.startsWith(" ❯ "));
  const caret = own.findIndex((line) => /^\s*\| *\^/.test(line));
  const source = own[caret - 1]?.trim().replace(/^(\d+)\|/, "> $1 |") ?? "";
  const said = own.slice(0, stack < 0 ? undefined : stack).join("\n");
  return {
    text: own.join("\n"),
    detail: source === "" ? said : `${source}\n${said}`,
    message: messageOf(said),
  };
}

/** jest shows the source of a failure only in the message for the whole file: the line that is marked there. */
function sourceIn(message: string, title: string): string {
  const [, ...sections] = plain(message).split(/^ {2}● /m);
  const own = sections.find((text) => text.startsWith(`${title}\n`)) ?? "";
  return /^ *(> \d+ \|.*)$/m.exec(own)?.[1] ?? "";
}

const withoutStack = (text: string): string => text.replace(/\n\s+at [\s\S]*$/, "");

/** One line of a matcher's message: what it expected and what it got belong to it. */
export function messageOf(text: string): string {
  const lines = plain(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^((at|❯) .*:\d+:\d+\)?|● .*)$/.test(line));
  const [first = "", ...rest] = lines;
  // "- Expected  - 1" only heads a difference.
  const values = rest
    .filter((line) =>
      /^(Expected|Received)\b|^[+-] (?!actual|expected|Expected|Received)|^\S.* !== /.test(line),
    )
    .slice(0, 2);
  return oneLine([first, ...values].join("; "));
}

export const readBun: ReadReport = (text, where, output) =>
  readJunit(text)?.map((one): TestOutcome => {
    const { about, suites, outcome } = one;
    const path = about.file === undefined ? null : insidePath(about.file, where.root, where.cwd);
    const inner = suites.slice(1).map(({ name }) => name ?? "");
    const id = [path ?? about.file ?? "", ...inner, about.name ?? ""].join("::");
    const diagnostic = junitFailure(id, one, path, where);
    if (outcome !== "failed") return { outcome, diagnostic };
    const source = bunSource(output, [...inner, about.name ?? ""].join(" > "), diagnostic.line ?? 0);
    const detail = [source, diagnostic.detail ?? diagnostic.message].filter((part) => part !== "").join("\n");
    return { outcome, diagnostic: { ...diagnostic, ...told(diagnostic.message, detail, []) } };
  }) ?? null;

/** bun prints the lines around a failure before the line that ends its test. */
function bunSource(output: string, name: string, line: number): string {
  const [before = ""] = plain(output).split(`\n(fail) ${name} [`, 1);
  const own = before.slice(
    Math.max(0, ...["pass", "fail", "skip"].map((how) => before.lastIndexOf(`\n(${how}) `))),
  );
  const source = new RegExp(`^ *${line} \\| (.*)$`, "m").exec(own)?.[1];
  return source === undefined ? "" : `> ${line} | ${source}`;
}

/** A step is a case of its own, behind the test that it is part of; that one says nothing more. */
export const readDeno: ReadReport = (text, where) => {
  const cases = readJunit(text);
  if (cases === null) return null;
  const fileOf = new Map(cases.map(({ about }) => [about.name ?? "", about.classname ?? ""]));
  const failed = cases.filter(({ outcome }) => outcome === "failed").map(({ about }) => about.name ?? "");
  const told = ({ about, message }: JunitCase): boolean =>
    /^\d+ test steps? failed/.test(message) && failed.some((name) => name.startsWith(`${about.name} > `));
  return cases.flatMap((one): TestOutcome[] => {
    if (told(one)) return [];
    const names = (one.about.name ?? "").split(" > ");
    const file = fileOf.get(names[0] ?? "") ?? one.about.classname ?? "";
    const path = /^\w+:/.test(file) ? null : insidePath(file, where.root, where.cwd);
    const id = [path ?? file, ...names].join("::");
    return [{ outcome: one.outcome, diagnostic: junitFailure(id, one, path, where) }];
  });
};

function junitFailure(id: string, one: JunitCase, path: string | null, where: Where): Diagnostic {
  const text = one.text === "" ? one.message : one.text;
  const message = messageOf((one.message || text).replace(/^Uncaught /, ""));
  return failure(id, { message, text, path, line: Number(one.about.line ?? 0) }, where);
}

const MochaTest = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  err: z.object({
    message: z.string().nullish(),
    stack: z.string().nullish(),
    expected: z.string().nullish(),
    actual: z.string().nullish(),
    generatedMessage: z.boolean().nullish(),
  }),
});
const MochaReport = z.object({
  stats: z.object({ passes: z.int(), failures: z.int(), pending: z.int() }),
  passes: z.array(MochaTest),
  failures: z.array(MochaTest),
  pending: z.array(MochaTest),
});

/** mocha's own report; a hook that failed is a failure of its own. */
export const readMocha: ReadReport = (text, where) => {
  const report = MochaReport.safeParse(parseJson(text)).data;
  if (report === undefined) return null;
  const { stats, passes, failures, pending } = report;
  if (stats.passes !== passes.length || stats.failures !== failures.length) return null;
  return [
    ...passes.map((one) => mochaOutcome(one, "passed", where)),
    ...failures.map((one) => mochaOutcome(one, "failed", where)),
    ...pending.map((one) => mochaOutcome(one, "skipped", where)),
  ];
};

function mochaOutcome(
  { title, fullTitle, file, err }: z.infer<typeof MochaTest>,
  outcome: TestOutcome["outcome"],
  where: Where,
): TestOutcome {
  const path = file == null ? null : insidePath(file, where.root, where.cwd);
  const suite = fullTitle.endsWith(` ${title}`) ? fullTitle.slice(0, -title.length - 1) : "";
  const id = [path ?? "", suite, title].filter((part) => part !== "").join("::");
  const said = err.message ?? "";
  const stack = err.stack ?? "";
  const values =
    err.expected == null || err.generatedMessage === true
      ? ""
      : `\nExpected: ${err.expected}\nReceived: ${err.actual ?? ""}`;
  const both = stack.includes(said) ? stack : `${said}\n${stack}`;
  const detail = `${withoutStack(both)}${values}`;
  return {
    outcome,
    diagnostic: failure(id, { message: messageOf(said + values), text: both, path, detail }, where),
  };
}

const NodeEvent = z.object({
  outcome: z.enum(["passed", "failed", "skipped"]),
  name: z.string(),
  nesting: z.int(),
  file: z.string().nullish(),
  line: z.int().nullish(),
  suite: z.boolean(),
  message: z.string(),
  stack: z.string(),
  /** The line where it failed. */
  source: z.string(),
});
type NodeEvent = z.infer<typeof NodeEvent>;

/** Of a test that never ran, since a hook of the suite around it failed. */
const CANCELLED = /did not finish before its parent/;

const causedBy = ({ message, stack, source }: NodeEvent, test: NodeEvent): NodeEvent =>
  stack === "" || /\bsubtests? failed/.test(message) ? test : { ...test, message, stack, source };

/** A suite's or test's own line comes after those inside it, which is where their names begin. */
export const readNode: ReadReport = (text, where) => {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.at(-1) !== '{"end":true}') return null;
  const waiting: { event: NodeEvent; names: string[] }[][] = [];
  for (const line of lines.slice(0, -1)) {
    const event = NodeEvent.safeParse(parseJson(line)).data;
    if (event === undefined) return null;
    const inner = (waiting[event.nesting + 1] ?? []).map((one) => ({
      event: CANCELLED.test(one.event.message) ? causedBy(event, one.event) : one.event,
      names: [event.name, ...one.names],
    }));
    waiting.length = event.nesting + 1;
    const told =
      inner.length > 0 && (event.outcome !== "failed" || inner.some((one) => one.event.outcome === "failed"));
    const own = told || (event.suite && event.outcome !== "failed") ? [] : [{ event, names: [event.name] }];
    waiting[event.nesting] = [...(waiting[event.nesting] ?? []), ...inner, ...own];
  }
  return (waiting[0] ?? []).map(({ event, names }) => nodeOutcome(event, names, where));
};

function nodeOutcome(event: NodeEvent, names: string[], where: Where): TestOutcome {
  const path = event.file == null ? null : insidePath(event.file, where.root, where.cwd);
  const inner = names.filter((name) => insidePath(name, where.root, where.cwd) !== path);
  const { message, stack } = event;
  const said = stack.includes(message) ? withoutStack(stack) : message;
  const detail = [event.source, said].filter((part) => part !== "").join("\n");
  const base = { message: messageOf(message), text: stack, path, line: event.line ?? 0, detail };
  // What a file printed before it broke is no message with a stack behind it.
  const whole = inner.length === 0 && framesIn(stack, where).length === 0 ? { detail: stack } : {};
  const id = [path ?? "", ...inner].join("::");
  return { outcome: event.outcome, diagnostic: failure(id, { ...base, ...whole }, where) };
}
