/**
 * One walk over the text of a reply. At each character that could begin a call, a thought or a quotation, the readers of
 * the dialects are tried, the most explicit first; what one of them has read is jumped over, so that text inside a value is
 * never taken for markup. Calls in thought and in quotations do not count.
 */
import { isJsonList, readBracket } from "./brackets.ts";
import { broken, type Draft, type Found, NONE, type Source } from "./draft.ts";
import {
  type Headed,
  readAction,
  readNamedObject,
  readRecipient,
  readSeparated,
  readTranscript,
} from "./headed.ts";
import { beginsCall, draftsOf } from "./json.ts";
import { readNode } from "./node.ts";
import { readLoosePairs } from "./pairs.ts";
import { readPythonCalls, readWholePython } from "./pythonic.ts";
import { isExample, quotationAt, spokenOf } from "./quotation.ts";
import { isAnswer, isBlank, isWrapper, skipSpaces, tagAt, withoutTokens } from "./tags.ts";
import { bracketThought, nextThoughtEnd, type Thought, thoughtOf } from "./thought.ts";
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
    const prose = withoutTokens(this.prose).trim();
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
    return (
      this.drafts.length === 0 &&
      this.blank &&
      this.at - this.from < 400 &&
      isBlank(this.source.text.slice(this.from, this.at))
    );
  }

  /** Whether nothing but blanks and tokens comes behind `end`. */
  private isLast(end: number): boolean {
    return this.source.text.length - end < 400 && isBlank(this.source.text.slice(end));
  }

  /** Goes on at `end`; what lies between it and `from` is no prose. */
  private skip(end: number, from = this.at): void {
    this.note(Math.max(from, this.from));
    this.at = Math.max(end, this.at + 1);
    this.from = this.at;
  }

  /** Why drafts do not count for the prose around them: a reason, or "" where they are prose themselves. */
  private quoted(from: number, end: number): string | null {
    const { text } = this.source;
    const spoken = spokenOf(text.slice(Math.max(0, from - 200), from), text.slice(end, end + 40));
    if (spoken === null) return null;
    return text[from] === "{"
      ? ""
      : `The call stands in ${spoken === "example" ? "an example" : "a sentence"}; to run it, send it alone.`;
  }

  private take(found: Headed): void {
    if (found.kind === "drafts" && found.drafts.length > 0) {
      const quoted = this.quoted(found.from ?? this.at, found.end);
      if (quoted === "") {
        this.at = found.end;
        return;
      }
      if (quoted !== null) this.broken ??= quoted;
      this.drafts.push(...found.drafts);
    } else if (found.kind === "broken") {
      this.broken ??= found.reason;
      this.toThoughtEnd();
      return;
    } else if (found.kind === "text") {
      this.at = found.end;
      return;
    }
    this.skip(found.end, "from" in found ? found.from : this.at);
  }

  /** A broken call decides the reply, unless it turns out to have been thought. */
  private toThoughtEnd(): void {
    const end = nextThoughtEnd(this.source.text, this.at);
    if (end !== null) this.allWasThought(end);
    else this.at = this.source.text.length;
  }

  private atAnchor(anchor: string): "stop" | "on" {
    const { text } = this.source;
    if (anchor === "`" || anchor === "~") this.quotation();
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
      if (found === null) continue;
      this.take(found);
      return;
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
    if (this.thought(thoughtOf(text, tag))) return "on";
    if (this.drafts.length > 0 && isAnswer(text, tag)) return "stop";
    if (tag.name === "toolsep" || tag.name === "toolcallargumentbegin") {
      this.tryAll([() => readSeparated(this.source, this.at)]);
      return "on";
    }
    this.tryAll([
      () => readLoosePairs(this.source, tag),
      () => readTag(this.source, tag),
      () =>
        isWrapper(tag) && !tag.close
          ? readWrapper(this.source, { name: tag.name, from: tag.from, body: tag.end })
          : null,
    ]);
    return "on";
  }

  private thought(found: Thought | null): boolean {
    if (found === null) return false;
    if (found.kind === "end") this.allWasThought(found.end);
    else if (found.kind === "open") this.openThought(found.end);
    else this.skip(found.end);
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

  private bracket(): void {
    if (this.thought(bracketThought(this.source.text, this.at))) return;
    this.tryAll([
      () => readBracket(this.source, this.at),
      () => (isJsonList(this.source.text, this.at) ? this.value() : null),
    ]);
  }

  private object(): void {
    this.tryAll([() => readNamedObject(this.source, this.at), () => this.value()]);
  }

  /** A JSON value amid prose: a call if it says so itself, else data that is passed over. */
  private value(): Found | null {
    const { text, work } = this.source;
    const read = readNode(text, this.at, work);
    const start = text[this.at] === "[" ? skipSpaces(text, this.at + 1) : this.at;
    if (!read.ok)
      return beginsCall(start, this.source)
        ? broken(`The call is no JSON: ${read.reason}.`, start + 1)
        : null;
    const { first } = this;
    const alone = first && this.depth === 0 && this.isLast(read.end);
    const drafts = draftsOf(read.node, this.source, alone ? "alone" : "prose");
    if (drafts !== null && !read.closed && drafts.some(({ given }) => given === NONE))
      return broken("The call is cut off.", read.end);
    if (drafts !== null) return { kind: "drafts", drafts, end: read.end };
    if (first && text[skipSpaces(text, read.end)] === "{") this.at = text.length;
    else this.at = read.end - 1;
    return null;
  }

  /** Inline code is passed over. A fenced block counts where it holds calls alone and is not shown as an example. */
  private quotation(): void {
    const found = quotationAt(this.source.text, this.at);
    if (found.kind !== "block") {
      this.at = found.end;
      return;
    }
    this.source.work.spend(found.content.length + 200);
    const calls = this.fenced(found.language, found.content, found.end);
    if (calls === null) this.at = found.end;
    else this.take(calls);
  }

  private fenced(language: string, content: string, end: number): Found | null {
    const calling = /^(?:tool|function|call|action)[\w-]*$/.test(language);
    if (!calling && !/^(?:json[5c]?|xml|text|txt|plaintext|python|py|)$/.test(language)) return null;
    const python = /^(?:python|py)$/.test(language);
    const api = /default_api\.|^\s*\[\s*\w+\(/.test(content);
    if (python && !(this.first && this.isLast(end) && api)) return null;
    const { text } = this.source;
    const before = text.slice(Math.max(0, this.at - 300), this.at);
    if (!calling && isExample(before, withoutTokens(text.slice(end, end + 300)))) return null;
    const source = { ...this.source, text: content };
    const calls = calling || python ? readPythonCalls(source, skipSpaces(content, 0)) : null;
    if (calls !== null)
      return calls.kind === "drafts" && content.slice(calls.end).trim() !== "" ? null : { ...calls, end };
    const inner = this.inner(content);
    if (inner.broken !== null) return broken(inner.broken, end);
    if (inner.drafts.length > 0 && /^[\s\]};,]*$/.test(inner.prose.replace(/<\/?[\w:.-]+>/g, "")))
      return { kind: "drafts", drafts: inner.drafts, end };
    return calling ? broken("The block is announced as a call and holds none.", end) : null;
  }

  /** A reply that consists of Python calls and nothing else. */
  private wholePython(): void {
    const from = skipSpaces(this.source.text, this.from);
    const found = this.blank ? readWholePython(this.source, from) : null;
    this.at = from;
    if (found !== null) this.take(found);
  }
}

/** What a text holds: drafts of calls in order, and the prose outside calls and thought. */
export function scan(source: Source): Scan {
  return new Scanner(source, 0).scan();
}
