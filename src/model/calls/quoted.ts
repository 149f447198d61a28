/**
 * Quoted strings as models write them, and what may stand between values. A string is read up to its closing quote; one
 * that is not closed is never repaired. Backslashes that begin no known escape stay, and so do those of Windows paths.
 */

/** `cut`: the text ended inside. `end` is how far was looked. */
export type QuotedRead =
  | { ok: true; value: string; end: number }
  | { ok: false; reason: string; cut: boolean; end: number };

/** The literals of JSON, Python and JavaScript. */
export const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["true", "True", "TRUE"].map((word) => [word, true] as const),
  ...["false", "False", "FALSE"].map((word) => [word, false] as const),
  ...["null", "None", "NULL", "Null", "undefined", "nil"].map((word) => [word, null] as const),
]);

/** Opening quotes and the quotes that close them. */
const CLOSERS: Record<string, string> = { '"': '"', "'": "'", "“": '”“"', "‘": "’‘'", "”": '”"', "`": "`" };
const SAME: Record<string, string> = { "“": '”"', "‘": "’'" };
const DELIMITERS = ['<|"|>', "<escape>"];
const ESCAPES: Record<string, string> = {
  n: "\n",
  t: "\t",
  r: "\r",
  b: "\b",
  f: "\f",
  '"': '"',
  "'": "'",
  "\\": "\\",
  "/": "/",
};
const DRIVE = /(?:^|[\s"'=(])[A-Za-z]:\\(?!\\)[\w.]/;

/** The next place that is neither white space nor a comment. */
export function skipBlank(text: string, from: number, hashesCount: boolean): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return at;
    const char = text[at];
    if (code <= 32 || (code > 127 && /\s|\uFEFF/.test(text[at] ?? ""))) at += 1;
    else if (char === "/" && text[at + 1] === "*") {
      const end = text.indexOf("*/", at + 2);
      if (end < 0) return text.length;
      at = end + 2;
    } else if ((char === "/" && text[at + 1] === "/") || (char === "#" && !hashesCount)) {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else return at;
  }
}

function decodeOne(text: string, at: number, python: boolean): { value: string; end: number } | null {
  const char = text[at + 1] ?? "";
  const known = ESCAPES[char];
  if (known !== undefined) return { value: known, end: at + 2 };
  const digits = char === "u" ? 4 : char === "x" && python ? 2 : 0;
  const hex = text.slice(at + 2, at + 2 + digits);
  if (digits > 0 && /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits)
    return { value: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 2 + digits };
  return null;
}

/**
 * What the inside of a quoted string means. A backslash before anything else is kept. Where a drive letter is followed by a
 * single backslash and reading escapes would give control characters, all backslashes are the path's own.
 */
export function decode(raw: string, python: boolean): string {
  if (!raw.includes("\\")) return raw;
  let value = "";
  let odd = false;
  for (let at = 0; at < raw.length; ) {
    const char = raw[at] ?? "";
    const one = char === "\\" ? decodeOne(raw, at, python) : null;
    if (char === "\\" && one === null) odd = true;
    value += one === null ? char : one.value;
    at = one === null ? at + 1 : one.end;
  }
  const path = DRIVE.test(raw) && !raw.includes('\\"');
  const control =
    /[\b\f]/.test(value) || (/^[A-Za-z]:\\/.test(raw) && /[\n\t\r]/.test(value) && !/\s/.test(raw));
  return path && (odd || control) ? raw.replaceAll("\\\\", "\\") : value;
}

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (at < from + 2000 && /\s/.test(text[at] ?? "x")) at += 1;
  return at;
}

const NEXT_KEY = /,\s*(?:["'“][^"'“”\n]{1,80}["'”]|[\w$-]{1,80})\s*:/y;
const NEXT_ITEM = /,\s*(?:["'“[{\d-]|true|false|null)/y;
const CLOSING = /,?\s*[}\]][\s}\])]{0,200}(?:$|[,;<{`]|\[\/)/y;

/** Whether a quote at `at` can be the closing one, from what follows. */
function closes(text: string, at: number, role: "key" | "value" | "item"): boolean {
  const next = afterSpaces(text, at + 1);
  if (next >= text.length) return true;
  if (role === "key") return text[next] === ":";
  return [role === "value" ? NEXT_KEY : NEXT_ITEM, CLOSING].some((pattern) => {
    pattern.lastIndex = next;
    return pattern.test(text);
  });
}

/** Keeps count of quotes inside a string: one that opens a word and is not closed leaves two readings. */
function opensWord(text: string, at: number): boolean {
  return /[\s([{=:,>]/.test(text[at - 1] ?? " ") && /\S/.test(text[at + 1] ?? " ");
}

function readBetween(text: string, from: number, delimiter: string): QuotedRead {
  const start = from + delimiter.length;
  const close = text.indexOf(delimiter, start);
  if (close >= 0) {
    const end = close + delimiter.length;
    const follows = /\s*(?:$|[,}\])]|[\w$.-]+\s*:|<(?!escape>|\|"\|>))/y;
    follows.lastIndex = end;
    if (follows.test(text)) return { ok: true, value: text.slice(start, close), end };
    return { ok: false, reason: `a text between ${delimiter} is not closed`, cut: false, end };
  }
  const last = /[^,{}[\]\n<"]+(?=[}\]]+\s*(?:$|<))/y;
  last.lastIndex = start;
  const rest = last.exec(text)?.[0];
  if (rest !== undefined) return { ok: true, value: rest, end: start + rest.length };
  return { ok: false, reason: `a text between ${delimiter} is not closed`, cut: true, end: text.length };
}

function readTriple(text: string, from: number, quote: string): QuotedRead {
  const end = text.indexOf(quote, from + 3);
  if (end < 0) return { ok: false, reason: "a text is cut off", cut: true, end: text.length };
  const raw = text.slice(from + 3, end);
  if (/\\(?!["'])/.test(raw))
    return { ok: false, reason: `a text in ${quote} has backslashes`, cut: false, end };
  return { ok: true, value: raw.replace(/\\(["'])/g, "$1"), end: end + 3 };
}

export interface QuotedStyle {
  python: boolean;
  /** Where quotes inside may be unescaped: the place that the string has, by which its end is told. */
  guess: "key" | "value" | "item" | null;
}

interface Opening {
  /** Of the quote that opens. */
  at: number;
  quote: string;
  closers: string;
  raw: boolean;
}

/** Where the string ends: its closing quote; or why it has none. */
function closingQuote(
  text: string,
  { at: from, closers, raw }: Opening,
  guess: QuotedStyle["guess"],
): QuotedRead {
  let inner = 0;
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (char === "\\" && !raw) at += 1;
    else if (!closers.includes(char)) continue;
    else if (guess !== null && !closes(text, at, guess))
      inner = inner === 1 ? 0 : at === from + 1 || opensWord(text, at) ? 1 : inner;
    else if (inner === 1)
      return { ok: false, reason: "quotes inside a text are not escaped", cut: false, end: at };
    else return { ok: true, value: text.slice(from + 1, at), end: at + 1 };
  }
  return { ok: false, reason: "a text is cut off", cut: true, end: text.length };
}

/** The quote that opens at `from`; null where none does. */
function openingAt(text: string, from: number, style: QuotedStyle): Opening | null {
  const raw = style.python && /[rR]/.test(text[from] ?? "") && /["']/.test(text[from + 1] ?? "");
  const at = raw ? from + 1 : from;
  const quote = text[at] ?? "";
  const closers = style.guess === null ? CLOSERS[quote] : (SAME[quote] ?? CLOSERS[quote]);
  if (closers === undefined || (quote === "`" && style.python)) return null;
  return { at, quote, closers, raw };
}

/** The quoted string that begins at `from`; null where none begins there. */
export function readQuoted(text: string, from: number, style: QuotedStyle): QuotedRead | null {
  const delimiter = DELIMITERS.find((mark) => text.startsWith(mark, from));
  if (delimiter !== undefined) return readBetween(text, from, delimiter);
  const opening = openingAt(text, from, style);
  if (opening === null) return null;
  const { at, quote, raw } = opening;
  const triple = quote.repeat(3);
  if ((quote === '"' || quote === "'") && text.startsWith(triple, at)) return readTriple(text, at, triple);
  const read = closingQuote(text, opening, style.guess);
  if (!read.ok || raw) return read;
  if (quote === "`" && read.value.includes("\\"))
    return { ok: false, reason: "a text in ` has backslashes", cut: false, end: read.end };
  return { ...read, value: decode(read.value, style.python || quote === "'") };
}
