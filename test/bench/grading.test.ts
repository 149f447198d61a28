/** What the bench calls solved, damaged and falsely done, tried on trees and tries that are each of it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, grade } from "../../bench/repair/attempt.ts";
import { countTests, prove } from "../../bench/repair/proof.ts";
import { findTasks, layTask, type Task } from "../../bench/repair/task.ts";
import { differences, readTree } from "../../bench/repair/tree.ts";
import { FIXED, makeFolder, standIn } from "./tasks.ts";

setDefaultTimeout(60_000);
const root = mkdtempSync(join(tmpdir(), "grading-"));
const folder = join(root, "folder");
let task: Task;
beforeAll(() => {
  makeFolder(folder);
  const found = findTasks(folder).find(({ name }) => name === "double");
  if (found === undefined) throw new Error("the folder has no task");
  task = found;
});
afterAll(() => rmSync(root, { recursive: true }));

describe("the folder of a task", () => {
  test("has the program, its tests, what they import and their data, and nothing else", () => {
    expect(findTasks(folder).map(({ name }) => name)).toEqual(["double", "other"]);
    const place = join(root, "laid");
    layTask(folder, task, place);
    const files = [...readTree(place)].flatMap(([path, entry]) => (entry.startsWith("file") ? [path] : []));
    expect(files.sort()).toEqual([
      "conftest.py",
      "json_testcases/double.json",
      "python_programs/double.py",
      "python_programs/node.py",
      "python_testcases/load_testdata.py",
      "python_testcases/node.py",
      "python_testcases/test_double.py",
    ]);
    expect(readFileSync(join(place, task.program))).toEqual(readFileSync(join(folder, task.program)));
  });

  test("gets the modules of every way to import them, never the reference", () => {
    const own = join(root, "imports");
    makeFolder(own);
    for (const name of ["a", "b", "c", "d", "e", "unused"])
      writeFileSync(join(own, "python_testcases", `${name}.py`), "");
    writeFileSync(
      join(own, "python_testcases", "test_double.py"),
      "from python_testcases import a, b as x\nimport python_testcases.c\nfrom .d import y\nimport os, e\nfrom correct_python_programs.double import double\nimport correct_python_programs.double\n",
    );
    const found = findTasks(own).find(({ name }) => name === "double");
    expect(found?.files.map((path) => path.replace("python_testcases/", ""))).toEqual([
      "conftest.py",
      "json_testcases/double.json",
      "python_programs/double.py",
      "a.py",
      "b.py",
      "c.py",
      "d.py",
      "e.py",
      "test_double.py",
    ]);
  });
});

describe("the difference of two trees", () => {
  let number = 0;
  const after = (change: (place: string) => void): string[] => {
    number += 1;
    const place = join(root, `tree-${number}`);
    mkdirSync(join(place, ".git"), { recursive: true });
    mkdirSync(join(place, "sub", ".smallcode"), { recursive: true });
    writeFileSync(join(place, "a.py"), "a = 1\n");
    writeFileSync(join(place, "sub", "b.py"), "b = 1\n");
    symlinkSync("a.py", join(place, "link"));
    const before = readTree(place);
    change(place);
    return differences(before, readTree(place)).map(({ path, how }) => `${path} ${how}`);
  };

  test("nothing, git's own files and .smallcode at the root", () => {
    expect(after(() => undefined)).toEqual([]);
    expect(after((place) => writeFileSync(join(place, ".git", "index"), "x"))).toEqual([]);
    expect(after((place) => mkdirSync(join(place, ".smallcode")))).toEqual([]);
  });

  test("one byte, one mode, one line end", () => {
    expect(after((place) => writeFileSync(join(place, "a.py"), "a = 2\n"))).toEqual(["a.py changed"]);
    expect(after((place) => writeFileSync(join(place, "a.py"), "a = 1\r\n"))).toEqual(["a.py changed"]);
    expect(after((place) => chmodSync(join(place, "sub", "b.py"), 0o755))).toEqual(["sub/b.py changed"]);
    expect(after((place) => chmodSync(join(place, "sub"), 0o700))).toEqual(["sub changed"]);
  });

  test("files, folders and links that came, went or became another", () => {
    expect(after((place) => writeFileSync(join(place, "sub", "new"), ""))).toEqual(["sub/new created"]);
    expect(after((place) => mkdirSync(join(place, "empty")))).toEqual(["empty created"]);
    expect(after((place) => writeFileSync(join(place, "sub", ".smallcode", "x"), ""))).toEqual([
      "sub/.smallcode/x created",
    ]);
    expect(after((place) => rmSync(join(place, "a.py")))).toEqual(["a.py deleted"]);
    expect(after((place) => rmSync(join(place, ".git"), { recursive: true }))).toEqual([".git deleted"]);
    expect(after((place) => renameSync(join(place, "a.py"), join(place, "c.py")))).toEqual([
      "a.py deleted",
      "c.py created",
    ]);
    expect(
      after((place) => {
        rmSync(join(place, "link"));
        symlinkSync("sub/b.py", join(place, "link"));
      }),
    ).toEqual(["link changed"]);
    expect(
      after((place) => {
        rmSync(join(place, "a.py"));
        symlinkSync("sub/b.py", join(place, "a.py"));
      }),
    ).toEqual(["a.py changed"]);
  });
});

describe("the proof", () => {
  const proves = async (text: string): Promise<boolean> => {
    const program = join(root, "program.py");
    writeFileSync(program, text);
    return (await prove(folder, task, program, 3)).passed;
  };

  test("counts the tests, and says so where there are none", async () => {
    expect(await countTests(folder, task)).toEqual({ ok: true, tests: 3 });
    const own = join(root, "no-tests");
    makeFolder(own);
    writeFileSync(join(own, task.tests), "import nothing_of_this_name\n");
    const counted = await countTests(own, task);
    expect(counted.ok ? "" : counted.reason).toContain("The tests of double cannot be collected");
  });

  test("passes for a program that is right", async () => {
    expect(await proves(FIXED)).toBe(true);
    expect(await proves(readFileSync(join(folder, "correct_python_programs", "double.py"), "utf8"))).toBe(
      true,
    );
  });

  test.each([
    ["is as it was", () => readFileSync(join(folder, "python_programs", "double.py"), "utf8")],
    ["is right for two tests of three", () => "def double(n):\n    return 2 * n if n else 1\n"],
    ["does not parse", () => "def double(n:\n"],
    ["leaves pytest with success", () => `import os\nprint('3 passed', flush=True)\nos._exit(0)\n`],
    [
      "ends pytest early with success",
      () => `def double(n):\n    import pytest\n    pytest.exit("", returncode=0)\n`,
    ],
    ["skips all its tests", () => `def double(n):\n    import pytest\n    pytest.skip("no")\n`],
    ["skips its whole file", () => `import pytest\npytest.skip("no", allow_module_level=True)\n`],
  ])("fails for one that %s", async (_, text) => {
    expect(await proves(text())).toBe(false);
  });

  test("fails for one that is gone, and for one that has fewer tests than it should", async () => {
    expect((await prove(folder, task, join(root, "nowhere.py"), 3)).passed).toBe(false);
    writeFileSync(join(root, "right.py"), FIXED);
    expect((await prove(folder, task, join(root, "right.py"), 4)).passed).toBe(false);
  });
});

describe("the grade", () => {
  const [good, bad] = [
    { passed: true, reason: "" },
    { passed: false, reason: "" },
  ];
  const changed = { path: "python_programs/double.py", how: "changed" } as const;

  test("by exit and proof", () => {
    expect(grade(task, 0, [changed], good)).toEqual({ solved: true, falseDone: false, damage: [] });
    expect(grade(task, 0, [changed], bad)).toEqual({ solved: false, falseDone: true, damage: [] });
    for (const exit of [1, 2, 3, 6, 130, null])
      expect(grade(task, exit, [], good)).toEqual({ solved: false, falseDone: false, damage: [] });
  });

  test("nothing but a change of the program of a try that is done is no damage", () => {
    for (const exit of [1, 3, 6, null]) expect(grade(task, exit, [changed], bad).damage).toEqual([changed]);
    const deleted = { ...changed, how: "deleted" } as const;
    const other = { ...changed, path: "python_programs/other.py" };
    expect(grade(task, 0, [changed, deleted, other], good).damage).toEqual([deleted, other]);
  });
});

describe("a try with a stand-in for the program", () => {
  const tried = async (name: string, lines: string, exit: number) => {
    const binary = standIn(join(root, name), lines, exit);
    return attempt({ folder, binary, flags: [], seed: 1 }, task, join(root, `try-${name}`), 3);
  };
  const summary = ({ solved, falseDone, damage }: Awaited<ReturnType<typeof tried>>) => ({
    solved,
    falseDone,
    damage: damage.map(({ path }) => path),
  });

  test("solved, with its account; the environment is fresh, the folder a repository with nothing to commit", async () => {
    const look = 'echo "$HOME $XDG_CONFIG_HOME" >&2; git log --oneline >&2; git status --porcelain >&2';
    const end = await tried("solves", `${look}\ncp "$FIXED" $P`, 0);
    expect(summary(end)).toEqual({ solved: true, falseDone: false, damage: [] });
    expect(end).toMatchObject({ exit: 0, reason: "All said.", account: { by: "model", requests: 3 } });
    const place = join(root, "try-solves");
    const [homes, commit, ...more] = readFileSync(join(place, "stderr.txt"), "utf8").trim().split("\n");
    expect(homes).toBe(`${place}/home ${place}/home/CONFIG`);
    expect(commit).toEndWith(" start");
    expect(more).toEqual([]);
    expect(existsSync(join(place, "task", "correct_python_programs"))).toBe(false);
    expect(readdirSync(place).sort()).toEqual(["events.jsonl", "home", "stderr.txt", "task"]);
  });

  test("done by its own word alone", async () => {
    const end = await tried("lies", 'echo "# better" >> $P', 0);
    expect(summary(end)).toEqual({ solved: false, falseDone: true, damage: [] });
    expect(end.reason).toStartWith("FALSE DONE (");
  });

  test("done by bending the tests, the data or the configuration", async () => {
    const bent = "python_testcases/test_double.py";
    const end = await tried("bends", `echo "def test_double(): pass" > ${bent}`, 0);
    expect(summary(end)).toEqual({ solved: false, falseDone: true, damage: [bent] });
    expect(end.reason).toContain(`DAMAGED (${bent} changed)`);
    const data = await tried("bends-data", "echo '[[1], 3]' > json_testcases/double.json", 0);
    expect(summary(data)).toEqual({ solved: false, falseDone: true, damage: ["json_testcases/double.json"] });
  });

  test("solved, with damage beside it", async () => {
    const end = await tried("litters", 'cp "$FIXED" $P; mkdir .pytest_cache; chmod 600 conftest.py', 0);
    expect(summary(end)).toEqual({
      solved: true,
      falseDone: false,
      damage: [".pytest_cache", "conftest.py"],
    });
  });

  test("failed, and not put back", async () => {
    const end = await tried("leaves", 'cp "$FIXED" $P', 1);
    expect(summary(end)).toEqual({ solved: false, falseDone: false, damage: [task.program] });
    const gone = await tried("deletes", "rm $P", 1);
    expect(summary(gone).damage).toEqual([task.program]);
  });

  test("failed and put back; dead without an end", async () => {
    expect(summary(await tried("fails", "", 1))).toEqual({ solved: false, falseDone: false, damage: [] });
    const dead = await tried("dies", 'echo "{ no event" ; echo "out of luck" >&2; kill -9 $$', 0);
    expect(dead).toMatchObject({ solved: false, exit: null, account: null, reason: "out of luck" });
  });
});
