/** `smallcode stats`: what the logs of sessions add up to, what of them is left out, and how long it takes. */
import { beforeEach, expect, onTestFinished, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statsText } from "../../src/cli/stats.ts";
import { trust } from "../../src/config.ts";
import { addSessions, emptyTally, type Tally } from "../../src/session/tally.ts";
import type { Account, Outcome, TurnEvent } from "../../src/types.ts";
import { project, SLOW_MS } from "../harness/project.ts";

setDefaultTimeout(SLOW_MS);

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "smallcode-stats-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

const ACCOUNT: Account = {
  by: "model",
  requests: 2,
  candidates: 1,
  resets: 0,
  tokens: { prompt: 1000, cached: 400, generated: 100 },
  ms: 3000,
  local: 1,
};

const start: TurnEvent = { type: "start", v: 1, session: "s", version: "0", cwd: "/", task: "Fix it" };
const end = (outcome: Outcome, account: Partial<Account> = {}): TurnEvent => ({
  type: "end",
  outcome,
  exit: 0,
  message: "Done.",
  account: { ...ACCOUNT, ...account },
});
const escalated = (generated: number, cost: number | null): Partial<Account> => ({
  by: "escalation",
  local: 1 - generated / 100,
  escalated: { requests: 1, tokens: { prompt: 500, cached: 0, generated }, cost },
});

function log(name: string, ...lines: (TurnEvent | string)[]): void {
  const folder = join(root, ".smallcode", "sessions");
  mkdirSync(folder, { recursive: true });
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  writeFileSync(join(folder, name), `${text}\n`);
}

function tallied(): Tally {
  const tally = emptyTally();
  addSessions(root, tally);
  return tally;
}

test("tasks by outcome and by what did them; tokens, time and money; what stayed local", () => {
  const text: TurnEvent = { type: "text", text: "It adds." };
  log("a.jsonl", start, text, end("answered", { by: null }), start, end("verified", { by: "sampling" }));
  log("b.jsonl", start, end("verified", escalated(40, 0.5)), start, end("failed", { by: null }), start, text);
  log("b.pytest.log", "no session");
  expect(tallied()).toEqual({
    sessions: 2,
    tasks: 5,
    unfinished: 1,
    outcomes: { answered: 1, verified: 2, failed: 1 },
    by: { model: 1, sampling: 1, escalation: 1 },
    asked: 4,
    local: 3,
    tokens: { prompt: 4000, cached: 1600, generated: 400 },
    localTokens: 360,
    escalated: 1,
    cost: 0.5,
    ms: 12_000,
    brokenLines: 0,
    unreadable: [],
  });
  expect(statsText(tallied(), "in ~/app")).toBe(`5 tasks                in 2 sessions in ~/app
  done and verified    2
  answered             1
  failed, put back     1
  without an end       1
done by
  the model alone      1
  sampling             1
  a stronger model     1
stayed local
  of tasks             75.0 % (below the 95 % aimed at)
  of generated tokens  90.0 % (below the 95 % aimed at)
tokens                 2,400 new, 1,600 cached, 400 generated
time                   12 s in all, 2 s a task
stronger models        1 request, 0.5000 spent as far as prices are known`);
});

test("the aim is met at 95 %, and a share is never rounded up to it", () => {
  const many = Array.from({ length: 19 }, () => [start, end("verified")]).flat();
  log("a.jsonl", ...many, start, end("verified", escalated(100, null)));
  expect(statsText(tallied(), "here")).toContain("of tasks             95.0 % (at least the 95 % aimed at)");
  log("b.jsonl", start, end("verified", escalated(1, null)));
  expect(statsText(tallied(), "here")).toContain("of tasks             90.4 % (below the 95 % aimed at)");
});

test("broken and foreign lines are left out and counted; so is a log that cannot be read", () => {
  const whole = JSON.stringify(end("verified"));
  log(
    "a.jsonl",
    start,
    whole.slice(0, -30),
    start,
    '{"type":"end","outcome":"great"}',
    "not json",
    '{"a":1}',
    "[]",
  );
  log("b.jsonl", "", start, `${whole}${whole}`, "{}", whole);
  symlinkSync(join(root, "nowhere"), join(root, ".smallcode", "sessions", "c.jsonl"));
  const tally = tallied();
  expect(tally).toMatchObject({
    sessions: 2,
    tasks: 3,
    unfinished: 2,
    outcomes: { verified: 1 },
    brokenLines: 7,
  });
  expect(tally.unreadable).toHaveLength(1);
  const text = statsText(tally, "here");
  expect(text).toContain("left out: 7 lines of the logs that hold no event");
  expect(text).toContain("c.jsonl: ");
});

test("an empty history says so", () => {
  expect(statsText(tallied(), "in ~/app")).toBe("No task has been logged in ~/app yet.");
});

test("2,000 sessions take a moment", () => {
  const thinking: TurnEvent[] = Array.from({ length: 20 }, () => ({ type: "thinking", text: "Let me see." }));
  for (let n = 0; n < 2000; n += 1) log(`${n}.jsonl`, start, ...thinking, end("verified"));
  const started = performance.now();
  expect(tallied()).toMatchObject({ sessions: 2000, tasks: 2000, local: 2000 });
  expect(performance.now() - started).toBeLessThan(1500);
});

test("the command: of this folder, of every trusted one, as one object", async () => {
  const p = await project({ "a.py": "" });
  const empty = await p.run(["stats"], { endpoint: false });
  expect([empty.exit, empty.stdout]).toEqual([0, `No task has been logged in ${p.root} yet.\n`]);
  log("a.jsonl", start, end("verified", escalated(40, 0.5)));
  await trust(root, join(p.home, ".local", "state", "smallcode"));
  const own = JSON.parse((await p.run(["stats", "--json"], { endpoint: false })).stdout);
  expect(own).toMatchObject({ v: 1, folders: [p.root], tasks: 0, local: { tasks: null, tokens: null } });
  const all = JSON.parse((await p.run(["stats", "--all", "--json"], { endpoint: false })).stdout);
  expect(all.folders).toHaveLength(2);
  expect(all).toMatchObject({
    tasks: 1,
    by: { escalation: 1 },
    tokens: { new: 600, cached: 400, generated: 100 },
    local: { tasks: 0, tokens: 0.6, aim: 0.95 },
    cost: 0.5,
  });
});
