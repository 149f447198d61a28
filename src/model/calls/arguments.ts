/**
 * From written arguments to those of a tool: names, wrappers, types. Strings stay as they are written; everything else is
 * converted only where the text says it without doubt. What a tool does not know is refused, never dropped: a call without
 * it would be another call.
 */
import type { Draft, Field, Given, Source } from "./draft.ts";
import type { OfferedTool, ReadCall } from "./index.ts";
import { fieldsOf, WRAPPERS, wholeNode } from "./json.ts";
import { type Node, plain, type Work } from "./node.ts";
import { aliasOf, cleanKey, fits, parameterOf, toolOf } from "./resolve.ts";

export type Resolved = { ok: true; call: ReadCall } | { ok: false; reason: string };

/** The form to send a call in, as an example for the model. */
export function form(tool: OfferedTool): string {
  const names = tool.required.length > 0 ? tool.required : tool.parameters.slice(0, 1);
  const values: Record<string, unknown> = {};
  const samples: Record<string, unknown> = { integer: 1, number: 1, boolean: true, array: [], object: {} };
  for (const name of names) values[name] = samples[tool.types[name] ?? "string"] ?? "...";
  return JSON.stringify({ name: tool.name, arguments: values });
}

const refuse = (tool: OfferedTool, problem: string): Resolved => ({
  ok: false,
  reason: `${tool.name}: ${problem} Send ${form(tool)} with all values whole.`,
});

type Value = { ok: true; value: unknown } | { ok: false };

function integerOf(value: unknown, text: string): Value {
  const number =
    typeof value === "number" ? value : /^\s*[-+]?\d+(\.0+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? { ok: true, value: number } : { ok: false };
}

function numberOf(value: unknown, text: string): Value {
  const written = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(text);
  const number = typeof value === "number" ? value : written ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? { ok: true, value: number } : { ok: false };
}

function booleanOf(value: unknown, text: string): Value {
  if (typeof value === "boolean") return { ok: true, value };
  const word = text.trim().toLowerCase();
  if (word === "true" || word === "1") return { ok: true, value: true };
  return word === "false" || word === "0" ? { ok: true, value: false } : { ok: false };
}

/** The value as a node: markup and strings are read as JSON or a Python literal. */
function asNode(field: Field, work: Work): Node | null {
  if (field.node !== null && field.node.kind !== "string") return field.node;
  return wholeNode(field.text.trim(), work);
}

function typedValue(type: string | undefined, field: Field, work: Work): Value {
  const { node, text } = field;
  const empty = node?.kind === "scalar" ? node.value === null : false;
  if (empty && type !== undefined) return { ok: true, value: null };
  const value = node === null ? text : plain(node);
  if (type === "string") return { ok: true, value: text };
  if (type === "integer") return integerOf(value, text);
  if (type === "number") return numberOf(value, text);
  if (type === "boolean") return booleanOf(value, text);
  if (type === "array" || type === "object") {
    const read = asNode(field, work);
    return read?.kind === type ? { ok: true, value: plain(read) } : { ok: false };
  }
  if (node !== null) return { ok: true, value };
  const read = wholeNode(text.trim(), work);
  return { ok: true, value: read === null ? text : plain(read) };
}

/** Arguments that stand inside one more object: `{"properties": {…}}`, or the whole call again. */
function unwrapped(tool: OfferedTool, fields: Field[], source: Source): Field[] {
  const known = fields.some(({ key }) => parameterOf(tool, key) !== null);
  if (known) return fields;
  const inner = fields.find(({ key }) => WRAPPERS.has(cleanKey(key)));
  const others = fields.filter((field) => field !== inner);
  const named = others.every(({ text }) => toolOf(text, source.tools) === tool);
  if (inner === undefined || others.length > 1 || !named) return fields;
  const node = asNode(inner, source.work);
  return node?.kind === "object" ? fieldsOf(node) : fields;
}

type Named = { ok: true; named: Map<string, Field> } | { ok: false; problem: string };

function put(named: Map<string, Field>, name: string, field: Field): boolean {
  const before = named.get(name);
  named.set(name, before ?? field);
  return before === undefined || before.text === field.text;
}

/** Each field under its parameter: by name first, then by a word of the same meaning. */
function nameFields(tool: OfferedTool, fields: Field[]): Named {
  const named = new Map<string, Field>();
  const left: Field[] = [];
  for (const field of fields) {
    const name = parameterOf(tool, field.key);
    if (name === null) left.push(field);
    else if (!put(named, name, field))
      return { ok: false, problem: `"${name}" is given twice with different values.` };
  }
  const open = tool.parameters.filter((name) => !named.has(name));
  for (const field of left) {
    const name = aliasOf(field.key, open, tool.required);
    const twin = name === null ? aliasOf(field.key, [...named.keys()], []) : name;
    if (twin === null || !put(named, twin, field)) {
      const has = tool.parameters.length > 0 ? `it has ${tool.parameters.join(", ")}` : "it has none";
      return { ok: false, problem: `there is no parameter "${cleanKey(field.key).slice(0, 60)}"; ${has}.` };
    }
  }
  return { ok: true, named };
}

function withFields(tool: OfferedTool, written: Field[], source: Source): Resolved {
  const found = nameFields(tool, unwrapped(tool, written, source));
  if (!found.ok) return refuse(tool, found.problem);
  const absent = (name: string): boolean => {
    const node = found.named.get(name)?.node;
    return !found.named.has(name) || (node?.kind === "scalar" && node.value === null);
  };
  for (const [name, { node, text }] of found.named)
    if (node === null && text.trim() === "" && tool.types[name] !== "string" && !tool.required.includes(name))
      found.named.delete(name);
  const missing = tool.required.filter(absent);
  if (missing.length > 0) return refuse(tool, `${missing.join(" and ")} missing.`);
  const values: Record<string, unknown> = {};
  for (const [name, field] of found.named) {
    const type = tool.types[name];
    const read = typedValue(type, field, source.work);
    if (!read.ok) return refuse(tool, `"${name}" is no ${type}: ${JSON.stringify(field.text.slice(0, 60))}.`);
    Object.defineProperty(values, name, {
      value: read.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { ok: true, call: { name: tool.name, arguments: values } };
}

/** A text without a name, for the one parameter that must be given. */
function withBare(tool: OfferedTool, text: string, source: Source): Resolved {
  const [name, more] = tool.required;
  if (name === undefined || more !== undefined || tool.types[name] !== "string")
    return refuse(tool, "the arguments have no names.");
  return withFields(tool, [{ key: name, node: null, text }], source);
}

function toolFor(draft: Draft, source: Source): OfferedTool | string {
  const names = source.tools.map(({ name }) => name).join(", ");
  if (draft.name !== null) {
    const tool = toolOf(draft.name, source.tools);
    return tool ?? `There is no tool ${JSON.stringify(draft.name.slice(0, 60))}; the tools are ${names}.`;
  }
  const { given } = draft;
  const able = given.kind === "fields" ? source.tools.filter((tool) => fits(tool, given.fields)) : [];
  const [only, more] = able;
  return only !== undefined && more === undefined
    ? only
    : `The call has no tool's name; name one of ${names}.`;
}

/** The call that a draft means, or why there is none and what to send. */
export function resolve(draft: Draft, source: Source): Resolved {
  const tool = toolFor(draft, source);
  if (typeof tool === "string") return { ok: false, reason: tool };
  const given: Given = draft.given;
  if (given.kind === "bad") return refuse(tool, given.reason);
  return given.kind === "bare" ? withBare(tool, given.text, source) : withFields(tool, given.fields, source);
}
