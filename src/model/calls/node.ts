/**
 * A tolerant reader of one written value: JSON, and what models write in its place (single or typographic quotes, Python
 * and JavaScript literals, comments, trailing and missing commas, raw line breaks, Gemma's `<|"|>` strings). Own, and no
 * library: repairing libraries (jsonrepair among them) close strings that were cut off, drop `...` and guess bare words, all
 * of which would run a call that nobody wrote. What is tolerated here has one reading; the rest fails with a reason.
 * Strict reading comes first; quotes inside strings are guessed only where it fails.
 */
import { readQuoted, skipBlank, WORDS } from "./quoted.ts";

/** A value with the text it was written as. Entries keep their order and repetitions. */
export type Node =
  | { kind: "object"; entries: [string, Node][]; text: string }
  | { kind: "array"; items: Node[]; text: string }
  | { kind: "string"; value: string; text: string }
  | { kind: "scalar"; value: number | boolean | null; text: string };

/** `closed`: no closer was missing. `end` is behind the value. */
export type NodeRead =
  | { ok: true; node: Node; end: number; closed: boolean }
  | { ok: false; reason: string; cut: boolean };

/** Which liberties hold: `bare` text is a string (Gemma), tuples and raw strings as in Python. */
export type Style = "json" | "bare" | "python";

/** What reading may still cost, in characters looked at; shared by everything that looks at one reply. */
export class Work {
  constructor(private left: number) {}
  /** False where the budget is spent; then nothing more is read. */
  spend(characters: number): boolean {
    this.left -= characters;
    return this.left > 0;
  }
  get spent(): boolean {
    return this.left <= 0;
  }
}

const DEPTH = 64;
/** What beginning to read costs, see `Work`. */
const START = 100;
const NUMBER = /[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?=[\s,}\])<;]|\/[/*]|#|$)/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$.-]*/uy;
const BARE = /[^,}\]\n<"]+(?=[,}\]\n])/y;
/** Text that is glued to a value and ends as a value does: a quote inside was not escaped. */
const GLUED = /[^\s,;<[{}\])`][^\n{<[]{0,200}["'”]\s*[}\]]/y;
const OVER = /$|<(?!\|"\||escape>)|```|\[\//y;
const MARK = /(?::|=>?)/y;
const STRAY = /(?:<\|"\|>|<escape>)/y;
const TAIL = /^[\s}\])]*(?:$|<|```|\[\/|\[END)/;

class NodeReader {
  closed = true;
  /** A quoted string was met. */
  quoted = false;
  /** Why reading failed; the methods return null then. */
  failure: { reason: string; cut: boolean } | null = null;
  private depth = 0;
  /** The closers wanted by the values around, innermost last. */
  private readonly wanted: string[] = [];

  constructor(
    private readonly text: string,
    public at: number,
    private readonly style: Style,
    private readonly guess: boolean,
  ) {}

  value(): Node | null {
    this.blank();
    const char = this.text[this.at];
    if (char === undefined) return this.fail("it ends where a value should follow", true);
    if (char === "{") return this.nested("}");
    if (char === "[") return this.nested("]");
    if (char === "(" && this.style === "python") return this.nested(")");
    const from = this.at;
    const place = this.wanted.at(-1) === "}" ? "value" : "item";
    const read = readQuoted(this.text, from, {
      python: this.style === "python",
      guess: this.guess ? place : null,
    });
    if (read === null) return this.scalar();
    this.quoted = true;
    this.at = read.end;
    if (!read.ok) return this.fail(read.reason, read.cut);
    STRAY.lastIndex = this.at;
    if (this.style === "bare" && STRAY.test(this.text)) this.at = STRAY.lastIndex;
    return { kind: "string", value: read.value, text: this.text.slice(from, this.at) };
  }

  private fail(reason: string, cut = false): null {
    this.failure ??= { reason, cut };
    return null;
  }

  private blank(): void {
    this.at = skipBlank(this.text, this.at, this.style === "bare");
  }

  private nested(closer: string): Node | null {
    this.depth += 1;
    if (this.depth > DEPTH) return this.fail("it is nested too deeply");
    const from = this.at;
    this.at += 1;
    this.wanted.push(closer);
    const entries: [string, Node][] = [];
    const items: Node[] = [];
    const whole = closer === "}" ? this.object(entries) : this.array(items, closer);
    this.wanted.pop();
    this.depth -= 1;
    if (!whole) return null;
    const text = this.text.slice(from, this.at);
    return closer === "}" ? { kind: "object", entries, text } : { kind: "array", items, text };
  }

  private scalar(): Node | null {
    const from = this.at;
    NUMBER.lastIndex = from;
    const number = NUMBER.exec(this.text)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return { kind: "scalar", value: Number(number.replaceAll("_", "")), text: number };
    }
    WORD.lastIndex = from;
    const word = WORD.exec(this.text)?.[0] ?? "";
    const known = WORDS.get(word);
    if (known !== undefined) {
      this.at += word.length;
      return { kind: "scalar", value: known, text: word };
    }
    if (/^(?:\.\.\.|…)/.test(this.text.slice(from, from + 3)))
      return this.fail("something is left out (...)");
    BARE.lastIndex = from;
    const bare = this.style === "bare" ? (BARE.exec(this.text)?.[0] ?? "") : "";
    if (bare.trim() === "") {
      const shown = (word || this.text[from] || "").slice(0, 30);
      const cut = word.length + from >= this.text.length;
      return this.fail(`${shown} is no value; text goes in double quotes`, cut);
    }
    this.at += bare.length;
    return { kind: "string", value: bare.trim(), text: bare };
  }

  /** Whether no more of a value can come: the text is over, or markup goes on. */
  private over(): boolean {
    OVER.lastIndex = this.at;
    return OVER.test(this.text);
  }

  /**
   * There, a list or an object may lack its closer where what came last is surely whole; a number at the end of the text
   * is not.
   */
  private ends(last: Node | undefined, comma: boolean): boolean {
    const number = last?.kind === "scalar" && typeof last.value === "number" && this.at >= this.text.length;
    const whole = last !== undefined && !comma && !number;
    if (!whole) this.fail("it is cut off", true);
    this.closed = false;
    return whole;
  }

  /** A closer of another kind: true ends the value here, false means it was a stray one and is skipped. */
  private otherCloser(char: string): boolean {
    const next = this.text[skipBlank(this.text, this.at + 1, false)];
    if (this.wanted.slice(0, -1).includes(char) && next !== this.wanted.at(-1)) return true;
    this.at += 1;
    return false;
  }

  private object(entries: [string, Node][]): boolean {
    let comma = false;
    for (;;) {
      this.blank();
      const char = this.text[this.at];
      if (this.over()) return this.ends(entries.at(-1)?.[1], comma);
      if (char === "}") {
        this.at += 1;
        return true;
      }
      if (char === "]" && entries.length > 0) {
        if (this.otherCloser(char)) return true;
        continue;
      }
      if (char === ",") {
        if (comma || entries.length === 0) return this.fail("a comma stands where a name should") !== null;
        comma = true;
        this.at += 1;
        continue;
      }
      const entry = this.entry();
      if (entry === null) return false;
      entries.push(entry);
      comma = false;
    }
  }

  private entry(): [string, Node] | null {
    const key = this.key();
    if (key === null) return null;
    this.blank();
    MARK.lastIndex = this.at;
    if (!MARK.test(this.text))
      return this.fail(`a colon is missing behind "${key.slice(0, 40)}"`, this.at >= this.text.length);
    this.at = MARK.lastIndex;
    this.blank();
    const char = this.text[this.at];
    if (char === "," || char === "}") return this.fail(`"${key.slice(0, 40)}" has no value`);
    const value = this.value();
    return value === null ? null : [key, value];
  }

  private key(): string | null {
    const read = readQuoted(this.text, this.at, { python: false, guess: this.guess ? "key" : null });
    if (read !== null) {
      this.quoted = true;
      this.at = read.end;
      return read.ok ? read.value : this.fail(read.reason, read.cut);
    }
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0];
    if (word === undefined) return this.fail("a name in double quotes should stand before each value");
    this.at += word.length;
    return word;
  }

  private array(items: Node[], closer: string): boolean {
    let comma = true;
    for (;;) {
      this.blank();
      const char = this.text[this.at];
      if (this.over()) return this.ends(items.at(-1), comma);
      if (char === closer) {
        this.at += 1;
        return true;
      }
      if (char === "}" && items.length > 0) {
        if (this.otherCloser(char)) return true;
        continue;
      }
      if (char === ",") {
        if (comma) return this.fail("a value is missing in a list") !== null;
        comma = true;
        this.at += 1;
        continue;
      }
      const lists = (char === "{" || char === "[") && items.at(-1)?.kind !== "string";
      if (!comma && !lists) return this.fail("a comma is missing in a list") !== null;
      const item = this.value();
      if (item === null) return false;
      items.push(item);
      comma = false;
    }
  }
}

type Attempt = NodeRead & { at: number; quoted: boolean };

function attempt(start: { text: string; at: number; style: Style }, guess: boolean): Attempt {
  const reader = new NodeReader(start.text, start.at, start.style, guess);
  const node = reader.value();
  const { at, closed, quoted } = reader;
  if (node !== null) return { ok: true, node, end: at, closed, at, quoted };
  return { ok: false, ...(reader.failure ?? { reason: "it is no value", cut: false }), at, quoted };
}

/**
 * The value that begins at `at`. With guessed quotes it must be closed, and nothing but closers may stand between it and
 * the end of the text or a tag.
 */
export function readNode(text: string, at: number, work: Work, style: Style = "json"): NodeRead {
  if (work.spent) return { ok: false, reason: "it is too tangled to read", cut: false };
  const strict = attempt({ text, at, style }, false);
  work.spend(2 * (strict.at - at) + START);
  if (strict.ok && style !== "python" && strict.quoted) {
    GLUED.lastIndex = strict.end;
    if (GLUED.test(text)) return { ok: false, reason: "quotes inside a text are not escaped", cut: false };
  }
  if (strict.ok || style === "python" || !strict.quoted || work.spent) return strict;
  const guessed = attempt({ text, at, style }, true);
  work.spend(4 * (guessed.at - at) + START);
  return guessed.ok && guessed.closed && TAIL.test(text.slice(guessed.end, guessed.end + 400))
    ? guessed
    : strict;
}

/** The plain value of a node. Of repeated entries the last one counts. */
export function plain(node: Node): unknown {
  if (node.kind === "array") return node.items.map(plain);
  if (node.kind !== "object") return node.value;
  const value: Record<string, unknown> = {};
  for (const [key, entry] of node.entries)
    Object.defineProperty(value, key, {
      value: plain(entry),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return value;
}
