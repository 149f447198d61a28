/** The runners of JavaScript tests: how each is recognised, asked for a report in a file below TMPDIR, and held to some tests. */
import { quote } from "../workspace/run.ts";
import { type ReadReport, readBun, readJest, readMocha, readNode } from "./javascript-reports.ts";
import { NODE_OPTIONS, NODE_REPORT } from "./node-reporter.ts";

export interface Runner {
  id: string;
  /** Its name in `node_modules/.bin`; null where it comes with the runtime. */
  program: string | null;
  /** Without a script of the project. */
  command: string;
  /** Recognises it in a script. */
  pattern: RegExp;
  /** Names of its configuration files. */
  configuration: RegExp | null;
  /** It takes its options from the environment, wherever in a script it stands. */
  environment: boolean;
  /** The name of its report below TMPDIR. */
  report: string;
  /** A line for the shell that runs `line` and asks for the report; npm wants arguments for a script behind `--`. */
  wrap(line: string, how: "append" | "separate"): string;
  /** Arguments that hold it to these files, which are quoted for the shell. */
  files(quoted: string[]): string;
  /** The argument that holds it to these tests (titles, outermost suite first), quoted for the shell. */
  names(tests: string[][]): string;
  read: ReadReport;
}

const appended =
  (...options: string[]) =>
  (line: string, how: "append" | "separate"): string =>
    [line, ...(how === "separate" ? ["--"] : []), ...options].join(" ");

const joined = (quoted: string[]): string => quoted.join(" ");

const escaped = (title: string): string => title.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
/** A hook that failed stands for the tests of its suite. */
const HOOK = /^\(unnamed\)$|^"(before|after) (all|each)" hook/;

/** Matches full names of tests: the titles with a space between them. An id that was put together of two of them may hold "::". */
function fullNames(tests: string[][]): string {
  const each = tests.map((titles) => {
    const hook = HOOK.test(titles.at(-1) ?? "");
    const named = (hook ? titles.slice(0, -1) : titles).map(escaped).join("(?: |::)");
    return hook ? `${named}.*` : named;
  });
  return `^\\s*(?:${[...new Set(each)].join("|")})$`;
}
const option =
  (name: string) =>
  (tests: string[][]): string =>
    `${name} ${quote(fullNames(tests))}`;

/**
 * node holds a test's own name against the pattern, newer versions also those of the suites around it. A test inside another one is
 * run only where that one matches, too.
 */
function nodeNames(tests: string[][]): string {
  const each = new Set(tests.flat().map(escaped));
  return `--test-name-pattern=${quote(`^(?:.* )?(?:${[...each].join("|")})$`)}`;
}

const JEST_REPORT = "smallcode-jest.json";
const MOCHA_REPORT = "smallcode-mocha.json";
const BUN_REPORT = "smallcode-bun.xml";

/** Names of files in the order in which a script is searched for them. */
export const RUNNERS: Runner[] = [
  {
    id: "vitest",
    program: "vitest",
    command: "vitest run",
    pattern: /(^|[\s/])vitest(\s|$)/,
    configuration: /^vitest\.(config|workspace)\.[cm]?[jt]s(on)?$/,
    environment: false,
    report: JEST_REPORT,
    files: joined,
    names: option("-t"),
    wrap: appended("--run --reporter=default --reporter=json", `--outputFile.json="$TMPDIR/${JEST_REPORT}"`),
    read: readJest,
  },
  {
    id: "jest",
    program: "jest",
    command: "jest",
    pattern: /(^|[\s/])(jest(\.js)?|react-scripts test)(\s|$)/,
    configuration: /^jest\.config\.([cm]?[jt]s|json)$/,
    environment: false,
    report: JEST_REPORT,
    files: (quoted) => `--runTestsByPath ${joined(quoted)}`,
    names: option("-t"),
    wrap: appended("--watchAll=false --json", `--outputFile="$TMPDIR/${JEST_REPORT}"`),
    read: readJest,
  },
  {
    id: "mocha",
    program: "mocha",
    command: "mocha",
    pattern: /(^|[\s/])_?mocha(\s|$)/,
    configuration: /^\.mocharc\.([cm]?js|json|jsonc|ya?ml)$/,
    environment: false,
    report: MOCHA_REPORT,
    files: joined,
    names: option("--grep"),
    wrap: appended("--no-watch --reporter json", `--reporter-option output="$TMPDIR/${MOCHA_REPORT}"`),
    read: readMocha,
  },
  {
    id: "bun test",
    program: null,
    command: "bun test",
    pattern: /(^|[\s/])bun (--\S+ )*test(\s|$)/,
    configuration: null,
    environment: false,
    report: BUN_REPORT,
    // Without "./" it would be a part of any path.
    files: (quoted) => joined(quoted.map((path) => `./${path}`)),
    names: option("-t"),
    wrap: appended("--reporter=junit", `--reporter-outfile="$TMPDIR/${BUN_REPORT}"`),
    read: readBun,
  },
  {
    id: "node --test",
    program: null,
    command: "node --test",
    pattern: /(^|[\s/])(node|tsx)\s([^&|;]*\s)?--test(\s|$)/,
    configuration: null,
    environment: true,
    report: NODE_REPORT,
    files: joined,
    names: nodeNames,
    wrap: (line) => `NODE_OPTIONS="$NODE_OPTIONS ${NODE_OPTIONS}" ${line}`,
    read: readNode,
  },
];
