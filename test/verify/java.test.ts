/**
 * Maven and Gradle by what they leave: a wrapper of the project that compiles and runs a test class, and writes the reports as they do. The
 * real Maven is used in the repairs of `test/binary`, where its plugins are on the machine.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
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
    expect(report.summary).toContain("Plugin a:b:1");
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
