/**
 * `bun bench/startup.ts [RUNS]`: what starting costs, against an empty Bun binary. Both are run in turn, so that a busy
 * machine slows them alike. The last line on stdout is one JSON object: medians in milliseconds and the ratios.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary } from "../scripts/build.ts";

const LIMIT = 2;
const root = mkdtempSync(join(tmpdir(), "startup-"));

function once(command: string[]): number {
  const started = performance.now();
  const { exitCode } = Bun.spawnSync(command, { cwd: root, env: {}, stdin: "ignore" });
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}.`);
  return performance.now() - started;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

async function measure(runs: number): Promise<void> {
  const entry = join(root, "empty.ts");
  writeFileSync(entry, "export {};\n");
  const empty = join(root, "empty");
  const program = join(root, "smallcode");
  await buildBinary([entry], empty);
  await buildBinary([join(import.meta.dir, "..", "src", "main.ts")], program);
  const commands = { empty: [empty], version: [program, "--version"], help: [program, "--help"] };
  const times = { empty: [] as number[], version: [] as number[], help: [] as number[] };
  const names = ["empty", "version", "help"] as const;
  for (const name of names) once(commands[name]);
  for (let run = 0; run < runs; run++) for (const name of names) times[name].push(once(commands[name]));
  const [base, version, help] = names.map((name) => median(times[name])) as [number, number, number];
  const round = (value: number): number => Math.round(value * 100) / 100;
  const ratios = { version: round(version / base), help: round(help / base) };
  const ok = Math.max(ratios.version, ratios.help) <= LIMIT;
  const ms = { empty: round(base), version: round(version), help: round(help) };
  console.log(JSON.stringify({ runs, ms, ratios, limit: LIMIT, ok }));
}

try {
  await measure(Number(process.argv[2] ?? 21));
} finally {
  rmSync(root, { recursive: true });
}
