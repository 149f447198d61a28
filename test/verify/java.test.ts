/**
 * Maven and Gradle by what they leave: a wrapper of the project that compiles and runs a test class, and writes the reports as they do. The
 * real Maven is used in the repairs of `test/binary`, where its plugins are on the machine.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { project } from "./place.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const REPORT = (failure: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="calc.CalcTest" tests="3">
  <properties><property name="java.version" value="17"/></properties>
  <testcase name="adds" classname="calc.CalcTest" time="0.01">${failure}</testcase>
  <testcase name="is &lt;there&gt;" classname="calc.CalcTest" time="0"><system-out><![CDATA[<testcase name="forged"/>]]></system-out></testcase>
  <testcase name="later" classname="calc.CalcTest" time="0"><skipped message="later"/></testcase>
</testsuite>
`;
const FAILURE = `<failure message="expected:&lt;3&gt; but was:&lt;-1&gt;" type="java.lang.AssertionError"><![CDATA[java.lang.AssertionError: expected:<3> but was:<-1>
	at org.junit.Assert.fail(Assert.java:89)
	at java.base/java.lang.reflect.Method.invoke(Method.java:569)
	at calc.CalcTest.adds(CalcTest.java:11)
]]></failure>`;

/** A wrapper that writes the report, says something, and ends. */
const wrapper = (folder: string, report: string | null, end: string): string => `#!/bin/sh
echo "$*" > arguments
mkdir -p ${folder}
${report === null ? ":" : `cat > ${folder}/TEST-calc.CalcTest.xml <<'EOF'\n${report}EOF`}
${end}
`;
const MAVEN = "target/surefire-reports";
const GRADLE = "build/test-results/test";
const SOURCES = {
  "src/main/java/calc/Calc.java": "",
  "src/test/java/calc/CalcTest.java": "",
  "src/test/java/other/CalcTest.java": "",
};

describe("Maven", () => {
  test("red: ids, messages, the place in the class's own file", async () => {
    const one = project({
      "pom.xml": "<project></project>",
      mvnw: wrapper(MAVEN, REPORT(FAILURE), "exit 1"),
      ...SOURCES,
    });
    const report = await one.reportOf("maven");
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 1 });
    expect(report.diagnostics).toEqual([
      {
        test: "calc.CalcTest::adds",
        path: "src/test/java/calc/CalcTest.java",
        line: 11,
        severity: "error",
        message: "expected:<3> but was:<-1>",
        detail:
          "java.lang.AssertionError: expected:<3> but was:<-1>\n    at src/test/java/calc/CalcTest.java:11",
        frames: [{ path: "src/test/java/calc/CalcTest.java", line: 11 }],
      },
    ]);
  });

  test("a report of an earlier run counts for nothing; nor does an end without one, or red with green reports", async () => {
    const one = project({
      "pom.xml": "<project></project>",
      mvnw: wrapper(MAVEN, REPORT(""), "exit 0"),
      ...SOURCES,
    });
    expect(await one.reportOf("maven")).toMatchObject({ status: "passed", passed: 2, failed: 0 });
    one.write({ mvnw: "#!/bin/sh\nexit 0\n" });
    expect(await one.reportOf("maven")).toMatchObject({ status: "no_tests" });
    const compile =
      "echo '[ERROR] /src/main/java/calc/Calc.java:[5,20] cannot find symbol' | sed \"s|/src|$PWD/src|\"; exit 1";
    one.write({ mvnw: `#!/bin/sh\n${compile}\n` });
    expect(await one.reportOf("maven")).toMatchObject({
      status: "error",
      diagnostics: [{ path: "src/main/java/calc/Calc.java", line: 5, message: "cannot find symbol" }],
    });
    one.write({ mvnw: wrapper(MAVEN, REPORT(""), "exit 1") });
    expect(await one.reportOf("maven")).toMatchObject({ status: "error", passed: 2 });
  });

  test("one module of a build, with what it needs, from the build's own folder", async () => {
    const one = project({
      "pom.xml": "<project><modules><module>core</module><module>web</module></modules></project>",
      "core/pom.xml": "<project></project>",
      "core/src/main/java/A.java": "",
      "web/pom.xml": "<project></project>",
    });
    const [check] = await one.detect({ near: ["core/src/main/java/A.java"] });
    expect(check).toMatchObject({ id: "maven", cwd: one.place.root });
    expect(check?.shown).toEndWith("test -am -pl 'core'");
    const [all] = await one.detect();
    expect(all?.shown).toEndWith(" test");
  });

  test("what is not on the machine is said", async () => {
    const one = project({
      "pom.xml": "<project></project>",
      mvnw: "#!/bin/sh\necho '[ERROR] Plugin a:b:1 or one of its dependencies could not be resolved: Cannot access central (https://repo.example) in offline mode and the artifact a:b:jar:1 has not been downloaded from it before.'\nexit 1\n",
    });
    const report = await one.reportOf("maven");
    expect(report.status).toBe("unavailable");
    expect(report.summary).toContain("Maven needs a:b:jar:1, which is not on this machine");
  });
});

describe("Gradle", () => {
  test("by its wrapper, from the folder of its settings, without a network", async () => {
    const one = project({
      "settings.gradle": "include 'app'",
      gradlew: wrapper(`app/${GRADLE}`, REPORT(FAILURE), "exit 1"),
      "app/build.gradle.kts": "",
      "app/src/test/java/calc/CalcTest.java": "",
    });
    const near = ["app/src/test/java/calc/CalcTest.java"];
    const report = await one.reportOf("gradle", near);
    expect(report).toMatchObject({ status: "failed", passed: 1, failed: 1 });
    expect(report.diagnostics).toMatchObject([
      { path: "app/src/test/java/calc/CalcTest.java", line: 11, test: "calc.CalcTest::adds" },
    ]);
    expect(await Bun.file(`${one.place.root}/arguments`).text()).toContain("--offline");
  });
});

const causes = `<failure message="wrapped" type="java.lang.IllegalStateException"><![CDATA[java.lang.IllegalStateException: wrapped
	at calc.CalcTest.adds(CalcTest.java:11)
	at java.base/java.lang.reflect.Method.invoke(Method.java:569)
Caused by: java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null
	at calc.Calc.inner(Calc.java:7)
	at calc.Calc.add(Calc.java:3)
	at calc.CalcTest.adds(CalcTest.java:10)
	... 3 more
]]></failure>`;

test("of an exception with a cause: where it began, and the way there", async () => {
  const one = project({
    "pom.xml": "<project></project>",
    mvnw: wrapper(MAVEN, REPORT(causes), "exit 1"),
    ...SOURCES,
  });
  const [first] = (await one.reportOf("maven")).diagnostics;
  expect(first).toMatchObject({
    path: "src/main/java/calc/Calc.java",
    line: 7,
    frames: [
      { path: "src/test/java/calc/CalcTest.java", line: 10 },
      { path: "src/main/java/calc/Calc.java", line: 3 },
      { path: "src/main/java/calc/Calc.java", line: 7 },
    ],
    detail: expect.stringContaining(
      'Caused by: java.lang.NullPointerException: Cannot invoke "String.length()"',
    ),
  });
});

test("held to tests by their ids", async () => {
  const one = project({ "pom.xml": "<project></project>", ...SOURCES });
  const [maven] = await one.detect();
  expect(
    maven?.narrowTests?.(["calc.CalcTest::adds", "calc.CalcTest::of(int)[2]", "a.B::c d"])?.shown,
  ).toEndWith(
    "'-Dtest=calc.CalcTest#adds+of,a.B' -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false",
  );
  expect(maven?.narrowTests?.(["x"])).toBeNull();
  const other = project({ "build.gradle": "", ...SOURCES });
  const [gradle] = await other.detect();
  expect(gradle?.narrowTests?.(["calc.CalcTest::adds()"])?.shown).toEndWith("--tests calc.CalcTest.adds");
});

test("a wrapper that would fetch its Gradle is said; a JDK that is too old, too", async () => {
  const said = (text: string) =>
    project({ "build.gradle": "", gradlew: `#!/bin/sh\ncat <<'EOF'\n${text}\nEOF\nexit 1\n`, ...SOURCES });
  const fetches = said(
    'Downloading https://services.gradle.org/distributions/gradle-8.5-bin.zip\nException in thread "main" java.net.UnknownHostException: services.gradle.org',
  );
  expect(await fetches.reportOf("gradle")).toMatchObject({
    status: "unavailable",
    summary: expect.stringContaining("gradle-8.5"),
  });
  const newer = said("error: invalid target release: 99");
  expect(await newer.reportOf("gradle")).toMatchObject({
    status: "unavailable",
    summary: "The project needs Java 99, and the installed JDK does not know it.",
  });
});

describe.skipIf(Bun.which("javac") === null)("javac", () => {
  test("red, green, a package that nothing brings; not where the task is about something else", async () => {
    const one = project({
      "calc/Calc.java":
        "package calc;\n\npublic class Calc {\n    static int add(int a, int b) {\n        return a + c;\n    }\n}\n",
      "calc/Main.java":
        'package calc;\n\npublic class Main {\n    public static void main(String[] args) {\n        Calc.add("1", 2);\n    }\n}\n',
      "tool.py": "",
    });
    expect(await one.detect({ near: ["tool.py"] })).not.toContainEqual(
      expect.objectContaining({ id: "javac" }),
    );
    const red = await one.reportOf("javac", ["calc/Calc.java"]);
    expect(red).toMatchObject({
      status: "failed",
      diagnostics: [
        {
          path: "calc/Calc.java",
          line: 5,
          column: 20,
          message: "cannot find symbol; symbol: variable c",
          detail: expect.stringContaining("location: class Calc"),
        },
        { path: "calc/Main.java", line: 5, message: "incompatible types: String cannot be converted to int" },
      ],
    });
    one.write({
      "calc/Calc.java":
        "package calc;\n\npublic class Calc {\n  static int add(Object a, int b) { return b; }\n}\n",
    });
    expect(await one.reportOf("javac", ["calc/Calc.java"])).toMatchObject({ status: "passed" });
    expect(existsSync(join(one.place.root, "calc/Calc.class"))).toBe(false);
    one.write({
      "calc/CalcTest.java":
        "package calc;\n\nimport org.junit.Test;\n\nclass CalcTest { @Test void a() {} }\n",
    });
    expect(await one.reportOf("javac", ["calc/Calc.java"])).toMatchObject({
      status: "unavailable",
      summary: "The package org.junit is in no source or jar here, and no build file says where it is from.",
    });
  });

  test.skipIf(Bun.which("kotlinc") !== null)("kotlinc that is not here is said", async () => {
    const one = project({ "Main.kt": "fun main() {}\n" });
    expect(await one.reportOf("kotlinc")).toMatchObject({
      status: "unavailable",
      summary: "kotlinc is not installed or not in PATH.",
    });
  });
});

const repository = join(homedir(), ".m2", "repository");
const surefire = ["maven-surefire-plugin/2.12.4", "maven-compiler-plugin/3.1", "maven-resources-plugin/2.6"];
const hasMaven =
  Bun.which("mvn") !== null &&
  surefire.every((name) => existsSync(join(repository, "org/apache/maven/plugins", name))) &&
  existsSync(join(repository, "org/apache/maven/surefire/surefire-junit4")) &&
  existsSync(join(repository, "junit/junit/4.13.2"));

test.skipIf(!hasMaven)(
  "the real Maven: red with the way there, held to one method, what does not compile",
  async () => {
    const one = project({
      "pom.xml":
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>a</artifactId><version>1</version><properties><maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target></properties><dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency></dependencies></project>",
      "src/main/java/calc/Calc.java":
        "package calc;\n\npublic class Calc {\n  static int add(int a, int b) { return a - b; }\n  static int at(int[] all) { return all[3]; }\n}\n",
      "src/test/java/calc/CalcTest.java":
        "package calc;\n\nimport org.junit.*;\n\npublic class CalcTest {\n  @Test public void adds() { Assert.assertEquals(3, Calc.add(1, 2)); }\n  @Test public void at() { Calc.at(new int[1]); }\n  @Ignore @Test public void later() {}\n}\n",
    });
    const [check] = await one.detect();
    if (check === undefined) throw new Error("no check");
    const red = await one.run(check);
    expect(red).toMatchObject({ status: "failed", passed: 0, failed: 2 });
    const byTest = Object.fromEntries(red.diagnostics.map((each) => [each.test, each]));
    expect(byTest["calc.CalcTest::adds"]).toMatchObject({ line: 6, message: "expected:<3> but was:<-1>" });
    expect(byTest["calc.CalcTest::at"]).toMatchObject({
      path: "src/main/java/calc/Calc.java",
      line: 5,
      frames: [
        { path: "src/test/java/calc/CalcTest.java", line: 7 },
        { path: "src/main/java/calc/Calc.java" },
      ],
    });
    const run = check.narrowTests?.(["calc.CalcTest::at"]);
    if (run == null) throw new Error("not narrowed");
    expect(await one.run({ ...check, ...run })).toMatchObject({ passed: 0, failed: 1 });
    one.write({ "src/main/java/calc/Calc.java": "package calc;\n\npublic class Calc {\n  int a = b;\n}\n" });
    expect(await one.run(check)).toMatchObject({
      status: "error",
      diagnostics: [{ path: "src/main/java/calc/Calc.java", line: 4, column: 11 }],
    });
  },
);
test.skipIf(hasMaven)("Maven's plugins and JUnit 4 are not on this machine: its test was skipped", () => {
  expect(hasMaven).toBe(false);
});
