/** What a build of Java's tools leaves: the reports of its tests as JUnit's XML, else what its compiler said. */
import { below } from "../graph/link/paths.ts";
import type { CheckReport, Diagnostic } from "../types.ts";
import type { RunResult } from "../workspace/run.ts";
import { readCompiler } from "./compilers.ts";
import { readJunit } from "./junit.ts";
import { type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { firstOf, oneLine, plain, report } from "./report.ts";
import { type Frame, fewest } from "./stack.ts";
import { inFull, inOneLine } from "./told.ts";

/** The reports that a run wrote, one after the other. */
export const REPORT = "smallcode-junit.xml";

export interface JavaBuild {
  id: string;
  /** The program as a person calls it. */
  tool: string;
  /** The workspace's files: a stack names the end of a path. */
  files: string[];
  where: Where;
}

/** The report of a run that came to its own end. */
export function readJavaBuild(run: RunResult, { id, tool, files, where }: JavaBuild): CheckReport {
  const absent = missing(run, tool);
  if (absent !== null) return report(id, run, { status: "unavailable", summary: absent });
  const cases = readJunit(run.artifacts[REPORT] ?? "");
  const good = run.end.kind === "exited" && run.end.code === 0;
  if (cases === null && good) return report(id, run, { status: "no_tests", summary: `${tool} ran no test.` });
  if (cases === null) return notBuilt(run, { id, tool, files, where });
  const outcomes = cases.map(({ about, outcome, message, text, output }): TestOutcome => {
    const test = [about.classname ?? "", about.name ?? ""].join("::");
    return { outcome, diagnostic: diagnose(test, { message, text: text || output }, files) };
  });
  return testReport(id, run, { tool, outcomes, where });
}

function notBuilt(run: RunResult, { id, tool, where }: JavaBuild): CheckReport {
  const errors = readCompiler(run.output, where).filter(({ severity }) => severity === "error");
  if (errors.length === 0) return withoutReport(id, run, { tool, where });
  const summary = `No test was run: ${firstOf(errors, errors.length)}`;
  return report(id, run, { status: "error", diagnostics: errors, summary });
}

/** What the project asks for and is not on this machine, in one sentence; null where everything was. */
function missing(run: RunResult, tool: string): string | null {
  if (run.end.kind === "exited" && run.end.code === 0) return null;
  const text = plain(run.output);
  const absent = /^sh: .*?(\S+): not found$/m.exec(text)?.[1];
  if (run.end.kind === "exited" && run.end.code === 127)
    return `${absent ?? tool} is not installed or not in PATH.`;
  const wrapper = /^Downloading (https?:\/\/\S+\/)?(gradle-\S+?)(?:-(?:bin|all))?\.zip/m.exec(text)?.[2];
  if (wrapper !== undefined && /Exception/.test(text))
    return `The project's wrapper needs ${wrapper}, which is not on this machine, and checks have no network: run \`./gradlew --version\` once.`;
  if (
    /^(?:Error: )?(?:Failed to fetch|cannot fetch|curl: \(\d+\)|wget: ).*/im.test(text) &&
    /mvnw|maven/i.test(text)
  )
    return "The project's wrapper needs a Maven that is not on this machine, and checks have no network: run `./mvnw --version` once.";
  const artifact =
    /Cannot access \S+ \(\S+\) in offline mode and the artifact (\S+) has not been downloaded/.exec(
      text,
    )?.[1];
  if (artifact !== undefined)
    return `Maven needs ${oneLine(artifact)}, which is not on this machine; \`mvn test\` once with a network brings it.`;
  const cached = /No cached version of (\S+) available for offline mode/.exec(text)?.[1];
  if (cached !== undefined)
    return `Gradle needs ${oneLine(cached)}, which is not on this machine; a build once with a network brings it.`;
  const release =
    /(?:invalid target release|release version): ?(\S+)|release version (\S+) not supported/.exec(text);
  if (release !== null)
    return `The project needs Java ${release[1] ?? release[2]}, and the installed JDK does not know it.`;
  return null;
}

/** `at a.b.C.m(C.java:3)`; a stack may have causes, and the last of them tells where it began. */
const FRAME = /^\s*at (?:[\w.@-]+\/)*([\w.$]+)\.[\w$<>]+\(([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)/;

function diagnose(test: string, said: { message: string; text: string }, files: string[]): Diagnostic {
  const parts = plain(said.text).split(/^(?=\s*Caused by: )/m);
  const ways = parts.map((part) => framesOf(part, files));
  const frames = ways.findLast((way) => way.length > 0) ?? [];
  const cause = parts.length > 1 ? /^\s*(Caused by: [^\n]*)/.exec(parts.at(-1) ?? "")?.[1] : undefined;
  const head = plain(said.text).split(/^\s*at /m)[0] ?? "";
  const message = inOneLine(said.message) || inOneLine(head) || "It failed.";
  // A message alone does not say that it is an exception's; what stands before the stack does.
  const told = said.message.includes("\n") && head.trim() === "" ? said.message : head;
  const way = frames.map(({ path, line }) => `    at ${path}:${line}`).reverse();
  const text = [told.trimEnd(), ...(cause === undefined ? [] : [cause]), ...way].join("\n");
  return inFull({ severity: "error", message, test }, { text, frames });
}

/** A frame names a class and its file; together they are the end of one path in the workspace. Outermost first. */
function framesOf(stack: string, files: string[]): Frame[] {
  const frames = stack.split("\n").flatMap((text) => {
    const [, name = "", file = "", line] = FRAME.exec(text) ?? [];
    if (file === "") return [];
    const end = `/${below(name.split(".").slice(0, -1).join("/"), file)}`;
    const path =
      files.find((one) => `/${one}`.endsWith(end)) ??
      // Kotlin's folders need not follow its packages.
      (file.endsWith(".kt") ? files.find((one) => `/${one}`.endsWith(`/${file}`)) : undefined);
    return path === undefined ? [] : [{ path, line: Number(line) }];
  });
  return fewest(frames.reverse());
}
