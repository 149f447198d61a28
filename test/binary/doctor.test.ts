/** `smallcode doctor` as the binary runs it: stdout, exit codes, `--json`, and that a task's start costs a known server nothing. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DoctorReport } from "../../src/cli/doctor/report.ts";
import { BUGGY, project, SLOW_MS } from "../harness/project.ts";
import type { Row } from "../harness/server.ts";

setDefaultTimeout(SLOW_MS);

const counted = (prompt: number, cached: number): Row => ({
  text: "There are many nails in it, and some more.",
  usage: { prompt, cached, generated: 24 },
});
const KEPT = [counted(240, 0), counted(240, 190), counted(280, 238)];

test("the report on stdout, nothing on stderr, nothing changed", async () => {
  const p = await project(BUGGY, KEPT, { as: "llama.cpp", models: ["m-it.gguf"], window: 4096 });
  const ran = await p.run(["doctor"]);
  expect(ran).toMatchObject({ exit: 0, stderr: "" });
  expect(ran.stdout).toContain("Model m-it.gguf");
  expect(ran.stdout).toContain("\n    llama-server -m m-it.gguf --ctx-size 8192\n");
  expect(ran.after).toEqual(ran.before);
});

test("--json: one object that its schema knows", async () => {
  const p = await project(BUGGY, KEPT, { as: "lmstudio", models: ["m"], window: 2048 });
  const ran = await p.run(["doctor", "--json"]);
  expect(ran.exit).toBe(1);
  expect(ran.stdout.trimEnd().split("\n")).toHaveLength(1);
  const report = DoctorReport.parse(JSON.parse(ran.stdout));
  expect(report).toMatchObject({ v: 1, exit: 1, chosen: { profile: { server: "lmstudio", window: 2048 } } });
});

test("no server: exit 5; a setting that is none: exit 2", async () => {
  const p = await project({});
  const dead = await p.run(["doctor", "--endpoint", "http://127.0.0.1:9/v1"], { endpoint: false });
  expect({ exit: dead.exit, stderr: dead.stderr }).toEqual({ exit: 5, stderr: "" });
  const wrong = await p.run(["doctor", "--endpoint", "ftp://x"], { endpoint: false });
  expect({ exit: wrong.exit, stdout: wrong.stdout }).toEqual({ exit: 2, stdout: "" });
});

test("Ctrl-C ends it, and the server sees it", async () => {
  const p = await project({}, [{ hang: 60_000 }], { as: "llama.cpp", models: ["m-it"] });
  const running = await p.start(["doctor"]);
  await p.server.until(() => p.server.completions().length === 1, 10_000);
  running.signal("SIGINT");
  expect((await running.done).exit).toBe(130);
  await p.server.until(() => p.server.completions()[0]?.aborted === true);
});

test("a task's start keeps the profile, and asks a known one for less", async () => {
  const p = await project(BUGGY, [{ text: "It adds." }, { text: "It adds." }], {
    as: "llama.cpp",
    models: ["m-it"],
  });
  const profiles = join(p.home, ".cache", "smallcode", "profiles");
  expect(existsSync(profiles)).toBe(false);
  const asked: number[] = [];
  for (let run = 0; run < 2; run += 1) {
    const before = p.server.requests.length;
    expect((await p.run(["What does add do?"])).exit).toBe(0);
    asked.push(p.server.requests.slice(before).filter(({ path }) => path === "/apply-template").length);
  }
  expect(asked).toEqual([3, 0]);
  const [file = ""] = readdirSync(profiles);
  expect(JSON.parse(readFileSync(join(profiles, file), "utf8"))).toMatchObject({
    v: 1,
    traits: { tools: true },
  });
});

test("a server of unknown make is tried once, with three small requests", async () => {
  const say = (prompt: number): Row => ({ text: "Blue.", usage: { prompt, cached: 0, generated: 2 } });
  const answers: Row[] = [say(9), say(9), say(60), { text: "It adds." }, { text: "It adds." }];
  const p = await project(BUGGY, answers, { probes: true });
  const sent: number[] = [];
  for (let run = 0; run < 2; run += 1) {
    const before = p.server.completions().length;
    expect((await p.run(["--ask", "What does add do?"])).exit).toBe(0);
    sent.push(p.server.completions().length - before);
  }
  expect(sent).toEqual([4, 1]);
});
