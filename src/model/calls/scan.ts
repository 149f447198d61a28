/**
 * One walk over the text of a reply. At each character that could begin a call, a thought or a quotation, the readers of
 * the dialects are tried, the most explicit first; what one of them has read is jumped over, so that text inside a value is
 * never taken for markup. Calls in thought and in quotations do not count.
 */
import { broken, type Draft, type Found, isEmpty, type Source } from "./draft.ts";
import { readPairs } from "./elements.ts";
import { type Headed, readAction, readNamedObject, readRecipient, readSeparated, readTranscript, turnEnd } from "./headed.ts";
import { beginsCall, draftsOf } from "./json.ts";
import { readNode } from "./node.ts";
import { readPythonCalls, readPythonList } from "./pythonic.ts";
import { isWrapper, skipSpaces, type Tag, tagAt } from "./tags.ts";
import { readTag, readWrapper } from "./wrapper.ts";

export interface Scan {
  drafts: Draft[];
  /** Why something that is surely a call cannot be read. */
  broken: string | null;
  /** A call stands in thought that was never closed. */
  inThought: boolean;
  prose: string;
}

/** What looking at one anchor costs, see `Work`. */
const ANCHOR_COST = 40;
const ANCHOR = /[<[{`~◁]|\bto=|\b(?:action|tool|calling|function|invoking|using)\b/gi;
const THOUGHT = /^(?:think|thinking|thought|thoughts|reasoning|reasoningcontent|scratchpad|reflection|startthinking|beginofthought|longcatthink|analysis)$/;
const LONE_END = /<\/(?:\w{1,20}:)?(?:think|thinking|thought|reasoning)>|\[\/THINK\]|<\|END_THINKING\|>/g;
const THOUGHT_END = /^(?:endthinking|endofthought)$/;
const RESPONSE = /^(?:toolresponses?|toolresults?|functionresults?|functionresponse|tooloutputs?begin|tooloutput|observation|toolresponse)$/;
const BRACKET = /\[(TOOL_CALLS?|TOOL_REQUEST|tool_calls?|tool_use|function_call|tool|AVAILABLE_TOOL)\]/iy;
const THINK = /\[(\/?)THINK\]|◁(\/?)think▷/iy;
const TOKENS = /<[|｜][^<>\n]{0,60}[|｜]?>|<\/?(?:tool_calls?|function_calls?|tools?|function|invoke|think|s|eos|end_of_turn|start_of_turn)>|<(?:tool_call|turn|channel)\|>/g;
const OBSERVATION = /^\s*\**Observation\**\s*:/i;

const isBlank = (text: string): boolean => text.replace(TOKENS, "").trim() === "";

class Scanner {
  drafts: Draft[] = [];
  broken: string | null = null;
  inThought = false;
  private prose = "";
  private blank = true;
  private at = 0;
  /** Where the prose that is not yet noted begins. */
  private from = 0;

  constructor(
    private readonly source: Source,
    private readonly depth: number,
  ) {}

  scan(): Scan {
    const { text, work } = this.source;
    const anchor = new RegExp(ANCHOR);
    while (this.at < text.length) {
      anchor.lastIndex = this.at;
      const match = anchor.exec(text);
      if (match === null) break;
      if (work.spent || !work.spend(match.index - this.at + ANCHOR_COST)) {
        this.broken ??= "The reply is too tangled to read.";
        break;
      }
      this.at = match.index;
      if (this.atAnchor(match[0]) === "stop") break;
    }
    if (this.broken === null && this.drafts.length === 0) this.wholePython();
    this.note(text.length);
    const prose = this.prose.replace(TOKENS, "").trim();
    return { drafts: this.drafts, broken: this.broken, inThought: this.inThought, prose };
  }

  /** Adds the prose up to `end`. */
  private note(end: number): void {
    const more = this.source.text.slice(this.from, end);
    this.blank &&= isBlank(more);
    this.prose += more;
    this.from = end;
  }

  /** Whether nothing but blanks and tokens came before this place. */
  private get first(): boolean {
    return this.drafts.length === 0 && this.blank && this.at - this.from < 400 && isBlank(this.source.text.slice(this.from, this.at));
  }

  /** Whether nothing but blanks and tokens comes behind `end`. */
  private isLast(end: number): boolean {
    return this.source.text.length - end < 400 && isBlank(this.source.text.slice(end));
  }

  /** Goes on at `end`; what lies between is no prose. */
  private skip(end: number): void {
    this.note(this.at);
    this.at = Math.max(end, this.at + 1);
    this.from = this.at;
  }

  private take(found: Headed): void {
    if (found.kind === "drafts") this.drafts.push(...found.drafts);
    else if (found.kind === "broken") {
      this.broken ??= found.reason;
      this.toThoughtEnd();
      return;
    } else if (found.kind === "text") {
      this.at = found.end;
      return;
    }
    this.skip(found.end);
  }

  /** A broken call decides the reply, unless it turns out to have been thought. */
  private toThoughtEnd(): void {
    const close = new RegExp(LONE_END);
    close.lastIndex = this.at;
    if (close.test(this.source.text)) this.allWasThought(close.lastIndex);
    else this.at = this.source.text.length;
  }

  private atAnchor(anchor: string): "stop" | "on" {
    const { text } = this.source;
    if (anchor === "`" || anchor === "~") this.quotation(anchor);
    else if (anchor === "<") return this.markup();
    else if (anchor === "[" || anchor === "◁") this.bracket();
    else if (anchor === "{") this.object();
    else if (anchor.toLowerCase() === "to=") this.tryAll([() => readRecipient(this.source, this.at)]);
    else {
      const begins = /(?:^|\n)[ \t*]*$/.test(text.slice(Math.max(0, this.at - 20), this.at));
      const action = begins && anchor.toLowerCase() === "action" ? readAction(this.source, this.at) : null;
      if (action !== null) {
        this.take(action);
        return "stop";
      }
      this.tryAll([() => readTranscript(this.source, this.at)]);
    }
    return "on";
  }

  /** Takes what the first able reader finds; else goes on behind the anchor. */
  private tryAll(readers: (() => Headed | null)[]): void {
    for (const read of readers) {
      const found = read();
      if (found !== null) return this.take(found);
    }
    this.at += 1;
  }

  private markup(): "stop" | "on" {
    const { text } = this.source;
    const tag = tagAt(text, this.at);
    if (tag === null) {
      this.at += 1;
      return "on";
    }
    if (this.thought(tag)) return "on";
    const turn = tag.name === "imstart" || tag.name === "start" ? /^(?:user|tool)/.test(text.slice(tag.end)) : false;
    const response = (RESPONSE.test(tag.name) && !tag.close) || turn;
    if (response && this.drafts.length > 0) return "stop";
    if (tag.name === "channel" && !tag.close) {
      this.channel(tag);
      return "on";
    }
    if (tag.name === "toolsep" || tag.name === "toolcallargumentbegin") {
      this.tryAll([() => readSeparated(this.source, this.at)]);
      return "on";
    }
    this.tryAll([
      () => this.pairs(tag),
      () => readTag(this.source, tag),
      () => (isWrapper(tag) && !tag.close ? readWrapper(this.source, { name: tag.name, from: tag.from, body: tag.end }) : null),
    ]);
    return "on";
  }

  private pairs(tag: Tag): Found | null {
    if (tag.name !== "argkey" && tag.name !== "longcatargkey") return null;
    const before = this.source.text.slice(Math.max(0, this.at - 200), this.at);
    const name = /([^<>\n]+)\s*$/.exec(before)?.[0] ?? "";
    return name.trim() === "" ? null : readPairs(this.source, this.at - name.length);
  }

  /** Thought from its opening tag to its closing one. A closing one alone means that all before it was thought. */
  private thought(tag: Tag): boolean {
    const { text } = this.source;
    const end = THOUGHT_END.test(tag.name) || (THOUGHT.test(tag.name) && tag.close);
    if (end) this.allWasThought(tag.end);
    else if (THOUGHT.test(tag.name) && tag.ended) {
      const close = new RegExp(`<(?:/|\\|/?END_|\\|end_of_)[^<>\\n]{0,12}(?:think|thought|reason|scratch|reflect|analysis)[^<>\\n]{0,12}>`, "gi");
      close.lastIndex = tag.end;
      const match = close.exec(text);
      if (match === null) this.openThought(tag.end);
      else this.skip(close.lastIndex);
    } else return false;
    return true;
  }

  private allWasThought(end: number): void {
    this.drafts = [];
    this.broken = null;
    this.prose = "";
    this.blank = true;
    this.at = end;
    this.from = end;
  }

  /** Thought without an end: nothing in it runs; a call in it is told to the model. */
  private openThought(from: number): void {
    const rest = this.inner(this.source.text.slice(from));
    this.inThought = rest.drafts.length > 0;
    this.skip(this.source.text.length);
  }

  private inner(text: string): Scan {
    if (this.depth >= 3) return { drafts: [], broken: null, inThought: false, prose: text };
    return new Scanner({ ...this.source, text }, this.depth + 1).scan();
  }

  /** `<|channel|>analysis<|message|>…` of Harmony, and Gemma's `<|channel>thought…<channel|>`. */
  private channel(tag: Tag): void {
    const { text } = this.source;
    const gemma = /^<\|channel>/.test(text.slice(this.at, this.at + 10));
    if (gemma) {
      const close = text.indexOf("<channel|>", tag.end);
      if (close < 0) this.openThought(tag.end);
      else this.skip(close + "<channel|>".length);
      return;
    }
    const header = text.slice(tag.end, tag.end + 120).split(/<\|message\|>|<\|constrain\|>|\n/)[0] ?? "";
    const to = header.indexOf("to=");
    if (to >= 0) this.skip(tag.end + to);
    else if (/^\s*analysis/.test(header)) {
      const body = tag.end + header.length;
      this.skip(turnEnd(text, text.startsWith("<|message|>", body) ? body + 1 : body));
    }
    else this.skip(tag.end + header.length);
  }

  private bracket(): void {
    const { text } = this.source;
    THINK.lastIndex = this.at;
    const think = THINK.exec(text);
    if (think !== null) {
      const closing = think[1] === "/" || think[2] === "/";
      const close = text.indexOf(think[0].startsWith("[") ? "[/THINK]" : "◁/think▷", THINK.lastIndex);
      if (closing) this.allWasThought(THINK.lastIndex);
      else if (close < 0) this.openThought(THINK.lastIndex);
      else this.skip(close + 8);
      return;
    }
    BRACKET.lastIndex = this.at;
    const mark = BRACKET.exec(text);
    const body = BRACKET.lastIndex;
    this.tryAll([
      () => (mark === null ? null : readWrapper(this.source, { name: (mark[1] ?? "").toLowerCase(), from: this.at, body })),
      () => (text.startsWith("[ARGS]", this.at) || text.startsWith("[CALL_ID]", this.at) ? readSeparated(this.source, this.at) : null),
      () => this.toolBracket(),
      () => this.list(),
    ]);
  }

  /** `[bash]ls[/bash]`, the tool's name in brackets around its one value. */
  private toolBracket(): Found | null {
    const { text } = this.source;
    const name = /^\[([\w.-]{1,80})\]/.exec(text.slice(this.at, this.at + 90))?.[1];
    const tool = this.source.tools.find((offered) => offered.name === name);
    if (tool === undefined) return null;
    const from = this.at + tool.name.length + 2;
    const close = text.indexOf(`[/${tool.name}]`, from);
    this.source.work.spend((close < 0 ? text.length : close) - from);
    if (close < 0) return null;
    const draft: Draft = { name: tool.name, given: { kind: "bare", text: text.slice(from, close).trim() }, closed: true };
    return { kind: "drafts", drafts: [draft], end: close + tool.name.length + 3 };
  }

  private list(): Found | null {
    const { text } = this.source;
    const next = text[skipSpaces(text, this.at + 1)] ?? "";
    if (next === "{") return this.value();
    if (!/[\p{L}_]/u.test(next)) return null;
    return readPythonList(this.source, this.at);
  }

  private object(): void {
    this.tryAll([() => readNamedObject(this.source, this.at), () => this.value()]);
  }

  /** A JSON value amid prose: a call if it says so itself, else data that is passed over. */
  private value(): Found | null {
    const { text, work } = this.source;
    const read = readNode(text, this.at, work);
    const start = text[this.at] === "[" ? skipSpaces(text, this.at + 1) : this.at;
    if (!read.ok) return beginsCall(start, this.source) ? broken(`The call is no JSON: ${read.reason}.`, start + 1) : null;
    const { first } = this;
    const alone = first && this.depth === 0 && this.isLast(read.end);
    const drafts = draftsOf(read.node, this.source, alone ? "alone" : "prose");
    if (drafts !== null && !read.closed && drafts.some(({ given }) => isEmpty(given)))
      return broken("The call is cut off.", read.end);
    if (drafts !== null) return { kind: "drafts", drafts, end: read.end };
    if (first && text[skipSpaces(text, read.end)] === "{") this.at = text.length;
    else this.at = read.end - 1;
    return null;
  }

  /** Inline code is passed over. A fenced block counts where it holds calls alone and is not shown as an example. */
  private quotation(mark: string): void {
    const { text } = this.source;
    const fence = /^(`{3,}|~{3,})([^\n`]*)/.exec(text.slice(this.at, this.at + 200));
    const begins = /(?:^|\n|>)[ \t]*$/.test(text.slice(Math.max(0, this.at - 20), this.at)) || this.at === 0;
    if (fence === null || !begins) {
      const close = mark === "`" ? text.indexOf("`", this.at + 1) : -1;
      const closed = close > 0 && !text.slice(this.at, close).includes("\n");
      this.at = closed ? close + 1 : this.at + 1;
      return;
    }
    const [head, ticks = "```", info = ""] = fence;
    const from = this.at + head.length;
    const closing = new RegExp(`\\n[ \\t]*${ticks}[ \\t]*(?=\\n|$|<)|${ticks}\\s*(?=$|<)`, "g");
    closing.lastIndex = from;
    const match = closing.exec(text);
    const end = match === null ? text.length : closing.lastIndex;
    this.source.work.spend(end - from + 200);
    const language = info.trim().split(/\s/)[0]?.toLowerCase() ?? "";
    const found = this.fenced(language, text.slice(from, match?.index ?? end), end);
    if (found === null) this.at = end;
    else this.take(found);
  }

  private fenced(language: string, content: string, end: number): Found | null {
    const calling = /^(?:tool|function|call|action)[\w-]*$/.test(language);
    if (!calling && !/^(?:json[5c]?|xml|text|txt|plaintext|python|py|)$/.test(language)) return null;
    const python = /^(?:python|py)$/.test(language);
    const api = /default_api\.|^\s*\[\s*\w+\(/.test(content);
    if (python && !(this.first && this.isLast(end) && api)) return null;
    if (!calling && this.isExample(end)) return null;
    const source = { ...this.source, text: content };
    const calls = calling || python ? readPythonCalls(source, skipSpaces(content, 0)) : null;
    if (calls !== null) return calls.kind === "drafts" && content.slice(calls.end).trim() !== "" ? null : { ...calls, end };
    const inner = this.inner(content);
    if (inner.broken !== null) return broken(inner.broken, end);
    if (inner.drafts.length > 0 && /^[\s\]};,]*$/.test(inner.prose.replace(/<\/?[\w:.-]+>/g, ""))) return { kind: "drafts", drafts: inner.drafts, end };
    return calling ? broken("The block is announced as a call and holds none.", end) : null;
  }

  /** Whether the prose around a block shows it as an example. */
  private isExample(end: number): boolean {
    const before = this.source.text.slice(Math.max(0, this.at - 300), this.at).trimEnd();
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const after = this.source.text.slice(end, end + 300).replace(TOKENS, "").trim();
    const shown = /\b(?:like this|for example|for instance|example|e\.g\.|such as|looks? like|syntax|documentation)\b/i;
    return shown.test(line) || (after !== "" && /^.{0,80}\b(?:is|was|would be|shows?) (?:an|the) example\b/i.test(after));
  }

  /** A reply that consists of Python calls and nothing else. */
  private wholePython(): void {
    const { text } = this.source;
    const from = skipSpaces(text, this.prose.trim() === "" ? this.from : text.length);
    if (from >= text.length) return;
    const found = readPythonCalls(this.source, from);
    if (found === null) return;
    if (found.kind === "broken") this.broken = found.reason;
    else if (text.slice(found.end).replace(TOKENS, "").trim() === "") {
      this.at = from;
      this.take(found);
    }
  }
}

/** What a text holds: drafts of calls in order, and the prose outside calls and thought. */
export function scan(source: Source): Scan {
  return new Scanner(source, 0).scan();
}

/** Whether text behind a call is an observation that the model made up. */
export const observed = (text: string): boolean => OBSERVATION.test(text);
