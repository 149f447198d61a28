/** The real binary with the embedded engine and a real model; skipped without weights or engine. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ENGINE_VERSION } from "../../src/model/engine/start.ts";
import { BUGGY, type Project, project, SLOW_MS } from "../harness/project.ts";
import { talk } from "../harness/terminal.ts";
import { enginesOf, FILE, FOLDER, ready } from "../model/engine-trial.ts";

setDefaultTimeout(SLOW_MS);

/** What points a run at the weights and at the installed engine, with the project's home for everything else. */
function engineIn(p: Project): Record<string, string> {
  const folder = join(p.home, "data", "smallcode", "engine", ENGINE_VERSION);
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(FOLDER, "node_modules"), join(folder, "node_modules"));
  return {
    SMALLCODE_MODEL: FILE,
    XDG_DATA_HOME: join(p.home, "data"),
    XDG_CACHE_HOME: join(p.home, "cache"),
  };
}

test.skipIf(!ready || process.platform !== "linux")(
  "an engine that has ended between two turns is started again",
  async () => {
    const p = await project(BUGGY, []);
    const t = await talk(p, ["--ask", "--max-tokens", "8"], engineIn(p));
    expect(t.shown()).toContain("Loading");
    const [first, ...others] = enginesOf(t.pid);
    expect(others).toEqual([]);
    t.type("What is here?\r");
    await t.see("% local");
    expect(enginesOf(t.pid)).toEqual([first ?? 0]);
    process.kill(first ?? 0, "SIGKILL");
    // It is there as a zombie until the conversation has learnt of its end.
    while (existsSync(`/proc/${first}`)) await Bun.sleep(10);
    await t.see("> ");
    t.type("What is here?\r");
    await t.see("Loading");
    await t.see("% local");
    expect(enginesOf(t.pid)).toHaveLength(1);
    await t.see("> ");
    expect(t.shown()).not.toContain("No server answers");
    expect(await t.leave()).toBe(0);
  },
);

test.skipIf(!ready)("a one-shot keeps the head of its prompt for the next one", async () => {
  const p = await project(BUGGY, []);
  const env = engineIn(p);
  const args = ["--json", "--yes", "--max-tokens", "8", "--max-time", "90s", "Fix add in calc.py"];
  const cached: number[] = [];
  for (let run = 0; run < 2; run += 1) {
    p.write(BUGGY);
    const { stdout } = await p.run(args, { env, endpoint: false });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    cached.push(events.find(({ type }) => type === "response").tokens.cached);
  }
  expect(readdirSync(join(p.home, "cache", "smallcode", "heads")).length).toBeGreaterThan(0);
  expect(cached[0]).toBe(0);
  expect(cached[1]).toBeGreaterThan(100);
});
