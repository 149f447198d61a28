/**
 * One repair for each language with its real toolchain. The first candidate is wrong and as long as the right one, and both are
 * judged within seconds on top of what was built before: a tool that went by times and sizes alone would mix them up.
 */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Files, type Project, project, rewrite, sentence, verdictsIn } from "../harness/project.ts";

interface Language {
  name: string;
  /** Programs without which it is skipped. */
  needs: string[];
  files: Files;
  target: string;
  code: (operator: string) => string;
  /** The whole of stderr tells of these checks. */
  checks: string[];
  args?: string[];
  /** What a developer has built before. */
  before?: (p: Project) => void;
  proof: string;
}

const inside = (p: Project, ...command: string[]): void => {
  const { PYTHONDONTWRITEBYTECODE: _, ...env } = process.env;
  Bun.spawnSync(command, { cwd: p.root, env });
};

const C_FILES: Files = {
  "calc.h": "int add(int a, int b);\nint mul(int a, int b);\n",
  "calc.c":
    '#include "calc.h"\n\nint add(int a, int b) {\n  return a - b;\n}\n\nint mul(int a, int b) {\n  return a * b;\n}\n',
  "test_calc.c":
    '#include <assert.h>\n#include "calc.h"\n\nint main(void) {\n  assert(mul(2, 3) == 6);\n  assert(add(1, 2) == 3);\n  return 0;\n}\n',
};
const cCode = (operator: string) => `int add(int a, int b) {\n  return a ${operator} b;\n}`;

const LANGUAGES: Language[] = [
  {
    name: "Python, with bytecode",
    needs: ["python3"],
    files: {
      ".gitignore": "__pycache__\n.pytest_cache\n",
      "calc.py": "def add(a, b):\n    return a - b\n",
      "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    },
    target: "calc.py::add",
    code: (operator) => `def add(a, b):\n    return a ${operator} b`,
    checks: ["check"],
    args: ["--check", "unset PYTHONDONTWRITEBYTECODE; python3 -m pytest -q"],
    before: (p) => inside(p, "python3", "-m", "pytest", "-q"),
    proof: "1 test passes.",
  },
  {
    name: "TypeScript",
    needs: ["bun", "node", "npm"],
    files: {
      ".gitignore": "node_modules\n",
      "package.json": '{ "name": "calc", "type": "module", "scripts": { "test": "bun test" } }\n',
      "tsconfig.json": '{ "compilerOptions": { "strict": true, "target": "es2022" }, "include": ["src"] }\n',
      "src/calc.ts": "export function add(a: number, b: number): number {\n  return a - b;\n}\n",
      "test/calc.test.ts":
        'import { expect, test } from "bun:test";\nimport { add } from "../src/calc";\n\ntest("adds", () => expect(add(1, 2)).toBe(3));\n',
    },
    target: "src/calc.ts::add",
    code: (operator) => `export function add(a: number, b: number): number {\n  return a ${operator} b;\n}`,
    checks: ["tsc", "bun test"],
    before: (p) => {
      const tsc = join(import.meta.dir, "..", "..", "node_modules", ".bin", "tsc");
      p.write({ "node_modules/.bin/tsc": [`#!/bin/sh\nexec '${tsc}' "$@"\n`, 0o755] });
    },
    proof: "1 test passes.",
  },
  {
    name: "JavaScript",
    needs: ["node", "npm"],
    files: {
      "package.json": '{ "name": "calc", "type": "module", "scripts": { "test": "node --test" } }\n',
      "calc.js": "export function add(a, b) {\n  return a - b;\n}\n",
      "calc.test.js":
        'import assert from "node:assert";\nimport test from "node:test";\nimport { add } from "./calc.js";\n\ntest("adds", () => assert.equal(add(1, 2), 3));\n',
    },
    target: "calc.js::add",
    code: (operator) => `export function add(a, b) {\n  return a ${operator} b;\n}`,
    checks: ["node --test"],
    proof: "1 test passes.",
  },
  {
    name: "Go",
    needs: ["go"],
    files: {
      "go.mod": "module example.com/calc\n\ngo 1.21\n",
      "calc.go": "package calc\n\nfunc Add(a, b int) int {\n\treturn a - b\n}\n",
      "calc_test.go":
        'package calc\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif got := Add(1, 2); got != 3 {\n\t\tt.Errorf("Add(1, 2) = %d, want 3", got)\n\t}\n}\n',
    },
    target: "calc.go::Add",
    code: (operator) => `func Add(a, b int) int {\n\treturn a ${operator} b\n}`,
    checks: ["go test"],
    proof: "1 test passes.",
  },
  {
    name: "Rust",
    needs: ["cargo"],
    files: {
      "Cargo.toml": '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n',
      "src/lib.rs": "pub fn add(a: i32, b: i32) -> i32 {\n    a - b\n}\n",
      "tests/calc.rs": "#[test]\nfn adds() {\n    assert_eq!(calc::add(1, 2), 3);\n}\n",
    },
    target: "src/lib.rs::add",
    code: (operator) => `pub fn add(a: i32, b: i32) -> i32 {\n    a ${operator} b\n}`,
    checks: ["cargo test"],
    proof: "1 test passes.",
  },
  {
    name: "C, with objects built before",
    needs: ["make", "cc"],
    files: {
      ".gitignore": "*.o\ntest_calc\n",
      Makefile:
        "BIN = test_calc\n.PHONY: test\n$(BIN): calc.o test_calc.o\n\t$(CC) -o $@ $^\ntest: $(BIN)\n\t./$(BIN)\n",
      ...C_FILES,
    },
    target: "calc.c::add",
    code: cCode,
    checks: ["make test"],
    before: (p) => inside(p, "make"),
    proof: "make test passed.",
  },
  {
    name: "C++ with CMake",
    needs: ["cmake", "ctest", "c++"],
    files: {
      "CMakeLists.txt":
        "cmake_minimum_required(VERSION 3.13)\nproject(calc CXX)\nenable_testing()\nadd_executable(test_calc calc.cpp test_calc.cpp)\nadd_test(NAME adds COMMAND test_calc)\n",
      "calc.hpp": "int add(int a, int b);\n",
      "calc.cpp": '#include "calc.hpp"\n\nint add(int a, int b) {\n  return a - b;\n}\n',
      "test_calc.cpp":
        '#include <cassert>\n#include "calc.hpp"\n\nint main() {\n  assert(add(1, 2) == 3);\n  return 0;\n}\n',
    },
    target: "calc.cpp::add",
    code: cCode,
    checks: ["ctest"],
    proof: "1 test passes.",
  },
  {
    name: "Java with its compiler alone",
    needs: ["javac", "java"],
    files: {
      "Calc.java": "class Calc {\n    static int add(int a, int b) {\n        return a - b;\n    }\n}\n",
      "CalcTest.java":
        "class CalcTest {\n    public static void main(String[] args) {\n        assert Calc.add(1, 2) == 3;\n    }\n}\n",
    },
    target: "Calc.java::Calc.add",
    code: (operator) => `    static int add(int a, int b) {\n        return a ${operator} b;\n    }`,
    checks: ["check"],
    args: ["--check", 'javac -d "$TMPDIR" *.java && java -ea -cp "$TMPDIR" CalcTest'],
    proof: "check passed.",
  },
  {
    name: "Java with Maven",
    needs: ["mvn", "java", `${homedir()}/.m2/repository/org/apache/maven/plugins/maven-surefire-plugin`],
    files: {
      "pom.xml":
        "<project><modelVersion>4.0.0</modelVersion><groupId>calc</groupId><artifactId>calc</artifactId><version>1</version>\n<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target></properties>\n<dependencies><dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency></dependencies></project>\n",
      "src/main/java/calc/Calc.java":
        "package calc;\n\npublic class Calc {\n    public static int add(int a, int b) {\n        return a - b;\n    }\n}\n",
      "src/test/java/calc/CalcTest.java":
        "package calc;\n\nimport static org.junit.Assert.assertEquals;\n\nimport org.junit.Test;\n\npublic class CalcTest {\n    @Test\n    public void adds() {\n        assertEquals(3, Calc.add(1, 2));\n    }\n}\n",
    },
    target: "src/main/java/calc/Calc.java::Calc.add",
    code: (operator) => `    public static int add(int a, int b) {\n        return a ${operator} b;\n    }`,
    checks: ["maven"],
    proof: "1 test passes.",
  },
];

/** The toolchains find what they keep in the home folder; nothing else of it is used. */
const atHome = (p: Project): Record<string, string> => ({
  HOME: homedir(),
  XDG_CONFIG_HOME: p.home,
  XDG_STATE_HOME: p.home,
});

for (const { name, needs, files, target, code, checks, args = ["--yes"], before, proof } of LANGUAGES) {
  const missing = needs.filter((one) => (one.startsWith("/") ? !existsSync(one) : Bun.which(one) === null));
  test.skipIf(missing.length > 0)(
    `${name}: repaired${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
    async () => {
      const p = await project(files, [...rewrite(target, code("*")), ...rewrite(target, code("+"))]);
      before?.(p);
      const path = target.split("::")[0] ?? "";
      const ran = await p.run([...args, `Fix the failing test of ${path}`], { env: atHome(p) });
      expect({ exit: ran.exit, said: sentence(ran.stderr), stderr: ran.stderr }).toMatchObject({
        exit: 0,
        said: `Verified: ${proof}`,
      });
      for (const check of checks) expect(ran.stderr).toContain(check);
      expect(verdictsIn(ran.stderr)).toHaveLength(2);
      const repaired = ran.before[path]?.replace("a - b", "a + b") ?? "";
      expect(ran.after).toEqual({ ...ran.before, [path]: repaired });
    },
    120_000,
  );
}
