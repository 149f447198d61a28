/** The linters and the type checker of a JavaScript package: eslint, biome and tsc, each where the package configures it. */
import { z } from "zod";
import { below } from "../graph/link/paths.ts";
import type { RunResult } from "../workspace/run.ts";
import type { Check } from "./checks.ts";
import { type Finding, findingsReport } from "./findings.ts";
import {
  argumentsOf,
  hasFile,
  inPackage,
  isInstalled,
  nearestFile,
  notInstalled,
  type Package,
} from "./javascript-package.ts";
import { idIn, shownIn } from "./packages.ts";
import { parseJson, plain } from "./report.ts";

/** What the tools leave behind. */
export const LITTER = ["*.tsbuildinfo", "coverage", ".nyc_output", "junit.xml", ".eslintcache"];

interface ToolCall {
  program: string;
  /** For the shell, the program first. */
  line: string;
  shown: string;
  artifacts?: string[];
  read(run: RunResult): Finding[] | null;
}

function toolCheck(one: Package, { program, line, shown, artifacts = [], read }: ToolCall): Check {
  const { folder, where } = one;
  const id = idIn(program, folder);
  const absent = notInstalled(program, folder);
  return {
    id,
    command: inPackage(one, line),
    shown,
    cwd: where.cwd,
    kind: "command",
    litter: LITTER,
    artifacts,
    parse: (run) => findingsReport(id, run, { tool: program, found: read(run), absent, where }),
  };
}

const ESLINT_REPORT = "smallcode-eslint.json";
const FLAT = ["js", "mjs", "cjs", "ts", "mts", "cts"].map((end) => `eslint.config.${end}`);
const CLASSIC = ["", ".js", ".cjs", ".json", ".yml", ".yaml"].map((end) => `.eslintrc${end}`);
/** Options of a project's own call that change files or write the report elsewhere. */
const NOT_FOR_ESLINT = /^(--fix(-dry-run|-type)?|--cache(-\w+)?|--quiet|-o|-f|--output-file|--format)(=|$)/;
const TAKES_A_VALUE =
  /^(-o|-f|--output-file|--format|--fix-type|--cache-location|--cache-strategy|--cache-file)$/;

/** eslint over what the package's own script gives it, else over its folder. */
export async function eslintCheck(one: Package): Promise<Check | null> {
  const configured = one.configuresEslint || (await nearestFile(one, [...FLAT, ...CLASSIC])) !== null;
  const asked = one.dependencies.has("eslint") || argumentsOf(one, "eslint") !== null;
  if (!configured || !(asked || (await isInstalled(one, "eslint")))) return null;
  const words = (argumentsOf(one, "eslint") ?? ["."]).filter(
    (word, at, all) => !NOT_FOR_ESLINT.test(word) && !TAKES_A_VALUE.test(all[at - 1] ?? ""),
  );
  const own = words.join(" ");
  return toolCheck(one, {
    program: "eslint",
    line: `eslint ${own} --format json --output-file "$TMPDIR/${ESLINT_REPORT}"`,
    shown: `${shownIn("npx", "--prefix", one.folder)} eslint ${own}`,
    artifacts: [ESLINT_REPORT],
    read: (run) => readEslint(run.artifacts[ESLINT_REPORT] ?? ""),
  });
}

const EslintReport = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        ruleId: z.string().nullish(),
        severity: z.int(),
        message: z.string(),
        line: z.number().nullish(),
        column: z.number().nullish(),
      }),
    ),
  }),
);

function readEslint(text: string): Finding[] | null {
  const files = EslintReport.safeParse(parseJson(text)).data;
  return (
    files?.flatMap(({ filePath, messages }) =>
      messages.map(
        ({ ruleId, severity, message, line, column }): Finding => ({
          path: filePath,
          line: line ?? 1,
          column: column ?? undefined,
          severity: severity === 2 ? "error" : "warning",
          code: ruleId,
          message,
        }),
      ),
    ) ?? null
  );
}

/** biome's rules and its parser; how a file is formatted judges nobody. */
export async function biomeCheck(one: Package): Promise<Check | null> {
  const configured = await nearestFile(one, ["biome.json", "biome.jsonc", ".biome.json", ".biome.jsonc"]);
  if (configured === null) return null;
  return toolCheck(one, {
    program: "biome",
    line: "biome lint --colors=off --reporter=github --max-diagnostics=none .",
    shown: `${shownIn("npx", "--prefix", one.folder)} biome lint .`,
    read: (run) => readAnnotations(run.output),
  });
}

const ANNOTATION = /^::(?<severity>error|warning|notice) (?<about>[^\n]*?)::(?<message>.*)$/gm;

/** Annotations as GitHub reads them: `::error title=rule,file=a.js,line=1,col=2::message`. */
function readAnnotations(output: string): Finding[] {
  return [...plain(output).matchAll(ANNOTATION)].flatMap(({ groups }): Finding[] => {
    const about = Object.fromEntries(
      (groups?.about ?? "").split(",").map((part) => {
        const at = part.indexOf("=");
        return [part.slice(0, at), decode(part.slice(at + 1))];
      }),
    );
    if (groups?.severity === "notice" || !about.file) return [];
    return [
      {
        path: about.file,
        line: Number(about.line ?? 1),
        column: Number(about.col ?? 1),
        severity: groups?.severity === "error" ? "error" : "warning",
        code: about.title,
        message: decode(groups?.message ?? ""),
      },
    ];
  });
}

const decode = (text: string): string =>
  text
    .replaceAll("%0A", "\n")
    .replaceAll("%0D", "")
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":")
    .replaceAll("%25", "%");

/** The type checker, where there is a configuration and the package asks for it or has it. */
export async function typeCheck(one: Package): Promise<Check | null> {
  const { place, folder } = one;
  if (!hasFile(one, /^tsconfig\.json$/)) return null;
  if (!one.dependencies.has("typescript") && !(await isInstalled(one, "tsc"))) return null;
  const read = await place.read(below(folder, "tsconfig.json"));
  // A configuration that only refers to others checks nothing by itself.
  const refers =
    read.ok && /"references"\s*:/.test(read.file.text) && /"files"\s*:\s*\[\s*\]/.test(read.file.text);
  const line = `tsc ${refers ? "-b " : ""}--noEmit`;
  return toolCheck(one, {
    program: "tsc",
    line: `${line} --pretty false`,
    shown: shownIn(`node_modules/.bin/${line}`, "-p", folder),
    read: (run) => readTsc(run.output),
  });
}

const TSC =
  /^(?<path>[^\s(:][^(:\n]*)\((?<line>\d+),(?<column>\d+)\): (?<severity>error|warning) (?<code>TS\d+): (?<message>.*(?:\n {2}.*)*)/gm;

/** What is indented below an error explains it. Where its configuration alone is wrong, it has checked nothing. */
function readTsc(output: string): Finding[] | null {
  const found = [...plain(output).matchAll(TSC)].map(({ groups }): Finding => {
    const [message = "", ...more] = (groups?.message ?? "").split("\n");
    return {
      path: groups?.path ?? "",
      line: Number(groups?.line),
      column: Number(groups?.column),
      severity: groups?.severity === "warning" ? "warning" : "error",
      code: groups?.code,
      message,
      more: more.join("\n"),
    };
  });
  return found.length > 0 && found.every(({ path }) => /(^|\/)[jt]sconfig[^/]*\.json$/.test(path))
    ? null
    : found;
}
