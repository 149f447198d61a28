/**
 * Gets one call from a chat model on the schema rung: think, then choose from closed lists, then send the code verbatim.
 * Each request begins with the messages of the one before it. What could not be read never stays in the conversation.
 */

import { readReplace } from "../model/blocks.ts";
import type { ChatMessage, Generation, Reply } from "../model/model.ts";
import { readChoice, readCode } from "../model/reader.ts";
import { CHOOSE, type ChoiceLists, choiceSchema, codeRequest, OTHER, THINK } from "../model/schema.ts";
import type { Result, Target, ToolCall } from "../types.ts";
import { TOOLS, toolNamed } from "./index.ts";
import type { Choice, Tool } from "./tool.ts";

/** Sends a conversation; the caller counts, reports and limits. */
export type Ask = (
  purpose: string,
  messages: ChatMessage[],
  g: Generation & { schema?: object },
) => Promise<Reply>;

export interface CallOptions {
  ask: Ask;
  messages: ChatMessage[];
  targets: Target[];
  checks: string[];
  /** Tokens of the longest code. */
  reply: number;
}

/** A request for code that can be asked again for further samples of the same call. */
export interface CodeRequest {
  messages: ChatMessage[];
  tool: Tool;
  args: Record<string, unknown>;
}

export type CallResult =
  /** `said` continues the conversation. */
  | { kind: "call"; call: ToolCall; said: ChatMessage[]; code: CodeRequest | null }
  /** The model's own mistake, as the next instruction. */
  | { kind: "malformed"; reason: string }
  /** The connection broke: the same request may be sent again. */
  | { kind: "cut"; reason: string }
  /** No reply that could be read: the reason is for the user. */
  | { kind: "failed"; reply: Extract<Reply, { ok: false }> };

const THINK_TOKENS = 160;
const CHOICE_TOKENS = 220;
const MOST_ENUM = 32;

const labelOf = ({ path, symbol }: Target): string => (symbol === undefined ? path : `${path}::${symbol}`);
const checkLabel = (check: string): string => `check:${check}`;

/** The labels on offer, at most 32: checks and `other` always, then targets by rank, each file after its first symbol. */
export function listsFor(targets: Target[], checks: string[]): ChoiceLists {
  const always = [...checks.slice(0, 4).map(checkLabel), OTHER];
  const labels = new Set<string>();
  for (const target of targets) {
    labels.add(labelOf(target));
    labels.add(target.path);
  }
  return {
    tools: TOOLS.map(({ name }) => name),
    targets: [...[...labels].slice(0, MOST_ENUM - always.length), ...always],
  };
}

/** The text of a reply, or what a reply that cannot be used makes of the call. */
function textOf(reply: Reply): { ok: true; text: string } | { ok: false; end: CallResult } {
  if (!reply.ok) return { ok: false, end: { kind: "failed", reply } };
  const malformed = (reason: string) => ({ ok: false as const, end: { kind: "malformed" as const, reason } });
  switch (reply.finish) {
    case "cut":
      return { ok: false, end: { kind: "cut", reason: reply.reason ?? "The reply broke off." } };
    case "length":
      return malformed(
        "Your reply was cut off because it was too long; be shorter, and send only what was asked for.",
      );
    case "loop":
      return malformed("Your reply repeated itself; send only what was asked for, once.");
    case "stop":
    case "node":
      return { ok: true, text: reply.text };
  }
}

function choiceOf(text: string, options: CallOptions, lists: ChoiceLists): Result<{ choice: Choice }> {
  const read = readChoice(text, lists);
  if (!read.ok) return read;
  const check = options.checks.find((id) => checkLabel(id) === read.target) ?? null;
  const target =
    options.targets.find((one) => labelOf(one) === read.target) ??
    options.targets.filter(({ path }) => path === read.target).map(({ path }) => ({ path }))[0] ??
    null;
  return { ok: true, choice: { tool: read.tool, target, check, text: read.text } };
}

/** The call that a body completes. */
function completeCall(tool: Tool, args: Record<string, unknown>, text: string): Result<{ call: ToolCall }> {
  if (tool.body === "none") return { ok: true, call: { tool: tool.name, args } };
  if (tool.body === "replace") {
    const read = readReplace(text, typeof args.path === "string" ? args.path : null);
    if (!read.ok) return read;
    const [first, ...more] = read.edits;
    const further = more.length > 0 ? { more } : {};
    return { ok: true, call: { tool: tool.name, args: { ...args, ...first, ...further } } };
  }
  const read = readCode(text);
  if (!read.ok) return read;
  const name = tool.name === "create_file" ? "content" : "code";
  return { ok: true, call: { tool: tool.name, args: { ...args, [name]: read.code } } };
}

const whatOf = (args: Record<string, unknown>): string => String(args.symbol ?? args.path ?? "it");

/** One whole call. */
export async function getCall(options: CallOptions): Promise<CallResult> {
  const { ask, reply: replyTokens } = options;
  const asked: ChatMessage[] = [
    ...options.messages.slice(0, -1),
    withRequest(options.messages.at(-1), THINK),
  ];
  const reply = await ask("think", asked, { maxTokens: THINK_TOKENS, temperature: 0.2 });
  // A thought that was cut off is still a thought.
  const thought = textOf(reply.ok && reply.finish === "length" ? { ...reply, finish: "stop" } : reply);
  if (!thought.ok) return thought.end;
  const chooseAt: ChatMessage[] = [
    ...asked,
    { role: "assistant", content: thought.text.trim() || "Ready." },
    { role: "user", content: CHOOSE },
  ];
  const lists = listsFor(options.targets, options.checks);
  const schema = choiceSchema(lists);
  const chosen = textOf(await ask("choose", chooseAt, { maxTokens: CHOICE_TOKENS, temperature: 0, schema }));
  if (!chosen.ok) return chosen.end;
  const read = choiceOf(chosen.text, options, lists);
  if (!read.ok) return { kind: "malformed", reason: read.reason };
  const tool = toolNamed(read.choice.tool);
  if (tool === undefined) return { kind: "malformed", reason: `There is no tool ${read.choice.tool}.` };
  const args = tool.fromChoice(read.choice);
  if (!args.ok) return { kind: "malformed", reason: args.reason };
  const chose: ChatMessage[] = [...chooseAt, { role: "assistant", content: chosen.text.trim() }];
  if (tool.body === "none")
    return { kind: "call", call: { tool: tool.name, args: args.args }, said: chose, code: null };
  const messages: ChatMessage[] = [
    ...chose,
    { role: "user", content: codeRequest(tool.body, whatOf(args.args)) },
  ];
  const g = { maxTokens: replyTokens, temperature: 0.2 };
  const [result] = await getCode({ messages, tool, args: args.args }, ask, g);
  return result;
}

/** The code of a call that was chosen: one result for each reply that `g` asks for (a server may make fewer). */
export async function getCode(
  request: CodeRequest,
  ask: Ask,
  g: Generation,
): Promise<[CallResult, ...CallResult[]]> {
  const reply = await ask("code", request.messages, g);
  if (!reply.ok) return [{ kind: "failed", reply }];
  const { tokens, ms, others = [] } = reply;
  return [
    codeIn(request, reply),
    ...others.map((said) => codeIn(request, { ok: true, tokens, ms, ...said })),
  ];
}

function codeIn(request: CodeRequest, reply: Reply): CallResult {
  const body = textOf(reply);
  if (!body.ok) return body.end;
  const completed = completeCall(request.tool, request.args, body.text);
  if (!completed.ok) return { kind: "malformed", reason: completed.reason };
  const said: ChatMessage[] = [...request.messages, { role: "assistant", content: body.text.trim() }];
  return { kind: "call", call: completed.call, said, code: request };
}

/** The last message of the conversation with the request for this part at its end. */
function withRequest(message: ChatMessage | undefined, request: string): ChatMessage {
  return { role: "user", content: message === undefined ? request : `${message.content}\n\n${request}` };
}
