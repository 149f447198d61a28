/** What the rows of a run say: the resolve rate stage by stage with its interval, what it cost, and the gates. */
import { STAGES } from "./pool.ts";
import type { Row } from "./try.ts";

/** 1.959964: the normal quantile of a two-sided interval of 95 %. */
const Z = 1.959964;

/** Wilson's score interval for a share, both ends from 0 to 1 (Wilson 1927; Brown, Cai and DasGupta 2001 on why not Wald's). */
export function wilson(hits: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 };
  const share = hits / of;
  const scale = 1 + Z ** 2 / of;
  const middle = share + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

/** How many of the rows are solved by the stages up to each one. What another model wrote counts nowhere. */
export function curve(rows: readonly Row[]): Record<(typeof STAGES)[number], number> {
  const counts = STAGES.map((stage, index) => {
    const within: readonly (string | null)[] = STAGES.slice(0, index + 1);
    return [stage, rows.filter((row) => row.solved && within.includes(row.stage)).length] as const;
  });
  return Object.fromEntries(counts) as Record<(typeof STAGES)[number], number>;
}

/** The value that a share of the values (0 to 1) does not exceed, by nearest rank; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

const percent = (share: number): string => `${Math.round(100 * share)}`;

function cell(hits: number, of: number): string {
  const { low, high } = wilson(hits, of);
  return of === 0 ? "-" : `${hits} (${percent(hits / of)} %, ${percent(low)}-${percent(high)})`;
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: string[], body: string[][]): string =>
  [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...body.map(line)].join("\n");

interface Group {
  name: string;
  rows: Row[];
}

/** All sets, each set, and each language of a set that has several. */
export function groups(rows: readonly Row[]): Group[] {
  const by = (key: (row: Row) => string, some: readonly Row[]): Group[] =>
    [...Map.groupBy(some, key)].map(([name, inner]) => ({ name, rows: inner }));
  const sets = by(({ set }) => set, rows).flatMap((set) => {
    const languages = by(({ language }) => `${set.name}, ${language}`, set.rows);
    return languages.length === 1 ? [set] : [set, ...languages];
  });
  const all = { name: "all", rows: [...rows] };
  return sets.length === 1 ? sets : [...sets, all];
}

const HEAD: Record<(typeof STAGES)[number], string> = {
  attempt: "one plain attempt",
  feedback: "+ feedback",
  sampling: "+ sampling",
  granularity: "+ granularity",
  localisation: "+ localisation",
  decomposition: "+ decomposition",
};

function curveTable(all: Group[]): string {
  const body = all.map(({ name, rows }) => {
    const solved = curve(rows);
    return [name, String(rows.length), ...STAGES.map((stage) => cell(solved[stage], rows.length))];
  });
  return table(["solved (%, 95 % interval)", "tasks", ...STAGES.map((stage) => HEAD[stage])], body);
}

/** Median and 90th percentile. */
function spread(values: number[]): string {
  const round = (value: number | null): string => (value === null ? "-" : value.toFixed(value < 10 ? 1 : 0));
  return `${round(quantile(values, 0.5))} / ${round(quantile(values, 0.9))}`;
}

function costTable(all: Group[]): string {
  const body = all.map(({ name, rows }) => {
    const accounts = rows.flatMap(({ account }) => (account === null ? [] : [account]));
    return [
      name,
      spread(rows.map(({ seconds }) => seconds)),
      spread(accounts.map(({ candidates }) => candidates)),
      spread(accounts.map(({ requests }) => requests)),
      spread(accounts.map(({ tokens }) => tokens.prompt - tokens.cached)),
      spread(accounts.map(({ tokens }) => tokens.cached)),
      spread(accounts.map(({ tokens }) => tokens.generated)),
    ];
  });
  const head = [
    "median / 90th percentile",
    "seconds",
    "candidates",
    "requests",
    "tokens read",
    "cached",
    "generated",
  ];
  return table(head, body);
}

export interface Gates {
  tasks: number;
  solved: number;
  false_done: number;
  damaged: number;
  overfit: number;
  killed: number;
}

export function gatesOf(rows: readonly Row[]): Gates {
  const count = (holds: (row: Row) => boolean): number => rows.filter(holds).length;
  return {
    tasks: rows.length,
    solved: count(({ solved }) => solved),
    false_done: count(({ falseDone }) => falseDone),
    damaged: count(({ damage }) => damage.length > 0),
    overfit: count(({ overfit }) => overfit),
    killed: count(({ exit }) => exit === null),
  };
}

/** Markdown for `bench/results`. */
export function report(rows: readonly Row[]): string {
  const all = groups(rows);
  const gates = gatesOf(rows);
  const models = [...new Set(rows.flatMap(({ model }) => model ?? []))].join(", ");
  return [
    `Model: ${models}.`,
    curveTable(all),
    costTable(all),
    `Gates: \`false_done\` ${gates.false_done}, \`damaged\` ${gates.damaged}. Done by the tests at hand, not by the hidden ones: ${gates.overfit}. Killed: ${gates.killed}.`,
  ].join("\n\n");
}
