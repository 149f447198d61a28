/** make's and CTest's verdicts on small real projects. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { project } from "./place.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const has = (...names: string[]): boolean => names.every((name) => Bun.which(name) !== null);
const hasMake = has("make", "cc");
const hasCmake = has("cmake", "ctest", "cc");

const calc = (operator: string): string => `int add(int a, int b) { return a ${operator} b; }\n`;
const TEST = "#include <assert.h>\nint add(int a, int b);\nint main(void) {\n  assert(add(1, 2) == 3);\n}\n";
const MAKEFILE = `OBJECTS = calc.o test_calc.o
BIN := test_calc
.PHONY: check clean
$(BIN): $(OBJECTS)
	$(CC) -o $@ $^
check: $(BIN)
	./$(BIN)
`;

describe.skipIf(!hasMake)("make", () => {
  test("red, then right at once in what was built; what it builds is known by name", async () => {
    const one = project({ Makefile: MAKEFILE, "calc.c": calc("-"), "test_calc.c": TEST });
    const [check] = await one.detect();
    expect(check).toMatchObject({ id: "make check", shown: "make check" });
    expect(check?.litter).toEqual(expect.arrayContaining(["*.o", "/test_calc"]));
    expect(check?.litter).not.toContain("/check");
    expect(await one.report()).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "test_calc.c", line: 4, message: expect.stringContaining("add(1, 2) == 3") }],
    });
    one.write({ "calc.c": calc("+") });
    expect(await one.report()).toMatchObject({ status: "passed", passed: null });
    one.write({ "calc.c": "int add(int a, int b) { return a + c; }\n" });
    expect(await one.report()).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "calc.c", line: 1 }],
    });
  });

  test("nothing to do is no pass; without a target that tests, or without C, there is no check", async () => {
    const idle = project({ Makefile: "test:\n", "a.c": "" });
    expect(await idle.report()).toMatchObject({ status: "no_tests" });
    const folder = project({ Makefile: "test: a.c\n\tfalse\n", "a.c": "", test: "" });
    expect(["failed", "no_tests"]).toContain((await folder.report()).status);
    expect(await project({ Makefile: "all: a.c\n", "a.c": "" }).detect()).toEqual([]);
    expect(await project({ Makefile: "test:\n\ttrue\n", "a.txt": "" }).detect()).toEqual([]);
  });
});

const LISTS = `cmake_minimum_required(VERSION 3.13)
project(calc C)
enable_testing()
add_subdirectory(lib)
add_executable(test_calc test_calc.c)
target_link_libraries(test_calc calc)
add_test(NAME adds COMMAND test_calc)
add_test(NAME is_there COMMAND test_calc --help)
set_tests_properties(is_there PROPERTIES DISABLED TRUE)
`;

describe.skipIf(!hasCmake)("CMake and CTest", () => {
  test("red, then right at once in what was built; from the outermost project; nothing in the tree", async () => {
    const one = project({
      "calc/CMakeLists.txt": LISTS,
      "calc/lib/CMakeLists.txt": "add_library(calc calc.c)\n",
      "calc/lib/calc.c": calc("-"),
      "calc/test_calc.c": TEST,
    });
    const near = ["calc/lib/calc.c"];
    const report = await one.reportOf("ctest:calc", near);
    expect(report).toMatchObject({ status: "failed", passed: 0, failed: 1 });
    expect(report.diagnostics).toMatchObject([
      {
        test: "adds",
        path: "calc/test_calc.c",
        line: 4,
        message: expect.stringContaining("add(1, 2) == 3"),
      },
    ]);
    expect(readdirSync(`${one.place.root}/calc`).sort()).toEqual(["CMakeLists.txt", "lib", "test_calc.c"]);
    one.write({ "calc/lib/calc.c": calc("+") });
    expect(await one.reportOf("ctest:calc", near)).toMatchObject({ status: "passed", passed: 1, failed: 0 });
    one.write({ "calc/lib/calc.c": "int add(int a, int b) { return a + c; }\n" });
    const broken = await one.reportOf("ctest:calc", near);
    expect(broken).toMatchObject({
      status: "error",
      diagnostics: [{ path: "calc/lib/calc.c", line: 1, severity: "error" }],
    });
  });

  test("no test is no pass", async () => {
    const one = project({
      "CMakeLists.txt":
        "cmake_minimum_required(VERSION 3.13)\nproject(calc C)\nenable_testing()\nadd_library(calc calc.c)\n",
      "calc.c": calc("+"),
    });
    expect(await one.report()).toMatchObject({ status: "no_tests" });
  });
});

/** What a program of Catch2's prints, by a header that is quick to compile. */
const CATCH = `#include <stdio.h>
#define REQUIRE(x) do { if (!(x)) { printf("-------------------------------------------------------------------------------\\nadds\\n-------------------------------------------------------------------------------\\n%s:%d\\n...............................................................................\\n\\n%s:%d: FAILED:\\n  REQUIRE( " #x " )\\nwith expansion:\\n  -1 == 3\\n\\ntest cases: 1 | 1 failed\\nassertions: 1 | 1 failed\\n\\n", __FILE__, __LINE__, __FILE__, __LINE__); return 1; } } while (0)
#define ALL_PASSED puts("All tests passed (1 assertion in 1 test case)")
`;
const OWN = `cmake_minimum_required(VERSION 3.13)
project(calc C)
add_executable(calc test_calc.c calc.c)
add_custom_target(test_calc ALL DEPENDS calc COMMAND calc)
`;

describe.skipIf(!hasCmake)("a CMake build that runs its tests itself", () => {
  test("red, green, right at once in what was built; what does not build; no test is no pass", async () => {
    const one = project({
      "CMakeLists.txt": OWN,
      "calc.c": calc("-"),
      "test_calc.c":
        '#include "test/catch.hpp"\nint add(int a, int b);\nint main(void) {\n  REQUIRE(add(1, 2) == 3);\n  ALL_PASSED;\n}\n',
      "test/catch.hpp": CATCH,
    });
    const [check] = await one.detect();
    expect(check).toMatchObject({ id: "cmake build", shown: "cmake --build .", kind: "test" });
    expect(await one.report()).toMatchObject({
      status: "failed",
      passed: 0,
      failed: 1,
      diagnostics: [
        {
          test: "adds",
          path: "test_calc.c",
          line: 4,
          message: "REQUIRE( add(1, 2) == 3 ) with expansion: -1 == 3",
        },
      ],
    });
    one.write({ "calc.c": calc("+") });
    expect(await one.report()).toMatchObject({ status: "passed", passed: 1, failed: 0 });
    expect(await one.report()).toMatchObject({ status: "passed", passed: 1, failed: 0 });
    one.write({ "calc.c": "int add(int a, int b) { return a + c; }\n" });
    expect(await one.report()).toMatchObject({
      status: "error",
      diagnostics: [{ path: "calc.c", line: 1, message: expect.stringContaining("undeclared") }],
    });
    one.write({ "calc.c": "#include <stdlib.h>\nint add(int a, int b) { exit(0); }\n" });
    expect(await one.report()).toMatchObject({ status: "no_tests" });
    one.write({ "calc.c": "#include <stdlib.h>\nint add(int a, int b) { abort(); }\n" });
    expect((await one.report()).status).toBe("error");
    expect(readdirSync(one.place.root).sort()).toEqual([
      ".smallcode",
      "CMakeLists.txt",
      "calc.c",
      "test",
      "test_calc.c",
    ]);
  });

  test("a switch of the project's own that lets all of its tests run is on", async () => {
    const one = project({
      "CMakeLists.txt": `${OWN}if(\${ITS_RUN_ALL_TESTS})\n  target_compile_definitions(calc PRIVATE ALL)\nendif()\n`,
      "calc.c": calc("-"),
      "test_calc.c":
        '#include "test/catch.hpp"\nint add(int a, int b);\nint main(void) {\n#ifdef ALL\n  REQUIRE(add(1, 2) == 3);\n#endif\n  ALL_PASSED;\n}\n',
      "test/catch.hpp": CATCH,
    });
    expect(await one.report()).toMatchObject({ status: "failed", failed: 1 });
  });

  test("without a test it builds or does not; a source or a package that is not there is said", async () => {
    const one = project({
      "CMakeLists.txt":
        "cmake_minimum_required(VERSION 3.13)\nproject(calc C)\nadd_executable(calc main.c more.c)\n",
      "main.c": "int main(void) { return 0; }\n",
    });
    expect(await one.report()).toMatchObject({
      status: "error",
      diagnostics: [{ path: "CMakeLists.txt", line: 3, message: "Cannot find source file: more.c" }, {}],
    });
    one.write({ "more.c": "int more;\n" });
    expect(await one.report()).toMatchObject({ status: "passed", passed: null });
    one.write({
      "CMakeLists.txt":
        "cmake_minimum_required(VERSION 3.13)\nproject(calc C)\nfind_package(NoSuchThing REQUIRED)\n",
    });
    expect(await one.report()).toMatchObject({
      status: "unavailable",
      summary: "The project needs the package NoSuchThing, which is not installed.",
    });
  });

  test("CTest is held to tests by their names", async () => {
    const one = project({
      "CMakeLists.txt": `${LISTS.replace("add_subdirectory(lib)", "add_library(calc calc.c)")}add_test(NAME a.b COMMAND test_calc)\n`,
      "calc.c": calc("-"),
      "test_calc.c": TEST,
    });
    const [check] = await one.detect();
    const run = check?.narrowTests?.(["a.b"]);
    if (check === undefined || run == null) throw new Error("not narrowed");
    expect(await one.run({ ...check, ...run })).toMatchObject({
      failed: 1,
      passed: 0,
      diagnostics: [
        { test: "a.b", path: "test_calc.c", line: 4, frames: [{ path: "test_calc.c", line: 4 }] },
      ],
    });
  });
});

const hasGtest = hasMake && has("g++") && existsSync("/usr/include/gtest/gtest.h");

describe.skipIf(!hasGtest)("GoogleTest by make", () => {
  test("its own report: counts, values, places", async () => {
    const one = project({
      Makefile:
        "test: all_tests\n\t./all_tests\nall_tests: t.cpp calc.h\n\tg++ -o $@ t.cpp -lgtest -lgtest_main -lpthread\n",
      "calc.h": "inline int add(int a, int b) { return a - b; }\n",
      "t.cpp":
        '#include <gtest/gtest.h>\n#include "calc.h"\nTEST(Add, Two) {\n  EXPECT_EQ(add(1, 2), 3);\n}\nTEST(Add, None) { EXPECT_EQ(add(0, 0), 0); }\nTEST(Add, Later) { GTEST_SKIP(); }\n',
    });
    expect(await one.report()).toMatchObject({
      status: "failed",
      passed: 1,
      failed: 1,
      diagnostics: [
        {
          test: "Add.Two",
          path: "t.cpp",
          line: 4,
          message: "Expected equality of these values: add(1, 2) Which is: -1 3",
        },
      ],
    });
    one.write({ "calc.h": "inline int add(int a, int b) { return a + b; }\n" });
    expect(await one.report()).toMatchObject({ status: "passed", passed: 2, failed: 0 });
  });
});
test.skipIf(hasGtest)("GoogleTest is not here: its test was skipped", () => {
  expect(hasGtest).toBe(false);
});

test.skipIf(!has("make"))("a compiler that is not here is said", async () => {
  const one = project({ Makefile: "CC = no-such-cc\ntest:\n\t$(CC) -o t t.c\n", "t.c": "" });
  expect(await one.report()).toMatchObject({
    status: "unavailable",
    summary: "make needs no-such-cc, which is not installed or not in PATH.",
  });
});

test.skipIf(hasMake && hasCmake)("make, a C compiler or CMake is not here: its tests were skipped", () => {
  expect(hasMake && hasCmake).toBe(false);
});
