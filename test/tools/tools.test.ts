/** The compound tools on a real folder: what each proposes, and that every refusal says what to do instead. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { openGrapher } from "../../src/graph/graph.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import { TOOLS, toolNamed } from "../../src/tools/index.ts";
import type { ToolContext } from "../../src/tools/tool.ts";
import type { ToolResult } from "../../src/types.ts";
import { makeTree, open, picture } from "../workspace/tree.ts";

const FILES = {
  "calc.py":
    "def add(a, b):\n    return a - b\n\n\nclass Stack:\n    def push(self, item):\n        self.items.append(item)\n",
  "windows.py": "def f():\r\n    return 1\r\n",
  "notes.md": "# Notes\n\nalpha\nbeta\nalpha\n",
  "data.txt": "one\ntwo\n",
  "twice.py": "if True:\n    def x(): return 1\nelse:\n    def x(): return 2\n",
  "tests/test_calc.py": "def test_add():\n    assert True\n",
  "broken.txt": Uint8Array.of(0x63, 0xc3, 0xa9, 0xe9, 0x0a),
};

async function using(files: Record<string, string | Uint8Array> = FILES): Promise<{
  root: string;
  run: (tool: string, args: Record<string, unknown>) => Promise<ToolResult>;
}> {
  const root = makeTree(files);
  const workspace = await open(root);
  const context: ToolContext = {
    workspace,
    ask: (question) => openGrapher(workspace, { store: null }).ask(question),
    forbids: (path) => (path.startsWith("tests/") ? `${path} judges.` : null),
    checks: ["pytest"],
    origin: "model",
    room: 2000,
  };
  return { root, run: async (name, args) => (await toolNamed(name)?.run(args, context)) ?? fail(name) };
}

function fail(name: string): never {
  throw new Error(`there is no tool ${name}`);
}

const textOf = (result: ToolResult, path: string): string | null | undefined =>
  result.kind === "candidate"
    ? result.candidate.changes.find((change) => change.path === path)?.text
    : undefined;
const refusal = (says: string | RegExp) => ({ kind: "refusal", reason: expect.stringMatching(says) });

test("the table holds each tool once, and a tool changes nothing by itself", async () => {
  const names = TOOLS.map(({ name }) => name);
  expect(names.sort()).toEqual([
    "create_file",
    "delete_file",
    "find_and_read",
    "finish",
    "move_file",
    "replace_text",
    "rewrite_symbol",
    "run_check",
  ]);
  const { root, run } = await using();
  const before = picture(root);
  await run("rewrite_symbol", { path: "calc.py", symbol: "add", code: "def add(a, b):\n    return a + b" });
  await run("create_file", { path: "new.py", content: "x = 1" });
  await run("replace_text", { path: "data.txt", old: "one", new: "three" });
  expect(picture(root)).toEqual(before);
  expect(readdirSync(root)).not.toContain(".smallcode");
});

describe("rewrite_symbol", () => {
  test("a function and a method, by name; the base is what was read", async () => {
    const { run } = await using();
    const whole = await run("rewrite_symbol", {
      path: "calc.py",
      symbol: "add",
      code: "def add(a, b):\n    return a + b",
    });
    expect(textOf(whole, "calc.py")).toBe(FILES["calc.py"].replace("a - b", "a + b"));
    expect(whole).toMatchObject({
      candidate: { origin: "model", changes: [{ base: expect.stringMatching(/^[0-9a-f]{64}$/) }] },
    });
    const method = await run("rewrite_symbol", {
      path: "calc.py",
      symbol: "Stack.push",
      code: "def push(self, item):\n    self.items.insert(0, item)",
    });
    expect(textOf(method, "calc.py")).toContain(
      "    def push(self, item):\n        self.items.insert(0, item)\n",
    );
  });

  for (const [what, args, says] of [
    [
      "no such symbol",
      { path: "calc.py", symbol: "sub", code: "def sub(): pass" },
      /calc\.py has no sub; it has add, Stack, Stack\.push\./,
    ],
    ["no such file", { path: "nowhere.py", symbol: "add", code: "x" }, /nowhere\.py/],
    [
      "no grammar",
      { path: "data.txt", symbol: "one", code: "x" },
      /has no grammar here; change it with replace_text/,
    ],
    ["not UTF-8", { path: "broken.txt", symbol: "one", code: "x" }, /UTF-8/],
    ["a file that judges", { path: "tests/test_calc.py", symbol: "test_add", code: "x" }, /judges/],
    [
      "nothing new",
      { path: "calc.py", symbol: "add", code: "def add(a, b):\n    return a - b" },
      /as it already stands/,
    ],
    [
      "a syntax error",
      { path: "calc.py", symbol: "add", code: "def add(a, b:\n    return" },
      /not valid Python|syntax|never closed/i,
    ],
    [
      "another function",
      { path: "calc.py", symbol: "add", code: "def sub(a, b):\n    return a" },
      /does not define add/,
    ],
    ["outside", { path: "../x.py", symbol: "add", code: "x" }, /outside the workspace/],
    [
      "one of two of that name",
      { path: "twice.py", symbol: "x", code: "def x(self):\n    return 1" },
      /twice\.py defines x 2 times, at lines 2, 4; change the one that is meant with replace_text/,
    ],
    [
      "code left out",
      { path: "calc.py", symbol: "add", code: "def add(a, b):\n    # ... existing code ...\n    return 1" },
      /would take the place of code/,
    ],
  ] as const)
    test(`refused: ${what}`, async () => {
      const { run } = await using();
      expect(await run("rewrite_symbol", args)).toMatchObject(refusal(says));
    });
});

describe("replace_text", () => {
  test("exact, without regard to trailing and leading space, and to nothing", async () => {
    const { run } = await using();
    const one = await run("replace_text", { path: "data.txt", old: "two", new: "2\n3" });
    expect(textOf(one, "data.txt")).toBe("one\n2\n3\n");
    const loose = await run("replace_text", {
      path: "calc.py",
      old: "self.items.append(item)  ",
      new: "self.items += [item]",
    });
    expect(textOf(loose, "calc.py")).toContain("        self.items += [item]\n");
    const gone = await run("replace_text", { path: "data.txt", old: "one\n", new: "" });
    expect(textOf(gone, "data.txt")).toBe("two\n");
  });

  test("every place where that is asked, and several changes of one reply: all or none", async () => {
    const { run } = await using();
    const all = await run("replace_text", { path: "notes.md", old: "alpha", new: "a", replace_all: true });
    expect(textOf(all, "notes.md")).toBe("# Notes\n\na\nbeta\na\n");
    const two = { path: "data.txt", old: "one", new: "1" };
    const both = await run("replace_text", { ...two, more: [{ old: "two", new: "2" }] });
    expect(textOf(both, "data.txt")).toBe("1\n2\n");
    expect(await run("replace_text", { ...two, more: [{ old: "six", new: "6" }] })).toMatchObject(
      refusal(/data\.txt: Change 2 of 2, and so none: No such text/),
    );
  });

  test("a file with Windows line ends is seen with plain ones", async () => {
    const { run } = await using();
    const result = await run("replace_text", {
      path: "windows.py",
      old: "def f():\n    return 1",
      new: "def f():\n    return 2",
    });
    expect(textOf(result, "windows.py")).toBe("def f():\n    return 2\n");
  });

  for (const [what, args, says] of [
    ["two places", { path: "notes.md", old: "alpha", new: "gamma" }, /stands at lines 3, 5; add the lines/],
    [
      "no place",
      { path: "notes.md", old: "alfa\nbeta", new: "x" },
      /No such text.*nearest lines are:[\s\S]*\d\| beta/,
    ],
    ["nothing to look for", { path: "notes.md", old: "  ", new: "x" }, /SEARCH part is empty/],
    ["no change", { path: "data.txt", old: "one", new: "one" }, /are the same/],
    [
      "a syntax error",
      { path: "calc.py", old: "return a - b", new: "return (a - b" },
      /With this, line \d+ of calc\.py is wrong/,
    ],
    ["a file that judges", { path: "tests/test_calc.py", old: "True", new: "1" }, /judges/],
  ] as const)
    test(`refused: ${what}`, async () => {
      const { run } = await using();
      expect(await run("replace_text", args)).toMatchObject(refusal(says));
    });
});

describe("create_file", () => {
  test("with its folders; a last line end is added", async () => {
    const { run } = await using();
    const made = await run("create_file", { path: "deep/er/new.py", content: "x = 1" });
    expect(made).toMatchObject({
      candidate: { changes: [{ path: "deep/er/new.py", text: "x = 1\n", base: null }] },
    });
  });

  for (const [what, args, says] of [
    ["a file that is there", { path: "calc.py", content: "x" }, /exists already; change it with/],
    ["a syntax error", { path: "new.py", content: "def f(:\n" }, /Line 1 of the content is wrong/],
    ["a file that judges", { path: "tests/conftest.py", content: "" }, /judges/],
    ["outside", { path: "../new.py", content: "x" }, /outside the workspace/],
    ["absolute", { path: "/etc/new", content: "x" }, /absolute path/],
    ["git's folder", { path: ".git/hooks/x", content: "x" }, /not part of the project/],
    ["a secret", { path: ".env", content: "x" }, /secrets/],
  ] as const)
    test(`refused: ${what}`, async () => {
      const { run } = await using();
      expect(await run("create_file", args)).toMatchObject(refusal(says));
    });
});

describe("find_and_read", () => {
  test("a symbol in full, a path whole, words by line", async () => {
    const { run } = await using();
    const symbol = await run("find_and_read", { query: "push" });
    expect(symbol).toMatchObject({ kind: "text", text: expect.stringContaining("self.items.append(item)") });
    const path = await run("find_and_read", { query: "data.txt" });
    expect(path).toMatchObject({ kind: "text", text: expect.stringContaining("one\ntwo") });
    for (const query of ["beta", "Beta"]) {
      const words = await run("find_and_read", { query });
      expect(words).toMatchObject({ kind: "text", text: expect.stringContaining("notes.md:4: beta") });
    }
  });

  test("an answer keeps to its room", async () => {
    const long = Array.from({ length: 3000 }, (_, n) => `def f${n}():\n    return "word ${n}"\n`).join("\n");
    const { run } = await using({ "long.py": long, "long.txt": "word\n".repeat(5000) });
    for (const query of ["word", "long.py", "long.txt", "f7"]) {
      const result = await run("find_and_read", { query });
      expect(result.kind === "text" ? estimateTokens(result.text) : 9999).toBeLessThanOrEqual(2000);
    }
  });

  test("refused: what is nowhere; what cannot be read is said", async () => {
    const { run } = await using();
    expect(await run("find_and_read", { query: "xyzzy" })).toMatchObject(
      refusal(/Nothing here matches "xyzzy"/),
    );
    expect(await run("find_and_read", { query: "broken.txt" })).toMatchObject({
      kind: "text",
      text: expect.stringContaining("UTF-8"),
    });
  });
});

test("run_check and finish", async () => {
  const { run } = await using();
  expect(await run("run_check", { check: "pytest" })).toEqual({
    kind: "check",
    tool: "run_check",
    check: "pytest",
  });
  expect(await run("run_check", { check: "rm -rf" })).toMatchObject(refusal(/choose one of pytest/));
  expect(await run("finish", { summary: "done" })).toEqual({
    kind: "finish",
    tool: "finish",
    summary: "done",
  });
});

test("what a choice lacks is said as the next instruction", () => {
  const empty = { target: null, check: null, text: "" };
  for (const { name, fromChoice } of TOOLS) {
    const args = fromChoice({ tool: name, ...empty });
    if (name === "finish") expect(args.ok).toBe(true);
    else
      expect(args).toMatchObject({ ok: false, reason: expect.stringMatching(new RegExp(`^${name} needs `)) });
  }
});
