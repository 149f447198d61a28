/**
 * One call on the text rung: JSON in a fence, the code behind it in a fence of its own. The form is asked for; every other way
 * in which models write calls is read, too, and goes on in the conversation in the form that was asked for.
 */
import { z } from "zod";
import { Edit } from "../../model/blocks.ts";
import { type CallsRead, readCalls } from "../../model/calls/index.ts";
import { fieldsOf } from "../../model/head.ts";
import type { ChatMessage, Reply } from "../../model/model.ts";
import type { Result, ToolCall } from "../../types.ts";
import { toolNamed } from "../index.ts";
import { type Again, type CallOptions, type CallResult, each, textOf, thoughtIn } from "./result.ts";
import { firstOf, OFFERED, type Written } from "./written.ts";

/** Tokens of the thought and the JSON of a call. */
const AROUND_TOKENS = 300;
/** Characters of the thought that stay in the conversation. */
const MOST_PROSE = 800;

/** Characters of a reply that is watched for the end of its call as it streams, and of a piece with a fence that closes. */
const MOST_WATCHED = 32_768;
const CLOSING = 256;

/** A fence that may hold a call; it may lack its end where the reply ends. */
const FENCED =
  /^[ \t]*```[ \t]*(call|tool\w*|json|)[ \t]*\n(\s*\{[\s\S]*?)(?:\n[ \t]*```[ \t]*$|(?![\s\S]))/gm;

interface Parts {
  prose: string;
  calls: Written[];
}

/** The calls of a text in the form that is asked for, or nearly; null where it has none. */
function inForm(text: string): Result<Parts> | null {
  const found: { start: number; end: number; read: Extract<CallsRead, { ok: true }> }[] = [];
  for (const { index, 0: whole, 1: label, 2: json = "" } of text.matchAll(FENCED)) {
    const read = readCalls({ text: json, calls: [], complete: true }, OFFERED);
    if (read.ok) found.push({ start: index, end: index + whole.length, read });
    // A file may be JSON, too.
    else if (label === "call") return read;
  }
  const [first] = found;
  if (first === undefined) return null;
  const calls = found.flatMap(({ end, read }, n) => {
    const inside = read.prose.trim();
    const behind = inside === "" ? text.slice(end, found[n + 1]?.start) : inside;
    return read.calls.map((call) => ({ ...call, behind }));
  });
  return { ok: true, prose: text.slice(0, first.start), calls };
}

function partsOf(text: string): Result<Parts> {
  const own = inForm(text);
  if (own !== null) return own;
  const read = readCalls({ text, calls: [], complete: true }, OFFERED);
  if (!read.ok) return read;
  return { ok: true, prose: "", calls: read.calls.map((call) => ({ ...call, behind: read.prose })) };
}

/** The first call that a reply holds in any form, made as it was written; null where it holds none that could be. */
export function callIn(text: string): ToolCall | null {
  const parts = partsOf(text.replaceAll("\r\n", "\n"));
  const first = parts.ok && parts.calls.length > 0 ? firstOf(parts.calls) : null;
  return first?.ok ? first.call : null;
}

/** A call that has no code ends the reply: what a model writes behind it would be a guess at the answer. */
function endOf(text: string, final: boolean): number | null {
  // Each look costs the length of the text: none where no fence can just have closed, or in what is no call any more.
  const closing = text.length <= MOST_WATCHED && text.lastIndexOf("```") >= text.length - CLOSING;
  if (!closing && !final) return null;
  const found = new RegExp(FENCED).exec(text);
  if (found === null || !/\n[ \t]*```[ \t]*$/.test(found[0])) return null;
  const read = readCalls({ text: found[2] ?? "", calls: [], complete: true }, OFFERED);
  const name = read.ok ? read.calls[0]?.name : undefined;
  return name !== undefined && toolNamed(name)?.body === "none" ? found.index + found[0].length : null;
}

/** More ` than any run of them in the code. */
const fenceFor = (code: string): string =>
  "`".repeat(Math.max(3, ...(code.match(/`+/g) ?? []).map(({ length }) => length + 1)));

const Edits = Edit.extend({ more: z.array(Edit).default([]) });

/** The changes of a replacement, in their order. */
function editsOf(args: ToolCall["args"]): Edit[] {
  const read = Edits.safeParse(args);
  if (!read.success) return [];
  const { more, ...first } = read.data;
  return [first, ...more];
}

function block({ old, new: fresh }: Edit): string {
  const whole = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
  return `<<<<<<< SEARCH\n${whole(old)}=======\n${whole(fresh)}>>>>>>> REPLACE`;
}

/** A call in the form that is asked for. */
export function written({ tool: name, args }: ToolCall): string {
  const tool = toolNamed(name);
  const { place, body } = tool === undefined ? { place: Object.keys(args), body: [] } : fieldsOf(tool);
  const json = JSON.stringify({
    tool: name,
    ...Object.fromEntries(place.map((field) => [field, args[field]])),
  });
  const call = `\`\`\`call\n${json}\n\`\`\``;
  const [first, second] = body.map((field) => String(args[field]));
  if (first === undefined) return call;
  if (second !== undefined) return [call, ...editsOf(args).map(block)].join("\n");
  const fence = fenceFor(first);
  return `${call}\n${fence}\n${first}\n${fence}`;
}

const NO_CALL =
  'There was no call; end your reply with one: {"tool": ..., ...} in a fence that begins with ```call, and code in a fence behind it.';

export async function textCall(options: CallOptions): Promise<CallResult> {
  const { ask, messages, reply } = options;
  const thinkTokens = thoughtIn(options);
  const again: Again = async (g) =>
    each(await ask("call", messages, { ...g, thinkTokens, until: endOf }), (one) => read(one));
  const read = (one: Reply): CallResult => {
    const text = textOf(one);
    if (!text.ok) return text.end;
    const parts = partsOf(text.text.replaceAll("\r\n", "\n"));
    if (!parts.ok) return { kind: "malformed", reason: parts.reason };
    if (parts.calls.length === 0) return { kind: "malformed", reason: NO_CALL };
    const first = firstOf(parts.calls);
    if (!first.ok) return { kind: "malformed", reason: first.reason };
    const { call, note } = first;
    const prose = parts.prose.trim().slice(0, MOST_PROSE).toWellFormed();
    const content = [prose, written(call)].filter((part) => part !== "").join("\n\n");
    const said: ChatMessage[] = [...messages, { role: "assistant", content }];
    return { kind: "call", call, said, answers: null, note, again };
  };
  const [result] = await again({ maxTokens: reply + AROUND_TOKENS, temperature: 0.2 });
  return result;
}
