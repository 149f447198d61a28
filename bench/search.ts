/**
 * `bun bench/search.ts FOLDER --rg PROGRAM [--runs N]`: text search beside ripgrep, warm, pattern by pattern: in this process (as a
 * turn or a conversation asks) and as a fresh `smallcode graph text`. Both count every line that matches; ripgrep only counts, with
 * all its threads and with one. All are run in turn, so that a busy machine slows them alike. Progress and a table are on stderr,
 * the last line on stdout is one JSON object: medians in milliseconds, ratios to ripgrep with all threads, and whether the two
 * found as many lines.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { searchText } from "../src/graph/search/search.ts";
import { openWorkspace, type Workspace } from "../src/workspace/workspace.ts";

/** A rare word, a common one, one that is nearly everywhere, expressions with and without a text that they need. */
const PATTERNS: { name: string; pattern: string; regex: boolean }[] = [
  { name: "absent", pattern: "NoSuchWordAnywhere", regex: false },
  { name: "rare", pattern: "GeneratedField", regex: false },
  { name: "any case", pattern: "get_queryset", regex: false },
  { name: "common", pattern: "import", regex: false },
  { name: "everywhere", pattern: "self", regex: false },
  { name: "regex, one text", pattern: "def \\w+_queryset\\(", regex: true },
  { name: "regex, some texts", pattern: "\\b(Gen|Virtual|Stored)\\w*Field\\b", regex: true },
  { name: "regex, no text", pattern: "^\\s+\\w+\\s+=\\s+\\d+$", regex: true },
  { name: "regex, explosive", pattern: "(a+)+$", regex: true },
];

const BINARY = join(import.meta.dir, "..", "dist", "smallcode");

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function timed(command: string[], cwd: string): { ms: number; stdout: string } {
  const started = performance.now();
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd, stdin: "ignore" });
  const ms = performance.now() - started;
  if (exitCode > 1) throw new Error(`${command.join(" ")} ended with ${exitCode}: ${stderr}`);
  return { ms, stdout: stdout.toString() };
}

interface Tool {
  name: "here" | "fresh" | "rg" | "rg1";
  /** Milliseconds, and how many lines were found. */
  once(one: (typeof PATTERNS)[number]): Promise<{ ms: number; lines: number }>;
}

function ripgrep(name: "rg" | "rg1", program: string, folder: string): Tool {
  // The same files: hidden ones too, none over 2 MB; a capital means case.
  const flags = [
    "--hidden",
    "--glob=!.git",
    "--glob=!.smallcode",
    "--max-filesize=2M",
    "--smart-case",
    "--count",
    "--no-messages",
  ];
  return {
    name,
    once: async ({ pattern, regex }) => {
      const how = [...(regex ? [] : ["--fixed-strings"]), ...(name === "rg1" ? ["--threads=1"] : [])];
      const { ms, stdout } = timed([program, "--no-config", ...flags, ...how, "-e", pattern, "."], folder);
      const counts = [...stdout.matchAll(/:(\d+)$/gm)].map(([, count]) => Number(count));
      return { ms, lines: counts.reduce((sum, count) => sum + count, 0) };
    },
  };
}

function tools(workspace: Workspace, program: string): Tool[] {
  const { root } = workspace;
  return [
    {
      name: "here",
      once: async ({ pattern, regex }) => {
        const started = performance.now();
        const found = await searchText(workspace, { pattern, regex, max: 100 });
        const ms = performance.now() - started;
        if (!found.ok) throw new Error(found.reason);
        return { ms, lines: found.rows.length + found.more };
      },
    },
    {
      name: "fresh",
      once: async ({ pattern, regex }) => {
        const flags = regex ? ["--regex", "--json"] : ["--json"];
        const { ms, stdout } = timed([BINARY, "graph", "text", ...flags, "--", pattern], root);
        const found = JSON.parse(stdout) as { rows: unknown[]; more: number };
        return { ms, lines: found.rows.length + found.more };
      },
    },
    ripgrep("rg", program, root),
    ripgrep("rg1", program, root),
  ];
}

async function measure(folder: string, program: string, runs: number): Promise<void> {
  const opened = await openWorkspace(folder, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  const all = tools(opened.workspace, program);
  const rows: object[] = [];
  for (const one of PATTERNS) {
    const times: Record<Tool["name"], number[]> = { here: [], fresh: [], rg: [], rg1: [] };
    const lines: Partial<Record<Tool["name"], number>> = {};
    for (let run = -1; run < runs; run += 1)
      for (const { name, once } of all) {
        const { ms, lines: found } = await once(one);
        lines[name] = found;
        // The first time is for the disk's cache.
        if (run >= 0) times[name].push(ms);
      }
    const ms = { here: 0, fresh: 0, rg: 0, rg1: 0 };
    for (const { name } of all) ms[name] = round(median(times[name]));
    const ratios = {
      here: round(ms.here / ms.rg),
      fresh: round(ms.fresh / ms.rg),
      one_thread: round(ms.here / ms.rg1),
    };
    const row = { name: one.name, pattern: one.pattern, ms, ratios, lines: lines.here, rg_lines: lines.rg };
    rows.push(row);
    console.error(JSON.stringify(row));
  }
  console.log(JSON.stringify({ runs, patterns: rows }));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rg: { type: "string", default: "rg" }, runs: { type: "string", default: "9" } },
});
await measure(resolve(positionals[0] ?? "."), values.rg, Number(values.runs));
