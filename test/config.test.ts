/** Settings: which source wins, where a key may go, what a project may set, and how a mistake is told. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonMistake } from "../src/config/json.ts";
import { type Flags, loadSettings } from "../src/config.ts";

let base: string;
let cwd: string;
let home: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "smallcode-config-")));
  cwd = join(base, "project");
  home = join(base, "home");
  await Promise.all([mkdir(cwd), mkdir(join(home, ".config", "smallcode"), { recursive: true })]);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const userFile = (): string => join(home, ".config", "smallcode", "config.json");
const put = (path: string, value: unknown): Promise<void> =>
  writeFile(path, typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value));
const user = (value: unknown): Promise<void> => put(userFile(), value);
const project = (value: unknown): Promise<void> => put(join(cwd, "smallcode.json"), value);

async function load(env: Record<string, string> = {}, flags: Flags = {}) {
  const loaded = await loadSettings({ env, home, platform: "linux", cwd, flags });
  if (!loaded.ok) throw new Error(loaded.reason);
  return loaded;
}
async function refusal(env: Record<string, string> = {}, flags: Flags = {}): Promise<string> {
  const loaded = await loadSettings({ env, home, platform: "linux", cwd, flags });
  return loaded.ok ? "accepted" : loaded.reason;
}

test("nothing set: the defaults, and they say so", async () => {
  const { settings, sources } = await load();
  expect(settings).toEqual({
    connection: { endpoint: null, key: null, model: null, rung: null, window: null },
    checks: { command: null, project: [], waived: false },
    workspace: { root: cwd, ignore: [] },
    limits: {
      maxTimeMs: 1_800_000,
      maxTokens: null,
      maxAttempts: null,
      checkTimeMs: 300_000,
      silenceMs: 300_000,
    },
    escalation: { mode: "off", ladder: [], maxCalls: 2, maxTokens: null, maxCost: null },
    mode: {
      intent: null,
      json: false,
      yes: false,
      dryRun: false,
      showPrompt: false,
      verbose: false,
      seed: null,
    },
    mechanisms: {
      direct: true,
      feedback: true,
      sampling: true,
      granularity: true,
      localisation: true,
      decomposition: true,
    },
    permissions: {
      run: { allow: [], deny: [] },
      write: { allow: [], deny: [] },
      read: { allow: [], deny: [] },
    },
    terminal: { color: true, dumb: false },
  });
  expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
});

test("flags win over the environment, the project's file and the user's file", async () => {
  await user({
    endpoint: "http://user/v1",
    model: "user",
    window: 4096,
    rung: "schema",
    ignore: ["u"],
    limits: { maxTime: "1m", maxTokens: 1, maxAttempts: 4, silence: "9s" },
  });
  await project({
    checks: { unit: "pytest -q", lint: "ruff ." },
    ignore: ["p"],
    limits: { maxTime: "2m", checkTime: "3s" },
  });
  const env = { SMALLCODE_ENDPOINT: "http://env/v1/", SMALLCODE_MODEL: "env", SMALLCODE_RUNG: "plain" };
  const { settings, sources } = await load(env, { model: "flag", maxTokens: 7 });
  expect(settings.connection).toEqual({
    endpoint: "http://env/v1",
    key: null,
    model: "flag",
    rung: "plain",
    window: 4096,
  });
  expect(settings.limits).toEqual({
    maxTimeMs: 120_000,
    maxTokens: 7,
    maxAttempts: 4,
    checkTimeMs: 3000,
    silenceMs: 9000,
  });
  expect(settings.checks.project).toEqual([
    { id: "unit", command: "pytest -q" },
    { id: "lint", command: "ruff ." },
  ]);
  expect(settings.workspace.ignore).toEqual(["u", "p"]);
  expect(sources).toMatchObject({
    "connection.endpoint": "SMALLCODE_ENDPOINT",
    "connection.model": "--model",
    "connection.rung": "SMALLCODE_RUNG",
    "connection.window": userFile(),
    "limits.maxTime": join(cwd, "smallcode.json"),
    "limits.maxTokens": "--max-tokens",
    "limits.silence": userFile(),
    "workspace.ignore": `${userFile()} and ${join(cwd, "smallcode.json")}`,
  });
});

test.each(["endpoint", "key", "model", "rung", "window", "permissions", "engine", "escalation"])(
  "a project may not set %s",
  async (key) => {
    await project({ [key]: "secret", checks: { unit: "true" } });
    const reason = await refusal();
    expect(reason).toContain(`${join(cwd, "smallcode.json")} sets "${key}"`);
    expect(reason).toContain(userFile());
    expect(reason).not.toContain("secret");
  },
);

const broken: [text: unknown, says: string][] = [
  ['{\n  "ignore": [],\n}', "line 3, column 1: expected a key in double quotes."],
  ["{\n  // note\n}", 'line 2, column 3: expected a key in double quotes or "}".'],
  ['{"limits": {"maxTime": "1m"}', 'line 1, column 29: expected "," or "}".'],
  ["", "line 1, column 1: expected a value."],
  ["{} {}", "line 1, column 4: expected the end of the file."],
  [new Uint8Array([0x7b, 0xff]), "is not UTF-8 text."],
  ["[]", "must be an object, { ... }."],
  ["null", "must be an object, { ... }."],
  [{ checks: [] }, '"checks" must be an object of names and commands'],
  [{ checks: { unit: 7 } }, '"checks.unit" must be a command line.'],
  [{ checks: { unit: " " } }, '"checks.unit" must be a command line.'],
  [{ checks: { "a b": "x" } }, '"checks.a b" must be named with letters'],
  [{ ignore: "dist" }, '"ignore" must be a list of globs.'],
  [{ ignore: [7] }, '"ignore.0" must be a list of globs.'],
  [{ limits: { maxTime: 30 } }, '"limits.maxTime" must be a duration from 1ms to 24h such as 30s or 5m.'],
  [{ limits: { maxTime: "30" } }, '"limits.maxTime" must be a duration'],
  [{ limits: { maxTokens: 1.5 } }, '"limits.maxTokens" must be a whole number above 0.'],
  [{ limits: { maxTokens: -1 } }, '"limits.maxTokens" must be a whole number above 0.'],
  [{ limits: { maxtime: "1m" } }, '"limits.maxtime" is not a setting; did you mean "maxTime"?'],
  [{ check: "x" }, '"check" is not a setting; did you mean "checks"?'],
];

test.each(broken)("broken smallcode.json %j", async (value, says) => {
  await project(value);
  const reason = await refusal();
  expect(reason).toStartWith(join(cwd, "smallcode.json"));
  expect(reason).toContain(says);
  expect(reason).not.toContain("\n");
});

test("the user's file is as strict, and never quotes a value", async () => {
  await user({ endpoint: "http://a/v1", key: ["secret"] });
  expect(await refusal()).toBe(`${userFile()}: "key" must be a text.`);
  await user({ key: "secret" });
  expect(await refusal()).toBe(`${userFile()}: "key" needs the "endpoint" that it belongs to beside it.`);
  await user({ checks: { unit: "x" } });
  expect(await refusal()).toContain('"checks" is not a setting');
  await user({ permissions: { allowRun: "git" } });
  expect(await refusal()).toContain('"permissions.allowRun" must be true or a list of texts.');
});

test.skipIf(process.getuid?.() === 0)("an unreadable file is named", async () => {
  await user({});
  await chmod(userFile(), 0);
  expect(await refusal()).toBe(`${userFile()} cannot be read (EACCES).`);
});

test("a folder in place of a file is named", async () => {
  await mkdir(join(cwd, "smallcode.json"));
  expect(await refusal()).toBe(`${join(cwd, "smallcode.json")} cannot be read (EISDIR).`);
});

test("--cwd is taken from the process's folder and must be a folder", async () => {
  await mkdir(join(cwd, "sub"));
  await put(join(cwd, "sub", "smallcode.json"), { ignore: ["x"] });
  const { settings, sources } = await load({}, { cwd: "sub" });
  expect(settings.workspace).toEqual({ root: join(cwd, "sub"), ignore: ["x"] });
  expect(sources["workspace.root"]).toBe("--cwd");
  expect(await refusal({}, { cwd: "missing" })).toBe(`The folder ${join(cwd, "missing")} does not exist.`);
  expect(await refusal({}, { cwd: "sub/smallcode.json" })).toContain("is not a folder.");
});

test("permissions of the user's file and of flags add up; paths become real", async () => {
  await mkdir(join(base, "elsewhere"));
  await symlink(join(base, "elsewhere"), join(cwd, "link"));
  await user({ permissions: { allowRun: ["git"], denyWrite: ["/x", "docs"] } });
  const flags: Flags = { allowRun: ["npm"], denyRun: true, allowWrite: ["link/new.txt"] };
  const { settings, sources } = await load({}, flags);
  expect(settings.permissions).toEqual({
    run: { allow: ["npm", "git"], deny: true },
    write: { allow: [join(base, "elsewhere", "new.txt")], deny: ["/x", join(cwd, "docs")] },
    read: { allow: [], deny: [] },
  });
  expect(sources.permissions).toBe(`flags and ${userFile()}`);
});

test("a path that leads nowhere is named", async () => {
  await symlink("loop", join(cwd, "loop"));
  expect(await refusal({}, { allowWrite: ["loop"] })).toBe(
    `The path ${join(cwd, "loop")} in the permissions is a link that leads to itself.`,
  );
});

test("colour is off by NO_COLOR and on a dumb terminal", async () => {
  expect((await load({ NO_COLOR: "1" })).settings.terminal.color).toBe(false);
  expect((await load({ NO_COLOR: "" })).settings.terminal.color).toBe(true);
  expect((await load({ TERM: "dumb" })).settings.terminal.color).toBe(false);
});

test("a mistake in the environment is a reason, and an empty variable is none", async () => {
  expect(await refusal({ SMALLCODE_RUNG: "tools" })).toBe(
    "SMALLCODE_RUNG must be one of schema, native, text, plain.",
  );
  expect((await load({ SMALLCODE_RUNG: "", SMALLCODE_ENDPOINT: " " })).settings.connection.rung).toBeNull();
});

test("no home: the rest works", async () => {
  const loaded = await loadSettings({ env: {}, home: null, platform: "linux", cwd, flags: {} });
  expect(loaded.ok).toBe(true);
});

test("the scanner of mistakes agrees with the parser", () => {
  const texts = [
    '{"a":[1,-2.5e3,"x\\u00e9",true,null,{}],"b":{}}',
    " [] ",
    '"x"',
    "1",
    "[1,]",
    "[1 2]",
    '{"a" 1}',
    "{a:1}",
    '{"a":01}',
    '["\n"]',
    '{"a":1]',
    "tru",
    "[truex]",
    '["\\x"]',
    "\ufeff{}",
    "]",
    "[".repeat(50_000),
  ];
  for (const text of texts) {
    let parses = true;
    try {
      JSON.parse(text);
    } catch {
      parses = false;
    }
    expect([text.slice(0, 40), jsonMistake(text) === null]).toEqual([text.slice(0, 40), parses]);
  }
});
