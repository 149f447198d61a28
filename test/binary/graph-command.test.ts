/** `smallcode graph` as the binary runs it: stdout, stderr, exit codes, JSON, a reader that leaves, a Ctrl-C. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { SHOP } from "../graph/query-project.ts";
import { project, SLOW_MS } from "../harness/project.ts";
import { PROMPT, talk } from "../harness/terminal.ts";

setDefaultTimeout(SLOW_MS);

const alone = { endpoint: false };

test("alone it tells its queries; they need no model and change nothing", async () => {
  const p = await project(SHOP);
  const help = await p.run(["graph"], alone);
  expect(help).toMatchObject({ exit: 0, stderr: "" });
  expect(help.stdout).toContain("smallcode graph definition NAME");
  const ran = await p.run(["graph", "definition", "getJSON"], alone);
  expect(ran).toMatchObject({
    exit: 0,
    stderr: "",
    stdout: `web/src/http.ts:2  export async function getJSON(path: string): Promise<unknown>\n    Asks a server.\n`,
  });
  expect(ran.after).toEqual(ran.before);
  expect(p.server.completions()).toEqual([]);
});

test("each query answers", async () => {
  const p = await project(SHOP);
  const asked: [args: string[], starts: string][] = [
    [["references", "getJSON"], "web/src/http.ts:13"],
    [["callers", "round_price"], "shop/prices.py:7"],
    [["callees", "showCart"], "web/src/page.ts:8"],
    [["types", "Cart"], "shop/cart.py:12"],
    [["importers", "shop/cart.py"], "shop/__init__.py:1"],
    [["imports", "web/src/page.ts"], "web/src/page.ts:1"],
    [["tests", "total_price"], "tests/test_cart.py:6"],
    [["outline", "cart.py"], "shop/cart.py:5"],
    [["path", "checkout", "price_of"], "shop/cart.py:34"],
    [["impact", "price_of"], "shop/cart.py:26"],
    [["find", "gJ"], "web/src/http.ts:2"],
    [["text", "--regex", "sum\\("], "shop/cart.py:26"],
  ];
  for (const [args, starts] of asked) {
    const ran = await p.run(["graph", ...args], alone);
    expect({ args, exit: ran.exit, first: ran.stdout.split(/\s/)[0] }).toEqual({
      args,
      exit: 0,
      first: starts,
    });
  }
});

test("--json: one object, safe to show, with a version", async () => {
  const p = await project({ ...SHOP, "odd\x1b[31m.py": "def odd_name():\n    return '\x1b[0m'\n" });
  const ran = await p.run(["graph", "find", "odd_name", "--json"], alone);
  expect(ran.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stdout).not.toContain("\x1b");
  expect(JSON.parse(ran.stdout)).toMatchObject({
    v: 1,
    query: "find",
    words: ["odd_name"],
    ok: true,
    rows: [{ path: "odd\x1b[31m.py", line: 1, name: "odd_name", match: "exact" }],
    more: 0,
  });
  const missing = await p.run(["graph", "callers", "getJSN", "--json"], alone);
  expect(missing.exit).toBe(1);
  expect(JSON.parse(missing.stdout)).toMatchObject({ v: 1, ok: false, near: ["getJSON"] });
});

test("what is not there: exit 1, one sentence, the nearest names; bad usage: exit 2", async () => {
  const p = await project(SHOP);
  const missing = await p.run(["graph", "definition", "getJSN"], alone);
  expect(missing).toMatchObject({
    exit: 1,
    stdout: "",
    stderr: "smallcode: Nothing is called getJSN. Did you mean getJSON?\n",
  });
  const none = await p.run(["graph", "text", "no such words"], alone);
  expect(none).toMatchObject({ exit: 1, stdout: "", stderr: "No line has no such words.\n" });
  const empty = await p.run(["graph", "callers", "GiftCart"], alone);
  expect(empty).toMatchObject({ exit: 0, stdout: "", stderr: "Nothing calls GiftCart.\n" });
  const bad = await p.run(["graph", "text", "--regex", "(a"], alone);
  expect(bad).toMatchObject({ exit: 2, stdout: "" });
  const usage = await p.run(["graph", "path", "a"], alone);
  expect(usage).toMatchObject({
    exit: 2,
    stdout: "",
    stderr: "smallcode: graph path needs FROM TO after it.\n",
  });
});

test("a limit says how much it leaves out; hostile names and lines do nothing to a terminal", async () => {
  const name = "a\x1b]0;x\x07\nb.py";
  const p = await project({ ...SHOP, [name]: `def hostile():\n    price_of(1)  # \x1b[2J\u202e\n` });
  const ran = await p.run(["graph", "text", "price_of", "--max", "3"], alone);
  expect(ran.stdout).toContain("\n... 1 more, --max N\n");
  expect(ran.stdout).toStartWith("a b.py:2         price_of(1) #\n");
  expect(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/.test(ran.stdout)).toBe(false);
});

test("a reader that leaves early is no error", async () => {
  const lines = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`f${n}.txt`, `${"zebra and more\n".repeat(50)}`]),
  );
  const p = await project(lines);
  const ran = await p.run(["graph", "text", "zebra", "--max", "9999"], {
    ...alone,
    through: ["sh", "-c", '"$@" | head -n 1', "sh"],
  });
  expect(ran).toMatchObject({ exit: 0, stderr: "", stdout: "f0.txt:1     zebra and more\n" });
});

test("Ctrl-C while the code is read ends it at once", async () => {
  const code = Array.from(
    { length: 400 },
    (_, n) => `def function_${n}(a):\n    return function_${n + 1}(a)\n`,
  );
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`m${n}.py`, code.join("\n\n")]));
  const p = await project(many, [], { git: false });
  const running = await p.start(["graph", "callers", "function_7"], alone);
  await Bun.sleep(400);
  const from = performance.now();
  running.signal("SIGINT");
  const ran = await running.done;
  expect({ exit: ran.exit, stdout: ran.stdout }).toEqual({ exit: 130, stdout: "" });
  expect(performance.now() - from).toBeLessThan(2000);
});

test("affected tests of files and of definitions", async () => {
  const p = await project(SHOP);
  const file = await p.run(["graph", "affected", "shop/prices.py"], alone);
  expect(file.stdout).toStartWith("tests/test_cart.py:1");
  const name = await p.run(["graph", "affected", "Cart.total_price", "--json"], alone);
  expect(JSON.parse(name.stdout)).toMatchObject({ ok: true, tests: [{ path: "tests/test_cart.py" }] });
  expect((await p.run(["graph", "affected", "nobody"], alone)).exit).toBe(1);
});

test("in a conversation: /graph", async () => {
  const p = await project(SHOP);
  const t = await talk(p, []);
  t.type("/graph callers getJSON\r");
  await t.see("web/src/page.ts:4");
  await t.see(PROMPT);
  t.type("/graph callers getJSN\r");
  await t.see("Did you mean getJSON?");
  t.type("/graph nonsense\r");
  await t.see('graph has no query "nonsense"');
  expect(await t.leave()).toBe(0);
});
