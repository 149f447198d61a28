/**
 * Text from models, file names, checks and settings files on its way to a terminal: nothing in it may move the cursor,
 * set colours or titles, write to the clipboard or turn the reading direction. Escape sequences go as a whole; a state
 * machine over single characters makes the result independent of where a stream was split.
 */

type State = "text" | "escape" | "sequence" | "string" | "string escape";

/** Introducers of strings that run to a terminator: DCS, SOS, OSC, PM, APC after ESC, and as single C1 characters. */
const STRING_AFTER_ESCAPE = "PX]^_";
const STRING_C1 = "\u0090\u0098\u009d\u009e\u009f";

/** What a terminal acts on, line ends and tabs excepted, and the marks that make a line read in another direction. */
const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Where a character leads inside an escape sequence, all of which is dropped; "again": it is read as text. */
const INSIDE: Record<Exclude<State, "text">, (c: string) => State | "again"> = {
  escape: (c) => {
    if (c === "[") return "sequence";
    if (STRING_AFTER_ESCAPE.includes(c)) return "string";
    if (c >= " " && c <= "/") return "escape";
    return c >= "0" && c <= "~" ? "text" : "again";
  },
  sequence: (c) => {
    if (c >= "@" && c <= "~") return "text";
    return c >= " " && c <= "?" ? "sequence" : "again";
  },
  // A line end closes a string that nothing terminates: at most the rest of one line is lost.
  string: (c) => {
    if (c === "\n") return "again";
    if (c === "\u0007" || c === "\u009c") return "text";
    return c === "\u001b" ? "string escape" : "string";
  },
  "string escape": (c) => (c === "\\" ? "text" : INSIDE.escape(c)),
};

function fromText(c: string): State {
  if (c === "\u001b") return "escape";
  if (c === "\u009b") return "sequence";
  return STRING_C1.includes(c) ? "string" : "text";
}

/** A cleaner of one stream. What `push` returned so far, plus `end`, is the clean form of everything pushed. */
export interface Sanitizer {
  push(delta: string): string;
  end(): string;
}

export function sanitizer(): Sanitizer {
  let state: State = "text";
  /** The first half of a character outside the basic plane, until its second half is there. */
  let half = "";

  const clean = (delta: string): string => {
    if (state === "text" && !ACTIVE.test(delta)) return delta;
    let out = "";
    for (let i = 0; i < delta.length; i++) {
      const c = delta.charAt(i);
      const inside = state === "text" ? "again" : INSIDE[state](c);
      if (inside === "again" && !ACTIVE.test(c)) out += c;
      state = inside === "again" ? fromText(c) : inside;
    }
    return out;
  };
  return {
    push(delta) {
      const text = half + clean(delta);
      half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? "";
      return (half === "" ? text : text.slice(0, -1)).toWellFormed();
    },
    end() {
      const rest = half.toWellFormed();
      half = "";
      return rest;
    },
  };
}

/** The clean form of a whole text; line ends and tabs stay. */
export function sanitize(text: string): string {
  const stream = sanitizer();
  return stream.push(text) + stream.end();
}

/** The clean form on one line, shortened to `max` characters. */
export function oneLine(text: string, max = 200): string {
  const line = sanitize(text).replace(/\s+/g, " ").trim();
  return line.length <= max ? line : `${line.slice(0, max - 1).toWellFormed()}…`;
}

/** JSON whose text can be shown as it is: what JSON leaves unescaped and a terminal acts on is escaped here. */
export function terminalSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
