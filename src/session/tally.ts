/**
 * What the tasks of a folder came to, added up from its session logs. A log is read line by line; most lines are known by their
 * beginning and never parsed. A line that is no event is counted and left out.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Origin, type Outcome, type Tokens, TurnEvent } from "../types.ts";
import { diskReason, errorCode } from "../workspace/walls.ts";

/** `tokens.prompt` includes `tokens.cached`. Shares are what `Account.local` says of each task. */
export interface Tally {
  sessions: number;
  /** Tasks that began. */
  tasks: number;
  /** Of them, those whose end the log does not tell: the process was killed, or is at work. */
  unfinished: number;
  outcomes: Partial<Record<Outcome, number>>;
  /** Tasks whose change or answer stands, by what did it; a question is answered by the model. */
  by: Partial<Record<Origin, number>>;
  /** Tasks that asked a model, and those of them whose every token stayed local. */
  asked: number;
  local: number;
  tokens: Tokens;
  /** Of the generated tokens, those that stayed local. */
  localTokens: number;
  /** Requests to stronger models, and what they cost as far as their prices are known. */
  escalated: number;
  cost: number;
  ms: number;
  /** Lines, and whole logs, that could not be read. */
  brokenLines: number;
  unreadable: string[];
}

export const emptyTally = (): Tally => ({
  sessions: 0,
  tasks: 0,
  unfinished: 0,
  outcomes: {},
  by: {},
  asked: 0,
  local: 0,
  tokens: { prompt: 0, cached: 0, generated: 0 },
  localTokens: 0,
  escalated: 0,
  cost: 0,
  ms: 0,
  brokenLines: 0,
  unreadable: [],
});

const KNOWN = new Set(TurnEvent.options.map(({ shape }) => shape.type.value));
/** How a line of the log begins and ends; the type alone tells most of them apart. */
const BEGINNING = /^\{"type":"([a-z_]{1,20})"/;

/** Adds the log of one folder's sessions to `tally`. A folder without any adds nothing. */
export function addSessions(root: string, tally: Tally): void {
  const folder = join(root, ".smallcode", "sessions");
  for (const name of logsIn(folder, tally)) {
    try {
      addLog(readFileSync(join(folder, name), "utf8"), tally);
      tally.sessions += 1;
    } catch (error) {
      tally.unreadable.push(`${join(folder, name)}: ${diskReason(error)}`);
    }
  }
}

function logsIn(folder: string, tally: Tally): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  } catch (error) {
    const code = errorCode(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") tally.unreadable.push(`${folder}: ${diskReason(error)}`);
    return [];
  }
}

function addLog(text: string, tally: Tally): void {
  let open = false;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    const line = text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
    if (line.trim() === "") continue;
    const type = typeOf(line);
    if (type === null) tally.brokenLines += 1;
    else if (type === "start") {
      if (open) tally.unfinished += 1;
      open = true;
      tally.tasks += 1;
    } else if (type === "end" && addEnd(line, tally)) open = false;
  }
  if (open) tally.unfinished += 1;
}

/** The type of an event; null where the line is none. */
function typeOf(line: string): string | null {
  const type = BEGINNING.exec(line)?.[1];
  return type !== undefined && KNOWN.has(type as TurnEvent["type"]) && line.endsWith("}") ? type : null;
}

/** False: the line was broken. */
function addEnd(line: string, tally: Tally): boolean {
  const event = eventOf(line);
  if (event?.type !== "end") {
    tally.brokenLines += 1;
    return false;
  }
  const { outcome, account } = event;
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  const solver = outcome === "answered" ? "model" : account.by;
  if (solver !== null && (outcome === "answered" || outcome === "verified" || outcome === "unverified"))
    tally.by[solver] = (tally.by[solver] ?? 0) + 1;
  const { prompt, cached, generated } = account.tokens;
  if (account.requests > 0) {
    tally.asked += 1;
    if (account.local === 1) tally.local += 1;
  }
  tally.tokens.prompt += prompt;
  tally.tokens.cached += cached;
  tally.tokens.generated += generated;
  tally.localTokens += generated * account.local;
  tally.escalated += account.escalated?.requests ?? 0;
  tally.cost += account.escalated?.cost ?? 0;
  tally.ms += account.ms;
  return true;
}

function eventOf(line: string): TurnEvent | null {
  try {
    return TurnEvent.safeParse(JSON.parse(line)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
