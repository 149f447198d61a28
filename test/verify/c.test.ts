/** make's and CTest's verdicts on small real projects. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
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

test.skipIf(hasMake && hasCmake)("make, a C compiler or CMake is not here: its tests were skipped", () => {
  expect(hasMake && hasCmake).toBe(false);
});
