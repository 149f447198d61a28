/**
 * The pool of candidates of one try, read from its events: what each was, how it was judged, and what it stands on. The stage that
 * a candidate belongs to is computed from the pool alone; `bench/README.md` defines it.
 */
import { parse } from "../../src/graph/syntax/parse.ts";
import type { Candidate, CodeSymbol, Suspect, TurnEvent } from "../../src/types.ts";
import { type Files, sha } from "../tasks/task.ts";

export const STAGES = [
  "attempt",
  "feedback",
  "sampling",
  "granularity",
  "localisation",
  "decomposition",
] as const;
/** `escalation` is on no curve: another model wrote it. */
export type Stage = (typeof STAGES)[number] | "escalation";

/** An event as it came, with the ms since the program was started. */
export type Stamped = { at: number; event: TurnEvent };

export interface Entry {
  /** From 1, in the order of the verdicts. */
  n: number;
  at: number;
  origin: string;
  grain: string | null;
  status: string;
  score: number;
  /** An earlier candidate that was judged once more, to be kept. */
  again: boolean;
  stage: Stage;
  /** The candidate that this one was made from; 0: the files as they were. */
  on: number;
  /** By file: the first line that it changes. */
  places: Record<string, number>;
  /** Requests and tokens up to its verdict. */
  requests: number;
  tokens: { prompt: number; cached: number; generated: number };
}

/** Candidates of a task at most, as the bench's command line says. */
export const MOST = 24;
const FINENESS: Record<string, number> = { files: 0, symbol: 1, lines: 2 };

interface Reading {
  entries: (Entry & { texts: Record<string, string> })[];
  files: Files;
  suspects: Suspect[] | null;
  parts: boolean;
  refused: boolean;
  /** The model can only continue text: it is asked for lines first, then for whole functions. */
  plain: boolean;
  pending: Candidate | null;
  requests: number;
  tokens: Entry["tokens"];
}

/** The pool of a try on these files. */
export async function poolOf(events: readonly Stamped[], files: Files): Promise<Entry[]> {
  const reading: Reading = {
    entries: [],
    files,
    suspects: null,
    parts: false,
    refused: false,
    plain: false,
    pending: null,
    requests: 0,
    tokens: { prompt: 0, cached: 0, generated: 0 },
  };
  for (const { at, event } of events) {
    if (event.type === "verdict") await judged(reading, at, event);
    else note(reading, event);
  }
  return reading.entries.map(({ texts: _, ...entry }) => entry);
}

function note(reading: Reading, event: TurnEvent): void {
  if (event.type === "model") reading.plain = event.rung === "plain";
  if (event.type === "plan") reading.parts = event.steps.length > 1;
  if (event.type === "decompose") reading.parts = true;
  if (event.type === "suspects") reading.suspects = event.suspects;
  if (event.type === "result" && event.result.kind === "candidate") reading.pending = event.result.candidate;
  if (event.type === "result" && event.result.kind === "refusal") reading.refused = true;
  if (event.type !== "response") return;
  reading.requests += 1;
  const { prompt, cached, generated } = event.tokens;
  const { tokens } = reading;
  reading.tokens = {
    prompt: tokens.prompt + prompt,
    cached: tokens.cached + cached,
    generated: tokens.generated + generated,
  };
}

async function judged(
  reading: Reading,
  at: number,
  { origin, grain, verdict }: Extract<TurnEvent, { type: "verdict" }>,
): Promise<void> {
  const { entries, pending, requests, tokens } = reading;
  reading.pending = null;
  const said = { n: entries.length + 1, at, status: verdict.status, score: verdict.score, requests, tokens };
  const best = entries.filter(({ status }) => status === "improved").sort((a, b) => b.score - a.score)[0];
  if (pending === null && best !== undefined) {
    entries.push({ ...best, ...said, again: true });
    return;
  }
  const texts = Object.fromEntries((pending?.changes ?? []).map(({ path, text }) => [path, text ?? ""]));
  const from = standsOn(reading, pending);
  const before = (path: string): string => from?.texts[path] ?? reading.files[path] ?? "";
  const places = Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path, firstDifference(before(path), text)]),
  );
  const entry = {
    ...said,
    origin,
    grain: grain ?? null,
    again: false,
    on: from?.n ?? 0,
    places,
    texts: { ...from?.texts, ...texts },
    stage: "attempt" as Stage,
  };
  const own = await stageOf(entry, reading, before);
  entry.stage = from === undefined ? own : later(own, from.stage);
  entries.push(entry);
}

/** The last candidate whose text of a file is what this one was made from. */
function standsOn({ entries }: Reading, candidate: Candidate | null): Reading["entries"][number] | undefined {
  const bases = (candidate?.changes ?? []).flatMap(({ path, base }) => (base === null ? [] : [[path, base]]));
  return entries.findLast(
    ({ texts, status }) =>
      status === "improved" &&
      bases.some(([path = "", base]) => texts[path] !== undefined && sha(texts[path]) === base),
  );
}

const rank = (stage: Stage): number => (stage === "escalation" ? STAGES.length : STAGES.indexOf(stage));
const later = (a: Stage, b: Stage): Stage => (rank(a) >= rank(b) ? a : b);

/** 1-based; one past the shorter text where the other goes on. */
function firstDifference(a: string, b: string): number {
  const [one, other] = [a.split("\n"), b.split("\n")];
  const at = one.findIndex((line, index) => line !== other[index]);
  return (at < 0 ? one.length : at) + 1;
}

type Judged = Omit<Entry, "stage">;

async function stageOf(entry: Judged, reading: Reading, before: (path: string) => string): Promise<Stage> {
  const { origin, grain } = entry;
  if (origin === "escalation") return "escalation";
  if (origin === "decomposition" || reading.parts) return "decomposition";
  if (reading.plain) {
    if (grain === "lines")
      return (await neededLocalisation(entry, reading, before)) ? "localisation" : "granularity";
    // Of whole functions the first is the likeliest text, the second knows the failure.
    const nth = reading.entries.filter((one) => one.grain !== "lines" && !one.again).length;
    return (["attempt", "feedback"] as const)[nth] ?? "sampling";
  }
  const first = reading.entries.find((one) => one.grain !== null)?.grain ?? grain;
  if (grain !== null && (FINENESS[grain] ?? 0) > (FINENESS[first ?? grain] ?? 0))
    return (await neededLocalisation(entry, reading, before)) ? "localisation" : "granularity";
  if (origin === "sampling") return "sampling";
  if (origin === "feedback") return "feedback";
  return reading.entries.length === 0 && !reading.refused ? "attempt" : "feedback";
}

/**
 * Whether a candidate for some lines would have come too late without a list of suspects: where the lines of its function
 * are taken from the top, each as often as the pool has it on average.
 */
async function neededLocalisation(
  entry: Judged,
  { entries, suspects }: Reading,
  before: (path: string) => string,
): Promise<boolean> {
  const [path, line] = Object.entries(entry.places)[0] ?? [];
  if (entry.grain !== "lines" || suspects === null || path === undefined || line === undefined) return false;
  const fine = entries.filter(({ grain, again }) => grain === "lines" && !again);
  const ahead = entries.length - fine.length;
  const lines = new Set([...fine, entry].map(({ places }) => places[path] ?? 0));
  const each = Math.ceil((fine.length + 1) / lines.size);
  return ahead + (await lineInFunction(path, before(path), line)) * each + 1 > MOST;
}

/** How many lines with code of the innermost function around a line stand before it. */
async function lineInFunction(path: string, text: string, line: number): Promise<number> {
  const parsed = await parse(path, text);
  const around = (parsed?.symbols ?? [])
    .filter(
      ({ kind, lines }: CodeSymbol) =>
        /function|method/.test(kind) && lines.start <= line && line <= lines.end,
    )
    .sort((a, b) => b.lines.start - a.lines.start)[0];
  const from = around?.lines.start ?? 0;
  return text
    .split("\n")
    .slice(from, line - 1)
    .filter((one) => one.trim() !== "").length;
}
