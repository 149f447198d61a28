/**
 * `bun bench/reader.ts FILE`: the reader of tool calls on the cases of a file (JSON Lines, see `asScored`), by family. The
 * table on stderr shows in its last column the same cases through what many agents do: the server's own calls by strict
 * JSON, or else one `<tool_call>` with strict JSON, name and arguments taken as they are. The last line on stdout is
 * `{"cases","expected","accepted","refused","wrong"}`. With `--all` each case that is not as expected is listed on stderr.
 */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { type CallSource, type CallsRead, type OfferedTool, readCalls } from "../src/model/calls/index.ts";
import type { WrittenCall } from "../src/model/model.ts";
import { parseObject } from "../src/model/reader.ts";

type Outcome = { calls: { name: string; arguments: Record<string, unknown> }[] } | { error: string };

/** A whole assistant message in OpenAI's form. */
interface RawMessage {
  content: string | null;
  tool_calls?: { id?: string; function: { name: string; arguments: string } }[];
}

export interface Case {
  id: string;
  family: string;
  raw: string | RawMessage;
  tools: OfferedTool[];
  expect: Outcome;
  accept?: Outcome[];
  finish_reason?: string;
}

export type Score = "expected" | "accepted" | "refused" | "wrong";

/** The cases of a file: one JSON object a line. */
export function casesOf(file: string): Case[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Case);
}

/** A case as the reader gets it: text, native calls, and whether the reply ended by itself. */
export function sourceOf({ raw, finish_reason }: Case): CallSource {
  const complete = finish_reason !== "length";
  if (typeof raw === "string") return { text: raw, calls: [], complete };
  const calls = (raw.tool_calls ?? []).map(
    ({ id, function: called }): WrittenCall => ({ id: id ?? "", ...called }),
  );
  return { text: raw.content ?? "", calls, complete };
}

const outcomeOf = (read: CallsRead): Outcome => (read.ok ? { calls: read.calls } : { error: read.reason });

/** The words of an error are free. */
function same(outcome: Outcome, wanted: Outcome): boolean {
  if ("error" in outcome || "error" in wanted) return "error" in outcome && "error" in wanted;
  return isDeepStrictEqual(outcome.calls, wanted.calls);
}

/**
 * `expected`: as `expect`. `accepted`: in `accept`. `refused`: neither, and nothing ran: a call was lost, or plain text was
 * answered with an error, or an error was due and the reply passed for plain text. `wrong`: a call ran that is in neither list.
 */
export function scoreOf(read: CallsRead, { expect, accept }: Case): Score {
  const outcome = outcomeOf(read);
  if (same(outcome, expect)) return "expected";
  if (accept?.some((other) => same(outcome, other))) return "accepted";
  return "error" in outcome || outcome.calls.length === 0 ? "refused" : "wrong";
}

/** What many agents do; null for arguments that are no JSON. */
function strictRead({ text, calls }: CallSource): CallsRead {
  const tag = /<tool_call>\s*([\s\S]*?)\s*<\/tool_call>/.exec(text)?.[1];
  const tagged = tag === undefined ? null : parseObject(tag);
  if (calls.length === 0 && tag === undefined) return { ok: true, calls: [], prose: text };
  const written = calls.map((call) => ({ name: call.name, arguments: parseObject(call.arguments) }));
  if (calls.length === 0) {
    const args = parseObject(JSON.stringify(tagged?.arguments ?? null));
    written.push({ name: String(tagged?.name), arguments: args });
  }
  const read = written.flatMap((call) =>
    call.arguments === null ? [] : [{ name: call.name, arguments: call.arguments }],
  );
  return read.length === written.length
    ? { ok: true, calls: read, prose: "" }
    : { ok: false, reason: "no JSON" };
}

type Row = Record<Score, number> & { cases: number; strict: number; strictWrong: number };

const emptyRow = (): Row => ({
  cases: 0,
  expected: 0,
  accepted: 0,
  refused: 0,
  wrong: 0,
  strict: 0,
  strictWrong: 0,
});

function main(file: string, all: boolean): void {
  const rows = new Map<string, Row>();
  const total = emptyRow();
  for (const one of casesOf(file)) {
    const source = sourceOf(one);
    const read = readCalls(source, one.tools);
    const score = scoreOf(read, one);
    const strict = scoreOf(strictRead(source), one);
    const row = rows.get(one.family) ?? emptyRow();
    rows.set(one.family, row);
    for (const part of [row, total]) {
      part.cases += 1;
      part[score] += 1;
      part.strict += strict === "expected" || strict === "accepted" ? 1 : 0;
      part.strictWrong += strict === "wrong" ? 1 : 0;
    }
    if (all && score !== "expected") console.error(`${score} ${one.id}: ${JSON.stringify(outcomeOf(read))}`);
  }
  const heads = [
    "family",
    "cases",
    "expected",
    "accepted",
    "refused",
    "wrong",
    "strict JSON: right",
    "wrong",
  ];
  const line = (cells: (string | number)[]): string => `| ${cells.join(" | ")} |`;
  console.error([line(heads), line(heads.map(() => "---"))].join("\n"));
  for (const [family, row] of [...rows, ["all", total] as const])
    console.error(
      line([
        family,
        row.cases,
        row.expected,
        row.accepted,
        row.refused,
        row.wrong,
        row.strict,
        row.strictWrong,
      ]),
    );
  const { cases, expected, accepted, refused, wrong } = total;
  console.log(JSON.stringify({ cases, expected, accepted, refused, wrong }));
}

if (import.meta.main) {
  const [file, ...flags] = process.argv.slice(2);
  if (file === undefined) {
    console.error("Name a file of cases: bun bench/reader.ts FILE [--all]");
    process.exit(2);
  }
  main(file, flags.includes("--all"));
}
