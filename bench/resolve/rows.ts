/** The rows of a run in its folder: one line a task, in one file for each shard, so that a run that was ended goes on. */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "./try.ts";

/** All rows of the folder, of every shard, the last one of a task. A line that was cut off when a run was ended is none. */
export function rowsIn<R extends Row>(out: string): R[] {
  const names = existsSync(out) ? readdirSync(out).filter((name) => /^rows.*\.jsonl$/.test(name)) : [];
  const rows = names.flatMap((name) =>
    readFileSync(join(out, name), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as R),
  );
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

export interface Shard {
  /** From 1 to `of`. */
  index: number;
  of: number;
}

export function appendRow(out: string, { index, of }: Shard, row: Row): void {
  appendFileSync(join(out, `rows-${index}-of-${of}.jsonl`), `${JSON.stringify(row)}\n`);
}

/** A line for a person. */
export function rowLine(row: Row): string {
  const { id, solved, falseDone, overfit, damage, exit, seconds, account, stage, message } = row;
  const verdict = falseDone ? "FALSE DONE" : solved ? "solved" : overfit ? "overfit" : "no";
  const cells = [id.padEnd(44), verdict.padEnd(8), `exit ${exit ?? "killed"}`, `${seconds.toFixed(1)} s`];
  const spent = account === null ? "-" : `${account.candidates} candidates, ${account.requests} requests`;
  const harm = damage.length > 0 ? `DAMAGED (${damage.join(", ")})  ` : "";
  return `${[...cells, spent, stage ?? "-"].join("  ")}  ${harm}${message}`.replace(/[\x00-\x1f]+/g, " ");
}
