/** What judges is frozen; what is judged is not. */
import { expect, test } from "bun:test";
import { isFrozen, judgedBy } from "../../src/verify/frozen.ts";

const FROZEN =
  `test_a.py a_test.py pkg/tests/helper.py tests/data/a.json conftest.py sub/conftest.py pytest.ini tox.ini setup.cfg
pyproject.toml sitecustomize.py src/a.test.ts src/a.spec.tsx src/__tests__/a.js src/__snapshots__/a.js.snap jest.config.js
vitest.config.ts package.json packages/x/package.json Makefile CMakeLists.txt .github/workflows/ci.yml .gitlab-ci.yml x_test.go
src/test/java/A.java src/main/java/ATest.java spec/a_spec.rb Cargo.toml go.mod pom.xml tsconfig.json .eslintrc.json smallcode.json
tests.py testdata/in.txt a.bats FooTests.cs pytest.toml .pytest.toml pytest.py _pytest/__init__.py unittest/case.py
python_testcases/load.py json_testcases/a.json unit-tests/a.py test_data/a.json testsuite/run.c
.eslintrc .eslintrc.cjs eslint.config.mjs babel.config.js .babelrc .mocharc.yml cases_test.go go.work .golangci.yml
test/catch.hpp catch.hpp vendor/doctest.h test/tests-main.cpp test_calc.c tests.c CMakePresets.json cmake/x.cmake build.gradle settings.gradle.kts
mvnw gradlew gradlew.bat gradle/libs.versions.toml gradle/wrapper/gradle-wrapper.properties buildSrc/src/A.kt src/commonTest/kotlin/A.kt
src/functionalTest/java/A.java src/testFixtures/java/A.java src/tests.rs tests/say.rs src/parse/tests.rs rust-toolchain.toml clippy.toml
x.dist-info/entry_points.txt node_modules/jest/index.js .venv/lib/python3.12/site-packages/a.py sub/.cargo/config.toml`.split(
    /\s+/,
  );
const FREE =
  `a.py src/testing.py latest.py contest.py attest/a.py latest/a.py contests/a.py testing/a.py src/index.ts main.go src/main/java/Attest.java README.md
lib/spec_reader.rb src/lib.rs protest/x.py data.json src/inspect.ts config.ts src/_pytest/main.py
src/pytest/__init__.py pytest_helper.py src/main/java/Latest.java src/contest/a.ts src/latest/a.c catcher.hpp unity.cs src/attest.rs testing.c
src/greatest.rs src/gradle.ts main.rs Cargo.lock`.split(/\s+/);

test("what judges is frozen", () => {
  expect(FROZEN.filter((path) => !isFrozen(path))).toEqual([]);
});
test("what is judged is free", () => {
  expect(FREE.filter(isFrozen)).toEqual([]);
});
test("a script that a check's command line names judges, the program that it runs does not", () => {
  const files = [
    "judge.sh",
    "bin/accept",
    "tools/check_all.py",
    "main.py",
    "calc.py",
    "sub/run.sh",
    "docs/judge.sh.md",
  ];
  const frozenBy = (...commands: string[]): string[] => files.filter(judgedBy(commands, files));
  expect(frozenBy("sh judge.sh --fast")).toEqual(["judge.sh"]);
  expect(frozenBy("./bin/accept && python3 tools/check_all.py")).toEqual([
    "bin/accept",
    "tools/check_all.py",
  ]);
  expect(frozenBy("cd sub; bash './run.sh' ../main.py", "python3 -m doctest calc.py")).toEqual([
    "sub/run.sh",
  ]);
  expect(frozenBy()).toEqual([]);
});
