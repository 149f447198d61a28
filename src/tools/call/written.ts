/** From the calls that a model wrote, by whatever means, to the one that is made. Pure. */
import { readReplace } from "../../model/blocks.ts";
import { fieldsOf, type ToolLine } from "../../model/head.ts";
import { readCode } from "../../model/reader.ts";
import type { Result, ToolCall } from "../../types.ts";
import { TOOLS, toolNamed } from "../index.ts";

/** A call as the reader of calls gives it; `behind` is the text that holds its code where the call itself does not. */
export interface Written {
  name: string;
  arguments: Record<string, unknown>;
  behind: string;
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

/** One of the calls with its code, or what is wrong with it. */
type Completed = Result<{ call: ToolCall }>;

function completed({ name, arguments: args, behind }: Written): Completed {
  const tool = toolNamed(name);
  if (tool === undefined) return { ok: false, reason: `There is no tool ${name}.` };
  const own = argsOf(tool, args);
  const lacks = fieldsOf(tool).body.some((field) => own[field] === undefined);
  const whole = lacks ? withBody(tool, own, behind) : { ok: true as const, args: own };
  return whole.ok ? { ok: true, call: { tool: name, args: whole.args } } : whole;
}

/** What a call is about: two that agree in all but the code they end with are two versions of one change. */
function aboutOf({ tool: name, args }: ToolCall): string {
  const tool = toolNamed(name);
  const last = tool === undefined ? undefined : fieldsOf(tool).body.at(-1);
  return JSON.stringify([name, Object.entries(args).filter(([field]) => field !== last)]);
}

/**
 * The first of the calls; `note` tells the model what became of the others. Two versions of one change are refused: nothing says
 * which is meant.
 */
export function firstOf(written: Written[]): Result<{ call: ToolCall; note: string }> {
  const [named] = written;
  if (named === undefined) return { ok: false, reason: "There was no call; make one call of a tool." };
  const writing = ({ name, arguments: args }: Written): string => JSON.stringify([name, args]);
  const all = written.map((one) => ({ writing: writing(one), made: completed(one) }));
  // A call may be written once in words, and then again with its code.
  const same = all.filter((one) => one.writing === writing(named)).map(({ made }) => made);
  const first = same.find(({ ok }) => ok) ?? same[0];
  if (!first?.ok) return first ?? { ok: false, reason: "There was no call." };
  const made = new Map(
    all.flatMap(({ made: one }) => (one.ok ? [[JSON.stringify(one.call), one.call]] : [])),
  );
  const versions = [...made.values()].filter((call) => aboutOf(call) === aboutOf(first.call)).length;
  if (versions > 1)
    return {
      ok: false,
      reason: `There were ${versions} versions of one ${named.name}; make one call, with the version that is meant.`,
    };
  const others = new Set(all.map((one) => one.writing).filter((one) => one !== writing(named))).size;
  const note =
    others === 0
      ? ""
      : `Only the first of your ${others + 1} calls was made; make the next one now if it is still needed.`;
  return { ok: true, call: first.call, note };
}
