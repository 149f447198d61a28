/** One call on the native rung: by the server's own `tools`, in one request; a thought may come first. */

import { readCalls } from "../../model/calls/index.ts";
import type { ChatMessage, Reply, ToolSpec } from "../../model/model.ts";
import { TOOLS } from "../index.ts";
import { type Again, type CallOptions, type CallResult, each, textOf, thoughtIn } from "./result.ts";
import { firstOf, OFFERED } from "./written.ts";

/** Tokens of the thought before a call. */
const THOUGHT_TOKENS = 200;
/** Characters of it that stay in the conversation. */
const MOST_PROSE = 800;

/** The same bytes in every request of every session. Only what every converter compiles: flat objects of required strings. */
export const TOOL_SPECS: ToolSpec[] = TOOLS.map(({ name, what, fields }) => ({
  name,
  description: what,
  parameters: {
    type: "object",
    properties: Object.fromEntries(
      Object.entries(fields).map(([field, description]) => [
        field,
        description === "" ? { type: "string" } : { type: "string", description },
      ]),
    ),
    required: Object.keys(fields),
  },
}));

/** Nine letters and digits, which every template takes; the same for the same conversation. */
const nameOf = (messages: ChatMessage[]): string => `call${String(messages.length).padStart(5, "0")}`;

export async function nativeCall(options: CallOptions): Promise<CallResult> {
  const { ask, messages, reply } = options;
  const thinkTokens = thoughtIn(options);
  const again: Again = async (g) =>
    each(await ask("call", messages, { ...g, thinkTokens, tools: TOOL_SPECS }), (one) => read(one));
  const read = (one: Reply): CallResult => {
    const text = textOf(one);
    if (!text.ok) return text.end;
    const written = readCalls({ text: text.text, calls: one.ok ? one.calls : [], complete: true }, OFFERED);
    if (!written.ok) return { kind: "malformed", reason: written.reason };
    const first = firstOf(written.calls.map((call) => ({ ...call, behind: written.prose })));
    if (!first.ok) return { kind: "malformed", reason: first.reason };
    const { call, note } = first;
    const id = nameOf(messages);
    // The model's own words may be no JSON: those of the call that was read are.
    const calls = [{ id, name: call.tool, arguments: JSON.stringify(call.args) }];
    const content = written.prose.trim().slice(0, MOST_PROSE).toWellFormed();
    return {
      kind: "call",
      call,
      said: [...messages, { role: "assistant", content, calls }],
      answers: id,
      note,
      again,
    };
  };
  const [result] = await again({ maxTokens: reply + THOUGHT_TOKENS, temperature: 0.2 });
  return result;
}
