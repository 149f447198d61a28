/** Programs of tests by what they printed when they were run on code with errors. */
import { expect, test } from "bun:test";
import { readNative } from "../../src/verify/native.ts";
import { recording } from "./recorded.ts";

const where = { root: "/work", cwd: "/work" };
const read = (text: string) => readNative(text, where);

test("Catch2: names that are broken over lines, sections, expansions, exceptions, a signal", () => {
  const { passed, failed, diagnostics } = read(recording("catch2.txt"));
  expect({ passed, failed }).toEqual({ passed: 1, failed: 6 });
  expect(diagnostics.map(({ test, line, message }) => `${test}:${line}: ${message}`)).toEqual([
    "adds two numbers:8: REQUIRE( add(1, 2) == 3 ) with expansion: -1 == 3",
    "a rather long name of a test case that does not fit into one line of the console and goes on:9: CHECK( add(1, 2) == 3 ) with expansion: -1 == 3",
    "throws:10: REQUIRE( boom(1) == 2 ) due to unexpected exception with message: boom went off",
    'sections / first:11: REQUIRE( std::string("abc") == "abd" ) with expansion: "abc" == "abd" with message: hint',
    "vectors:13: REQUIRE( a == b ) with expansion: { 1, 2, 3 } == { 1, 2, 4 }",
    "crash:14: due to a fatal error condition: SIGSEGV - Segmentation violation signal",
  ]);
  expect(diagnostics[1]?.detail).toContain("CHECK( add(2, 2) == 4 )\nwith expansion:\n  0 == 4");
});

test("Catch2 that is green counts its cases, several programs are added up", () => {
  const green = "All tests passed (4 assertions in 3 test cases)\n";
  expect(read(green)).toEqual({ passed: 3, failed: 0, diagnostics: [] });
  expect(read(`${green}${recording("catch2.txt")}`)).toMatchObject({ passed: 4, failed: 6 });
  expect(read("12 tests passed\n")).toEqual({ passed: null, failed: null, diagnostics: [] });
});

test("GoogleTest: values, an exception, a parameter; what is skipped counts for nothing", () => {
  const { passed, failed, diagnostics } = read(recording("gtest.txt"));
  expect({ passed, failed }).toEqual({ passed: 2, failed: 3 });
  expect(diagnostics.map(({ test, line, message }) => `${test}:${line}: ${message}`)).toEqual([
    "Add.Small:5: Expected equality of these values: add(1, 2) Which is: -1 3 with two",
    'Add.Throws:undefined: C++ exception with description "boom" thrown in the test body.',
    "Some/P.Holds/0:10: Expected equality of these values: GetParam() Which is: 1 2",
  ]);
  expect(diagnostics[0]?.detail).toContain("add(2, 2)\n    Which is: 0\n  4");
});

test("doctest", () => {
  const { passed, failed, diagnostics } = read(recording("doctest.txt"));
  expect({ passed, failed }).toEqual({ passed: 1, failed: 2 });
  expect(diagnostics.map(({ test, line, message }) => `${test}:${line}: ${message}`)).toEqual([
    "adds:5: CHECK( add(1, 2) == 3 ) is NOT correct! values: CHECK( -1 == 3 )",
    "adds / inner:5: REQUIRE( add(2, 2) == 4 ) is NOT correct! values: REQUIRE( 0 == 4 )",
    "throws:6: test case THREW exception: boom",
  ]);
});

test("sanitizers and assert: what happened, and the way there", () => {
  const { diagnostics } = read(recording("sanitizers.txt"));
  expect(diagnostics).toMatchObject([
    {
      message: "AddressSanitizer: heap-buffer-overflow",
      path: "san.c",
      line: 3,
      frames: [
        { path: "san.c", line: 5 },
        { path: "san.c", line: 3 },
      ],
      detail: expect.stringContaining("READ of size 4"),
    },
    { message: expect.stringContaining("runtime error: signed integer overflow: 1 + 2147483647"), line: 4 },
  ]);
  expect(read("prog: /work/t.c:4: main: Assertion `add(1, 2) == 3' failed.\n").diagnostics).toMatchObject([
    { path: "t.c", line: 4, message: "main: Assertion `add(1, 2) == 3' failed." },
  ]);
});
