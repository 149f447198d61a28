/** Calls written as Python: `name(key="value")`, alone, in a list, inside `print(…)` or behind `default_api.`. */
import { broken, type Draft, type Field, type Found, type Given, type Source } from "./draft.ts";
import { fieldsOf } from "./json.ts";
import { readNode } from "./node.ts";
import { toolOf } from "./resolve.ts";
import { isBlank, skipSpaces } from "./tags.ts";

const HEAD = /(?:print\s*\(\s*)?([\p{L}_][\p{L}\p{N}_.:/-]{0,120})\s*\(/uy;
const KEY = /([\p{L}_][\p{L}\p{N}_-]*)\s*=(?!=)/uy;

/** The tool of a call that begins at `at` by its name and bracket; null where none on offer is named. */
function headAt(source: Source, at: number): { name: string; end: number; printed: boolean } | null {
  HEAD.lastIndex = at;
  const match = HEAD.exec(source.text);
  const name = match?.[1];
  if (match === null || name === undefined || name === "print") return null;
  return { name, end: HEAD.lastIndex, printed: match[0].startsWith("print") && !name.startsWith("print") };
}

/** The same name with `.call` behind it, as Llama 3 writes its built-in tools. */
function knownName(source: Source, name: string): string | null {
  const base = name.endsWith(".call") ? name.slice(0, -".call".length) : name;
  return toolOf(base, source.tools) === null ? null : base;
}

type Argument = { key: string | null; field: Field; end: number } | { reason: string; end: number };

function argumentAt(source: Source, at: number): Argument {
  KEY.lastIndex = at;
  const key = KEY.exec(source.text)?.[1] ?? null;
  const from = key === null ? at : KEY.lastIndex;
  const read = readNode(source.text, from, source.work, "python");
  if (!read.ok) return { reason: read.reason, end: at };
  const { node } = read;
  const text = node.kind === "string" ? node.value : node.text;
  return { key, field: { key: key ?? "", node, text }, end: read.end };
}

function givenFrom(list: { key: string | null; field: Field }[]): Given {
  const unnamed = list.filter(({ key }) => key === null);
  const [first] = unnamed;
  if (first === undefined) return { kind: "fields", fields: list.map(({ field }) => field) };
  if (list.length > 1) return { kind: "bad", reason: "the arguments have no names." };
  const { node } = first.field;
  if (node?.kind === "object") return { kind: "fields", fields: fieldsOf(node) };
  return node?.kind === "string"
    ? { kind: "bare", text: node.value }
    : { kind: "bad", reason: "the argument has no name." };
}

/** One call at `at`. `any`: its name need not be known, as inside markup. */
export function readPythonCall(source: Source, at: number, any = false): Found | null {
  const { text } = source;
  const head = headAt(source, at);
  if (head === null) return null;
  const name = knownName(source, head.name) ?? (any ? head.name : null);
  if (name === null) return null;
  const list: { key: string | null; field: Field }[] = [];
  let place = skipSpaces(text, head.end);
  while (text[place] !== ")") {
    const read = argumentAt(source, place);
    if ("reason" in read) return broken(`${name}: the arguments cannot be read: ${read.reason}.`, place);
    list.push(read);
    place = skipSpaces(text, read.end);
    if (text[place] === ",") place = skipSpaces(text, place + 1);
    else if (text[place] !== ")")
      return broken(`${name}: a comma or ")" is missing behind an argument.`, place);
  }
  place += 1;
  if (head.printed) {
    const close = skipSpaces(text, place);
    if (text[close] === ")") place = close + 1;
  }
  const draft: Draft = { name, given: givenFrom(list), closed: true };
  return { kind: "drafts", drafts: [draft], end: place };
}

/** A run of calls from `at`, divided by commas, semicolons or line breaks. Null where none begins there. */
export function readPythonCalls(source: Source, at: number, any = false): Found | null {
  const drafts: Draft[] = [];
  let place = at;
  let end = at;
  for (;;) {
    const read = readPythonCall(source, place, any);
    if (read?.kind === "broken") return read;
    if (read === null) break;
    drafts.push(...read.drafts);
    end = read.end;
    const gap = /\s*[,;]?\s*/y;
    gap.lastIndex = end;
    gap.test(source.text);
    if (gap.lastIndex === end) break;
    place = gap.lastIndex;
  }
  return drafts.length === 0 ? null : { kind: "drafts", drafts, end };
}

/** `[f(a=1), g()]` from its bracket on. */
export function readPythonList(source: Source, at: number, any = false): Found | null {
  const read = readPythonCalls(source, skipSpaces(source.text, at + 1), any);
  if (read === null || read.kind === "broken") return read;
  const close = skipSpaces(source.text, read.end);
  const last = source.text[close];
  if (last === "]") return { ...read, end: close + 1 };
  const over = last === undefined || last === "<" || last === "`";
  return over ? { ...read, end: close } : broken("The list of calls is not closed.", close);
}

/** Calls from `from` to the end of the text; null where anything else stands there. */
export function readWholePython(source: Source, from: number): Found | null {
  const read = from < source.text.length ? readPythonCalls(source, from) : null;
  return read?.kind === "drafts" && !isBlank(source.text.slice(read.end)) ? null : read;
}
