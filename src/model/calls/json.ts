/**
 * Calls written as JSON: one object with a name and arguments under any of the usual keys, envelopes around it (the message
 * format of OpenAI, JSON-RPC, a list of calls), and objects whose keys alone tell the tool.
 */
import type { Draft, Field, Given, Source } from "./draft.ts";
import { NONE } from "./draft.ts";
import { type Node, readNode, type Work } from "./node.ts";
import { declares, fits, toolOf } from "./resolve.ts";

const NAMES = [
  "name",
  "tool",
  "tool_name",
  "toolName",
  "function_name",
  "function",
  "recipient_name",
  "action",
  "tool_call",
  "call",
];
const ARGUMENTS = [
  "arguments",
  "parameters",
  "params",
  "args",
  "input",
  "tool_input",
  "toolInput",
  "action_input",
  "kwargs",
  "tool_args",
  "function_args",
  "tool_arguments",
  "arguments_json",
  "argument",
  "parameter",
];
const ENVELOPES = [
  "function",
  "function_call",
  "functionCall",
  "tool_call",
  "toolCall",
  "tool_use",
  "call",
  "action",
  "tool",
];
const LISTS = ["tool_calls", "toolCalls", "tool_uses", "function_calls", "calls", "tools", "actions"];
/** Keys that stand beside a call and say nothing about it. */
const BESIDE = new Set([
  "id",
  "type",
  "index",
  "tool_call_id",
  "call_id",
  "role",
  "content",
  "jsonrpc",
  "method",
]);

/** The names under which wrapped arguments are found, see `arguments.ts`. */
export const WRAPPERS: ReadonlySet<string> = new Set([...ARGUMENTS, "properties", "data", "payload"]);

type ObjectNode = Extract<Node, { kind: "object" }>;

function entry(node: ObjectNode, keys: string[]): [string, Node] | undefined {
  for (const key of keys) {
    const found = node.entries.find(([name]) => name === key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The whole of a text as one value; null where it is none or is followed by anything but closers. */
export function wholeNode(text: string, work: Work): Node | null {
  const read = readNode(text, 0, work);
  return read.ok && /^[\s}\])]*$/.test(text.slice(read.end)) ? read.node : null;
}

/** The fields of an object, one for each key. */
export function fieldsOf(node: ObjectNode): Field[] {
  return node.entries.map(([key, value]) => ({
    key,
    node: value,
    text: value.kind === "string" ? value.value : value.text,
  }));
}

/** Arguments from the value that stands for them: an object, a string that holds one, or nothing. */
export function givenOf(node: Node | undefined, work: Work): Given {
  if (node === undefined || (node.kind === "scalar" && node.value === null)) return NONE;
  if (node.kind === "object") return { kind: "fields", fields: fieldsOf(node) };
  if (node.kind === "string") {
    if (node.value.trim() === "") return NONE;
    const inner = wholeNode(node.value, work);
    if (inner?.kind === "object") return { kind: "fields", fields: fieldsOf(inner) };
  }
  if (node.kind === "array" && node.items.length === 0) return NONE;
  return { kind: "bad", reason: "The arguments are no JSON object." };
}

/** How sure it is that an object is meant as a call: inside a call's own markup, the whole reply, or amid prose. */
export type Place = "marked" | "alone" | "prose";

function named(node: ObjectNode, source: Source, place: Place): Draft[] | null {
  for (const key of NAMES) {
    const name = entry(node, [key])?.[1];
    if (name?.kind !== "string") continue;
    const draft = { name: name.value, closed: true };
    const args = entry(
      node,
      ARGUMENTS.filter((other) => other !== key),
    );
    if (args !== undefined) return [{ ...draft, given: givenOf(args[1], source.work) }];
    const tool = toolOf(name.value, source.tools);
    const rest = {
      ...node,
      entries: node.entries.filter(
        ([other]) => other !== key && !(BESIDE.has(other) && !(tool !== null && declares(tool, other))),
      ),
    };
    if (tool === null) {
      if (place === "marked") return [{ ...draft, given: { kind: "fields", fields: fieldsOf(rest) } }];
      continue;
    }
    if (rest.entries.length === 0 && place !== "marked" && key === "name") continue;
    if (rest.entries.length === 0 && (tool.required.length === 0 || place === "marked"))
      return [{ ...draft, given: NONE }];
    if (rest.entries.length > 0 && fits(tool, fieldsOf(rest)))
      return [{ ...draft, given: { kind: "fields", fields: fieldsOf(rest) } }];
  }
  return null;
}

/** One key that is a tool's name, over an object of its arguments. */
function keyed(node: ObjectNode, source: Source): Draft[] | null {
  const [only, more] = node.entries;
  if (only === undefined || more !== undefined || only[1].kind !== "object") return null;
  const tool = source.tools.find(({ name }) => name === only[0]);
  if (tool === undefined || !fits(tool, fieldsOf(only[1]))) return null;
  return [{ name: tool.name, given: givenOf(only[1], source.work), closed: true }];
}

/** The calls that a value stands for; null where it is no call but data. */
export function draftsOf(node: Node, source: Source, place: Place): Draft[] | null {
  if (node.kind === "array") {
    const inner = place === "alone" ? "prose" : place;
    const all = node.items.map((item) => (item.kind === "object" ? draftsOf(item, source, inner) : null));
    return all.length > 0 && all.every((drafts) => drafts !== null) ? all.flat() : null;
  }
  if (node.kind === "string") {
    const inner = /^\s*[[{]/.test(node.value) ? wholeNode(node.value, source.work) : null;
    return inner === null || inner.kind === "string" ? null : draftsOf(inner, source, place);
  }
  if (node.kind !== "object") return null;
  const direct = named(node, source, place);
  if (direct !== null) return direct;
  const list = entry(node, LISTS)?.[1];
  if (list?.kind === "array") return draftsOf(list, source, place);
  const inner = node.entries.find(([key, value]) => ENVELOPES.includes(key) && value.kind === "object")?.[1];
  if (inner !== undefined) return draftsOf(inner, source, place);
  const rpc = entry(node, ["params"])?.[1];
  if (entry(node, ["method"]) !== undefined && rpc?.kind === "object") return draftsOf(rpc, source, place);
  return keyed(node, source) ?? nameless(node, source, place);
}

/** An object without a name that is the whole reply, or marked as a call: the tool whose arguments it has, if one alone. */
function nameless(node: ObjectNode, source: Source, place: Place): Draft[] | null {
  if (place === "prose" || node.entries.length === 0) return null;
  const able = source.tools.filter((tool) => fits(tool, fieldsOf(node)));
  if (able.length !== 1 && place === "alone") return null;
  return able.length === 0
    ? null
    : [{ name: null, given: { kind: "fields", fields: fieldsOf(node) }, closed: true }];
}

const NAMED_START =
  /\{\s*["'“]?(?:name|tool|tool_name|function|function_name|action)["'”]?\s*:\s*["'“]([^"'”\n]{1,120})["'”]/y;

/** Whether the broken object at `at` begins like a call of a tool on offer. */
export function beginsCall(at: number, source: Source): boolean {
  NAMED_START.lastIndex = at;
  const name = NAMED_START.exec(source.text)?.[1];
  return name !== undefined && toolOf(name, source.tools) !== null;
}
