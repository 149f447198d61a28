/**
 * Calls as markup: `<function=x><parameter=p>v`, `<invoke name="x"><parameter name="p">v`, `<x><p>v`, JSON in place of the
 * parameters, name and arguments in elements of their own, and the `arg_key`/`arg_value` pairs of GLM. A value is literal
 * text. It ends at a closing tag behind which the call goes on or ends, so that text about tags survives in it.
 */
import { broken, type Draft, type Field, type Found, type Given, NONE, type Source } from "./draft.ts";
import { givenOf } from "./json.ts";
import { readNode } from "./node.ts";
import { parameterOf, toolOf } from "./resolve.ts";
import { isStructure, nameIn, skipSpaces, type Tag, tagAt } from "./tags.ts";

const PARAMETER = new Set(["parameter", "param", "arg", "argument", "field"]);
const GROUPS = new Set(["parameters", "params", "args", "arguments", "input", "toolinput", "kwargs"]);
const NAMES = new Set(["name", "toolname", "invokename", "functionname", "tool", "function"]);
const SKIPPED = new Set(["servername", "id", "type"]);

/** Behind a value's closing tag the call must go on, or end. */
function goesOn(source: Source, at: number, { keys, parents }: Element): boolean {
  const { text } = source;
  const next = skipSpaces(text, at);
  source.work.spend(next - at + 1);
  if (next >= text.length) return true;
  if (text.startsWith("```", next) || text.startsWith("[/", next)) return true;
  if (text[next] !== "<") return false;
  const tag = tagAt(text, next);
  if (tag === null) return /^<\/?[\w:|｜-]*$/.test(text.slice(next, next + 40)) || /^<[|｜]/.test(text.slice(next, next + 2));
  if (!tag.ended && tag.end >= text.length) return true;
  return isStructure(tag) || parents.includes(tag.name) || keys.includes(tag.written) || /^<[|｜]/.test(text.slice(next, next + 2));
}

interface Element {
  /** Names of tags that close a value, in the form of `Tag.name`. */
  closers: string[];
  /** Names of the tags around, which close the last value where its own tag is forgotten. */
  parents: string[];
  /** Tags that may open the next value. */
  keys: string[];
  /** The names of the parameters that were read before. */
  given: string[];
}

type Value = { end: number; after: number; closed: "own" | "parent" | "next" };

/** Whether a `<parameter=…>` inside a value is the next one, the value's closing tag being forgotten. */
function isNext(source: Source, tag: Tag, element: Element): boolean {
  const key = nameIn(tag);
  if (!PARAMETER.has(tag.name) || key === undefined || tag.close) return false;
  if (!element.keys.includes(key) || element.given.includes(key)) return false;
  return /[\n>]\s*$/.test(source.text.slice(Math.max(0, tag.from - 80), tag.from));
}

/** Where the value that begins at `from` ends; null where it is not closed. */
function valueEnd(source: Source, from: number, element: Element): Value | null {
  const { text, work } = source;
  let lone: Value | null = null;
  let parent: Value | null = null;
  let depth = 0;
  let count = 0;
  for (let at = text.indexOf("<", from); at >= 0; at = text.indexOf("<", at + 1)) {
    if (work.spent) return null;
    const tag = tagAt(text, at);
    if (tag === null) continue;
    work.spend(tag.end - at);
    if (!tag.close) {
      if (isNext(source, tag, element)) return lone ?? parent ?? { end: at, after: at, closed: "next" };
      if (PARAMETER.has(tag.name) && nameIn(tag) !== undefined && !tag.empty) depth += 1;
      if (/^(?:function|invoke)$/.test(tag.name) && nameIn(tag) !== undefined && parent !== null) break;
      continue;
    }
    if (!tag.ended && tag.end >= text.length) continue;
    const own = element.closers.includes(tag.name);
    const ends = goesOn(source, tag.end, element);
    if (own && depth > 0) depth -= 1;
    else if (own) {
      const value: Value = { end: at, after: tag.end, closed: "own" };
      if (ends) return value;
      lone = count === 0 ? value : null;
      count += 1;
    } else if (ends && depth === 0 && element.parents.includes(tag.name))
      parent ??= { end: at, after: at, closed: "parent" };
  }
  work.spend(text.length - from);
  return parent ?? lone;
}

const oneLine = (text: string): string => text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");

type Lines = "each" | "both" | "first";

/** A value without the line breaks that belong to its tags. */
function trimmed(value: string, lines: Lines): string {
  if (lines === "each") return oneLine(value);
  if (!/^\r?\n/.test(value) || !/\n$/.test(value)) return value;
  return lines === "both" ? oneLine(value) : value.replace(/^\r?\n/, "");
}

const CONTENT = /^(?:file_?)?(?:content|contents|text|body)$/i;

function fieldFrom(source: Source, tag: Tag, element: Element, key: string): { field: Field; after: number } | string {
  if (tag.empty) return { field: { key, node: null, text: tag.attributes.get("value") ?? "" }, after: tag.end };
  const from = tag.ended || source.text[tag.end] !== "\n" ? tag.end : tag.end + 1;
  const value = valueEnd(source, from, element);
  if (value === null) return `"${key.slice(0, 60)}" is not closed.`;
  const raw = source.text.slice(from, value.end);
  const named = PARAMETER.has(tag.name);
  const style: Lines = tag.attributes.has("") ? "each" : !named && CONTENT.test(key) ? "first" : "both";
  const cdata = named && !tag.attributes.has("") ? /^\s*<!\[CDATA\[(.*)\]\]>\s*$/su.exec(raw)?.[1] : undefined;
  const text = cdata ?? (value.closed === "own" ? trimmed(raw, style) : oneLine(raw));
  return { field: { key, node: null, text }, after: value.after };
}

function keyOf(tag: Tag, keys: string[]): string | null {
  if (PARAMETER.has(tag.name)) return nameIn(tag) ?? tag.attributes.get("key") ?? null;
  return keys.includes(tag.written) ? tag.written : null;
}

type Body = { given: Given; end: number; closed: boolean; name: string | null } | { reason: string; end: number };

function jsonBody(source: Source, at: number): { given: Given; end: number } | { reason: string; end: number } {
  const read = readNode(source.text, at, source.work);
  if (!read.ok) return { reason: `The arguments are no JSON: ${read.reason}.`, end: at + 1 };
  const closers = /[\s}\]]*/y;
  closers.lastIndex = read.end;
  closers.test(source.text);
  return { given: givenOf(read.node, source.work), end: closers.lastIndex };
}

/** The body of a call's element, from behind its head: parameters, or one JSON object, up to a tag that closes it. */
function readBody(source: Source, from: number, owner: { name: string | null; closers: string[] }): Body {
  const fields: Field[] = [];
  const { text } = source;
  let given: Given = NONE;
  let { name } = owner;
  let at = from;
  for (;;) {
    const tool = name === null ? null : toolOf(name, source.tools);
    const keys = tool?.parameters ?? source.tools.flatMap(({ parameters }) => parameters);
    at = skipSpaces(text, at);
    if (text.startsWith("```", at)) {
      const line = text.indexOf("\n", at);
      at = line < 0 ? text.length : line + 1;
      continue;
    }
    if (text[at] === "{" && fields.length === 0 && given === NONE) {
      const json = jsonBody(source, at);
      if ("reason" in json) return json;
      given = json.given;
      at = json.end;
      continue;
    }
    const tag = text[at] === "<" ? tagAt(text, at) : null;
    const whole = (closed: boolean, end: number): Body => ({
      given: fields.length > 0 ? { kind: "fields", fields } : given,
      end,
      closed,
      name,
    });
    if (tag === null) return whole(false, at);
    const key = keyOf(tag, keys);
    if (GROUPS.has(tag.name) && (key === null || tag.close)) at = tag.end;
    else if (tag.close && (owner.closers.includes(tag.name) || tag.name === "invoke" || tag.name === "function"))
      return whole(true, tag.end);
    else if (tag.close) return whole(false, at);
    else if (name === null && NAMES.has(tag.name) && nameIn(tag) === undefined) {
      const close = text.indexOf("</", tag.end);
      if (close < 0) return { reason: "The tool's name is not closed.", end: tag.end };
      name = text.slice(tag.end, close).trim();
      at = tagAt(text, close)?.end ?? close + 2;
    } else if (SKIPPED.has(tag.name) && key === null) at = (tagAt(text, text.indexOf("</", tag.end))?.end ?? tag.end);
    else if (key !== null) {
      const closers = [...PARAMETER, tag.name, key.toLowerCase().replace(/[_.-]+/g, "")];
      const parents = [...owner.closers, "function", "invoke", ...GROUPS];
      const read = fieldFrom(source, tag, { closers, parents, keys, given: fields.map((field) => field.key) }, key);
      if (typeof read === "string") return { reason: read, end: tag.end };
      fields.push(read.field);
      at = read.after;
    } else if (PARAMETER.has(tag.name)) return { reason: "A parameter has no name.", end: tag.end };
    else return whole(false, at);
  }
}

function found(name: string | null, body: Body): Found {
  if ("reason" in body) return broken(`${name ?? "A call"}: ${body.reason}`, body.end);
  const draft: Draft = { name: body.name, given: body.given, closed: body.closed };
  return { kind: "drafts", drafts: [draft], end: body.end };
}

/** `<function=x>…</function>`, `<invoke name="x">…`: the tag carries the tool's name. */
export function readElement(source: Source, tag: Tag): Found {
  const name = nameIn(tag) ?? "";
  const inline = tag.attributes.get("arguments") ?? tag.attributes.get("parameters");
  if (inline !== undefined || tag.empty) {
    const json = inline === undefined ? { given: NONE, end: tag.end } : jsonBody({ ...source, text: inline }, 0);
    if ("reason" in json) return broken(`${name}: ${json.reason}`, tag.end);
    return { kind: "drafts", drafts: [{ name, given: json.given, closed: true }], end: tag.end };
  }
  const body = readBody(source, tag.end, { name, closers: [tag.name] });
  const nothing = !("reason" in body) && body.given === NONE && !body.closed;
  if (!nothing) return found(name, body);
  const lone = bareBody(source, tag, name);
  return lone ?? broken(`${name}: the call has neither parameters nor a closing tag.`, body.end);
}

/** `<x>text</x>` where the tool x has one parameter that must be given. */
function bareBody(source: Source, tag: Tag, name: string): Found | null {
  const tool = toolOf(name, source.tools);
  const value = tool === null ? null : valueEnd(source, tag.end, { closers: [tag.name], parents: [], keys: [], given: [] });
  if (tool === null || tool.required.length !== 1 || value?.closed !== "own") return null;
  const given: Given = { kind: "bare", text: oneLine(source.text.slice(tag.end, value.end)) };
  return { kind: "drafts", drafts: [{ name, given, closed: true }], end: value.after };
}

/** `<x><p>v</p></x>` and `<x p="v"/>`: the tag's name is the tool's. Null where it is only a word in angle brackets. */
export function readToolTag(source: Source, tag: Tag): Found | null {
  const tool = source.tools.find(({ name }) => name === tag.written);
  if (tool === undefined || tag.close) return null;
  const keys = [...tag.attributes.keys()];
  if (tag.empty || keys.length > 0) {
    if (!tag.empty || !keys.every((key) => parameterOf(tool, key) !== null)) return null;
    const fields = [...tag.attributes].map(([key, text]) => ({ key, node: null, text }));
    return { kind: "drafts", drafts: [{ name: tool.name, given: { kind: "fields", fields }, closed: true }], end: tag.end };
  }
  if (!tag.ended) return null;
  const body = readBody(source, tag.end, { name: tool.name, closers: [tag.name] });
  if ("reason" in body) return broken(`${tool.name}: ${body.reason}`, body.end);
  if (body.given !== NONE || (body.closed && tool.required.length === 0)) return found(tool.name, body);
  return bareBody(source, tag, tool.name);
}

/** Name and arguments in elements: `<tool_name>x</tool_name><parameters>…`. */
export function readFields(source: Source, tag: Tag): Found | null {
  if (!NAMES.has(tag.name) || tag.close || nameIn(tag) !== undefined) return null;
  if (!/^\s*[\w.:/-]{1,120}\s*<\//.test(source.text.slice(tag.end, tag.end + 200))) return null;
  const body = readBody(source, tag.from, { name: null, closers: [] });
  if (!("reason" in body) && body.name === null) return null;
  return found("reason" in body ? null : body.name, body);
}

const PAIR_PARENTS = ["toolcall", "longcattoolcall"];
const ARG_END = ["argvalue", "longcatargvalue"];

/** The name in front of the first key, also where `<arg_key>` between them is lost and both are glued. */
function headOf(source: Source, head: string): { name: string; key: string | null } | null {
  const split = /^(.*?)<[^<>]*>?\s*([^<>]*)$/su.exec(head);
  if (split !== null && (split[1] ?? "").trim() !== "")
    return { name: (split[1] ?? "").trim(), key: (split[2] ?? "").trim() || null };
  const word = head.replace(/<[^<>]*>?/g, "").trim();
  const glued = source.tools.flatMap(({ name, parameters }) =>
    parameters
      .filter((key) => word.startsWith(name) && word.slice(name.length).trim() === key)
      .map((key) => ({ name, key })),
  );
  const [only, more] = glued;
  return only !== undefined && more === undefined ? only : null;
}

/** GLM: a name, then `<arg_key>k</arg_key><arg_value>v</arg_value>` pairs, also all keys first. `from` is the name's place. */
export function readPairs(source: Source, from: number): Found | null {
  const { text, work } = source;
  const first = /<\/?(?:longcat_)?arg_(?:key|value)>/g;
  first.lastIndex = from;
  const mark = first.exec(text);
  if (mark === null || mark.index - from > 300) return null;
  const opens = !mark[0].startsWith("</");
  const head = opens ? { name: text.slice(from, mark.index).replace(/<[^<>]*>?/g, "").trim(), key: null } : headOf(source, text.slice(from, mark.index));
  if (head === null || head.name === "") return broken("The call has no tool's name.", mark.index);
  const keys: string[] = head.key === null ? [] : [head.key];
  const values: string[] = [];
  let at = opens ? mark.index : mark.index + mark[0].length;
  for (;;) {
    at = skipSpaces(text, at);
    const tag = text[at] === "<" ? tagAt(text, at) : null;
    if (tag === null || work.spent) break;
    const name = tag.name.replace("longcat", "");
    if (name === "argkey" && !tag.close) {
      const end = text.indexOf("<", tag.end);
      if (end < 0) return broken(`${head.name}: a key is not closed.`, tag.end);
      keys.push(text.slice(tag.end, end).trim());
      at = end;
    } else if (name === "argkey") at = tag.end;
    else if (name === "argvalue" && !tag.close) {
      const value = valueEnd(source, tag.end, { closers: ARG_END, parents: PAIR_PARENTS, keys: [], given: [] });
      const lost = value?.closed === "parent" && text.slice(tag.end, value.end).includes("\n");
      if (value === null || lost) return broken(`${head.name}: the value of "${keys.at(-1) ?? ""}" is not closed.`, tag.end);
      values.push(trimmed(text.slice(tag.end, value.end), "both"));
      at = value.after;
    } else break;
  }
  if (keys.length !== values.length || keys.length === 0)
    return broken(`${head.name}: ${keys.length} keys and ${values.length} values do not pair.`, at);
  const fields = keys.map((key, index) => ({ key, node: null, text: values[index] ?? "" }));
  return { kind: "drafts", drafts: [{ name: head.name, given: { kind: "fields", fields }, closed: true }], end: at };
}
