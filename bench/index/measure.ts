/** One folder's figures: the index from nothing and again, one changed file in a running process, and what a fresh process needs for a question. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeGraph, type Grapher, openGrapher } from "../../src/graph/graph.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { run } from "./tree.ts";

export interface Figures {
  files: number;
  bytes: number;
  cold_s: number;
  warm_s: number;
  one_file_ms: number;
  query_ms: number;
  slice_ms: number;
  peak_mb: number;
  shard_bytes: number;
}

/** What is told beside the figures. */
export type Tell = (text: string) => void;

const CHANGES = 15;
const QUESTIONS = 7;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const shardBytes = (root: string): number => {
  const folder = join(root, ".smallcode", "graph");
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
};

async function grapherOf(root: string, binary: string): Promise<Grapher> {
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  return openGrapher(opened.workspace, { worker: [binary, "--index-worker"] });
}

/** So many of the graph's code files that define something, from all over it, each with the name of a definition. */
function spread({ index }: CodeGraph, most: number): { path: string; name: string }[] {
  const all = index.files.flatMap(({ path, kind }, id) => {
    const named =
      kind === "code" ? index.definitionsIn(id).find(({ name }) => /^\w{4,}$/.test(name)) : undefined;
    return named === undefined ? [] : [{ path, name: named.name }];
  });
  return all.filter((_, at) => at % Math.max(1, Math.floor(all.length / most)) === 0).slice(0, most);
}

/** Gives a definition another name wherever its file names it. */
function rename(root: string, { path, name }: { path: string; name: string }, to: string): void {
  const text = readFileSync(join(root, path), "latin1");
  writeFileSync(join(root, path), text.replace(new RegExp(`\\b${name}\\b`, "g"), to), "latin1");
}

/** Milliseconds from a change on disk to the graph that knows it, for several files, in this process. */
async function oneFile(grapher: Grapher, root: string): Promise<number[]> {
  const files = spread(await grapher.current(), CHANGES);
  const times: number[] = [];
  for (const [at, file] of files.entries()) {
    const fresh = `changed_${at}_${file.name}`;
    rename(root, file, fresh);
    const started = performance.now();
    const { index } = await grapher.current();
    times.push(performance.now() - started);
    if (index.definitionsNamed(fresh).length === 0)
      throw new Error(`The change of ${file.path} was not seen.`);
  }
  return times;
}

/** How late a timer comes that is due every 2 ms, in this process while it indexes: the median, and what 1 % are later than. */
async function delays(grapher: Grapher): Promise<{ p99: number; worst: number; seconds: number }> {
  const late: number[] = [];
  let due = performance.now() + 2;
  const timer = setInterval(() => {
    late.push(Math.max(0, performance.now() - due));
    due = performance.now() + 2;
  }, 2);
  const started = performance.now();
  await grapher.current();
  clearInterval(timer);
  late.sort((a, b) => a - b);
  const p99 = late[Math.floor(late.length * 0.99)] ?? 0;
  return { p99, worst: late.at(-1) ?? 0, seconds: (performance.now() - started) / 1000 };
}

async function ask(binary: string, root: string, words: string[]): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < QUESTIONS; n += 1) {
    const { exit, seconds } = await run([binary, "graph", ...words], { cwd: root });
    if (exit !== 0) throw new Error(`smallcode graph ${words.join(" ")} ended with ${exit}.`);
    times.push(seconds * 1000);
  }
  return median(times);
}

async function index(
  binary: string,
  root: string,
): Promise<{ seconds: number; peak: number; files: number; bytes: number }> {
  const { exit, stdout, seconds, peak } = await run([binary, "index", "--json"], {
    cwd: root,
    weighed: true,
  });
  if (exit !== 0) throw new Error(`smallcode index ended with ${exit}.`);
  const { files, bytes } = JSON.parse(stdout);
  return { seconds, peak, files, bytes };
}

/** How long an indexing that is stopped in its middle takes to end. */
async function stopping(binary: string, root: string, afterMs: number): Promise<string> {
  const { exit, seconds } = await run([binary, "index"], { cwd: root, interruptMs: afterMs });
  return exit === 130 ? `${Math.round(seconds * 1000 - afterMs)} ms` : `it ended with ${exit} before`;
}

/** `root` is written to. Files must not have been written just now. */
export async function measure(binary: string, root: string, tell: Tell): Promise<Figures> {
  const forget = (): void => rmSync(join(root, ".smallcode"), { recursive: true, force: true });
  forget();
  const cold = await index(binary, root);
  const warm = await index(binary, root);
  const shards = shardBytes(root);
  const mb = cold.bytes / 1e6;
  tell(
    `cold ${cold.seconds.toFixed(2)} s (${(mb / cold.seconds).toFixed(2)} MB/s), warm ${warm.seconds.toFixed(2)} s, shards ${((100 * shards) / cold.bytes).toFixed(1)} % of the source`,
  );
  forget();
  tell(`Ctrl-C in its middle: ${await stopping(binary, root, cold.seconds * 500)}`);
  forget();
  const grapher = await grapherOf(root, binary);
  const { p99, worst, seconds } = await delays(grapher);
  tell(
    `event loop while indexing for ${seconds.toFixed(1)} s: 99 % of the delays below ${p99.toFixed(1)} ms, the worst ${worst.toFixed(1)} ms`,
  );
  const [subject] = spread(await grapher.current(), 2).slice(-1);
  if (subject === undefined) throw new Error("The folder defines nothing to ask for.");
  const query = await ask(binary, root, ["definition", subject.name]);
  const slice = await ask(binary, root, [
    "slice",
    `Change what ${subject.name} in ${subject.path} gives back`,
  ]);
  const changes = await oneFile(grapher, root);
  grapher.close();
  tell(`one file changed: ${changes.map((ms) => ms.toFixed(0)).join(" ")} ms`);
  return {
    files: cold.files,
    bytes: cold.bytes,
    cold_s: round(cold.seconds, 2),
    warm_s: round(warm.seconds, 2),
    one_file_ms: round(median(changes), 1),
    query_ms: round(query, 0),
    slice_ms: round(slice, 0),
    peak_mb: round(Math.max(cold.peak, warm.peak) / 1e6, 0),
    shard_bytes: shards,
  };
}
