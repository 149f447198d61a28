/**
 * Affected tests before a slow check: what each runner is called with, what counts as a refutation, and whole verifications in
 * a real project whose suite takes seconds.
 */
import { describe, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Grapher, openGrapher } from "../../src/graph/graph.ts";
import { affectedBy } from "../../src/turn/affected.ts";
import type { CheckReport, Diagnostic } from "../../src/types.ts";
import type { Check, Place } from "../../src/verify/checks.ts";
import { isSlow, isTelling, redPaths, refutation, worthNarrowing } from "../../src/verify/narrow.ts";
import { unittestCheck } from "../../src/verify/python.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { hasPytest, hasPython, project } from "./place.ts";
import { type Checks, play, verdictOf } from "./verifier-play.ts";

setDefaultTimeout(90_000);

const report = (more: Partial<CheckReport>): CheckReport => ({
  check: "t (affected)",
  status: "passed",
  passed: 3,
  failed: 0,
  diagnostics: [],
  summary: "",
  ms: 1000,
  ...more,
});
const fails = (...tests: string[]): Partial<CheckReport> => ({
  status: "failed",
  failed: tests.length,
  passed: 3 - tests.length,
  diagnostics: tests.map((name): Diagnostic => ({ severity: "error", message: "no", test: name })),
});

describe("what runs some files alone", () => {
  const narrow = async (
    files: Record<string, string>,
    paths: string[],
    near: string[] = [],
  ): Promise<[string, string] | null> => {
    const checks = await project(files).detect({ near });
    const run = checks.find((check) => check.narrow !== undefined)?.narrow?.(paths) ?? null;
    return run === null ? null : [run.shown, run.command.at(-1) ?? ""];
  };

  test.skipIf(!hasPytest)("pytest: files behind its options", async () => {
    const files = { "conftest.py": "", "tests/test_a.py": "", "tests/data.py": "" };
    const run = await narrow(files, ["tests/test_a.py", "tests/data.py"]);
    expect(run?.[0]).toMatch(/-m pytest -q tests\/test_a\.py$/);
    expect(run?.[1]).toBe("tests/test_a.py");
    expect(await narrow(files, ["tests/data.py"])).toBeNull();
  });

  test("go: packages, from the folder of the module", async () => {
    const files = { "m/go.mod": "module x\n", "m/a/a_test.go": "", "m/b_test.go": "", "m/a/a.go": "" };
    const run = await narrow(files, ["m/a/a_test.go", "m/b_test.go", "m/a/a.go", "other/c_test.go"]);
    expect(run?.[0]).toBe("go -C m test ./a .");
  });

  test("cargo: programs of tests, and the library's own; another crate's are not guessed", async () => {
    const files = {
      "Cargo.toml": '[package]\nname = "x"\n',
      "src/lib.rs": "",
      "tests/it.rs": "",
      "y/tests/z.rs": "",
    };
    const run = await narrow(files, ["tests/it.rs", "src/lib.rs"]);
    expect(run?.[0]).toBe("cargo test --offline --test it --lib");
    expect(run?.[1]).toEndWith(" --test it --lib");
    expect(await narrow(files, ["tests/it.rs", "y/tests/z.rs"])).toBeNull();
  });

  test("maven and gradle: classes; not where parts of a build without them would fail", async () => {
    const path = "src/test/java/x/StackTest.java";
    const maven = await narrow({ "pom.xml": "", [path]: "" }, [path, "src/main/java/x/Stack.java"]);
    expect(maven?.[1]).toContain("test '-Dtest=StackTest' '-DfailIfNoTests=false'");
    const gradle = await narrow({ "build.gradle": "", [path]: "" }, [path]);
    expect(gradle?.[1]).toContain("test '--tests' '*StackTest'");
    const many = { "settings.gradle": "", "a/build.gradle": "", "b/build.gradle": "", [`a/${path}`]: "" };
    expect(await narrow(many, [`a/${path}`])).toBeNull();
  });

  test("JavaScript: each runner in its way, with a script of the project or without", async () => {
    const script = (test: string) => ({
      "package.json": JSON.stringify({ scripts: { test } }),
      "a.test.js": "",
    });
    expect((await narrow(script("jest --ci"), ["a.test.js"]))?.[1]).toEndWith("--runTestsByPath 'a.test.js'");
    expect((await narrow(script("vitest run"), ["a.test.js"]))?.[1]).toEndWith(" 'a.test.js'");
    expect((await narrow(script("node --test"), ["a.test.js"]))?.[1]).toEndWith(
      "npm --silent test -- 'a.test.js'",
    );
    expect((await narrow({ "bun.lock": "", ...script("bun test") }, ["a.test.js"]))?.[1]).toEndWith(
      " ./'a.test.js'",
    );
    expect((await narrow({ "a.test.js": "", "package.json": "{}" }, ["a.test.js"]))?.[1]).toMatch(
      /node --test +'a\.test\.js'$/,
    );
    // What names files itself, or runs something else besides, is not held to others.
    expect(await narrow(script("jest src"), ["a.test.js"])).toBeNull();
    expect(await narrow(script("tsc && jest"), ["a.test.js"])).toBeNull();
    expect(await narrow(script("jest"), ["a.js"])).toBeNull();
  });

  test("a path with marks of the shell stays one word", async () => {
    const name = "it's $(x) `y`.test.js";
    const run = await narrow({ "package.json": '{ "scripts": { "test": "jest" } }', [name]: "" }, [name]);
    expect(run?.[1]).toEndWith(`--runTestsByPath 'it'\\''s $(x) \`y\`.test.js'`);
  });
});

describe("what is worth it", () => {
  const check: Check = {
    id: "t",
    command: ["t"],
    shown: "t",
    cwd: "/",
    kind: "test",
    litter: [],
    parse: () => report({ check: "t" }),
    narrow: (paths) => ({ command: ["t", ...paths], shown: `t ${paths.length}` }),
  };

  test("a check that came to its end and took its time", () => {
    expect(isSlow(report({ ms: 2500 }))).toBe(true);
    expect(isSlow(report({ ms: 2500, ...fails("a") }))).toBe(true);
    expect(isSlow(report({ ms: 1500 }))).toBe(false);
    expect(isSlow(report({ ms: 9000, status: "timeout" }))).toBe(false);
  });

  test("the nearest of the affected tests, at most a tenth of all and twenty", () => {
    const paths = Array.from({ length: 80 }, (_, at) => `t${at}`);
    expect(worthNarrowing(check, { paths, of: 40 })?.command).toEqual(["t", ...paths.slice(0, 4)]);
    expect(worthNarrowing(check, { paths, of: 400 })?.command).toHaveLength(21);
    expect(worthNarrowing(check, { paths, of: 4 })?.command).toEqual(["t", "t0"]);
    expect(worthNarrowing(check, { paths, of: 3 })).toBeNull();
    expect(worthNarrowing(check, { paths: [], of: 400 })).toBeNull();
    const { narrow: _, ...whole } = check;
    expect(worthNarrowing(whole, { paths, of: 400 })).toBeNull();
  });

  test("a name of its own, and reports under it", () => {
    const held = worthNarrowing(check, { paths: ["a"], of: 4 });
    expect(held?.id).toBe("t (affected)");
    expect(held?.narrow).toBeUndefined();
    const ended = {
      end: { kind: "exited" as const, code: 0 },
      output: "",
      ms: 1,
      confinement: "none" as const,
      artifacts: {},
    };
    expect(held?.parse(ended).check).toBe("t (affected)");
  });

  test("an answer that comes in half the time", () => {
    expect(isTelling(report({ ms: 1000 }), report({ ms: 3000 }))).toBe(true);
    expect(isTelling(report({ ms: 2000 }), report({ ms: 3000 }))).toBe(false);
    expect(isTelling(report({ ms: 10, status: "error" }), report({ ms: 3000 }))).toBe(false);
    expect(isTelling(report({ ms: 10, status: "no_tests" }), report({ ms: 3000 }))).toBe(false);
  });

  test("files that red tests name", () => {
    const diagnostics: Diagnostic[] = [
      { severity: "error", message: "", test: "tests/test_a.py::test_x", path: "src/a.py" },
      { severity: "error", message: "", path: "src/b.py" },
    ];
    expect(redPaths([report({ diagnostics })])).toEqual(["tests/test_a.py", "src/a.py"]);
  });
});

describe("refutation", () => {
  const green = report({});
  const whole = (more: Partial<CheckReport>): CheckReport => report({ check: "t", passed: 90, ...more });
  const before = (narrow: CheckReport, all: CheckReport) => ({ narrow, whole: all, first: all });

  test("a test that passed and fails", () => {
    const verdict = refutation(report(fails("a")), before(green, whole({})), "green");
    expect(verdict?.status).toBe("failed");
    expect(verdict?.fresh.map((one) => one.test)).toEqual(["a"]);
    expect(refutation(green, before(green, whole({})), "green")).toBeNull();
  });

  test("not one that fails without the candidate, too", () => {
    expect(refutation(report(fails("a")), before(report(fails("a")), whole({})), "unharmed")).toBeNull();
  });

  test("fewer tests, a time-out, an error", () => {
    for (const now of [
      { passed: 2 },
      { status: "timeout" },
      { status: "error" },
      { status: "no_tests" },
    ] as const)
      expect(refutation(report(now), before(green, whole({})), "unharmed")?.status).toBe("failed");
  });

  test("nothing better, where all that was red is among them", () => {
    const red = report(fails("a"));
    expect(refutation(red, before(red, whole(fails("a"))), "green")?.status).toBe("failed");
    expect(refutation(red, before(red, whole(fails("a"))), ["a"])?.status).toBe("failed");
    expect(refutation(red, before(red, whole(fails("a"))), "unharmed")).toBeNull();
    // Another one, which is not among them, may pass now.
    expect(refutation(red, before(red, whole(fails("a", "b"))), "green")).toBeNull();
    // Something is better: the whole check says what that is worth.
    const both = report(fails("a", "b"));
    expect(refutation(red, before(both, whole(fails("a", "b"))), "green")).toBeNull();
    expect(refutation(red, before(both, whole(fails("a", "b"))), ["b"])).toBeNull();
  });
});

const FILES = 8;

/** Eight modules, and the tests of each, which take 0.4 s where there is a time to take. */
function suite(seconds: number): Record<string, string> {
  const all: Record<string, string> = { "pkg/__init__.py": "", "tests/__init__.py": "" };
  for (let at = 0; at < FILES; at++) {
    all[`pkg/m${at}.py`] = `def value():\n    return ${at}\n`;
    all[`tests/test_m${at}.py`] =
      `import time, unittest\nfrom pkg import m${at}\n\n\nclass Test(unittest.TestCase):\n    def test_value(self):\n        time.sleep(${seconds})\n        self.assertEqual(m${at}.value(), ${at})\n`;
  }
  return all;
}

/**
 * A runner in the shell that takes 2.1 s for all of it and nothing for some files: a test passes where its module returns its
 * number. The test of `m1` passes only where that of `m0` is run, too.
 */
const RUNNER = `
for test in "$@"; do
  n=\${test#tests/test_m}; n=\${n%.py}
  ok=fail
  grep -Eq "return ($n|0 \\+ $n)$" "pkg/m$n.py" && ok=pass
  case "$n $*" in "1 "*test_m0*) ;; "1 "*) ok=fail ;; esac
  echo "$ok $test"
done
[ $# -lt ${FILES} ] || sleep 2.1
`;
const ALL = Array.from({ length: FILES }, (_, at) => `tests/test_m${at}.py`);

const shell = (root: string, id = "sh"): Check => ({
  id,
  command: ["sh", "-c", RUNNER, "sh", ...ALL],
  shown: "run",
  cwd: root,
  kind: "test",
  litter: [],
  parse: (run) => {
    const outcomes = [...run.output.matchAll(/^(pass|fail) (\S+)$/gm)].map(([, how, name]) => ({
      how,
      name,
    }));
    const failed = outcomes.filter(({ how }) => how === "fail").map(({ name = "" }) => name);
    const passed = outcomes.length - failed.length;
    return report({ check: id, ...(failed.length > 0 ? fails(...failed) : {}), passed, ms: run.ms });
  },
  narrow: (paths) => ({ command: ["sh", "-c", RUNNER, "sh", ...paths], shown: `run ${paths.join(" ")}` }),
});

const shells: Checks = (root) => [shell(root)];

test("affected tests of a stored graph that is found damaged only when it is asked", async () => {
  const {
    place: { root },
  } = project({
    "stack.py": "def push(): pass\n",
    "test_stack.py": "from stack import push\n\n\ndef test_push():\n    push()\n",
  });
  const grapher = async (): Promise<Grapher> => {
    const opened = await openWorkspace(root, { ignore: [], allowWrite: () => false });
    if (!opened.ok) throw new Error(opened.reason);
    const made = openGrapher(opened.workspace);
    onTestFinished(() => made.close());
    return made;
  };
  await (await grapher()).current();
  const stored = join(root, ".smallcode", "graph");
  for (const name of readdirSync(stored))
    if (/^(names|files)/.test(name)) writeFileSync(join(stored, name), "{}");
  const find = affectedBy(await grapher(), new AbortController().signal);
  const change = { path: "stack.py", before: "def push(): pass\n", after: "def push(): return 1\n" };
  expect(await find([change], [])).toEqual({
    paths: ["test_stack.py"],
    of: 1,
    tests: new Map([["test_stack.py", 1]]),
  });
});

describe("a slow suite", () => {
  test("a bad candidate is refused by the affected tests, a good one is judged by all", async () => {
    const { verifier, ran, candidate } = await play(suite(0), shells);
    verifier.want("unharmed");
    const bad = verdictOf(await candidate("pkg/m3.py", "def value():\n    return 30\n"));
    expect(bad.status).toBe("failed");
    expect(bad.fresh.map((one) => one.test)).toEqual(["tests/test_m3.py"]);
    // Once in the turn: could it be chance?
    const again = "candidate sh (affected) (again)";
    expect(ran).toEqual(["baseline sh (affected)", "candidate sh (affected)", again]);
    expect(await verifier.takeBack()).toBeNull();

    // The run without a candidate is known now.
    const worse = verdictOf(await candidate("pkg/m3.py", "def value():\n    return None\n"));
    expect(worse.status).toBe("failed");
    expect(ran).toEqual(["candidate sh (affected)"]);
    await verifier.takeBack();

    const good = verdictOf(await candidate("pkg/m3.py", "def value():\n    return 0 + 3\n"));
    expect(good).toMatchObject({
      status: "verified",
      reports: [{ check: "sh", passed: FILES }, { check: "syntax" }],
    });
    expect(ran).toEqual(["candidate sh (affected)", "candidate sh"]);

    // The test of m1 fails in a run of its own, also without a candidate.
    verifier.accept(good);
    const other = verdictOf(await candidate("pkg/m1.py", "def value():\n    return 0 + 1\n"));
    expect(other.status).toBe("verified");
    expect(ran).toEqual(["baseline sh (affected)", "candidate sh (affected)", "candidate sh"]);

    // What was accepted is another tree to begin from.
    verifier.accept(other);
    await candidate("pkg/m1.py", "def value():\n    return 2\n");
    expect(ran[0]).toEqual("baseline sh (affected)");
  });

  test("a candidate that leaves what was red as it was is refused by it alone", async () => {
    const { verifier, ran, candidate } = await play(
      {
        ...suite(0),
        "pkg/m5.py": "def value():\n    return 50\n",
      },
      shells,
    );
    verifier.want("green");
    const same = verdictOf(await candidate("pkg/m5.py", "def value():\n    return 51\n"));
    expect(same.status).toBe("failed");
    expect(ran).toEqual(["baseline sh (affected)", "candidate sh (affected)"]);
    await verifier.takeBack();
    const good = verdictOf(await candidate("pkg/m5.py", "def value():\n    return 5\n"));
    expect(good.status).toBe("verified");
    expect(ran).toEqual(["candidate sh (affected)", "candidate sh"]);
  });

  test("what the checks before it said is told with the refutation", async () => {
    const first = (root: string): Check => ({
      ...shell(root, "first"),
      command: ["sh", "-c", "echo pass x"],
    });
    const { verifier, ran, candidate } = await play(suite(0), (root) => [first(root), shell(root)]);
    verifier.want("unharmed");
    const bad = verdictOf(await candidate("pkg/m3.py", "def value():\n    return 30\n"));
    expect(bad.reports.map(({ check, status }) => [check, status])).toEqual([
      ["first", "passed"],
      ["sh (affected)", "failed"],
    ]);
    expect(ran.slice(0, 3)).toEqual(["baseline sh (affected)", "candidate first", "candidate sh (affected)"]);
    expect(ran).not.toContain("candidate sh");
  });

  test("a quick suite is run as a whole alone, and the graph is not asked", async () => {
    const quick = (root: string): Check => ({
      ...shell(root),
      command: ["sh", "-c", RUNNER, "sh", ...ALL.slice(1)],
    });
    const one = await play(suite(0), (root) => [quick(root)], {
      affected: () => {
        throw new Error("Nobody asks.");
      },
    });
    expect(verdictOf(await one.candidate("pkg/m3.py", "def value():\n    return 30\n")).status).toBe(
      "failed",
    );
    expect(one.ran).toEqual(["candidate sh"]);
  });

  test.skipIf(!hasPython)("with unittest itself", async () => {
    const found: Checks = (root) => [
      unittestCheck({ root } as Place, { command: "python3", shown: "python3" }, ALL),
    ];
    const { verifier, ran, candidate } = await play(suite(0.3), found);
    verifier.want("unharmed");
    const bad = verdictOf(await candidate("pkg/m3.py", "def value():\n    return 30\n"));
    expect(bad.fresh.map((one) => one.test)).toEqual(["test_m3.Test.test_value"]);
    expect(ran.slice(0, 2)).toEqual(["baseline unittest (affected)", "candidate unittest (affected)"]);
    expect(ran).not.toContain("candidate unittest");
  });
});
