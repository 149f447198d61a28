/**
 * Reads the calls in a reply, whatever dialect they are written in. Pure; never throws; its cost is bounded by the length
 * of the reply. What a person could read without doubt is read. Everything else is refused with what to send instead: a
 * wrong call is worse than a refusal. Of several calls in one reply all are run or none.
 */
import type { WrittenCall } from "../model.ts";
import { resolve } from "./arguments.ts";
import type { Draft, Source } from "./draft.ts";
import { readNative } from "./native.ts";
import { Work } from "./node.ts";
import { type Scan, scan } from "./scan.ts";

/** A tool as it is offered: its parameters by name in order, their JSON types, and those that must be given. */
export interface OfferedTool {
  name: string;
  parameters: string[];
  types: Record<string, string>;
  required: string[];
}

/** What the model sent. `complete` false: it was cut off at the limit, or the connection broke. */
export interface CallSource {
  text: string;
  calls: WrittenCall[];
  complete: boolean;
}

export interface ReadCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** `prose` is the text outside calls and thought. No calls: the reply is plain text. */
export type CallsRead = { ok: true; calls: ReadCall[]; prose: string } | { ok: false; reason: string };

/** What reading may cost, in characters looked at: for each character of a reply, at least, and at most. */
const COST = { each: 16, least: 100_000, most: 3_000_000 };

/** A call that is begun, left open and written again is one call. */
function withoutRestarts(drafts: Draft[]): Draft[] {
  const same = (a: Draft, b: Draft): boolean =>
    JSON.stringify([a.name, a.given]) === JSON.stringify([b.name, b.given]);
  return drafts.filter((draft, index) => {
    const next = drafts[index + 1];
    return draft.closed || next === undefined || !same(draft, next);
  });
}

const ENTITIES: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#39;": "'",
  "&amp;": "&",
};

/** A reply whose markup is escaped as a whole is read unescaped; inside values entities stay as they are. */
function scanText(source: Source): Scan {
  const found = scan(source);
  const escaped = /^\s*&lt;[\w|/]/.test(source.text) && !source.text.includes("<");
  if (found.drafts.length > 0 || !escaped) return found;
  const text = source.text.replace(/&(?:lt|gt|quot|apos|#39|amp);/g, (entity) => ENTITIES[entity] ?? entity);
  const again = scan({ ...source, text });
  return again.drafts.length > 0 ? again : found;
}

/** The calls of a reply. `tools` are those on offer; with none, every reply is plain text. */
export function readCalls(reply: CallSource, tools: OfferedTool[]): CallsRead {
  const size = reply.calls.reduce((sum, call) => sum + call.arguments.length, reply.text.length);
  const source: Source = {
    text: reply.text,
    tools,
    work: new Work(Math.min(COST.least + COST.each * size, COST.most)),
  };
  const found = scanText(source);
  const native = reply.calls.length > 0;
  const drafts = native
    ? reply.calls.flatMap((call) => readNative(call, source))
    : withoutRestarts(found.drafts);
  const sign = drafts.length > 0 || found.broken !== null;
  if (!reply.complete && sign)
    return {
      ok: false,
      reason: "The reply was cut off, so no call of it is run. Send the call again, and shorter.",
    };
  if (!native && found.broken !== null)
    return {
      ok: false,
      reason: `${found.broken} Send it as {"name": "<tool>", "arguments": {…}}, whole and with all quotes and brackets closed.`,
    };
  if (!native && found.inThought && drafts.length === 0)
    return {
      ok: false,
      reason: "The call stands in your thinking, which does not run. End the thinking, then send the call.",
    };
  const calls: ReadCall[] = [];
  for (const draft of drafts) {
    const read = resolve(draft, source);
    if (!read.ok) return read;
    calls.push(read.call);
  }
  return { ok: true, calls, prose: found.prose };
}
