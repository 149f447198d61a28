/**
 * `bun bench/session.ts --agent smallcode|opencode|pi --endpoint URL [--program PATH] [--turns N] [--reply N] [--turn-time S]
 * [--rung R] [--keep DIR] [--scripted]`: one conversation of twenty messages, and how much of the prompts the server read
 * again after the first request, by its own timings; the server has to be llama-server. `--scripted` is a simulation: a
 * script answers in the model's place, and the server only reads. The last line on stdout is one JSON object. Exit 0: done;
 * 2: usage; 5: no server.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildBinary } from "../scripts/build.ts";
import { AGENTS, type Place } from "./session/agents.ts";
import { type Exchange, measure } from "./session/measure.ts";
import { FILES, MESSAGES } from "./session/project.ts";
import { type Recorded, startProxy } from "./session/proxy.ts";
import { scripted } from "./session/script.ts";
import { LlamaServer } from "./session/server.ts";
import { Stop, stopped } from "./stop.ts";

const USAGE =
  "bun bench/session.ts --agent smallcode|opencode|pi --endpoint URL [--program PATH] [--turns N] [--reply N] [--turn-time S] [--rung R] [--keep DIR] [--scripted]";
/** After a turn what still runs at the server is waited for, so long. */
const MOST_WAITS = 200;
const WAIT_MS = 50;
const MAIN = join(import.meta.dir, "..", "src", "main.ts");

function optionsOf(args: string[]) {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        agent: { ...text, default: "smallcode" },
        endpoint: text,
        program: text,
        turns: { ...text, default: String(MESSAGES.length) },
        reply: { ...text, default: "128" },
        "turn-time": { ...text, default: "300" },
        rung: text,
        keep: text,
        scripted: { type: "boolean", default: false },
      },
    });
    const { endpoint } = values;
    if (endpoint === undefined) throw new Stop(`An endpoint is needed: ${USAGE}`, 2);
    for (const number of [values.turns, values.reply, values["turn-time"]])
      if (!/^[1-9]\d{0,4}$/.test(number))
        throw new Stop(`${number} is not a whole number above 0: ${USAGE}`, 2);
    return { ...values, endpoint };
  } catch (error) {
    if (error instanceof TypeError) throw new Stop(`${error.message}\n${USAGE}`, 2);
    throw error;
  }
}

/** The agent's program: the given one, SmallCode as it stands in this folder, or the one on the PATH. */
async function programOf(agent: string, given: string | undefined, place: string): Promise<string> {
  if (given !== undefined) return resolve(given);
  if (agent === "smallcode") {
    const path = join(place, "smallcode");
    await buildBinary([MAIN], path);
    return path;
  }
  const found = Bun.which(agent);
  if (found === null) throw new Stop(`${agent} is not on the PATH; name it with --program.`, 2);
  return found;
}

function layProject(root: string): void {
  for (const [path, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "start"],
  ]) {
    const { success, stderr } = Bun.spawnSync(["git", ...args], { cwd: root });
    if (!success) throw new Error(`git ${args.join(" ")}: ${stderr.toString()}`);
  }
}

/** A request that was refused, or given up before the server had read it. One given up later has cost its reading. */
const failed = ({ status, timings }: Recorded): boolean => status !== 200 && timings === null;

async function exchangesOf(recorded: Recorded[], server: LlamaServer): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for (const one of recorded) {
    if (failed(one)) continue;
    const { timings } = one;
    exchanges.push({
      prompt: await server.tokensOf(one.path, one.body),
      processed: timings?.prompt_n ?? null,
      cached: timings?.cache_n ?? null,
      generated: timings?.predicted_n ?? 0,
    });
  }
  return exchanges;
}

const share = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 10_000;

async function run(options: ReturnType<typeof optionsOf>, scratch: string): Promise<void> {
  const { agent, scripted: simulated, keep } = options;
  const open = AGENTS[agent];
  if (open === undefined) throw new Stop(`There is no agent ${agent}: ${USAGE}`, 2);
  const server = await LlamaServer.at(options.endpoint);
  if (server === null) throw new Stop(`No llama-server answers at ${options.endpoint}.`, 5);
  const reply = Number(options.reply);
  const root = join(scratch, "shop");
  const home = keep === undefined ? join(scratch, "home") : join(resolve(keep), "home");
  for (const folder of [root, home]) mkdirSync(folder, { recursive: true });
  layProject(root);
  const stand = simulated ? scripted(server, root) : undefined;
  const proxy = startProxy(server.root, stand === undefined ? { reply } : { reply, stand: stand.answer });
  const place: Place = {
    root,
    home,
    endpoint: proxy.endpoint,
    model: server.model,
    window: server.window,
    reply,
    program: await programOf(agent, options.program, scratch),
    turnMs: Number(options["turn-time"]) * 1000,
    more: options.rung === undefined ? [] : ["--rung", options.rung],
  };
  const started = performance.now();
  const session = await open(place);
  let [turns, late] = [0, 0];
  for (const message of MESSAGES.slice(0, Number(options.turns))) {
    const [before, begun] = [proxy.recorded.length, performance.now()];
    stand?.begin(message);
    if (!(await session.turn(message.text))) late += 1;
    turns += 1;
    for (let n = 0; n < MOST_WAITS && !proxy.quiet(); n += 1) await Bun.sleep(WAIT_MS);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const requests = proxy.recorded.length - before;
    process.stderr.write(
      `${String(turns).padStart(2)}  ${requests} requests  ${seconds} s  ${message.text}\n`,
    );
  }
  await session.close();
  const seconds = Math.round((performance.now() - started) / 1000);
  await proxy.close();
  if (keep !== undefined)
    writeFileSync(
      join(keep, "requests.jsonl"),
      proxy.recorded.map((one) => `${JSON.stringify(one)}\n`).join(""),
    );
  const measured = measure(await exchangesOf(proxy.recorded, server));
  const { later } = measured;
  const figures = {
    processed_share: share(later.processed, later.sent),
    reread_share: share(later.reread, later.sent),
  };
  console.log(
    JSON.stringify({
      agent,
      simulated,
      turns,
      late,
      ...figures,
      ...measured,
      failed: proxy.recorded.filter(failed).length,
      seconds,
    }),
  );
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "session-")));
try {
  await run(optionsOf(process.argv.slice(2)), scratch);
} catch (error) {
  stopped(error);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
