/**
 * `bun bench/rungs.ts --endpoint URL | --model FILE.gguf [--rung R]... [--requests N] [--at-once N]
 * [--keep FILE]`: the share of valid calls
 * on each rung, from N requests for one call each: 20 small situations, each with the seeds 1, 2, ... A rung that the server
 * or its template cannot serve is named with the reason and asked nothing. A row for each rung on stderr; the last line on
 * stdout is one JSON object. Exit 0: all were asked or named unusable; 2: usage; 5: no model.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reach } from "../src/cli/reach.ts";
import { environment, type Host, loadSettings } from "../src/config.ts";
import type { Model } from "../src/model/model.ts";
import { Rung } from "../src/types.ts";
import { type Asked, askOnce } from "./rungs/ask.ts";
import { type Ending, notAsked } from "./rungs/outcome.ts";
import { SITUATIONS } from "./rungs/situations.ts";
import { Stop, stopped } from "./stop.ts";

const USAGE =
  "bun bench/rungs.ts --endpoint URL | --model FILE.gguf [--rung schema|native|text|plain]... [--requests N] [--at-once N] [--keep FILE]";
/** So many requests show whether the rung is there at all. */
const TRIAL = 3;
/** Without `--at-once`: as many as the server has slots, up to this. */
const MOST_AT_ONCE = 4;

interface Options {
  endpoint: string | undefined;
  model: string | undefined;
  rungs: Rung[];
  requests: number;
  atOnce: number | null;
  /** A file that gets one line of JSON for each request. */
  keep: string | undefined;
}

function optionsOf(args: string[]): Options {
  const text = { type: "string" } as const;
  let values: ReturnType<typeof parse>["values"];
  const parse = () =>
    parseArgs({
      args,
      options: {
        endpoint: text,
        model: text,
        rung: { ...text, multiple: true },
        requests: { ...text, default: "200" },
        "at-once": text,
        keep: text,
      },
    });
  try {
    ({ values } = parse());
  } catch (error) {
    if (error instanceof TypeError) throw new Stop(`${error.message}\n${USAGE}`, 2);
    throw error;
  }
  const { endpoint, model, keep, requests, "at-once": atOnce } = values;
  if (endpoint === undefined && model === undefined)
    throw new Stop(`An endpoint or a model file is needed: ${USAGE}`, 2);
  for (const number of [requests, atOnce])
    if (number !== undefined && !/^[1-9]\d{0,4}$/.test(number))
      throw new Stop(`${number} is not a whole number above 0: ${USAGE}`, 2);
  const rungs = (values.rung ?? Rung.options).map((name) => {
    const rung = Rung.safeParse(name);
    if (!rung.success) throw new Stop(`There is no rung ${name}: ${USAGE}`, 2);
    return rung.data;
  });
  return {
    endpoint,
    model,
    rungs,
    requests: Number(requests),
    atOnce: atOnce === undefined ? null : Number(atOnce),
    keep,
  };
}

type Row =
  | { unusable: string; recognised?: boolean; says?: string }
  | ({ requests: number; landed: number } & Record<Ending, number> & {
        choices: Asked["choices"];
        tokens: Asked["tokens"];
        seconds: number;
        calls: Record<string, number>;
      });

/** The row of a rung from its requests; tokens are those of all. */
function rowOf(all: Asked[], seconds: number): Row {
  const sum = (of: (one: Asked) => number): number => all.reduce((total, one) => total + of(one), 0);
  const ended = (ending: Ending): number => sum((one) => Number(one.ending === ending));
  const calls: Record<string, number> = {};
  for (const { tool, ending } of all)
    if (tool !== null && ending === "valid") calls[tool] = (calls[tool] ?? 0) + 1;
  return {
    requests: all.length,
    valid: ended("valid"),
    landed: sum(({ landed }) => Number(landed)),
    refused: ended("refused"),
    malformed: ended("malformed"),
    cut: ended("cut"),
    broken: ended("broken"),
    choices: {
      asked: sum(({ choices }) => choices.asked),
      ended: sum(({ choices }) => choices.ended),
      fit: sum(({ choices }) => choices.fit),
    },
    tokens: {
      prompt: sum(({ tokens }) => tokens.prompt),
      cached: sum(({ tokens }) => tokens.cached),
      generated: sum(({ tokens }) => tokens.generated),
    },
    seconds: Math.round(seconds),
    calls,
  };
}

const PROBE = "probe_of_the_bench";

/** Whether llama-server's template shows tools to the model, by its own rendering; null for a server that does not tell. */
async function showsTools(endpoint: string): Promise<boolean | null> {
  const parameters = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
  const tools = [{ type: "function", function: { name: PROBE, description: "A probe.", parameters } }];
  const response = await fetch(`${endpoint.replace(/\/v1$/, "")}/apply-template`, {
    method: "POST",
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }], tools }),
  });
  return response.ok ? (await response.text()).includes(PROBE) : null;
}

interface Bench extends Options {
  host: Host;
  place: string;
}

/**
 * Why the rung cannot be asked, after the first requests. A template without tools is found by the server's own rendering, and
 * `recognised` tells whether the product has found it, too, and `says` in what words.
 */
async function unusable(rung: Rung, model: Model, tried: Asked[]): Promise<Row | null> {
  const { tools } = model.profile;
  if (rung === "native" && (tools === false || (await showsTools(model.endpoint)) === false))
    return { unusable: "tools dropped", recognised: tools === false, says: tried[0]?.reason ?? "" };
  const wrong = tried.map(({ carried }) => notAsked(rung, carried));
  return wrong.every((why) => why !== null) ? { unusable: `not asked: ${wrong[0]}` } : null;
}

/** Asks `requests` times, as many at once as `atOnce` says; the first few alone, to see that the rung is there at all. */
async function askAll(rung: Rung, model: Model, bench: Bench): Promise<Row> {
  const all: Asked[] = [];
  const { host, place, keep, requests } = bench;
  let next = 0;
  const work = async (until: number): Promise<void> => {
    while (next < until) {
      const n = next++;
      const situation = SITUATIONS[n % SITUATIONS.length];
      if (situation === undefined) throw new Error("There are situations.");
      const seed = Math.floor(n / SITUATIONS.length) + 1;
      const asked = await askOnce(situation, { model, seed, host, place });
      all.push(asked);
      const line = { rung, situation: situation.name, seed, ...asked };
      if (keep !== undefined) appendFileSync(keep, `${JSON.stringify(line)}\n`);
    }
  };
  const started = performance.now();
  await work(Math.min(TRIAL, requests));
  const useless = await unusable(rung, model, all);
  if (useless !== null) return useless;
  await Promise.all(
    Array.from({ length: bench.atOnce ?? Math.min(MOST_AT_ONCE, model.fan) }, () => work(requests)),
  );
  return rowOf(all, (performance.now() - started) / 1000);
}

/** One rung, with a connection of its own (and an engine, where a file is loaded). */
async function measure(rung: Rung, bench: Bench): Promise<{ server: string; row: Row }> {
  const { endpoint, model, host } = bench;
  const cwd = process.cwd();
  const flags = {
    rung,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(model === undefined ? {} : { model }),
  };
  const loaded = await loadSettings({ ...host, flags, cwd });
  if (!loaded.ok) throw new Stop(loaded.reason, 2);
  const { signal } = new AbortController();
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const found = await reach(loaded.settings, { host, cwd, signal, tell });
  if (!found.ok && ["unreachable", "auth", "model"].includes(found.kind)) throw new Stop(found.reason, 5);
  if (!found.ok) return { server: "unknown", row: { unusable: found.reason } };
  for (const notice of found.notices) tell(notice);
  const server = found.engine === null ? found.model.profile.server : "engine";
  try {
    return { server, row: await askAll(rung, found.model, bench) };
  } finally {
    found.engine?.end();
  }
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;

function shown(rung: Rung, row: Row): string {
  if ("unusable" in row) {
    const known = row.recognised === undefined ? "" : row.recognised ? " (recognised)" : " (NOT recognised)";
    return `${rung}: unusable: ${row.unusable}${known}${row.says ? `: ${row.says}` : ""}`;
  }
  const { requests, valid, landed, refused, malformed, cut, broken, choices, tokens, seconds } = row;
  const bound = choices.asked === 0 ? "" : `; choices that fit ${percent(choices.fit, choices.asked)}`;
  const counts = `landed ${landed}, refused ${refused}, malformed ${malformed}, cut ${cut}, broken ${broken}`;
  const cost = `${tokens.prompt - tokens.cached} read, ${tokens.generated} generated, ${seconds} s`;
  return `${rung}: valid ${valid} of ${requests} (${percent(valid, requests)}): ${counts}${bound}; ${cost}`;
}

const place = mkdtempSync(join(tmpdir(), "rungs-"));
try {
  const options = optionsOf(process.argv.slice(2));
  if (options.keep !== undefined) writeFileSync(options.keep, "");
  // The user's own files change nothing; the engine is where it is installed.
  const real = environment();
  const data = real.env.XDG_DATA_HOME ?? join(real.env.HOME ?? "", ".local", "share");
  const xdg = Object.fromEntries(["CONFIG", "STATE", "CACHE"].map((name) => [`XDG_${name}_HOME`, place]));
  const host: Host = { ...real, env: { ...real.env, ...xdg, XDG_DATA_HOME: data } };
  const rungs: Record<string, Row> = {};
  let named = "unknown";
  for (const rung of options.rungs) {
    const { server, row } = await measure(rung, { ...options, host, place });
    rungs[rung] = row;
    if (server !== "unknown") named = server;
    process.stderr.write(`${shown(rung, row)}\n`);
  }
  console.log(JSON.stringify({ server: named, rungs }));
} catch (error) {
  stopped(error);
} finally {
  rmSync(place, { recursive: true, force: true });
}
