/**
 * Calls that a line or a token before them names: Harmony's recipients, `name[ARGS]`, Gemma's `call:name{…}`, Functionary's
 * `>>>name`, ReAct's `Action:`, and transcripts that models imitate (`[Calling tool: …]`).
 */
import { broken, type Draft, type Found, type Given, isBare, type Source } from "./draft.ts";
import { draftsOf, fieldsOf } from "./json.ts";
import { readNode } from "./node.ts";
import { readPythonCall } from "./pythonic.ts";
import { cleanName, fits, toolOf } from "./resolve.ts";
import { skipSpaces } from "./tags.ts";
import { argumentsAt, argumentsOf } from "./wrapper.ts";

/** A call, or text that is none and is skipped: prose for the user, or thought. */
export type Headed = Found | { kind: "text"; end: number } | { kind: "thought"; end: number };

const RECIPIENT =
  /to=([\w.:-]+)[ \t]*(<\|channel\|>[ \t]*\w*[ \t]*)?(?:<\|constrain\|>)?[ \t]*(?:json|code)?\s*(<\|message\|>)?\s*/y;
const TURN_END = /<\|(?:end|call|return|start|channel|eom|eot)\|>/g;
const HEADER =
  /(?:^|<\|start\|>|<\|channel\|>|assistant|commentary|analysis|final|<\|end\|>|<\|message\|>)[ \t]*(?:\w*[ \t]*)$/;

/** Where a message of Harmony ends: before the next of its tokens. */
export function turnEnd(text: string, from: number): number {
  TURN_END.lastIndex = from;
  return TURN_END.exec(text)?.index ?? text.length;
}

/** `to=functions.x … <|message|>{…}`, also where the server stripped the tokens. */
export function readRecipient(source: Source, at: number): Headed | null {
  const { text } = source;
  RECIPIENT.lastIndex = at;
  const match = RECIPIENT.exec(text);
  if (match === null) return null;
  const [, written = "", channel, message] = match;
  const body = RECIPIENT.lastIndex;
  const header =
    HEADER.test(text.slice(Math.max(0, at - 60), at)) || channel !== undefined || message !== undefined;
  if (!header && !written.startsWith("functions.")) return null;
  if (/^(?:user|all|assistant)$/.test(written)) return { kind: "text", end: turnEnd(text, body) };
  if (/^(?:self|think)$/.test(written)) return { kind: "thought", end: turnEnd(text, body) };
  const known = toolOf(written, source.tools);
  const name =
    known === null && toolOf(written.replace(/json$/, ""), source.tools) !== null
      ? written.replace(/json$/, "")
      : written;
  if (text[body] === "<" && !text.startsWith("<|", body)) return { kind: "drafts", drafts: [], end: body };
  if (text[body] === "{" || text.startsWith("```", body)) {
    const read = argumentsAt(source, body, false);
    if ("reason" in read) return broken(`${name}: ${read.reason}`, body);
    return { kind: "drafts", drafts: [{ name, given: read.given, closed: true }], end: read.end };
  }
  if (message === undefined)
    return known === null ? null : broken(`${name}: the call has no arguments.`, body);
  const end = turnEnd(text, body);
  const bare = text.slice(body, end).trim();
  if (bare !== "" && !isBare(bare)) return broken(`${name}: the arguments are no JSON object.`, end);
  const draft: Draft = {
    name,
    given: bare === "" ? { kind: "fields", fields: [] } : { kind: "bare", text: bare },
    closed: true,
  };
  return { kind: "drafts", drafts: [draft], end };
}

const BEFORE = /(?:^|[\s>\])}|:;,])((?:call:)?[\p{L}_][\p{L}\p{N}_.:/-]{0,120})(?:\[CALL_ID\][\w-]*)?\s*$/u;

/** The name that stands directly before a place; its own place with it. */
function nameBefore(
  text: string,
  at: number,
): { name: string; adjacent: boolean; line: boolean; from: number } | null {
  if (!/[\p{L}\p{N}_\s\]]/u.test(text[at - 1] ?? "{")) return null;
  const before = text.slice(Math.max(0, at - 160), at);
  const name = BEFORE.exec(before)?.[1];
  if (name === undefined) return null;
  const head = before.slice(0, before.lastIndexOf(name));
  return {
    name: name.replace(/^call:/, ""),
    adjacent: before.endsWith(name),
    line: /(?:^|\n|>>>)[ \t]*$/.test(head),
    from: at - before.length + head.length,
  };
}

function startingAt(found: Found | null, from: number): Found | null {
  return found?.kind === "drafts" ? { ...found, from } : found;
}

/** `name[ARGS]{…}` and `name<｜tool▁sep｜>{…}`: `at` is the place of the separator. */
export function readSeparated(source: Source, at: number): Found | null {
  const before = nameBefore(source.text, at);
  return before === null ? null : startingAt(argumentsOf(source, before.name, at), before.from);
}

/**
 * An object with a tool's name before it: `call:name{…}` and `name{…}` of Gemma, and a name at the start of a line (also
 * behind Functionary's `>>>`) with its arguments. The object must then be no call by itself.
 */
export function readNamedObject(source: Source, at: number): Found | null {
  const { text } = source;
  const before = nameBefore(text, at);
  if (before === null) return null;
  const tool = toolOf(before.name, source.tools);
  const gemma = before.adjacent && /^\{\s*[\p{L}_][\p{L}\p{N}_-]*\s*:/u.test(text.slice(at, at + 160));
  const called = text.slice(Math.max(0, at - 160), at).endsWith(`call:${before.name}`);
  if (
    gemma &&
    (called || (tool !== null && /^[^:]*:\s*(?:<\|"\|>|<escape>|")/.test(text.slice(at, at + 160))))
  )
    return startingAt(argumentsOf(source, before.name, at), before.from);
  if (called && before.adjacent && /^\{\s*\}/.test(text.slice(at, at + 20)))
    return startingAt(argumentsOf(source, before.name, at), before.from);
  if (tool === null || !before.line || tool.name !== before.name) return null;
  const read = readNode(text, at, source.work);
  if (!read.ok || read.node.kind !== "object" || draftsOf(read.node, source, "prose") !== null) return null;
  const fields = fieldsOf(read.node);
  if (!fits(tool, fields)) return null;
  const draft: Draft = { name: tool.name, given: { kind: "fields", fields }, closed: true };
  return { kind: "drafts", drafts: [draft], end: read.end, from: before.from };
}

const ACTION =
  /\**Action\**[ \t]*:\**[ \t]*`?([^\n`]{1,200}?)`?[ \t]*\n\s*\**Action[ _]Input\**[ \t]*:\**[ \t]*/iy;
const INPUT_END = /\n\s*\**(?:Observation|Thought|Action|Final Answer)\**[ \t]*:/gi;

/** ReAct: `Action: name`, `Action Input: …`. A bare input is the text of the tool's one parameter. */
export function readAction(source: Source, at: number): Found | null {
  const { text, work } = source;
  ACTION.lastIndex = at;
  const name = ACTION.exec(text)?.[1];
  if (name === undefined)
    return readPythonCall(
      source,
      at + (/^action\**[ \t]*:\**[ \t]*/i.exec(text.slice(at, at + 40))?.[0].length ?? 0),
    );
  const body = ACTION.lastIndex;
  if (text[body] === "{" || text.startsWith("```", body)) {
    const read = argumentsAt(source, body, false);
    if ("reason" in read) return broken(`${name}: ${read.reason}`, body);
    return { kind: "drafts", drafts: [{ name, given: read.given, closed: true }], end: read.end };
  }
  INPUT_END.lastIndex = body;
  const end = INPUT_END.exec(text)?.index ?? text.length;
  work.spend(end - body);
  const input = text.slice(body, end).trim();
  const quoted = /^["'“].*["'”]$/su.test(input) ? readNode(input, 0, work) : null;
  const value =
    quoted?.ok && quoted.node.kind === "string" && quoted.end === input.length ? quoted.node.value : input;
  const uneven = (input.match(/["“”]/g)?.length ?? 0) % 2 === 1 || input.includes("\n");
  if (value === input && /^["'“]/.test(input) && uneven)
    return broken(`${name}: the input's quotes are not closed.`, end);
  const none = input === "" || /^(?:none|null|n\/a)$/i.test(input);
  const draft: Draft = {
    name,
    given: none ? { kind: "fields", fields: [] } : { kind: "bare", text: value },
    closed: true,
  };
  return { kind: "drafts", drafts: [draft], end };
}

/** `[bash]ls[/bash]`, the tool's name in brackets around its one value. */
export function readToolBracket({ text, tools, work }: Source, at: number): Found | null {
  const name = /^\[([\w.-]{1,80})\]/.exec(text.slice(at, at + 90))?.[1];
  const tool = tools.find((offered) => offered.name === name);
  if (tool === undefined) return null;
  const from = at + tool.name.length + 2;
  const close = text.indexOf(`[/${tool.name}]`, from);
  work.spend((close < 0 ? text.length : close) - from);
  if (close < 0) return null;
  const given: Given = { kind: "bare", text: text.slice(from, close).trim() };
  return {
    kind: "drafts",
    drafts: [{ name: tool.name, given, closed: true }],
    end: close + tool.name.length + 3,
  };
}

const TRANSCRIPT =
  /(?:tool[ _]?calls?|calling(?: the)? tool|calling function|function[ _]call|invoking tool|tool use|using tool)[ \t]*:[ \t]*/iy;
const TRANSCRIPT_TAIL =
  /[ \t]*(?:\([^()\n]{0,80}\))?[ \t]*\]?\s*(?:with )?(?:arguments|args|input|parameters)?[ \t]*:?\s*(?=\{)/iy;

/** A line that imitates a transcript: `[Calling tool: f({…})]`, `[Tool Call: f (ID: 1)] Arguments: {…}`. */
export function readTranscript(source: Source, at: number): Found | null {
  TRANSCRIPT.lastIndex = at;
  if (!TRANSCRIPT.test(source.text)) return null;
  const body = TRANSCRIPT.lastIndex;
  const python = readPythonCall(source, body);
  if (python?.kind === "drafts") return python;
  const name = /^`?([\w.:/-]{1,120})`?/.exec(source.text.slice(body, body + 130));
  const written = cleanName(name?.[0] ?? "");
  if (toolOf(written, source.tools) === null) return null;
  TRANSCRIPT_TAIL.lastIndex = body + (name?.[0].length ?? 0);
  if (!TRANSCRIPT_TAIL.test(source.text)) return null;
  const read = argumentsAt(source, skipSpaces(source.text, TRANSCRIPT_TAIL.lastIndex), false);
  if ("reason" in read) return broken(`${written}: ${read.reason}`, body);
  return { kind: "drafts", drafts: [{ name: written, given: read.given, closed: true }], end: read.end };
}
