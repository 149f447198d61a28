/** The runners of JavaScript tests: how each is recognised, asked for a report in a file below TMPDIR, and read. */
import { z } from "zod";
import { readJunit } from "./junit.ts";
import { failure, type TestOutcome, type Where } from "./outcomes.ts";
import { insidePath } from "./report.ts";

export interface Runner {
  id: string;
  /** Its name in `node_modules/.bin`; null where it comes with the runtime. */
  program: string | null;
  /** Without a script of the project. */
  command: string;
  /** Recognises it in a script. */
  pattern: RegExp;
  /** It takes its options from the environment, wherever in a script it stands. */
  environment: boolean;
  /** The name of its report below TMPDIR. */
  report: string;
  /** A line for the shell that runs `line` and asks for the report; npm wants arguments for a script behind `--`. */
  wrap(line: string, how: "append" | "separate"): string;
  /** Arguments that hold it to these files, which are quoted for the shell. */
  files(quoted: string[]): string;
  /** What each test did; null where the report is none, or cut off. */
  read(text: string, where: Where): TestOutcome[] | null;
}

const appended =
  (...options: string[]) =>
  (line: string, how: "append" | "separate"): string =>
    [line, ...(how === "separate" ? ["--"] : []), ...options].join(" ");

const joined = (quoted: string[]): string => quoted.join(" ");

const JEST_REPORT = "smallcode-jest.json";
const BUN_REPORT = "smallcode-bun.xml";
const NODE_REPORT = "smallcode-node.jsonl";

/**
 * A reporter for `node --test`, given as a data URL: one line an outcome, and a last one at the end. A file that passes as a whole
 * although it uses `node:test` has ended before its tests.
 */
const NODE_REPORTER = `import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
const usesRunner = (file) => {
  try { return /["']node:test["']/.test(readFileSync(file, "utf8")); } catch { return false; }
};
export default async function* (source) {
  const printed = {};
  for await (const { type, data } of source) {
    if (type === "test:stderr") printed[data.file] = (printed[data.file] ?? "") + data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, file, line, details, skip = false, todo = false } = data;
    const cause = details?.error?.cause ?? details?.error;
    const whole = file !== undefined && resolve(name) === file;
    const hollow = whole && type === "test:pass" && usesRunner(file);
    const outcome = skip !== false || todo !== false ? "skipped" : type === "test:fail" || hollow ? "failed" : "passed";
    const said = whole ? printed[file] ?? "" : "";
    const message = hollow ? "It ended before its tests." : /^\\w*(Error|Exception)\\b.*/m.exec(said)?.[0] ?? String(cause?.message ?? cause);
    const stack = said || String(cause?.stack ?? "");
    yield JSON.stringify({ outcome, name, nesting, file, line, suite: details?.type === "suite", message, stack }) + "\\n";
  }
  yield JSON.stringify({ end: true }) + "\\n";
}`;
const NODE_OPTIONS = [
  `--test-reporter=data:text/javascript,${encodeURIComponent(NODE_REPORTER).replaceAll("'", "%27")}`,
  `--test-reporter-destination=$TMPDIR/${NODE_REPORT}`,
  "--test-reporter=spec --test-reporter-destination=stdout",
].join(" ");

/** Names of files in the order in which a script is searched for them. */
export const RUNNERS: Runner[] = [
  {
    id: "vitest",
    program: "vitest",
    command: "vitest run",
    pattern: /(^|[\s/])vitest(\s|$)/,
    environment: false,
    report: JEST_REPORT,
    files: joined,
    wrap: appended("--reporter=default --reporter=json", `--outputFile.json="$TMPDIR/${JEST_REPORT}"`),
    read: readJest,
  },
  {
    id: "jest",
    program: "jest",
    command: "jest",
    pattern: /(^|[\s/])(jest(\.js)?|react-scripts test)(\s|$)/,
    environment: false,
    report: JEST_REPORT,
    files: (quoted) => `--runTestsByPath ${joined(quoted)}`,
    wrap: appended("--json", `--outputFile="$TMPDIR/${JEST_REPORT}"`),
    read: readJest,
  },
  {
    id: "bun test",
    program: null,
    command: "bun test",
    pattern: /(^|[\s/])bun (--\S+ )*test(\s|$)/,
    environment: false,
    report: BUN_REPORT,
    // Without "./" it would be a part of any path.
    files: (quoted) => joined(quoted.map((path) => `./${path}`)),
    wrap: appended("--reporter=junit", `--reporter-outfile="$TMPDIR/${BUN_REPORT}"`),
    read: readBun,
  },
  {
    id: "node --test",
    program: null,
    command: "node --test",
    pattern: /(^|[\s/])(node|tsx)\s([^&|;]*\s)?--test(\s|$)/,
    environment: true,
    report: NODE_REPORT,
    files: joined,
    wrap: (line) => `NODE_OPTIONS="$NODE_OPTIONS ${NODE_OPTIONS}" ${line}`,
    read: readNode,
  },
];

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

/** The report of jest, which vitest writes too. A file that could not be run is one failure by its name. */
function readJest(text: string, where: Where): TestOutcome[] | null {
  const report = JestReport.safeParse(parseJson(text)).data;
  if (report === undefined) return null;
  return report.testResults.flatMap((file): TestOutcome[] => {
    const path = insidePath(file.name, where.root, where.cwd);
    const name = path ?? file.name;
    const whole = { message: messageOf(file.message ?? ""), text: file.message ?? "", path };
    if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"))
      return [{ outcome: "failed", diagnostic: failure(name, whole, where) }];
    return file.assertionResults.map(({ ancestorTitles, title, status, failureMessages }) => {
      const said = failureMessages?.join("\n") ?? "";
      const id = [name, ...ancestorTitles, title].join("::");
      return {
        outcome: status === "passed" ? "passed" : status === "failed" ? "failed" : "skipped",
        diagnostic: failure(id, { message: messageOf(said), text: said, path }, where),
      };
    });
  });
}

/** One line of a matcher's message: what it expected and what it got belong to it. */
function messageOf(text: string): string {
  const lines = text
    .replace(/\x1b\[[0-9;]*m/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(at .*:\d+:\d+\)?|● .*)$/.test(line));
  const [first = "", ...rest] = lines;
  const values = rest.filter((line) => /^(Expected|Received|[+-] )/.test(line)).slice(0, 2);
  return [first, ...values].join("; ");
}

function readBun(text: string, where: Where): TestOutcome[] | null {
  const cases = readJunit(text);
  if (cases === null) return null;
  return cases.map(({ about, suites, outcome, message, text: said }) => {
    const path = about.file === undefined ? null : insidePath(about.file, where.root, where.cwd);
    const inner = suites.slice(1).map(({ name }) => name ?? "");
    const id = [path ?? about.file ?? "", ...inner, about.name ?? ""].join("::");
    const line = Number(about.line ?? 0);
    return {
      outcome,
      diagnostic: failure(id, { message: messageOf(message || said), text: said, path, line }, where),
    };
  });
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
});
type NodeEvent = z.infer<typeof NodeEvent>;

/** A suite's or test's own line comes after those inside it, which is where their names begin. */
function readNode(text: string, where: Where): TestOutcome[] | null {
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.at(-1) !== '{"end":true}') return null;
  const waiting: { event: NodeEvent; names: string[] }[][] = [];
  for (const line of lines.slice(0, -1)) {
    const event = NodeEvent.safeParse(parseJson(line)).data;
    if (event === undefined) return null;
    const inner = (waiting[event.nesting + 1] ?? []).map((one) => ({
      ...one,
      names: [event.name, ...one.names],
    }));
    waiting.length = event.nesting + 1;
    const told =
      inner.length > 0 && (event.outcome !== "failed" || inner.some((one) => one.event.outcome === "failed"));
    const own = told || (event.suite && event.outcome !== "failed") ? [] : [{ event, names: [event.name] }];
    waiting[event.nesting] = [...(waiting[event.nesting] ?? []), ...inner, ...own];
  }
  return (waiting[0] ?? []).map(({ event, names }) => {
    const path = event.file == null ? null : insidePath(event.file, where.root, where.cwd);
    const id = [path ?? "", ...names.filter((name) => insidePath(name, where.root, where.cwd) !== path)].join(
      "::",
    );
    const said = { message: event.message, text: event.stack, path, line: event.line ?? 0 };
    return { outcome: event.outcome, diagnostic: failure(id, said, where) };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
