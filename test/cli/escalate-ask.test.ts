/** The question before anything is sent to a stronger model, on a real terminal: no, show, yes; and one at each request. */
import { expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Files, type Project, project, SLOW_MS, TASK } from "../harness/project.ts";
import { type Row, type ScriptedServer, startServer } from "../harness/server.ts";
import { PROMPT, plain, talk } from "../harness/terminal.ts";

setDefaultTimeout(SLOW_MS);

const SOLO: Files = {
  "calc.py": 'KEY = "AKIAABCDEFGHIJKLMNOP"\n\n\ndef add(a, b):\n    return a - b\n',
  "check.py": "from calc import add\n\nassert add(1, 2) == 3, add(1, 2)\n",
};
const ANSWER = "calc.py\n```python\ndef add(a, b):\n    return a + b\n```\n";
const LOST: Row[] = Array<Row>(3).fill({ text: "I do not know." });

async function strongerIn(p: Project, ...rows: Row[]): Promise<ScriptedServer> {
  const server = await startServer({ as: "anthropic" }, ...rows);
  onTestFinished(() => server.close());
  const folder = join(p.home, ".config", "smallcode");
  mkdirSync(folder, { recursive: true });
  const price = { in: 3, out: 15 };
  const big = { endpoint: server.url, model: "big", api: "anthropic", key: "sk-ant-0123456789abcdef", price };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ escalation: { ladder: [big] } }));
  return server;
}

const FLAGS = ["--rung", "text", "--check", "python3 check.py"];
const DOWN = "\x1b[B";

test("show prints the very bytes, then asks again; yes sends them", async () => {
  const p = await project(SOLO, LOST);
  const server = await strongerIn(p, { text: ANSWER });
  const t = await talk(p, FLAGS);
  t.type(`${TASK}\r`);
  await t.see(`Ask big at ${server.url}?`);
  await t.see("may answer with 4,096, for at");
  await t.see("most 0.06");
  await t.see("1 secret is left out.");
  await t.see("show what would be sent");
  expect(server.requests).toEqual([]);
  t.type(`${DOWN}${DOWN}\r`);
  await t.see('{"model":"big"');
  await t.see(`Ask big at ${server.url}?`);
  await t.see("show what would be sent");
  expect(server.requests).toEqual([]);
  t.type(`${DOWN}\r`);
  await t.see("permitted: ask big");
  await t.see("stronger model: verified");
  await t.see("by a stronger model");
  await t.see("1 request to a stronger model");
  await t.see("% local, 0.00");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  const raw = server.completions()[0]?.raw ?? "-";
  // The terminal ends lines where it is full, and writes "\r\n" for a line end.
  expect(plain(t.shown()).replace(/[\r\n]/g, "")).toContain(raw);
  expect(raw).not.toContain("AKIA");
});

test("no sends nothing, and the turn ends as it would have; the conversation goes on", async () => {
  const p = await project(SOLO, LOST);
  const server = await strongerIn(p);
  const t = await talk(p, FLAGS);
  t.type(`${TASK}\r`);
  await t.see("show what would be sent");
  t.type("\r");
  await t.see(`Nothing was sent to "big" at ${server.url}.`);
  await t.see("The model's replies could not be used 3 times in a row");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(server.requests).toEqual([]);
});

test("on a terminal without escape codes the answers are letters; Ctrl-C stops the task", async () => {
  const p = await project(SOLO, [...LOST, ...LOST]);
  const server = await strongerIn(p);
  const t = await talk(p, FLAGS, { TERM: "dumb" });
  t.type(`${TASK}\r`);
  await t.see("n (no), y (yes, this once), s (show what would be sent): ");
  t.type("s\r");
  await t.see('{"model":"big"');
  await t.see("n (no), y (yes, this once), s (show what would be sent): ");
  t.type("n\r");
  await t.see("Nothing was sent");
  await t.see(PROMPT);
  t.type(`${TASK}\r`);
  await t.see("s (show what would be sent): ");
  t.type("\x03");
  await t.see("Interrupted.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(server.requests).toEqual([]);
});

test("a terminal that is closed while a question stands ends the program, with everything put back", async () => {
  const p = await project(SOLO, LOST);
  const server = await strongerIn(p);
  const t = await talk(p, FLAGS);
  t.type(`${TASK}\r`);
  await t.see("show what would be sent");
  t.hangUp();
  expect(await t.ended()).toBe(130);
  expect(p.text("calc.py")).toBe(SOLO["calc.py"] as string);
  expect(server.requests).toEqual([]);
});
