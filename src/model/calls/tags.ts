/**
 * The tags of all markup dialects, read alike: XML, control tokens with bars (`<|x|>`, `<｜x｜>`), namespaces in front
 * (`minimax:`, `｜DSML｜`), `name=value` heads, and heads whose `>` was forgotten.
 */

export interface Tag {
  /** Without namespace, bars and separators, in lower case: `tool▁call_begin` is `toolcallbegin`. */
  name: string;
  /** The name as it is written. */
  written: string;
  close: boolean;
  /** `<x/>`. */
  empty: boolean;
  /** What the head says beside the name: `name="a"` and `=a`, the latter under "". */
  attributes: Map<string, string>;
  /** The head ended with `>`. */
  ended: boolean;
  /** Nothing but the name stood in the head. */
  plain: boolean;
  from: number;
  end: number;
}

const HEAD =
  /<(\/?)[ \t]*([|｜]?)((?:\/?(?:[\w.-]+:|DSML[|｜]))?)(\/?)([\p{L}_][\p{L}\p{N}_.▁-]*)((?:<\|[a-z_]{1,20}\|>|[^<>\n])*)(>?)/uy;
const GLUED = /^(function|param|parameter|invoke|tool|arg|argument)Ġ?name$/;
const ATTRIBUTE = /([\p{L}_][\p{L}\p{N}_-]*)\s*=\s*(?:"([^"]*)"?|'([^']*)'?|([^\s"'|｜/>]+))/gu;

function attributesOf(rest: string): Map<string, string> {
  const found = new Map<string, string>();
  const own = /^\s*=\s*(?:"([^"]*)"?|'([^']*)'?|(.*?))\s*\/?$/su.exec(rest);
  if (own !== null) {
    found.set("", (own[1] ?? own[2] ?? own[3] ?? "").trim());
    return found;
  }
  for (const [, key, double, single, bare] of rest.matchAll(ATTRIBUTE))
    found.set((key ?? "").toLowerCase(), double ?? single ?? bare ?? "");
  return found;
}

/** The tag that begins at `at`; null where none does. */
export function tagAt(text: string, at: number): Tag | null {
  HEAD.lastIndex = at;
  const match = HEAD.exec(text);
  if (match === null) return null;
  const [, slash = "", , space = "", second = "", name = ""] = match;
  let [all, , , , , , tail = "", ended = ""] = match;
  if (tail.length > 2000) return null;
  const json = /^\s*=/.test(tail) ? tail.indexOf("{") : -1;
  if (json > 0) {
    all = all.slice(0, all.length - ended.length - tail.length + json);
    tail = tail.slice(0, json);
    ended = "";
  }
  const rest = tail.replace(/<\|[a-z_]{1,20}\|>/g, "").replace(/Ġ/g, " ");
  const glued = GLUED.exec(name)?.[1];
  const written = glued ?? name;
  const bar = /[|｜]\s*$/.test(rest);
  return {
    name: written.toLowerCase().replace(/[_▁.-]+/g, ""),
    written,
    close:
      slash !== "" ||
      second !== "" ||
      space.startsWith("/") ||
      (bar && ended !== "" && !/^<[|｜/]/.test(all)),
    empty: /\/\s*$/.test(rest),
    attributes: attributesOf(glued === undefined ? rest.replace(/[|｜]\s*$/, "") : `name${rest}`),
    ended: ended !== "",
    plain: rest.replace(/[|｜/]\s*$/, "").trim() === "",
    from: at,
    end: at + all.length,
  };
}

/** The name that a head gives: `<function=x>`, `<invoke name="x">`. */
export function nameIn(tag: Tag): string | undefined {
  const keys = ["", "name", "tool", "tool_name", "function", "recipient"];
  return keys.map((key) => tag.attributes.get(key)).find((value) => value !== undefined);
}

const WRAPPER =
  /^(?:longcat)?(?:tools?|toolcalls?|functioncalls?|tooluses?|functionuses?|toolrequests?|toolcode|toolsprefix|pythontag|startaction|actionstart|startfunctioncall|functioncall|pythonstart)(?:section)?(?:start|begin)?$/;

/** Whether a tag announces calls. `<tools>` and `<tool>` do so only around something, see `wrapper.ts`. */
export function isWrapper(tag: Tag): boolean {
  return WRAPPER.test(tag.name) && (tag.plain || tag.attributes.size > 0);
}

const STRUCTURE =
  /^(?:function|invoke|parameters?|params?|args?|arguments?|argkey|argvalue|input|kwargs|response|user|assistant|tool|tools|toolname|xml|longcatarg(?:key|value))$/;

/** Whether a tag belongs to the structure of a call, so that a value can end before it. */
export function isStructure(tag: Tag): boolean {
  return STRUCTURE.test(tag.name) || WRAPPER.test(tag.name) || /(?:end|begin|start)$/.test(tag.name);
}

const RESPONSE =
  /^(?:toolresponses?|toolresults?|functionresults?|functionresponse|tooloutputs?begin|tooloutput|observation|toolresponse)$/;

/** Whether a tag begins what a tool or the user answers: a model that writes it makes it up. */
export function isAnswer(text: string, tag: Tag): boolean {
  if (tag.name === "imstart" || tag.name === "start")
    return /^(?:user|tool)/.test(text.slice(tag.end, tag.end + 4));
  return RESPONSE.test(tag.name) && !tag.close;
}

/** Where white space ends. */
export function skipSpaces(text: string, from: number): number {
  const spaces = /\s*/y;
  spaces.lastIndex = from;
  spaces.test(text);
  return spaces.lastIndex;
}

const TOKENS =
  /<[|｜][^<>\n]{0,60}[|｜]?>|<\/?(?:tool_calls?|function_calls?|tools?|function|invoke|think|s|eos|end_of_turn|start_of_turn)>|<(?:tool_call|turn|channel)\|>/g;

/** A text without control tokens and the tags that dialects leave behind. */
export const withoutTokens = (text: string): string => text.replace(TOKENS, "");

/** Whether a text holds nothing but blanks and tokens. */
export const isBlank = (text: string): boolean => withoutTokens(text).trim() === "";
