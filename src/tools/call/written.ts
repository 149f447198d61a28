/** From the calls that a model wrote, by whatever means, to the one that is made. Pure. */
import { readReplace } from "../../model/blocks.ts";
import { fieldsOf, type ToolLine } from "../../model/head.ts";
import { readCode } from "../../model/reader.ts";
import type { Result, ToolCall } from "../../types.ts";
import { TOOLS, toolNamed } from "../index.ts";

/** A call as the reader of calls gives it. */
export interface Written {
  name: string;
  arguments: Record<string, unknown>;
}

type Lined = Pick<ToolLine, "fields" | "body">;

/** What the reader of calls is told of the tools: everything is text, and code may stand outside the call. */
export const OFFERED = TOOLS.map((tool) => {
  const names = Object.keys(tool.fields);
  return {
    name: tool.name,
    parameters: names,
    types: Object.fromEntries(names.map((name) => [name, "string"])),
    required: fieldsOf(tool).place,
  };
});

/** The arguments with the code that a text holds for them. */
export function withBody(
  tool: Lined,
  args: Record<string, unknown>,
  text: string,
): Result<{ args: Record<string, unknown> }> {
  const [first, second] = fieldsOf(tool).body;
  if (first === undefined) return { ok: true, args };
  if (second !== undefined) {
    const read = readReplace(text, typeof args.path === "string" ? args.path : null);
    if (!read.ok) return read;
    const [edit, ...more] = read.edits;
    return { ok: true, args: { ...args, ...edit, ...(more.length > 0 ? { more } : {}) } };
  }
  const read = readCode(text);
  return read.ok ? { ok: true, args: { ...args, [first]: read.code } } : read;
}

const WHOLE_FENCE = /^\s*(`{3,}|~{3,})[^\n]*\n[\s\S]*\n\1\s*$/;

/** Code inside a call may come in a fence all the same. */
function unfenced(value: unknown): unknown {
  if (typeof value !== "string" || !WHOLE_FENCE.test(value)) return value;
  const read = readCode(value);
  return read.ok ? read.code : value;
}

const BARE = ["path", "to"];

function argsOf(tool: Lined, written: Written["arguments"]): Record<string, unknown> {
  const code = fieldsOf(tool).body;
  const plain = (name: string, value: unknown): unknown => {
    if (code.includes(name)) return unfenced(value);
    return BARE.includes(name) && typeof value === "string" ? value.trim().replace(/^(\.\/)+/, "") : value;
  };
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, plain(name, value)]));
}

/** What a call is about, without the code that it ends with: two that agree in it are two versions of one change. */
function aboutOf({ name, arguments: args }: Written): string {
  const tool = toolNamed(name);
  const last = tool === undefined ? undefined : fieldsOf(tool).body.at(-1);
  return JSON.stringify([name, Object.entries(args).filter(([field]) => field !== last)]);
}

const different = (written: Written[], by: (one: Written) => string): Written[] => [
  ...new Map(written.map((one) => [by(one), one])).values(),
];

/**
 * The first of the calls; `note` tells the model what became of the others. Two versions of one change are refused: nothing says
 * which is meant. `text` is where the code stands that the call itself does not hold.
 */
export function firstOf(written: Written[], text: string): Result<{ call: ToolCall; note: string }> {
  const calls = different(written, (one) => JSON.stringify(one));
  const [first] = calls;
  if (first === undefined) return { ok: false, reason: "There was no call; make one call of a tool." };
  const tool = toolNamed(first.name);
  if (tool === undefined) return { ok: false, reason: `There is no tool ${first.name}.` };
  const versions = calls.filter((one) => aboutOf(one) === aboutOf(first)).length;
  if (versions > 1)
    return {
      ok: false,
      reason: `There were ${versions} versions of one ${first.name}; make one call, with the version that is meant.`,
    };
  const args = argsOf(tool, first.arguments);
  const lacks = fieldsOf(tool).body.some((name) => args[name] === undefined);
  const completed = lacks ? withBody(tool, args, text) : { ok: true as const, args };
  if (!completed.ok) return completed;
  const note =
    calls.length === 1
      ? ""
      : `Only the first of your ${calls.length} calls was made; make the next one now if it is still needed.`;
  return { ok: true, call: { tool: tool.name, args: completed.args }, note };
}
