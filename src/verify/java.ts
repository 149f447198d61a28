/**
 * Checks for Java and its relatives: Maven or Gradle, by the project's wrapper where there is one, without a network. Both leave
 * their reports in the tree as JUnit's XML; those that the run itself wrote are put together below TMPDIR and read from there.
 */
import { join } from "node:path";
import { below, nameOf, outward, stemOf } from "../graph/link/paths.ts";
import type { CheckReport, Diagnostic } from "../types.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { readJunit } from "./junit.ts";
import { shownWith } from "./narrow.ts";
import { failure, type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { report, stopped } from "./report.ts";

const REPORT = "smallcode-junit.xml";
const TEST_CLASS = /(^|\/)(Test[A-Z]\w*|\w+(Tests?|TestCase|Spec))\.(java|kt|groovy|scala)$/;
const LITTER = ["target", "build", ".gradle", "*.class"];

interface Tool {
  id: string;
  manifest: RegExp;
  wrapper: string;
  program: string;
  args: string;
  /** Names the folder of a build. */
  option: string;
  /** Where reports lie, for `find -path`. */
  reports: string[];
  /** Arguments that hold it to these classes; null where one of its parts without any of them would fail. */
  choose(classes: string[], manifests: number): string[] | null;
}

const MAVEN: Tool = {
  id: "maven",
  manifest: /^pom\.xml$/,
  wrapper: "mvnw",
  program: "mvn",
  args: "-o -B -q --fail-at-end -DtrimStackTrace=false test",
  option: "-f",
  reports: ["*/target/surefire-reports/TEST-*.xml"],
  choose: (classes) => [
    `-Dtest=${classes.join(",")}`,
    "-DfailIfNoTests=false",
    "-Dsurefire.failIfNoSpecifiedTests=false",
  ],
};

const GRADLE: Tool = {
  id: "gradle",
  manifest: /^(build|settings)\.gradle(\.kts)?$/,
  wrapper: "gradlew",
  program: "gradle",
  args: "--offline --no-daemon --console=plain --continue test",
  option: "-p",
  reports: ["*/build/test-results/*/TEST-*.xml"],
  choose: (classes, manifests) => (manifests > 2 ? null : classes.flatMap((name) => ["--tests", `*${name}`])),
};

/** The tests of the build that the task is about; of a part of it where the task names one. */
export async function javaChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  for (const tool of [MAVEN, GRADLE]) {
    const checks = await checksOf(tool, place, options);
    if (checks.length > 0) return checks;
  }
  return [];
}

async function checksOf(tool: Tool, place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const { manifest } = tool;
  const parts = await packagesNear({ files, near, manifest });
  const found = new Map<string, string[]>();
  for (const part of parts) {
    const build = await outermost(tool, place, files, part);
    found.set(build, [...(found.get(build) ?? []), part]);
  }
  return [...found].map(([folder, inner]) => {
    const narrow = tool === MAVEN && near.length > 0 && !inner.includes(folder);
    const modules = inner.map((part) => (folder === "" ? part : part.slice(folder.length + 1)));
    return buildCheck(tool, { place, folder, files, modules: narrow ? modules : [] });
  });
}

/** The folder from which the whole build is run: the last one outward that has a manifest and, for Maven, lists its modules. */
async function outermost(tool: Tool, place: Place, files: string[], part: string): Promise<string> {
  let last = part;
  for (const folder of outward(part)) {
    const manifest = files.find(
      (path) => tool.manifest.test(path.slice(folder.length).replace(/^\//, "")) && path.startsWith(folder),
    );
    if (manifest === undefined) continue;
    const read = await place.read(manifest);
    const gathers =
      tool === GRADLE ? /settings\.gradle/.test(manifest) : read.ok && /<modules>/.test(read.file.text);
    if (gathers) last = folder;
  }
  return last;
}

interface Build {
  place: Place;
  folder: string;
  files: string[];
  /** Modules to restrict Maven to, with what they need. */
  modules: string[];
}

function buildCheck(tool: Tool, { place, folder, files, modules }: Build): Check {
  const where = { root: place.root, cwd: join(place.root, folder) };
  const id = idIn(tool.id, folder);
  const wrapped = files.includes(below(folder, tool.wrapper));
  const program = wrapped ? `sh ./${tool.wrapper}` : tool.program;
  const some = modules.length === 0 ? "" : ` -am -pl ${modules.map(quote).join(",")}`;
  const line = `${program} ${tool.args}${some}`;
  const paths = tool.reports.map((path) => `-path ${quote(path)}`).join(" -o ");
  const command = (run: string): string[] =>
    shellCommand(
      [
        `: >"$TMPDIR/began"; sleep 0.02`,
        run,
        "code=$?",
        `find . -type f \\( ${paths} \\) -newer "$TMPDIR/began" -exec cat {} + >"$TMPDIR/${REPORT}"`,
        "exit $code",
      ].join("\n"),
    );
  const named = wrapped ? `./${below(folder, tool.wrapper)}` : tool.program;
  const shown = shownIn(`${named} ${tool.args}${some}`, tool.option, folder);
  const manifests = files.filter(
    (path) => path.startsWith(folder) && tool.manifest.test(nameOf(path)),
  ).length;
  return {
    id,
    command: command(line),
    shown,
    cwd: where.cwd,
    kind: "test",
    builds: true,
    litter: LITTER,
    artifacts: [REPORT],
    parse: (run) => stopped(id, run) ?? readBuild({ id, tool: tool.program, files }, run, where),
    narrow(paths) {
      const classes = paths.filter((path) => TEST_CLASS.test(path)).map(stemOf);
      const chosen = classes.length === 0 ? null : tool.choose(classes, manifests);
      if (chosen === null) return null;
      return { command: command(`${line} ${chosen.map(quote).join(" ")}`), shown: shownWith(shown, chosen) };
    },
  };
}

interface About {
  id: string;
  tool: string;
  files: string[];
}

function readBuild({ id, tool, files }: About, run: RunResult, where: Where): CheckReport {
  const missing = /^sh: .*?(\S+): not found$/m.exec(run.output)?.[1];
  if (run.end.kind === "exited" && run.end.code === 127)
    return report(id, run, {
      status: "unavailable",
      summary: `${missing ?? tool} is not installed or not in PATH.`,
    });
  const cases = readJunit(run.artifacts[REPORT] ?? "");
  const good = run.end.kind === "exited" && run.end.code === 0;
  if (cases === null && good) return report(id, run, { status: "no_tests", summary: `${tool} ran no test.` });
  if (cases === null) return withoutReport(id, run, { tool, where });
  const outcomes = cases.map(({ about, outcome, message, text, output }): TestOutcome => {
    const test = [about.classname ?? "", about.name ?? ""].join("::");
    return { outcome, diagnostic: diagnose(test, { message, text: text || output }, { ...where, files }) };
  });
  return testReport(id, run, { tool, outcomes, where });
}

/** A stack names a class and the name of its file; together they are the end of one path in the workspace. */
function diagnose(
  test: string,
  said: { message: string; text: string },
  where: Where & { files: string[] },
): Diagnostic {
  const frames = said.text.matchAll(
    /^\s*at (?:[\w.@-]+\/)*([\w.$]+)\.[\w$<>]+\(([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)/gm,
  );
  for (const [, name = "", file = "", line] of frames) {
    const folder = name.split(".").slice(0, -1).join("/");
    const end = `/${below(folder, file)}`;
    const path = where.files.find((one) => `/${one}`.endsWith(end));
    if (path === undefined) continue;
    const message = said.message || said.text;
    return failure(test, { message, text: "", path, line: Number(line) }, where);
  }
  return failure(test, said, where);
}
