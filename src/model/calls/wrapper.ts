/**
 * Calls inside markup that announces them: `<tool_call>`, `[TOOL_CALLS]`, `<|python_tag|>`, `<｜tool▁calls▁begin｜>` and
 * their like. What stands inside may be of any family: JSON, Python, elements, pairs, or a name and its arguments.
 */
import { broken, type Draft, type Found, type Given, NONE, type Source } from "./draft.ts";
import { readElement, readFields, readToolTag } from "./elements.ts";
import { draftsOf, givenOf } from "./json.ts";
import { readNode } from "./node.ts";
import { readPairs } from "./pairs.ts";
import { readPythonCall, readPythonList } from "./pythonic.ts";
import { toolOf } from "./resolve.ts";
import { isWrapper, nameIn, skipSpaces, type Tag, tagAt } from "./tags.ts";

const FENCE = /```[\w-]*[ \t]*\n?|`(?=\s*<)/y;
const DIVIDER = /[\s,;]+/y;
const CLOSERS = /[\s}\])]+/y;
const BRACKET_CLOSE = /\[(?:\/[\w-]+|END[\w-]*|end|[\w-]+_END)\]/y;
const NAME = /:?\s*(?:call:)?([^\s<>{}()[\]"'`,;]{1,200})/uy;
const SEPARATOR =
  /\s*(?:\[CALL_ID\][\w-]*)?(?:\[ARGS\]|<[|｜]tool[▁_]sep[|｜]>|<[|｜]tool_call_argument_begin[|｜]>)\s*/y;
const NAMED_TAGS = new Set([
  "function",
  "invoke",
  "tool",
  "toolcall",
  "functioncall",
  "call",
  "tooluse",
  "action",
]);

function pass(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Arguments behind a name: one value, with a fence or stray closers around it. `bare`: as Gemma writes them. */
export function argumentsAt(
  source: Source,
  from: number,
  bare: boolean,
): { given: Given; end: number } | { reason: string } {
  const { text, work } = source;
  const at = pass(FENCE, text, skipSpaces(text, from));
  const strict = bare ? null : readNode(text, at, work);
  const read = strict ?? readNode(text, at, work, "bare");
  if (!read.ok) return { reason: `the arguments are no JSON object: ${read.reason}.` };
  const closers = pass(CLOSERS, text, read.end);
  return { given: givenOf(read.node, work), end: pass(FENCE, text, closers) };
}

/** `name{…}`, `name[ARGS]{…}`, `name<sep>{…}`, `name` and JSON on the next line. `at` is behind the name. */
export function argumentsOf(source: Source, name: string, at: number): Found | null {
  const { text } = source;
  const separated = pass(SEPARATOR, text, at);
  const from = skipSpaces(text, separated);
  const fenced = text.startsWith("```", from);
  if (separated === at && text[from] !== "{" && !fenced) return null;
  const gemma = text[at] === "{" && !/^\{\s*["'}]/.test(text.slice(at, at + 40));
  const read = argumentsAt(source, from, gemma);
  if ("reason" in read) return broken(`${name.slice(0, 60)}: ${read.reason}`, from);
  const draft: Draft = { name: /^\d+$/.test(name) ? null : name, given: read.given, closed: true };
  return { kind: "drafts", drafts: [draft], end: read.end };
}

function namedAt(source: Source, at: number, first: boolean): Found | null {
  const { text } = source;
  if (/<\/?(?:longcat_)?arg_(?:key|value)>/.test(text.slice(at, at + 300).split(/[{(]/)[0] ?? ""))
    return readPairs(source, at);
  const python = readPythonCall(source, at, true);
  if (python !== null) return python;
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[1];
  if (name === undefined) return null;
  const end = NAME.lastIndex;
  const separated = pass(SEPARATOR, text, end);
  if (separated > end && name === "function") return readMarked(source, separated, first);
  const read = argumentsOf(source, name, end);
  if (read !== null) return first || toolOf(name, source.tools) !== null ? read : null;
  const next = skipSpaces(text, end);
  const tag = text[next] === "<" ? tagAt(text, next) : null;
  const closes =
    (tag !== null && (tag.close || /end$/.test(tag.name))) || pass(BRACKET_CLOSE, text, next) > next;
  if (!first || !closes) return next >= text.length && first ? broken("The call is cut off.", next) : null;
  return { kind: "drafts", drafts: [{ name, given: NONE, closed: true }], end };
}

/** What a tag inside markup is: a call in an element, or nothing. */
export function readTag(source: Source, tag: Tag): Found | null {
  if (tag.close) return null;
  if (NAMED_TAGS.has(tag.name) && nameIn(tag) !== undefined) return readElement(source, tag);
  return readToolTag(source, tag) ?? readFields(source, tag);
}

/** One call, or a list of them, at a place where a call is announced. Null where nothing there looks like one. */
function readMarked(source: Source, at: number, first: boolean): Found | null {
  const { text } = source;
  const char = text[at];
  if (char === "<") {
    const tag = tagAt(text, at);
    return tag === null ? null : readTag(source, tag);
  }
  if (char !== "{" && char !== "[" && char !== '"') return namedAt(source, at, first);
  if (char === "[" && /[\p{L}_]/u.test(text[skipSpaces(text, at + 1)] ?? ""))
    return readPythonList(source, at, true);
  const read = readNode(text, at, source.work);
  if (!read.ok) return broken(`The call is no JSON: ${read.reason}.`, at + 1);
  const empty = read.node.kind === "array" && read.node.items.length === 0;
  const drafts = empty ? [] : draftsOf(read.node, source, "marked");
  if (drafts === null) return broken("The call has no tool's name.", read.end);
  if (!read.closed && drafts.some(({ given }) => given === NONE))
    return broken("The call is cut off.", read.end);
  return { kind: "drafts", drafts, end: read.end };
}

interface Body {
  drafts: Draft[];
  /** Where the body ends, its closing tag included. */
  end: number;
  closed: boolean;
}

/** Drafts of a body up to its closing tag, or to where nothing more is a call. */
function readItems(source: Source, from: number): Body | Found {
  const { text } = source;
  let drafts: Draft[] = [];
  let at = from;
  for (;;) {
    at = pass(DIVIDER, text, at);
    at = pass(FENCE, text, at);
    at = pass(DIVIDER, text, at);
    if (drafts.length > 0) at = pass(CLOSERS, text, at);
    const bracket = pass(BRACKET_CLOSE, text, at);
    if (bracket > at) return { drafts, end: bracket, closed: true };
    if (at >= text.length || source.work.spent) return { drafts, end: at, closed: false };
    const tag = text[at] === "<" ? tagAt(text, at) : null;
    if (tag !== null && (tag.close || /end$/.test(tag.name)) && isWrapperEnd(tag))
      return { drafts, end: tag.end, closed: true };
    if (tag !== null && isWrapper(tag) && nameIn(tag) === undefined && !tag.close) {
      drafts = drafts.map((draft) => ({ ...draft, closed: false }));
      at = tag.end;
      continue;
    }
    if (
      tag !== null &&
      drafts.length === 0 &&
      /^<[|｜]/.test(text.slice(at, at + 2)) &&
      !/^DSML/.test(text.slice(at + 2, at + 6))
    ) {
      at = tag.end;
      continue;
    }
    const item = readMarked(source, at, drafts.length === 0);
    if (item === null) return { drafts, end: at, closed: false };
    if (item.kind === "broken") return item;
    drafts = [...drafts, ...item.drafts];
    at = item.end;
  }
}

function isWrapperEnd(tag: Tag): boolean {
  return (
    isWrapper({ ...tag, name: tag.name.replace(/end$/, "") }) || /(?:end|turn|action|call)$/.test(tag.name)
  );
}

/** Raw code behind Llama's `<|python_tag|>`, where a tool runs Python. */
function rawCode(source: Source, from: number): Found | null {
  const head = /^\s*(?:([\w.]+?)(?:\.call)?\(|[{[])/.exec(source.text.slice(from, from + 200));
  if (head !== null && (head[1] === undefined || toolOf(head[1].split(".")[0] ?? "", source.tools) !== null))
    return null;
  const tool = source.tools.find(({ name }) => /^(?:python|ipython|code_interpreter|run_python)$/.test(name));
  const stop = source.text.slice(from).search(/<\||$/);
  const code = source.text.slice(from, from + stop).trim();
  if (tool === undefined || code === "") return null;
  const draft: Draft = { name: tool.name, given: { kind: "bare", text: code }, closed: true };
  return { kind: "drafts", drafts: [draft], end: from + stop };
}

/** Where a call is announced: `from` is the mark's place, `body` behind it, `name` without separators. */
export interface Mark {
  name: string;
  from: number;
  body: number;
}

/** What the mark announces. Null where it is only spoken of. */
export function readWrapper(source: Source, mark: Mark): Found | null {
  const { text } = source;
  const code = /^python/.test(mark.name) ? rawCode(source, mark.body) : null;
  if (code !== null) return code;
  const body = readItems(source, mark.body);
  if ("kind" in body) return body;
  if (body.drafts.length > 0) {
    const drafts = body.drafts.map((draft) => ({ ...draft, closed: draft.closed && body.closed }));
    return { kind: "drafts", drafts, end: body.end };
  }
  const begins = /(?:^|\n)\s*$/.test(text.slice(Math.max(0, mark.from - 40), mark.from));
  if (body.closed)
    return /^tools?$/.test(mark.name) || !begins
      ? { kind: "drafts", drafts: [], end: body.end }
      : broken("The call is empty.", body.end);
  return begins ? broken("What is announced as a call is none.", body.end) : null;
}
