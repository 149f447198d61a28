/**
 * Calls as markup: `<function=x><parameter=p>v`, `<invoke name="x"><parameter name="p">v`, `<x><p>v`, JSON in place of the
 * parameters, name and arguments in elements of their own.
 */
import { broken, type Draft, type Field, type Found, type Given, NONE, type Source } from "./draft.ts";
import { givenOf } from "./json.ts";
import { readNode } from "./node.ts";
import { parameterOf, toolOf } from "./resolve.ts";
import { nameIn, skipSpaces, type Tag, tagAt } from "./tags.ts";
import { type Element, isTorn, type Lines, oneLine, PARAMETER, trimmed, valueEnd } from "./values.ts";

const GROUPS = new Set(["parameters", "params", "args", "arguments", "input", "toolinput", "kwargs"]);
const NAMES = new Set(["name", "toolname", "invokename", "functionname", "tool", "function"]);
const SKIPPED = new Set(["servername", "id", "type"]);

const CONTENT = /^(?:file_?)?(?:content|contents|text|body)$/i;

function fieldFrom(
  source: Source,
  tag: Tag,
  element: Element,
  key: string,
): { field: Field; after: number } | string {
  if (tag.empty)
    return { field: { key, node: null, text: tag.attributes.get("value") ?? "" }, after: tag.end };
  const from = tag.ended || source.text[tag.end] !== "\n" ? tag.end : tag.end + 1;
  const value = valueEnd(source, from, element);
  if (value === null) return `"${key.slice(0, 60)}" is not closed.`;
  const raw = source.text.slice(from, value.end);
  const torn = (value.closed !== "own" && isTorn(raw, element)) || (!tag.ended && raw.startsWith("<"));
  if (torn) return `the tags around "${key.slice(0, 60)}" do not match.`;
  const named = PARAMETER.has(tag.name);
  const style: Lines = tag.attributes.has("") ? "each" : !named && CONTENT.test(key) ? "first" : "both";
  const cdata =
    named && !tag.attributes.has("") ? /^\s*<!\[CDATA\[(.*)\]\]>\s*$/su.exec(raw)?.[1] : undefined;
  const text = cdata ?? (value.closed === "own" ? trimmed(raw, style) : oneLine(raw));
  return { field: { key, node: null, text }, after: value.after };
}

function keyOf(tag: Tag, keys: string[]): string | null {
  if (PARAMETER.has(tag.name)) return nameIn(tag) ?? tag.attributes.get("key") ?? null;
  return keys.includes(tag.written) ? tag.written : null;
}

type Body =
  | { given: Given; end: number; closed: boolean; name: string | null }
  | { reason: string; end: number };

function jsonBody(
  source: Source,
  at: number,
): { given: Given; end: number } | { reason: string; end: number } {
  const read = readNode(source.text, at, source.work);
  if (!read.ok) return { reason: `The arguments are no JSON: ${read.reason}.`, end: at + 1 };
  const closers = /[\s}\]]*/y;
  closers.lastIndex = read.end;
  closers.test(source.text);
  return { given: givenOf(read.node, source.work), end: closers.lastIndex };
}

interface Owner {
  name: string | null;
  closers: string[];
}

/** Reads the body of a call's element: parameters, or one JSON object, up to a tag that closes it. */
class BodyReader {
  private readonly fields: Field[] = [];
  private given: Given = NONE;
  private name: string | null;

  constructor(
    private readonly source: Source,
    private at: number,
    private readonly owner: Owner,
  ) {
    this.name = owner.name;
  }

  read(): Body {
    for (;;) {
      const body = this.step();
      if (body !== null) return body;
    }
  }

  /** Null where there is more to read. */
  private step(): Body | null {
    const { text } = this.source;
    this.at = skipSpaces(text, this.at);
    if (text.startsWith("```", this.at)) {
      const line = text.indexOf("\n", this.at);
      this.at = line < 0 ? text.length : line + 1;
      return null;
    }
    if (text[this.at] === "{" && this.fields.length === 0 && this.given === NONE) {
      const json = jsonBody(this.source, this.at);
      if ("reason" in json) return json;
      this.given = json.given;
      this.at = json.end;
      return null;
    }
    const tag = text[this.at] === "<" ? tagAt(text, this.at) : null;
    return tag === null ? this.whole(false, this.at) : this.tag(tag);
  }

  private whole(closed: boolean, end: number): Body {
    const given: Given = this.fields.length > 0 ? { kind: "fields", fields: this.fields } : this.given;
    return { given, end, closed, name: this.name };
  }

  private tag(tag: Tag): Body | null {
    const tool = this.name === null ? null : toolOf(this.name, this.source.tools);
    const keys = tool?.parameters ?? this.source.tools.flatMap(({ parameters }) => parameters);
    const key = keyOf(tag, keys);
    if (GROUPS.has(tag.name) && (key === null || tag.close)) this.at = tag.end;
    else if (tag.close) return this.closing(tag);
    else if (this.name === null && NAMES.has(tag.name) && nameIn(tag) === undefined)
      return this.nameElement(tag);
    else if (SKIPPED.has(tag.name) && key === null)
      this.at = tagAt(this.source.text, this.source.text.indexOf("</", tag.end))?.end ?? tag.end;
    else if (key !== null) return this.parameter(tag, key, keys);
    else if (PARAMETER.has(tag.name)) return { reason: "A parameter has no name.", end: tag.end };
    else return this.whole(false, this.at);
    return null;
  }

  private closing(tag: Tag): Body {
    const own = this.owner.closers.includes(tag.name) || tag.name === "invoke" || tag.name === "function";
    return own ? this.whole(true, tag.end) : this.whole(false, this.at);
  }

  private nameElement(tag: Tag): Body | null {
    const { text } = this.source;
    const close = text.indexOf("</", tag.end);
    if (close < 0) return { reason: "The tool's name is not closed.", end: tag.end };
    this.name = text.slice(tag.end, close).trim();
    this.at = tagAt(text, close)?.end ?? close + 2;
    return null;
  }

  private parameter(tag: Tag, key: string, keys: string[]): Body | null {
    const closers = [...PARAMETER, tag.name, key.toLowerCase().replace(/[_.-]+/g, "")];
    const parents = [...this.owner.closers, "function", "invoke", ...GROUPS];
    const given = this.fields.map((field) => field.key);
    const read = fieldFrom(this.source, tag, { closers, parents, keys, given }, key);
    if (typeof read === "string") return { reason: read, end: tag.end };
    this.fields.push(read.field);
    this.at = read.after;
    return null;
  }
}

const readBody = (source: Source, from: number, owner: Owner): Body =>
  new BodyReader(source, from, owner).read();

function found(name: string | null, body: Body): Found {
  if ("reason" in body) return broken(`${name ?? "A call"}: ${body.reason}`, body.end);
  const draft: Draft = { name: body.name, given: body.given, closed: body.closed };
  return { kind: "drafts", drafts: [draft], end: body.end };
}

/** `<function=x>…</function>`, `<invoke name="x">…`: the tag carries the tool's name. Null where it is only spoken of. */
export function readElement(source: Source, tag: Tag): Found | null {
  const name = nameIn(tag) ?? "";
  const inline = tag.attributes.get("arguments") ?? tag.attributes.get("parameters");
  if (inline !== undefined || tag.empty) {
    const json =
      inline === undefined ? { given: NONE, end: tag.end } : jsonBody({ ...source, text: inline }, 0);
    if ("reason" in json) return broken(`${name}: ${json.reason}`, tag.end);
    return { kind: "drafts", drafts: [{ name, given: json.given, closed: true }], end: tag.end };
  }
  const body = readBody(source, tag.end, { name, closers: [tag.name] });
  const nothing = !("reason" in body) && body.given === NONE && !body.closed;
  if (!nothing) return found(name, body);
  const lone = bareBody(source, tag, name);
  const begins = /(?:^|[\n>])\s*$/.test(source.text.slice(Math.max(0, tag.from - 40), tag.from));
  if (lone === null && !begins) return null;
  return lone ?? broken(`${name}: the call has neither parameters nor a closing tag.`, body.end);
}

/** `<x>text</x>` where the tool x has one parameter that must be given. */
function bareBody(source: Source, tag: Tag, name: string): Found | null {
  const tool = toolOf(name, source.tools);
  const value =
    tool === null
      ? null
      : valueEnd(source, tag.end, { closers: [tag.name], parents: [], keys: [], given: [] });
  if (tool === null || tool.required.length !== 1 || value?.closed !== "own") return null;
  const text = oneLine(source.text.slice(tag.end, value.end));
  if (/^\s*<|<\//.test(text)) return null;
  const given: Given = { kind: "bare", text };
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
    return {
      kind: "drafts",
      drafts: [{ name: tool.name, given: { kind: "fields", fields }, closed: true }],
      end: tag.end,
    };
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
