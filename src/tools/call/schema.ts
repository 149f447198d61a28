/**
 * One call on the schema rung: think, then choose from closed lists, then send the code verbatim. Each request begins with the
 * messages of the one before it.
 */
import type { ChatMessage, Reply } from "../../model/model.ts";
import { codeEnd, readChoice } from "../../model/reader.ts";
import { CHOOSE, type ChoiceList, choiceSchema, codeRequest, OTHER, THINK } from "../../model/schema.ts";
import type { Result, Target } from "../../types.ts";
import { TOOLS, toolNamed } from "../index.ts";
import type { Choice } from "../tool.ts";
import { type Again, type CallOptions, type CallResult, each, textOf, thoughtIn } from "./result.ts";
import { withBody } from "./written.ts";

const THINK_TOKENS = 160;
const CHOICE_TOKENS = 220;
const MOST_ENUM = 32;

const labelOf = ({ path, symbol }: Target): string => (symbol === undefined ? path : `${path}::${symbol}`);
const checkLabel = (check: string): string => `check:${check}`;

/** The labels on offer, at most 32: checks and `other` always, then targets by rank, each file after its first symbol. */
export function labelsFor(targets: Target[], checks: string[]): string[] {
  const always = [...checks.slice(0, 4).map(checkLabel), OTHER];
  const labels = new Set<string>();
  for (const target of targets) {
    labels.add(labelOf(target));
    labels.add(target.path);
  }
  return [...[...labels].slice(0, MOST_ENUM - always.length), ...always];
}

type On = Pick<CallOptions, "targets" | "checks">;

/** What a label stands for; neither for one that is none. */
function meaning(label: string | null, { targets, checks }: On): Pick<Choice, "target" | "check"> {
  const check = checks.find((id) => checkLabel(id) === label) ?? null;
  const target =
    targets.find((one) => labelOf(one) === label) ??
    targets.filter(({ path }) => path === label).map(({ path }) => ({ path }))[0] ??
    null;
  return { target, check };
}

/** The tools by the labels that they take, as each tells of itself; one that takes none of them is not on offer. */
export function listsFor(on: On): ChoiceList[] {
  const labels = labelsFor(on.targets, on.checks);
  const lists = new Map<string, ChoiceList>();
  for (const { name, fromChoice } of TOOLS) {
    const takes = (label: string, text: string): boolean =>
      fromChoice({ tool: name, ...meaning(label, on), text }).ok;
    const targets = labels.filter((label) => takes(label, "x"));
    if (targets.length === 0) continue;
    const needsText = targets.some((label) => !takes(label, ""));
    const key = JSON.stringify([targets, needsText]);
    const list = lists.get(key) ?? { tools: [], targets, needsText };
    lists.set(key, { ...list, tools: [...list.tools, name] });
  }
  return [...lists.values()];
}

function choiceOf(text: string, on: On): Result<{ choice: Choice }> {
  const names = TOOLS.map(({ name }) => name);
  const read = readChoice(text, { tools: names, targets: labelsFor(on.targets, on.checks) });
  if (!read.ok) return read;
  return { ok: true, choice: { tool: read.tool, ...meaning(read.target, on), text: read.text } };
}

/** A thought that was cut off is still a thought; of one that went round in circles, how it began. */
function thoughtOf(reply: Reply): Reply {
  if (!reply.ok || (reply.finish !== "length" && reply.finish !== "loop")) return reply;
  const begun = /^\s*[^.!?\n]{1,200}[.!?\n]/.exec(reply.text)?.[0] ?? "";
  return { ...reply, finish: "stop", text: reply.finish === "loop" ? begun : reply.text };
}

const whatOf = (args: Record<string, unknown>): string => String(args.symbol ?? args.path ?? "it");

/** One whole call. */
export async function schemaCall(options: CallOptions): Promise<CallResult> {
  const { ask, reply: replyTokens } = options;
  const asked: ChatMessage[] = [
    ...options.messages.slice(0, -1),
    withRequest(options.messages.at(-1), THINK),
  ];
  // A model that thinks does it here, once for the whole call.
  const thinkTokens = options.thinks ? thoughtIn(options) : 0;
  const reply = await ask("think", asked, {
    maxTokens: THINK_TOKENS + thinkTokens,
    thinkTokens,
    temperature: 0.2,
  });
  const thought = textOf(thoughtOf(reply));
  if (!thought.ok) return thought.end;
  const chooseAt: ChatMessage[] = [
    ...asked,
    { role: "assistant", content: thought.text.trim() || "Ready." },
    { role: "user", content: CHOOSE },
  ];
  const schema = choiceSchema(listsFor(options));
  const chosen = textOf(await ask("choose", chooseAt, { maxTokens: CHOICE_TOKENS, temperature: 0, schema }));
  if (!chosen.ok) return chosen.end;
  const read = choiceOf(chosen.text, options);
  if (!read.ok) return { kind: "malformed", reason: read.reason };
  const tool = toolNamed(read.choice.tool);
  if (tool === undefined) return { kind: "malformed", reason: `There is no tool ${read.choice.tool}.` };
  const args = tool.fromChoice(read.choice);
  if (!args.ok) return { kind: "malformed", reason: args.reason };
  const call = { tool: tool.name, args: args.args };
  const chose: ChatMessage[] = [...chooseAt, { role: "assistant", content: chosen.text.trim() }];
  if (tool.body === "none") return { kind: "call", call, said: chose, answers: null, note: "", again: null };
  const messages: ChatMessage[] = [
    ...chose,
    { role: "user", content: codeRequest(tool.body, whatOf(args.args)) },
  ];
  const path = String(args.args.path);
  const until = tool.body === "code" ? { until: (text: string) => codeEnd(text, path) } : {};
  const again: Again = async (g) =>
    each(await ask("code", messages, { ...g, ...until, thinkTokens: 0 }), (one) => {
      const body = textOf(one);
      if (!body.ok) return body.end;
      const completed = withBody(tool, call.args, body.text);
      if (!completed.ok) return { kind: "malformed", reason: completed.reason };
      const said: ChatMessage[] = [...messages, { role: "assistant", content: body.text.trim() }];
      return { kind: "call", call: { ...call, args: completed.args }, said, answers: null, note: "", again };
    });
  const [result] = await again({ maxTokens: replyTokens, temperature: 0.2 });
  return result;
}

/** The last message of the conversation with the request for this part at its end. */
function withRequest(message: ChatMessage | undefined, request: string): ChatMessage {
  return { role: "user", content: message === undefined ? request : `${message.content}\n\n${request}` };
}
