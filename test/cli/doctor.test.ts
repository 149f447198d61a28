/** What `doctor` says of the servers in reach: each problem with the command that mends it, on one screen, and its exit code. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diagnose } from "../../src/cli/doctor/examine.ts";
import { DoctorReport } from "../../src/cli/doctor/report.ts";
import { screenOf } from "../../src/cli/doctor/screen.ts";
import { loadSettings } from "../../src/config.ts";
import { endAfterEach } from "../harness/ends.ts";
import type { Row, ScriptedServer, ServerOptions } from "../harness/server.ts";

const { start, after } = endAfterEach();
const portOf = (server: ScriptedServer): number => Number(new URL(server.url).port);

const counted = (prompt: number, cached: number): Row => ({
  text: "There are many nails in it, and some more.",
  usage: { prompt, cached, generated: 24 },
});
const KEPT = [counted(240, 0), counted(240, 190), counted(280, 238)];
const AGAIN = [counted(240, 0), counted(240, 0), counted(280, 238)];

interface Asked {
  env?: Record<string, string>;
  flags?: Parameters<typeof loadSettings>[0]["flags"];
  ports?: number[];
}

/** The report, valid by its schema, and its screen, which fits on 80 columns. */
async function doctor({ env = {}, flags = {}, ports = [] }: Asked): Promise<{
  report: DoctorReport;
  screen: string;
  home: string;
}> {
  const home = mkdtempSync(join(tmpdir(), "doctor-"));
  after(() => rmSync(home, { recursive: true }));
  const host = { env: { ...env, XDG_CACHE_HOME: join(home, "cache") }, home, platform: "linux" };
  const loaded = await loadSettings({ ...host, cwd: home, flags });
  if (!loaded.ok) throw new Error(loaded.reason);
  const { settings, sources } = loaded;
  const report = await diagnose({
    settings,
    named: sources["connection.endpoint"] ?? "",
    host,
    cwd: home,
    version: "1.0.0",
    signal: new AbortController().signal,
    tell: () => undefined,
    ports,
  });
  const screen = screenOf(DoctorReport.parse(report));
  return { report, screen, home };
}

/** Lines that are no command fit; the whole fits on a terminal where there is one server. */
function fits(screen: string): void {
  const lines = screen.trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(24);
  const long = lines.filter((line) => line.length > 80 && !line.startsWith("    "));
  expect(long).toEqual([]);
}

const commands = ({ problems }: DoctorReport): (string | null)[] => problems.map(({ run }) => run);

test("all is well", async () => {
  const server = await start({ as: "llama.cpp", models: ["m-it.gguf"], slots: 2 }, ...KEPT);
  const { report, screen, home } = await doctor({ flags: { endpoint: server.endpoint } });
  expect(report).toMatchObject({ v: 1, exit: 0, problems: [], measures: { branching: true } });
  expect(report.servers).toMatchObject([
    { server: "llama.cpp", version: "b7000-0a1b2c3d", loaded: ["m-it.gguf"], named: "--endpoint" },
  ]);
  fits(screen);
  for (const part of [
    `llama.cpp b7000-0a1b2c3d at ${server.endpoint} (--endpoint)`,
    "m-it.gguf (loaded)",
    "8,192 tokens; 2 slots",
    "schema > native > text > plain",
    "190 of about",
    "No problems.",
  ])
    expect(screen).toContain(part);
  const [file = ""] = readdirSync(join(home, "cache", "smallcode", "profiles"));
  const kept = readFileSync(join(home, "cache", "smallcode", "profiles", file), "utf8");
  expect(JSON.parse(kept).traits.branching).toBe(true);
});

describe("each problem and the command that mends it", () => {
  const cases: [name: string, options: ServerOptions, rows: Row[], runs: (string | null)[], exit: number][] =
    [
      [
        "slots that divide the window",
        { as: "llama.cpp", models: ["m-it"], window: 4096, slots: 4 },
        KEPT,
        ["llama-server -m m-it --ctx-size 32768 -np 4"],
        0,
      ],
      [
        "too small to work with",
        { as: "llama.cpp", models: ["m-it"], window: 2048 },
        KEPT,
        ["llama-server -m m-it --ctx-size 8192"],
        1,
      ],
      [
        "LM Studio's window",
        { as: "lmstudio", models: ["m it"], window: 4096 },
        KEPT,
        ["lms load 'm it' --context-length 8192"],
        0,
      ],
      [
        "vLLM's window",
        { as: "vllm", models: ["org/m"], window: 4096 },
        KEPT,
        ["vllm serve org/m --max-model-len 8192"],
        0,
      ],
      [
        "a branch that is read again",
        { as: "llama.cpp", models: ["m-it"] },
        AGAIN,
        ["llama-server -m m-it --swa-full"],
        0,
      ],
      [
        "no chat template",
        { as: "llama.cpp", models: ["m-it"], template: "" },
        KEPT,
        ["llama-server -m m-it --chat-template-file FILE.jinja"],
        0,
      ],
      ["a base model", { as: "llama.cpp", models: ["m-base"] }, KEPT, [null], 0],
      ["tools that are dropped", { as: "llama.cpp", models: ["m-it"], tools: "dropped" }, KEPT, [null], 0],
      [
        "all of it at once",
        { as: "llama.cpp", models: ["m-it"], tools: "dropped", window: 2048, slots: 4 },
        AGAIN,
        ["llama-server -m m-it --ctx-size 32768 -np 4", "llama-server -m m-it --swa-full", null],
        1,
      ],
    ];
  for (const [name, options, rows, runs, exit] of cases)
    test(name, async () => {
      const server = await start(options, ...rows);
      const { report, screen } = await doctor({ flags: { endpoint: server.endpoint } });
      expect({ runs: commands(report), exit: report.exit }).toEqual({ runs, exit });
      fits(screen);
      for (const run of runs) if (run !== null) expect(screen).toContain(`\n    ${run}\n`);
    });

  test("Ollama with a smaller window loaded", async () => {
    const ps = { models: [{ name: "m:4b", model: "m:4b", context_length: 4096 }] };
    const server = await start({ as: "ollama", models: ["m:4b"], routes: { "/api/ps": ps } }, ...KEPT);
    const { report, screen } = await doctor({ flags: { endpoint: server.endpoint } });
    expect(commands(report)).toEqual(["OLLAMA_CONTEXT_LENGTH=8192 ollama serve"]);
    expect(report.exit).toBe(0);
    expect(screen).toContain("8,192 tokens; loaded with 4,096; made for up to 32,768");
  });

  test("LM Studio with nothing loaded", async () => {
    const data = [{ id: "m", state: "not-loaded", max_context_length: 32_768 }];
    const routes = { "/api/v0/models": { data } };
    const server = await start({ as: "lmstudio", models: ["m"], routes }, ...KEPT);
    const { report } = await doctor({ flags: { endpoint: server.endpoint } });
    expect(commands(report)).toEqual(["lms load m --context-length 8192"]);
  });
});

describe("no model", () => {
  test("no server at all", async () => {
    const { report, screen } = await doctor({});
    expect(report).toMatchObject({ exit: 5, servers: [], chosen: null, measures: null });
    expect(commands(report)).toEqual(["llama-server -m FILE.gguf --ctx-size 8192"]);
    expect(screen).toContain("ollama serve");
    fits(screen);
  });

  test("nobody at the address", async () => {
    const { report, screen } = await doctor({ env: { SMALLCODE_ENDPOINT: "http://127.0.0.1:9/v1" } });
    expect(report.exit).toBe(5);
    expect(screen).toContain("http://127.0.0.1:9/v1");
  });

  test("a refused key", async () => {
    const routes = { "/v1/models": "" };
    const server = await start({ routes });
    const refused = Bun.serve({ port: 0, fetch: () => Response.json({ error: "no" }, { status: 401 }) });
    after(() => refused.stop(true));
    const { report, screen } = await doctor({
      flags: { endpoint: `${refused.url}v1` },
      env: { SMALLCODE_KEY: "sk-secret-12345678" },
    });
    expect({ exit: report.exit, runs: commands(report) }).toEqual({
      exit: 2,
      runs: ["export SMALLCODE_KEY=KEY"],
    });
    expect(screen + JSON.stringify(report)).not.toContain("sk-secret");
    expect(server.requests).toEqual([]);
  });

  test("a model that is not there", async () => {
    for (const [as, run] of [
      ["ollama", "ollama pull other"],
      ["lmstudio", "lms load other --context-length 8192"],
      ["llama.cpp", "smallcode doctor --model m"],
    ] as const) {
      const server = await start({ as, models: ["m"] });
      const { report } = await doctor({ flags: { endpoint: server.endpoint, model: "other" } });
      expect({ exit: report.exit, run: commands(report)[0]?.replace(":latest", "") }).toEqual({
        exit: 5,
        run,
      });
    }
  });

  test("an engine that is not installed", async () => {
    const { report } = await doctor({ flags: { model: import.meta.path.replace(/[^/]*$/, "none.gguf") } });
    expect({ exit: report.exit, runs: commands(report) }).toEqual({ exit: 5, runs: [null] });
    const file = join(mkdtempSync(join(tmpdir(), "doctor-")), "m.gguf");
    await Bun.write(file, "GGUF");
    const missing = await doctor({ flags: { model: file } });
    expect(commands(missing.report)).toEqual(["smallcode engine install"]);
    rmSync(file.replace("/m.gguf", ""), { recursive: true });
  });

  test("a model whose first request fails stops the work, with the server's own words", async () => {
    const server = await start({ as: "vllm" }, { status: 400, body: { error: { message: "bad day" } } });
    const { report, screen } = await doctor({ flags: { endpoint: server.endpoint } });
    expect(report).toMatchObject({ exit: 1, measures: null, problems: [{ level: "stops" }] });
    expect(screen).toContain("bad day");
  });
});

test("of several servers each is shown, and the one that a task would find is examined", async () => {
  const empty = await start({ as: "llama.cpp", models: [] });
  const first = await start({ as: "ollama", models: ["m:4b", "n:7b"] }, ...KEPT);
  const second = await start({ as: "lmstudio", models: ["x"] });
  const page = await start({ routes: { "/v1/models": "<html>something else</html>" } });
  const { report, screen } = await doctor({ ports: [empty, page, first, second].map(portOf) });
  expect(report.servers.map(({ server, models }) => [server, models])).toEqual([
    ["unknown", []],
    ["ollama", ["m:4b", "n:7b"]],
    ["lmstudio", ["x"]],
  ]);
  expect(report.chosen?.endpoint).toBe(first.endpoint);
  expect(screen).toContain(`Model m:4b at ${first.endpoint}`);
  expect(second.completions()).toEqual([]);
  expect(screen.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
});

test("a named server that is also on a usual port is shown once, and the key goes to it alone", async () => {
  const named = await start({ as: "llama.cpp", models: ["m-it"] }, ...KEPT);
  const other = await start({ as: "lmstudio", models: ["x"] });
  const { report } = await doctor({
    env: {
      SMALLCODE_ENDPOINT: named.url.replace("127.0.0.1", "localhost"),
      SMALLCODE_KEY: "sk-secret-12345678",
    },
    ports: [named, other].map(portOf),
  });
  expect(report.servers.map(({ named: source }) => source)).toEqual(["SMALLCODE_ENDPOINT", null]);
  expect(named.requests.some(({ headers }) => headers.authorization === "Bearer sk-secret-12345678")).toBe(
    true,
  );
  expect(other.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

test("names from a server cannot move the cursor", async () => {
  const server = await start({ as: "llama.cpp", models: ["m\u001b[2J-it"] }, ...KEPT);
  const { screen } = await doctor({ flags: { endpoint: server.endpoint } });
  expect(screen).not.toContain("\u001b");
});
