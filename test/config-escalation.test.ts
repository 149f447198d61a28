/** The ladder of stronger models in the user's file: what it becomes, and each mistake as one sentence that never quotes a value. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportSettings, settingRows } from "../src/cli/settings-report.ts";
import { isLoopback, staysNear } from "../src/config/hosts.ts";
import { type Flags, loadSettings } from "../src/config.ts";

let base: string;
let file: string;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "smallcode-escalation-")));
  file = join(base, ".config", "smallcode", "config.json");
  await mkdir(join(base, ".config", "smallcode"), { recursive: true });
});
afterEach(() => rm(base, { recursive: true, force: true }));

const SECRET = "sk-ant-very-secret-value";
const CLOUD = { endpoint: "https://api.example.com/", model: "big", api: "anthropic", keyFrom: "MY_KEY" };
const LOCAL = { endpoint: "http://localhost:11434/v1", model: "larger" };

async function load(escalation: unknown, env: Record<string, string> = {}, flags: Flags = {}) {
  await writeFile(file, JSON.stringify({ escalation }));
  return loadSettings({ env, home: base, platform: "linux", cwd: base, flags });
}

test("a section is a ladder with a mode and caps; a key comes from the variable that it names, and from no other", async () => {
  const env = { MY_KEY: ` ${SECRET} `, ANTHROPIC_API_KEY: "other", OPENAI_API_KEY: "other" };
  const loaded = await load(
    { ladder: [LOCAL, { ...CLOUD, maxTokens: 900, price: { in: 3, out: 15 } }] },
    env,
  );
  if (!loaded.ok) throw new Error(loaded.reason);
  expect(loaded.settings.escalation).toEqual({
    mode: "ask",
    ladder: [
      {
        ...LOCAL,
        api: "openai",
        key: null,
        keyFrom: null,
        maxTokens: 4096,
        price: null,
        local: true,
      },
      {
        endpoint: "https://api.example.com",
        model: "big",
        api: "anthropic",
        key: SECRET,
        keyFrom: "MY_KEY",
        maxTokens: 900,
        price: { in: 3, out: 15, cached: 3 },
        local: false,
      },
    ],
    maxCalls: 2,
    maxTokens: null,
    maxCost: null,
  } as typeof loaded.settings.escalation);
  expect(loaded.sources["escalation.mode"]).toBe(file);
  for (const json of [true, false]) {
    const report = reportSettings(settingRows(loaded.settings, loaded.sources), { json, userFile: file });
    expect(report).not.toContain(SECRET);
    expect(report).toContain("(set from MY_KEY, not shown)");
    expect(report).toContain("escalation.maxCalls");
  }
});

test("the flag lays itself over the mode and chooses no model", async () => {
  const modeOf = async (section: unknown, flags: Flags) => {
    const loaded = await load(section, {}, flags);
    return loaded.ok ? loaded.settings.escalation.mode : loaded.reason;
  };
  expect(await modeOf({ ladder: [LOCAL], mode: "off" }, { escalation: "always" })).toBe("always");
  expect(await modeOf({ ladder: [LOCAL] }, { escalation: "off" })).toBe("off");
  expect(await modeOf(undefined, { escalation: "off" })).toBe("off");
  expect(await modeOf(undefined, { escalation: "ask" })).toBe(
    `--escalation=ask needs "escalation" with a "ladder" of models in ${file}.`,
  );
  expect(await modeOf(undefined, {})).toBe("off");
});

test("each model of a long ladder has its call", async () => {
  const loaded = await load({ ladder: [LOCAL, LOCAL, LOCAL] });
  expect(loaded.ok && loaded.settings.escalation.maxCalls).toBe(3);
});

const one = (more: object) => ({ ladder: [{ ...LOCAL, ...more }] });
const MISTAKES: [section: unknown, sentence: string][] = [
  [[], '"escalation" must be an object, { ... }.'],
  [{}, '"escalation.ladder" must be a list of models, tried in order.'],
  [{ ladder: [] }, '"escalation.ladder" must be a list of models, tried in order.'],
  [{ ladder: [LOCAL], mode: "yes" }, '"escalation.mode" must be "ask", "always" or "off".'],
  [{ ladder: [LOCAL], maxCalls: 0 }, '"escalation.maxCalls" must be a whole number above 0.'],
  [{ ladder: [LOCAL], maxCost: 0 }, '"escalation.maxCost" must be a number above 0.'],
  [{ ladder: [LOCAL], maxcost: 1 }, '"escalation.maxcost" is not a setting; did you mean "maxCost"?'],
  [one({ modle: "x" }), '"escalation.ladder.0.modle" is not a setting; did you mean "model"?'],
  [one({ api: "cohere" }), '"escalation.ladder.0.api" must be "openai", "anthropic" or "ollama".'],
  [
    one({ endpoint: SECRET }),
    '"escalation.ladder.0.endpoint" must be a URL such as http://localhost:8080/v1.',
  ],
  [
    one({ endpoint: `http://me:${SECRET}@localhost` }),
    '"escalation.ladder.0.endpoint" must not carry a name or password: set "key" or "keyFrom".',
  ],
  [one({ keyFrom: SECRET }), '"escalation.ladder.0.keyFrom" must be the name of a variable.'],
  [one({ key: SECRET, keyFrom: "X" }), '"escalation.ladder.0" has both "key" and "keyFrom"; give one.'],
  [
    one({ endpoint: "http://192.168.1.4/v1", key: SECRET }),
    '"escalation.ladder.0.endpoint" must begin with https:// because a key goes there, which everybody on the way could read.',
  ],
  [
    one({ endpoint: "http://api.example.com", keyFrom: "MY_KEY" }),
    '"escalation.ladder.0.endpoint" must begin with https:// because a key goes there, which everybody on the way could read.',
  ],
  [one({ price: { in: -1, out: 2 } }), '"escalation.ladder.0.price.in" must be a number, 0 or more.'],
  [
    { ladder: [LOCAL, CLOUD], maxCost: 1 },
    '"escalation.maxCost" needs "price" in "escalation.ladder.1", such as { "in": 3, "out": 15 } for a million tokens.',
  ],
];

test("each mistake is one sentence that quotes no value", async () => {
  for (const [section, sentence] of MISTAKES) {
    const loaded = await load(section, { MY_KEY: SECRET });
    expect(loaded.ok ? "accepted" : loaded.reason).toBe(`${file}: ${sentence}`);
    expect(JSON.stringify(loaded)).not.toContain(SECRET);
  }
});

test("a key may go over plain http to this machine alone", async () => {
  const loaded = await load(one({ key: SECRET }));
  expect(loaded.ok && loaded.settings.escalation.ladder[0]?.key).toBe(SECRET);
});

test("what stays on this machine or its own network", () => {
  const near = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "10.0.0.3",
    "192.168.1.2",
    "172.20.0.1",
    "[fd00::1]",
    "box",
    "box.local",
  ];
  for (const host of near) expect([host, staysNear(`http://${host}:1/v1`)]).toEqual([host, true]);
  const far = [
    "api.example.com",
    "172.32.0.1",
    "8.8.8.8",
    "localhost.example.com",
    "10.example.com",
    "[2001:db8::1]",
  ];
  for (const host of far) expect([host, staysNear(`https://${host}/v1`)]).toEqual([host, false]);
  expect([isLoopback("box"), isLoopback("127.1.2.3")]).toEqual([false, true]);
});
