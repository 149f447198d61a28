/** Mutations: what each operator makes in each language, and that a task made of one is told from its reference by its tests. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mutantOf } from "../../bench/tasks/mutants.ts";
import { mutated, mutationsOf } from "../../bench/tasks/operators.ts";
import type { Exercise } from "../../bench/tasks/polyglot.ts";
import type { Language } from "../../bench/tasks/task.ts";

setDefaultTimeout(60_000);
const cache = mkdtempSync(join(tmpdir(), "mutants-"));
afterAll(() => rmSync(cache, { recursive: true }));

/** Every mutation as `OPERATOR old -> new`. */
async function all(path: string, text: string, language: Language): Promise<string[]> {
  const found = await mutationsOf(path, text, language);
  return found.map(({ operator, start, end, by }) => `${operator} ${text.slice(start, end)} -> ${by}`);
}

const PYTHON = `def f(xs, n):
    """Doc 1 + 1."""
    total = 0
    for i in range(n):
        if not xs[i] or i < 2:
            continue
        total += xs[i] * True
    return total
`;

describe("operators", () => {
  test("Python, each kind, nothing in texts and nothing at the top of a file", async () => {
    expect(await all("a.py", `X = 1 if "a + b" else g\n${PYTHON}`, "python")).toEqual([
      "CRP 1 -> 2",
      "CRP 1 -> 0",
      "SDL total = 0 -> pass",
      "CRP 0 -> 1",
      "OBO n -> n + 1",
      "OBO n -> n - 1",
      "UOD not xs[i] -> xs[i]",
      "UOI not xs[i] or i < 2 -> not (not xs[i] or i < 2)",
      "OBO i -> i + 1",
      "OBO i -> i - 1",
      "COR or -> and",
      "ROR < -> <=",
      "ROR < -> >",
      "CRP 2 -> 3",
      "CRP 2 -> 1",
      "BCR continue -> break",
      "SDL total += xs[i] * True -> pass",
      "ASR += -> -=",
      "OBO i -> i + 1",
      "OBO i -> i - 1",
      "AOR * -> /",
      "BLR True -> False",
      "RVR total -> None",
    ]);
  });

  const SAME: [Language, string, string][] = [
    [
      "javascript",
      "a.js",
      "function f(a, i) {\n  if (!a[i] && a.b === 1) {\n    i++;\n  }\n  return a + true;\n}\n",
    ],
    [
      "go",
      "a.go",
      "package a\n\nfunc f(a []int, i int) int {\n\tif !ok && a[i] == 1 {\n\t\ti++\n\t}\n\treturn a + i\n}\n",
    ],
    [
      "rust",
      "a.rs",
      "fn f(a: &[i32], i: usize) -> i32 {\n    if !ok && a[i] == 1 {\n        i += 1;\n    }\n    a + i\n}\n",
    ],
    [
      "java",
      "A.java",
      "class A {\n  int f(int[] a, int i) {\n    if (!ok && a[i] == 1) {\n      i++;\n    }\n    return a + i;\n  }\n}\n",
    ],
    [
      "cpp",
      "a.cpp",
      "int f(int* a, int i) {\n  if (!ok && a[i] == 1) {\n    i++;\n  }\n  return a + i;\n}\n",
    ],
  ];
  for (const [language, path, text] of SAME)
    test(`${language}: the same operators, and all but a few parse`, async () => {
      const found = await mutationsOf(path, text, language);
      const kinds = new Set(found.map(({ operator }) => operator));
      const wanted = [
        "AOR",
        "ROR",
        "COR",
        "UOI",
        "UOD",
        "CRP",
        "OBO",
        "SDL",
        language === "rust" ? "ASR" : "INC",
      ];
      expect(wanted.filter((one) => !kinds.has(one))).toEqual([]);
      for (const one of found) {
        const changed = await mutated(path, text, one);
        expect({ one, parses: changed !== null }).toEqual({ one, parses: true });
        expect(changed?.length).toBe(text.length - (one.end - one.start) + one.by.length);
      }
    });

  test("what does not parse is no mutation", async () => {
    expect(
      await mutated("a.py", PYTHON, { operator: "AOR", start: 0, end: 3, by: "def def", line: 1 }),
    ).toBeNull();
  });
});

const exercise = (reference: string, tests: string): Exercise => ({
  language: "python",
  name: "small",
  files: { "small.py": "def f(n):\n    pass\n", "small_test.py": tests },
  solution: ["small.py"],
  reference: { "small.py": reference },
  check: null,
});

describe("a mutant", () => {
  test("is a task that its tests refute, the same each time", async () => {
    const one = exercise(
      "def f(n):\n    return n + 1\n",
      "from small import f\n\n\ndef test_f():\n    assert f(2) == 3\n\n\ndef test_zero():\n    assert f(0) == 1\n",
    );
    const made = await mutantOf(one, cache);
    expect(made?.id).toMatch(/^mutants\/python\/small-[0-9a-f]{6}$/);
    expect(made?.tests).toEqual({ visible: 2, judge: 2 });
    expect(made?.files["small.py"]).not.toBe(one.reference["small.py"]);
    expect(made?.reference).toEqual(one.reference);
    expect(made?.sentence).toBe("Fix the bug in small.py so that its tests pass");
    expect(await mutantOf(one, cache)).toEqual(made);
  });

  test("is none where the tests let all of them live", async () => {
    const one = exercise(
      "def f(n):\n    return n + 1\n",
      "from small import f\n\n\ndef test_f():\n    assert f is not None\n",
    );
    expect(await mutantOf(one, cache)).toBeNull();
  });
});
