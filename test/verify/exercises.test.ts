/**
 * Exercises of Exercism's tracks as they are, without a word on what checks them: the stub is red and the reference green. CMake
 * runs their tests as a part of the build; most tests are marked to be skipped, and what is skipped counts for nothing.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { CheckReport } from "../../src/types.ts";
import { project } from "./place.ts";

/** Catch2's header is compiled once. */
setDefaultTimeout(240_000);

const DATA = join(import.meta.dir, "../../../shared/data/polyglot");
const hasData = existsSync(DATA);
const repository = join(homedir(), ".m2", "repository");
const hasJupiter =
  existsSync(join(repository, "org/junit/jupiter/junit-jupiter/5.10.0")) &&
  existsSync(join(repository, "org/assertj/assertj-core/3.25.1")) &&
  existsSync(join(repository, "org/apache/maven/plugins/maven-surefire-plugin/3.1.2"));

const POM = `<project><modelVersion>4.0.0</modelVersion><groupId>exercise</groupId><artifactId>exercise</artifactId><version>1</version>
<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties>
<dependencies>
<dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.0</version><scope>test</scope></dependency>
<dependency><groupId>org.assertj</groupId><artifactId>assertj-core</artifactId><version>3.25.1</version><scope>test</scope></dependency>
</dependencies>
<build><plugins>
<plugin><artifactId>maven-compiler-plugin</artifactId><version>3.11.0</version></plugin>
<plugin><artifactId>maven-surefire-plugin</artifactId><version>3.1.2</version></plugin>
</plugins></build></project>
`;

interface Row {
  exercise: string;
  check: string;
  needs: boolean;
  /** What the runner adds. */
  added?: Record<string, string>;
  /** Files of the reference and where they belong. */
  reference: Record<string, string>;
  /** The stub's place and message. */
  red: { status: CheckReport["status"]; path: string; message: string };
}

const has = (...names: string[]): boolean => names.every((name) => Bun.which(name) !== null);
const ROWS: Row[] = [
  {
    exercise: "go/connect",
    check: "go test",
    needs: has("go"),
    reference: { ".meta/example.go": "connect.go" },
    red: { status: "failed", path: "connect.go", message: "panic: Please implement the ResultOf function" },
  },
  {
    exercise: "rust/say",
    check: "cargo test",
    needs: has("cargo"),
    reference: { ".meta/example.rs": "src/lib.rs" },
    red: { status: "failed", path: "src/lib.rs", message: "not yet implemented: Say 0 in English." },
  },
  {
    exercise: "java/series",
    check: "maven",
    needs: has("mvn", "javac") && hasJupiter,
    added: { "pom.xml": POM },
    reference: { ".meta/src/reference/java/Series.java": "src/main/java/Series.java" },
    red: {
      status: "failed",
      path: "src/main/java/Series.java",
      message: "Please implement the Series(string) constructor.",
    },
  },
  {
    exercise: "cpp/allergies",
    check: "cmake build",
    needs: has("cmake", "g++"),
    reference: { ".meta/example.cpp": "allergies.cpp", ".meta/example.h": "allergies.h" },
    red: {
      status: "error",
      path: "allergies_test.cpp",
      message: "‘allergy_test’ is not a member of ‘allergies’",
    },
  },
];

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

describe.skipIf(!hasData)("an exercise is judged as it is", () => {
  for (const { exercise, check, needs, added = {}, reference, red } of ROWS)
    test.skipIf(!needs)(exercise, async () => {
      const folder = join(DATA, exercise);
      const name = exercise.slice(exercise.indexOf("/") + 1);
      const text = (path: string): string => readFileSync(join(folder, path), "utf8");
      const paths = filesOf(folder).filter((path) => !path.startsWith("."));
      const contents = { ...Object.fromEntries(paths.map((path) => [path, text(path)])), ...added };
      const inside = (files: Record<string, string>): Record<string, string> =>
        Object.fromEntries(Object.entries(files).map(([path, one]) => [`${name}/${path}`, one]));
      const one = project(inside(contents));
      const id = `${check}:${name}`;
      const near = Object.values(reference).map((path) => `${name}/${path}`);
      const [only, ...others] = await one.detect({ near });
      if (only === undefined) throw new Error("no check");
      expect([only, ...others].map((each) => each.id)).toEqual([id]);
      const before = await one.run(only, 200_000);
      expect(before.status).toBe(red.status);
      expect(before.diagnostics[0]).toMatchObject({ path: `${name}/${red.path}`, message: red.message });
      one.write(inside(Object.fromEntries(Object.entries(reference).map(([from, to]) => [to, text(from)]))));
      const after = await one.run(only, 200_000);
      expect(after).toMatchObject({ status: "passed", failed: 0, diagnostics: [] });
      expect(after.passed).toBeGreaterThan(0);
    });
});

test.skipIf(hasData)("the exercises are not here: their tests were skipped", () => {
  expect(hasData).toBe(false);
});
for (const { exercise, needs } of ROWS)
  test.skipIf(needs)(`a toolchain or its libraries are not here: ${exercise} was skipped`, () => {
    expect(needs).toBe(false);
  });
