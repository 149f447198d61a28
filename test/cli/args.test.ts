/** The command line as data: every flag, every way of giving it, every mistake. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { parseArgs } from "../../src/cli/args.ts";
import { FLAGS } from "../../src/cli/flags.ts";
import { HELP, helpOn } from "../../src/cli/help.ts";
import { PAGES } from "../../src/cli/manual.ts";
import type { Flags } from "../../src/config.ts";

const task = (text: string, flags: Flags = {}, stdin = "auto") => ({
  command: "task",
  task: text,
  stdin,
  flags,
});

const good: [argv: string[], parsed: unknown][] = [
  [["fix it"], task("fix it")],
  [["fix", "the", "bug"], task("fix the bug")],
  [["--json", "fix", "--dry-run", "it"], task("fix it", { json: true, dryRun: true })],
  [["--endpoint", "http://a/v1", "x"], task("x", { endpoint: "http://a/v1" })],
  [["--endpoint=http://a/v1?b=c", "x"], task("x", { endpoint: "http://a/v1?b=c" })],
  [["--model", "m.gguf", "x"], task("x", { model: "m.gguf" })],
  [["engine", "install"], { command: "engine", what: "install", flags: {} }],
  [
    ["engine", "install", "--from", "a.tgz"],
    { command: "engine", what: "install", flags: { from: "a.tgz" } },
  ],
  [["engine", "packages"], { command: "engine", what: "packages", flags: {} }],
  [["graph"], { command: "graph", query: null, words: [], flags: {} }],
  [["graph", "callers", "a.b"], { command: "graph", query: "callers", words: ["a.b"], flags: {} }],
  [["graph", "path", "a", "b"], { command: "graph", query: "path", words: ["a", "b"], flags: {} }],
  [["graph", "find", "a", "b", "c"], { command: "graph", query: "find", words: ["a", "b", "c"], flags: {} }],
  [
    ["graph", "--max", "3", "text", "--regex", "--", "--x"],
    { command: "graph", query: "text", words: ["--x"], flags: { graph: { max: 3, regex: true } } },
  ],
  [
    ["graph", "--html", "a.html"],
    { command: "graph", query: null, words: [], flags: { graph: { html: "a.html" } } },
  ],
  [["graph", "theory", "is", "fun"], task("graph theory is fun")],
  [["graph", "algorithms"], task("graph algorithms")],
  [["graph callers of x"], task("graph callers of x")],
  [["draw", "graph", "path"], task("draw graph path")],
  [["--", "graph", "path"], task("graph path")],
  [["engine", "overheats"], task("engine overheats")],
  [["engine", "install", "fails", "on", "arm"], task("engine install fails on arm")],
  [["--rung=plain", "x"], task("x", { rung: "plain" })],
  [["--check", "pytest -q", "x"], task("x", { check: "pytest -q" })],
  [["--check=-q", "x"], task("x", { check: "-q" })],
  [["--no-check", "x"], task("x", { noCheck: true })],
  [["--max-time", "5m", "--check-time=1.5s", "x"], task("x", { maxTimeMs: 300_000, checkTimeMs: 1500 })],
  [["--max-tokens", "100", "x"], task("x", { maxTokens: 100 })],
  [["--ask", "--ask", "x"], task("x", { intent: "ask" })],
  [
    ["--edit", "--verbose", "--show-prompt", "-A", "x"],
    task("x", { intent: "edit", verbose: true, showPrompt: true, yes: true }),
  ],
  [["--allow-run", "git"], task("git", { allowRun: true })],
  [["--allow-run=git,npm test", "--allow-run=ls", "x"], task("x", { allowRun: ["git", "npm test", "ls"] })],
  [["--allow-run=git", "--allow-run", "x"], task("x", { allowRun: true })],
  [["--deny-write=a", "--deny-read", "x"], task("x", { denyWrite: ["a"], denyRead: true })],
  [["--", "--json", "is", "ignored"], task("--json is ignored")],
  [["why", "--", "-"], task("why -")],
  [["why", "-"], task("why", {}, "wait")],
  [["-"], task("", {}, "wait")],
  [["a", "-", "b"], task("a - b")],
  [["undo"], { command: "undo", flags: {} }],
  [["--cwd", "d", "redo"], { command: "redo", flags: { cwd: "d" } }],
  [["config", "--json"], { command: "config", flags: { json: true } }],
  [["stats"], { command: "stats", flags: {} }],
  [["stats", "--all", "--json"], { command: "stats", flags: { all: true, json: true } }],
  [["stats", "of", "the", "league"], task("stats of the league")],
  [["--escalation=always", "x"], task("x", { escalation: "always" })],
  [["--max-attempts", "3", "x"], task("x", { maxAttempts: 3 })],
  [["undo", "the", "last", "change"], task("undo the last change")],
  [["--", "undo"], task("undo")],
  [["undo", "--", "it"], task("undo it")],
  [["help"], { command: "help", words: [] }],
  [["help", "exit"], { command: "help", words: ["exit"] }],
  [["help me fix it"], task("help me fix it")],
  [["--bogus", "--help"], { command: "help", words: [] }],
  [["-h"], { command: "help", words: [] }],
  [["x", "--version"], { command: "version" }],
  [["-V"], { command: "version" }],
  [["--", "--version"], task("--version")],
  [[], { command: "repl", flags: {} }],
  [["--verbose"], { command: "repl", flags: { verbose: true } }],
];

test.each(good)("%j", (argv, parsed) => {
  expect(parseArgs(argv) as unknown).toEqual(parsed);
});

const bad: [argv: string[], says: RegExp][] = [
  [["", "  "], /no task/],
  [["--"], /no task/],
  [["--endpont", "x"], /"--endpont".*--endpoint/],
  [["--verbos", "x"], /--verbose/],
  [["--allow-runs=git", "x"], /--allow-run\b/],
  [["-x", "y"], /Unknown flag "-x"/],
  [["--\u001b[31mred", "y"], /Unknown flag "--\\u001b\[31mred"/],
  [["--key", "secret", "x"], /Unknown flag "--key"/],
  [["fix", "--check"], /--check needs CMD/],
  [["--check", "--json", "x"], /--check=CMD/],
  [["--check=", "x"], /--check needs CMD/],
  [["--check", " ", "x"], /--check needs a value/],
  [["--check", "a", "--check", "b", "x"], /--check was given twice/],
  [["--check", "a", "--no-check", "x"], /contradict/],
  [["--from", "a.tgz", "x"], /--from belongs to engine install/],
  [["engine"], /install or packages/],
  [["graph", "callers"], /graph callers needs NAME/],
  [["graph", "path", "a"], /graph path needs FROM TO/],
  [["graph", "callers", "of", "x"], /graph callers takes NAME alone.*in quotes/],
  [["graph", "caller", "x"], /did you mean graph callers\?/],
  [["graph", "--max", "3", "theory"], /no query "theory": it takes definition/],
  [["graph", "--max", "0", "find", "x"], /--max needs a whole number/],
  [["--max", "3", "x"], /--max belongs to graph/],
  [["--html", "a.html", "x"], /--html belongs to graph/],
  [["--json=yes", "x"], /--json takes no value/],
  [["--allow-run=", "x"], /--allow-run needs/],
  [["--allow-run=a,,b", "x"], /--allow-run needs a list/],
  [["--rung", "tools", "x"], /one of schema, native, text, plain/],
  [["--ask", "--edit", "x"], /only one of/],
  [["--max-time", "30", "x"], /30s or 5m/],
  [["--max-time", "0s", "x"], /30s or 5m/],
  [["--max-time", "25h", "x"], /30s or 5m/],
  [["--max-tokens", "0", "x"], /whole number/],
  [["--max-tokens", "1e3", "x"], /whole number/],
  [["--max-attempts", "0", "x"], /--max-attempts needs a whole number above 0/],
  [["--escalation", "yes", "x"], /--escalation needs one of ask, always, off/],
  [["--all", "x"], /--all belongs to stats/],
];

test.each(bad)("mistake %j", (argv, says) => {
  const parsed = parseArgs(argv);
  expect(parsed.command).toBe("usage");
  const message = parsed.command === "usage" ? parsed.message : "";
  expect(message).toMatch(says);
  expect(message).not.toContain("secret");
  expect(message).not.toContain("\n");
});

test("the help text names every flag and fits a screen", () => {
  const lines = HELP.split("\n");
  expect(lines.length).toBeLessThanOrEqual(60);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(106);
  expect(FLAGS.filter(({ name }) => !HELP.includes(`--${name}`))).toEqual([]);
});

test("the manual is found by name, flag and word, and says where to look otherwise", () => {
  expect(helpOn([]).text).toBe(HELP);
  expect(helpOn(["exit"]).text).toStartWith("Exit codes");
  expect(helpOn(["--max-time"]).text).toContain("--max-time DURATION");
  expect(helpOn(["OLLAMA_HOST"]).text).toStartWith("Environment");
  for (const word of ["rename", "flaky", "--check-time", "frozen", "unverified", "samples"])
    expect(helpOn(word.split(" ")).found).toBe(true);
  expect(helpOn(["checks"]).text).toStartWith("Checks");
  expect(PAGES.filter(({ name }, at) => PAGES.findIndex((one) => one.name === name) !== at)).toEqual([]);
  for (const { text } of PAGES)
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(140);
  expect(helpOn(["permisions"])).toEqual({
    found: false,
    text: expect.stringContaining("smallcode help permissions"),
  });
});

test("arguments and help load no package", async () => {
  const built = await Bun.build({
    entrypoints: [join(import.meta.dir, "../../src/cli/help.ts")],
    target: "bun",
    metafile: true,
  });
  const inputs = Object.keys(built.metafile?.inputs ?? {});
  expect(inputs.some((path) => path.endsWith("args.ts"))).toBe(true);
  expect(inputs.filter((path) => path.includes("node_modules") || path.endsWith("src/config.ts"))).toEqual(
    [],
  );
});
