/**
 * Compaction of a step's conversation, without the model: head, task and the code as it stands, then in a line each what was
 * tried and what came of it; the last call and code that was read stay whole as far as half of the window has room. It happens
 * before a call for which the window is too full, or after the server has refused one as too long.
 */
import { cutLines, sharesFor, tokensOf } from "../model/budget.ts";
import type { Failure } from "../model/errors.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { ChatRung } from "../model/head.ts";
import { stoppedEnd } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { StepEnd } from "./judge.ts";
import { begunOn, CALL_TOKENS, ended, type Past, room, shownIn, type Talk } from "./talk.ts";
import { NOTHING_ABOVE } from "./trunk.ts";
import { shrinkWindow } from "./window.ts";

/** Of one step. */
const MOST_RESETS = 4;
/** A compacted conversation takes this part of what can be sent, or of what a call leaves of it, whichever is less. */
const TARGET = { prompt: 0.6, call: 0.9 };
/** Tokens of the line on one call. */
const LINE = 60;
/** Of the room of a compacted conversation, the part of these lines. */
const LINES_SHARE = 0.3;

/** One line on a call. */
function lineOf({ call, came, answer, shows }: Past): string {
  const { path, symbol, query, check } = call.args;
  const about = path === undefined ? (query ?? check) : symbol === undefined ? path : `${path}::${symbol}`;
  const what = about === undefined ? call.tool : `${call.tool} ${String(about)}`;
  const said = answer.split("\n").filter((line) => line.trim() !== "");
  const [first = "", second = first] = said;
  const result = {
    stands: `stands. ${first}`,
    failed: `failed because ${second}`,
    told: shows.length > 0 ? `showed ${shows.join(", ")}` : first,
  }[came];
  return cutLines(`- ${came === "told" ? "" : "tried "}${what}: ${result}`.replace(/\s+/g, " "), LINE);
}

const pathOf = ({ call }: Past): string => String(call.args.path ?? "");

/** Whether the code of an answer is still what the file says, and shown nowhere behind it. */
function isCurrent({ shows }: Past, later: Past[], opening: string): boolean {
  if (shows.length === 0) return false;
  const stale = new Set([
    ...shownIn(opening),
    ...later.flatMap((one) => one.shows),
    ...later.filter(({ came }) => came === "stands").map(pathOf),
  ]);
  return !shows.some((path) => stale.has(path));
}

/**
 * What has been done so far, in at most so many tokens: a line on each call, the newest first where not all fit; then the code
 * that was read last, whole, in what is left. `later` are the calls that follow.
 */
function soFar(
  past: Past[],
  { opening, later, most }: { opening: string; later: Past[]; most: number },
): string {
  if (past.length === 0) return "";
  const title = "So far in this step:";
  let left = most - estimateTokens(`\n\n${title}\n- … and 99 calls before that`);
  const rows: string[] = [];
  for (const one of past.toReversed()) {
    const line = lineOf(one);
    left -= estimateTokens(`${line}\n`);
    if (left < 0) break;
    rows.unshift(line);
  }
  const missing = past.length - rows.length;
  for (let n = rows.length - 1; n >= 0; n -= 1) {
    const index = missing + n;
    const one = past[index];
    if (one === undefined || !isCurrent(one, [...past.slice(index + 1), ...later], opening)) continue;
    const more = estimateTokens(`${one.answer}\n`);
    if (more > left) continue;
    left -= more;
    rows[n] = `${rows[n]}\n${one.answer}`;
  }
  if (missing > 0) rows.unshift(`- … and ${missing} ${missing === 1 ? "call" : "calls"} before that`);
  return `\n\n${title}\n${rows.join("\n")}`;
}

/** The conversation anew, in at most `target` tokens: the last call whole where there is room for it, else what came of it. */
async function rebuild(talk: Talk, target: number): Promise<void> {
  const { past, work, above } = talk;
  talk.above = NOTHING_ABOVE;
  const last = past.at(-1);
  const all = target - talk.fixed;
  const lines = Math.floor(all * LINES_SHARE);
  const answer =
    last === undefined ? "" : `\n\n${cutLines(last.answer, Math.min(work.shares.answer, lines))}`;
  const most = Math.min(room(talk), all - estimateTokens(answer) - Math.min(lines, past.length * LINE));
  // Where nothing has changed, its bytes stay: the server has read them.
  const changed = past.some(({ came }, index) => came === "stands" && index >= talk.openedAt);
  if (changed || above.messages.length > 0 || estimateTokens(talk.opening) > most) {
    talk.opening = await talk.openingIn(most);
    talk.openedAt = past.length;
  }
  const { opening, head } = talk;
  const left = all - estimateTokens(opening);
  if (last === undefined) {
    talk.messages = [head, { role: "user", content: opening }];
    return;
  }
  const before = past.slice(0, -1);
  const { exchange } = last;
  const kept = exchange === null ? Infinity : tokensOf(exchange) + estimateTokens(last.request);
  const whole = left - kept >= Math.min(lines, before.length * LINE);
  const told = whole
    ? soFar(before, { opening, later: [last], most: left - kept })
    : soFar([...before, { ...last, shows: [] }], {
        opening,
        later: [last],
        most: left - estimateTokens(answer),
      });
  const content = `${opening}${told}${whole ? last.request : answer}`;
  talk.messages = [head, { role: "user", content }, ...(whole && exchange !== null ? exchange : [])];
}

/** The most tokens that a compacted conversation may have. */
function targetOf({ work }: Talk): number {
  const { prompt } = work.shares;
  return Math.floor(Math.min(prompt * TARGET.prompt, (prompt - CALL_TOKENS) * TARGET.call));
}

/** The conversation goes on on another rung: its head, and what has been done, in words. */
export async function moveTo(talk: Talk, rung: ChatRung): Promise<void> {
  const past = talk.past.map((one) => ({ ...one, exchange: null }));
  Object.assign(talk, begunOn(rung), { above: NOTHING_ABOVE, past, calls: 0, malformed: 0, cut: 0 });
  talk.opening = await talk.openingIn(room(talk));
  talk.openedAt = past.length;
  await rebuild(talk, targetOf(talk));
}

/** Gives the step's end where it has been done too often. */
export async function compact(talk: Talk, why: string): Promise<StepEnd | null> {
  talk.resets += 1;
  if (talk.resets > MOST_RESETS)
    return ended(talk, "The conversation outgrew the model's window again and again; give a smaller task.");
  talk.work.meter.reset(why);
  await rebuild(talk, targetOf(talk));
  return null;
}

/** Compacts a conversation that leaves no room for one more call. */
export async function compactIfFull(talk: Talk): Promise<StepEnd | null> {
  const { shares, meter } = talk.work;
  if (talk.past.length === 0) return null;
  const limit = shares.window - shares.reply - CALL_TOKENS - (talk.fixed - tokensOf([talk.head]));
  if ((await meter.size(talk.messages, limit)) <= limit) return null;
  return compact(talk, "Compaction: the conversation fills the model's window.");
}

/** After a request that the server refused as too long: once more with less, where that was the first time in a row. */
export async function repair(talk: Talk, failure: Failure): Promise<StepEnd | null> {
  const { work } = talk;
  const stopped = stoppedEnd(work.parts, work.meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  if (failure.kind !== "overflow" || talk.repaired) return { kind: "stopped", end: endOfFailure(failure) };
  talk.repaired = true;
  const end = shrinkWindow(failure, work.meter.sent, work.parts);
  if (end !== null) return { kind: "stopped", end };
  work.shares = sharesFor(work.parts.model);
  return compact(talk, "Compaction: the server refused the request as too long.");
}
