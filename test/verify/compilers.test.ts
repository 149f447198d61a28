/** Compilers by what they said when they were run on code with errors. */
import { expect, test } from "bun:test";
import { readCompiler } from "../../src/verify/compilers.ts";
import { recording } from "./recorded.ts";

const where = { root: "/work", cwd: "/work" };
const read = (text: string) => readCompiler(text, where);
const said = (text: string) =>
  read(text).map(({ path, line, column, severity, code, message }) =>
    [path, line, column, severity, code, message].filter((part) => part !== undefined).join(" "),
  );

test("gcc: -Werror is an error; an error in a library stands where the workspace asked for it; notes are details", () => {
  expect(said(recording("gcc.txt"))).toEqual([
    "bad.cpp 5 31 error cannot convert ‘std::string’ {aka ‘std::__cxx11::basic_string<char>’} to ‘int’ in return",
    "bad.cpp 6 65 error -Werror=unused-variable unused variable ‘unused’",
    "bad.cpp 7 11 error ‘undeclared’ was not declared in this scope",
    "bad.cpp 7 40 error ‘struct S’ has no member named ‘b’",
    "bad.cpp 6 error no match for ‘operator<’ (operand types are ‘S’ and ‘S’)",
  ]);
  const [first, , , , library] = read(recording("gcc.txt"));
  expect(first?.detail).toContain("5 | int f(std::string s) { return s; }");
  expect(library?.detail).toContain("note: candidate:");
  expect(library?.detail?.length).toBeLessThanOrEqual(2000);
});

test("clang", () => {
  expect(said(recording("clang.txt"))).toEqual([
    "bad.cpp 5 31 error no viable conversion from returned value of type 'std::string' (aka 'basic_string<char>') to function return type 'int'",
    "bad.cpp 6 65 warning -Wunused-variable unused variable 'unused'",
    "bad.cpp 7 11 error use of undeclared identifier 'undeclared'",
    "bad.cpp 7 40 error no member named 'b' in 'S'",
    "bad.cpp 6 error invalid operands to binary expression ('S' and 'S')",
    // Of this one clang tells no more than which header it came from.
    "bad.cpp 3 error no matching function for call to object of type '__gnu_cxx::__ops::_Iter_less_iter'",
  ]);
});

test("the linker, with lines where there are some", () => {
  expect(said(recording("linker.txt"))).toEqual([
    "link.cpp 2 error undefined reference to `missing(int)'",
    "link.cpp error undefined reference to `missing(int)'",
  ]);
});

test("javac: the caret is the column, the symbol belongs to the message", () => {
  expect(said(recording("javac.txt"))).toEqual([
    "A.java 6 54 error ';' expected",
    "A.java 3 28 error incompatible types: String cannot be converted to int",
    "A.java 4 14 error cannot find symbol; symbol: method h(int)",
    "A.java 4 62 error incompatible types: int cannot be converted to String",
    "A.java 6 14 warning rawtypes found raw type: List",
    "A.java 6 29 warning rawtypes found raw type: ArrayList",
    "A.java 6 49 warning unchecked unchecked call to add(E) as a member of the raw type List",
  ]);
});

test("Maven says each twice", () => {
  const found = read(recording("maven-compile.txt"));
  expect(found.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`)).toEqual([
    "src/main/java/A.java:3:28 incompatible types: java.lang.String cannot be converted to int",
    "src/main/java/A.java:4:14 cannot find symbol; symbol: method h(int)",
    "src/main/java/A.java:4:62 incompatible types: int cannot be converted to java.lang.String",
  ]);
  expect(found[1]?.detail).toContain("location: class A");
});

test("kotlinc, also as Gradle passes it on", () => {
  expect(said(recording("kotlinc.txt"))[1]).toBe("Main.kt 2 11 error unresolved reference: h");
  expect(said("e: file:///work/src/Main.kt:2:11 Unresolved reference: h\n")).toEqual([
    "src/Main.kt 2 11 error Unresolved reference: h",
  ]);
  expect(said("w: /work/src/Main.kt: (2, 11): Unused variable\n")).toEqual([
    "src/Main.kt 2 11 warning Unused variable",
  ]);
});

test("a make inside a make names files from its own folder", () => {
  expect(
    said(
      "make[1]: Entering directory '/work/lib'\na.c:1:2: error: no\nmake[1]: Leaving directory '/work/lib'\nb.c:1:2: error: no\n/usr/include/x.h:3:1: error: elsewhere\n",
    ),
  ).toEqual(["lib/a.c 1 2 error no", "b.c 1 2 error no"]);
});
