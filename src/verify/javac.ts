/**
 * Checks for Java and Kotlin without a build tool: the compiler on all sources, with the jars of the workspace. Where JUnit's
 * console is among them, the tests are run by it.
 */
import type { CheckReport } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readCompiler } from "./compilers.ts";
import { REPORT, readJavaBuild } from "./java-report.ts";
import { type Where, withoutReport } from "./outcomes.ts";
import { firstOf, report, stopped } from "./report.ts";

const FOREIGN = /(^|\/)(node_modules|target|build|out|bin|vendor|third_party)\//;
const JUNIT = /(^|\/)junit-platform-console-standalone[^/]*\.jar$/;
/** More sources than this are a build of their own, which no build tool tells of. */
const MOST_SOURCES = 2000;

interface Language {
  id: string;
  files: RegExp;
  /** What compiles all files of the list into the folder. */
  compile(list: string, folder: string, jars: string): string;
}

const JAVAC: Language = {
  id: "javac",
  files: /\.java$/,
  compile: (list, folder, jars) =>
    `javac -encoding UTF-8 -Xlint:none -proc:none -d ${folder}${jars} @${list}`,
};
const KOTLINC: Language = {
  id: "kotlinc",
  files: /\.kt$/,
  compile: (list, folder, jars) => `kotlinc -nowarn -d ${folder}${jars} @${list}`,
};

const CODE = /\.(java|kt|py|[cm]?[jt]sx?|go|rs|rb|php|cs|c|cc|cpp|cxx|swift|scala|lua)$/;

/** One check for each language that the task is about or, where it names no file, that most of the workspace's code is in. */
export async function bareChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const code = files.filter((path) => CODE.test(path) && !FOREIGN.test(path)).length;
  const jars = files.filter((path) => path.endsWith(".jar") && !FOREIGN.test(path));
  return [JAVAC, KOTLINC].flatMap((language) => {
    const sources = files.filter((path) => language.files.test(path) && !FOREIGN.test(path));
    const meant =
      near.length === 0 ? sources.length * 2 > code : near.some((path) => language.files.test(path));
    if (!meant || sources.length === 0 || sources.length > MOST_SOURCES) return [];
    return [bareCheck(language, { place, files, sources, jars })];
  });
}

interface Sources {
  place: Place;
  files: string[];
  sources: string[];
  jars: string[];
}

function bareCheck(language: Language, { place, files, sources, jars }: Sources): Check {
  const where = { root: place.root, cwd: place.root };
  const junit = language === JAVAC ? jars.find((path) => JUNIT.test(path)) : undefined;
  const id = junit === undefined ? language.id : "junit";
  const classpath = jars.length === 0 ? "" : ` -cp ${quote(jars.join(":"))}`;
  // The list is made as it runs: a turn may add sources.
  const names = language.files.source.replace(/\\|\$/g, "");
  const list = `find . -name '*${names}' -not -path '*/.*/*' ${UNSEEN} | sed 's/.*/"&"/' >"$TMPDIR/sources"`;
  const compile = language.compile(`"$TMPDIR/sources"`, `"$TMPDIR/classes"`, classpath);
  const lines = [
    list,
    `command -v ${language.id} >/dev/null || { echo '${language.id}: not found'; exit 127; }`,
    `${compile} || exit 1`,
    ...(junit === undefined ? [] : runJunit(junit, jars)),
  ];
  const parse = (run: RunResult): CheckReport => {
    const early = stopped(id, run) ?? absent(id, run, language);
    if (early !== null) return early;
    if (junit !== undefined) return readJavaBuild(run, { id, tool: "junit", files, where });
    return readCompile(run, { id, tool: language.id, sources, where });
  };
  return {
    id,
    command: shellCommand(lines.join("\n")),
    shown: junit === undefined ? `${language.id} ${named(sources)}` : `java -jar ${junit}`,
    cwd: where.cwd,
    kind: junit === undefined ? "command" : "test",
    litter: ["*.class"],
    artifacts: [REPORT],
    parse,
  };
}

const UNSEEN = ["node_modules", "target", "build", "out", "bin", "vendor", "third_party"]
  .map((name) => `-not -path '*/${name}/*'`)
  .join(" ");

const named = (sources: string[]): string =>
  sources.length <= 3 ? sources.join(" ") : `(${sources.length} files)`;

const runJunit = (junit: string, jars: string[]): string[] => {
  // The console has had commands since 1.10.
  const verb = /-standalone-1\.\d\./.test(junit) ? "" : " execute";
  const path = [`"$TMPDIR/classes"`, ...jars.map(quote)].join(":");
  return [
    `java -jar ${quote(junit)}${verb} --disable-banner --disable-ansi-colors --details=none --scan-class-path="$TMPDIR/classes" --class-path=${path} --reports-dir="$TMPDIR/reports"`,
    "code=$?",
    `cat "$TMPDIR"/reports/TEST-*.xml >"$TMPDIR/${REPORT}" 2>/dev/null`,
    "exit $code",
  ];
};

function absent(id: string, run: RunResult, language: Language): CheckReport | null {
  return run.end.kind === "exited" && run.end.code === 127
    ? report(id, run, {
        status: "unavailable",
        summary: `${language.id} is not installed or not in PATH.`,
      })
    : null;
}

interface About {
  id: string;
  tool: string;
  sources: string[];
  where: Where;
}

/** A package that nothing here brings is missing, not wrong. */
function readCompile(run: RunResult, { id, tool, sources, where }: About): CheckReport {
  if (run.end.kind === "exited" && run.end.code === 0)
    return report(id, run, { status: "passed", summary: `${tool} compiles it.` });
  const diagnostics = readCompiler(run.output, where).filter(({ severity }) => severity === "error");
  if (diagnostics.length === 0) return withoutReport(id, run, { tool, where });
  const foreign = diagnostics
    .map(({ message }) => /^package ([\w.]+) does not exist/.exec(message)?.[1])
    .find(
      (name) =>
        name !== undefined && !sources.some((path) => `/${path}`.includes(`/${name.replaceAll(".", "/")}/`)),
    );
  if (foreign !== undefined)
    return report(id, run, {
      status: "unavailable",
      diagnostics,
      summary: `The package ${foreign} is in no source or jar here, and no build file says where it is from.`,
    });
  return report(id, run, {
    status: "failed",
    diagnostics,
    summary: firstOf(diagnostics, diagnostics.length),
  });
}
