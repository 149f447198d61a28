/**
 * Checks for Java and its relatives: Maven or Gradle, by the project's wrapper where there is one, without a network. Both leave
 * their reports in the tree as JUnit's XML; those that the run itself wrote are put together below TMPDIR and read from there.
 */
import { join } from "node:path";
import { below, nameOf, outward, stemOf } from "../graph/link/paths.ts";
import { quote, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, NarrowRun, Place } from "./checks.ts";
import { REPORT, readJavaBuild } from "./java-report.ts";
import { bareChecks } from "./javac.ts";
import { shownWith } from "./narrow.ts";
import { idIn, packagesNear, shownIn } from "./packages.ts";
import { stopped } from "./report.ts";

const TEST_CLASS = /(^|\/)(Test[A-Z]\w*|\w+(Tests?|TestCase|Spec))\.(java|kt|groovy|scala)$/;
const LITTER = ["target", "build", ".gradle", "*.class"];

interface Tool {
  id: string;
  manifest: RegExp;
  wrapper: string;
  program: string;
  args: string;
  /** Lines of a script that go before it. */
  before: string[];
  /** Names the folder of a build. */
  option: string;
  /** Where reports lie, for `find -path`. */
  reports: string[];
  /** Arguments that hold it to these classes, or methods of them; null where one of its parts without any of them would fail. */
  choose(chosen: Chosen[], manifests: number): string[] | null;
}

/** A class by its name, with or without its package, and its methods; none: all of them. */
interface Chosen {
  name: string;
  methods: string[];
}

/**
 * Maven itself lives for two seconds: the second compiler of its virtual machine and a parallel collector cost more than they
 * give, unless somebody has chosen otherwise. The machine that runs the tests is left as the project has it.
 */
const QUICK_START = [
  `case "$MAVEN_OPTS $(cat .mvn/jvm.config 2>/dev/null)" in`,
  `*-XX:*|*-Xint*) ;;`,
  `*) export MAVEN_OPTS="$MAVEN_OPTS -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto" ;;`,
  "esac",
];

const MAVEN: Tool = {
  id: "maven",
  manifest: /^pom\.xml$/,
  wrapper: "mvnw",
  program: "mvn",
  args: "-o -B -q --fail-at-end -DtrimStackTrace=false test",
  option: "-f",
  reports: ["*/target/surefire-reports/TEST-*.xml"],
  before: QUICK_START,
  choose: (chosen) => [
    `-Dtest=${chosen.map(({ name, methods }) => (methods.length === 0 ? name : `${name}#${methods.join("+")}`)).join(",")}`,
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
  before: [],
  choose: (chosen, manifests) => {
    const patterns = chosen.flatMap(({ name, methods }) => {
      const whole = name.includes(".") ? name : `*${name}`;
      return methods.length === 0 ? [whole] : methods.map((method) => `${whole}.${method}`);
    });
    return manifests > 2 ? null : patterns.flatMap((pattern) => ["--tests", pattern]);
  },
};

/** The tests of the build that the task is about; of a part of it where the task names one. */
export async function javaChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  for (const tool of [MAVEN, GRADLE]) {
    const checks = await checksOf(tool, place, options);
    if (checks.length > 0) return checks;
  }
  return bareChecks(place, options);
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
        ...tool.before,
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
  const held = (chosen: Chosen[]): NarrowRun | null => {
    const words = chosen.length === 0 ? null : tool.choose(chosen, manifests);
    if (words === null) return null;
    return { command: command(`${line} ${words.map(quote).join(" ")}`), shown: shownWith(shown, words) };
  };
  return {
    id,
    command: command(line),
    shown,
    cwd: where.cwd,
    kind: "test",
    builds: true,
    litter: LITTER,
    artifacts: [REPORT],
    parse: (run) => stopped(id, run) ?? readJavaBuild(run, { id, tool: tool.program, files, where }),
    narrow: (paths) => {
      const classes = paths.filter((path) => TEST_CLASS.test(path)).map(stemOf);
      return held(classes.map((name) => ({ name, methods: [] })));
    },
    narrowTests: (ids) => held(chosenBy(ids)),
  };
}

/** Classes and methods of the ids of tests, `a.b.CTest::adds(int)[1]`; a name that is no method's stands for its whole class. */
function chosenBy(ids: string[]): Chosen[] {
  const chosen = new Map<string, Set<string> | null>();
  for (const id of ids) {
    const [, name, test = ""] = /^([\w.$]+)::(.*)$/.exec(id) ?? [];
    if (name === undefined) continue;
    const method = /^(\w+)(?:\(.*\))?(?:\[.*\]|\{.*\})?$/.exec(test)?.[1];
    const known = chosen.get(name);
    if (method === undefined || known === null) chosen.set(name, null);
    else chosen.set(name, new Set([...(known ?? []), method]));
  }
  return [...chosen].map(([name, methods]) => ({ name, methods: [...(methods ?? [])] }));
}
