/**
 * Thought in a reply: between tags of many names, in Harmony's analysis channel, in Gemma's thought channel. Calls in it do
 * not run. A closing tag without an opening one means that all before it was thought: the opening one stood in the prompt.
 */
import { turnEnd } from "./headed.ts";
import type { Tag } from "./tags.ts";

/** What stands at a place: thought up to `end`; thought that never ends; the end of thought; or a header to pass over. */
export type Thought = { kind: "closed" | "open" | "end" | "header"; end: number };

const NAMES =
  /^(?:think|thinking|thought|thoughts|reasoning|reasoningcontent|scratchpad|reflection|startthinking|beginofthought|longcatthink|analysis)$/;
const ENDS = /^(?:endthinking|endofthought)$/;
const LONE_END = /<\/(?:\w{1,20}:)?(?:think|thinking|thought|reasoning)>|\[\/THINK\]|<\|END_THINKING\|>/g;
const CLOSE =
  /<(?:\/|\|\/?END_|\|end_of_)[^<>\n]{0,12}(?:think|thought|reason|scratch|reflect|analysis)[^<>\n]{0,12}>/gi;
const BRACKET = /\[(\/?)THINK\]|◁(\/?)think▷/iy;

/** Where the next end of thought is behind a place; null where there is none. */
export function nextThoughtEnd(text: string, from: number): number | null {
  LONE_END.lastIndex = from;
  return LONE_END.test(text) ? LONE_END.lastIndex : null;
}

/** `<|channel|>analysis<|message|>…` of Harmony, and Gemma's `<|channel>thought…<channel|>`. */
function channel(text: string, tag: Tag): Thought {
  if (text.startsWith("<|channel>", tag.from)) {
    const close = text.indexOf("<channel|>", tag.end);
    return close < 0 ? { kind: "open", end: tag.end } : { kind: "closed", end: close + "<channel|>".length };
  }
  const header = text.slice(tag.end, tag.end + 120).split(/<\|message\|>|<\|constrain\|>|\n/)[0] ?? "";
  const body = tag.end + header.length;
  const to = header.indexOf("to=");
  if (to >= 0) return { kind: "header", end: tag.end + to };
  if (!/^\s*analysis/.test(header)) return { kind: "header", end: body };
  return { kind: "closed", end: turnEnd(text, text.startsWith("<|message|>", body) ? body + 1 : body) };
}

/** Thought that a tag begins or ends. */
export function thoughtOf(text: string, tag: Tag): Thought | null {
  if (ENDS.test(tag.name) || (NAMES.test(tag.name) && tag.close)) return { kind: "end", end: tag.end };
  if (tag.name === "channel" && !tag.close) return channel(text, tag);
  if (!NAMES.test(tag.name) || !tag.ended) return null;
  CLOSE.lastIndex = tag.end;
  return CLOSE.test(text) ? { kind: "closed", end: CLOSE.lastIndex } : { kind: "open", end: tag.end };
}

/** `[THINK]…[/THINK]` and `◁think▷…◁/think▷`. */
export function bracketThought(text: string, at: number): Thought | null {
  BRACKET.lastIndex = at;
  const mark = BRACKET.exec(text);
  if (mark === null) return null;
  const end = BRACKET.lastIndex;
  if (mark[1] === "/" || mark[2] === "/") return { kind: "end", end };
  const closer = mark[0].startsWith("[") ? "[/THINK]" : "◁/think▷";
  const close = text.indexOf(closer, end);
  return close < 0 ? { kind: "open", end } : { kind: "closed", end: close + closer.length };
}
