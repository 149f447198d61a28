/**
 * Text from models, file names, checks and settings files on its way to a terminal: nothing in it may move the cursor,
 * set colours or titles, write to the clipboard or turn the reading direction. Escape sequences go as a whole; a state
 * machine over single characters makes the result independent of where a stream was split.
 */

type State = "text" | "escape" | "sequence" | "string" | "string escape";

/** Marks and overrides of direction: they make a line read otherwise than it is. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Introducers of strings that run to a terminator: DCS, SOS, OSC, PM, APC after ESC, and as single C1 characters. */
const STRING_AFTER_ESCAPE = "PX]^_";
const STRING_C1 = "\u0090\u0098\u009d\u009e\u009f";

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
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

  const fromText = (c: string): string => {
    if (c === "\u001b") state = "escape";
    else if (c === "\u009b") state = "sequence";
    else if (STRING_C1.includes(c)) state = "string";
    if (c === "\n" || c === "\t") return c;
    return isControl(c) || BIDI.test(c) ? "" : c;
  };
  const again = (c: string): string => {
    state = "text";
    return fromText(c);
  };
  const next = (c: string): string => {
    switch (state) {
      case "text":
        return fromText(c);
      case "escape":
        if (c === "[") state = "sequence";
        else if (STRING_AFTER_ESCAPE.includes(c)) state = "string";
        else if (c >= " " && c <= "/") state = "escape";
        else if (c >= "0" && c <= "~") state = "text";
        else return again(c);
        return "";
      case "sequence":
        if (c >= "@" && c <= "~") state = "text";
        else if (!(c >= " " && c <= "?")) return again(c);
        return "";
      case "string":
        // A line end closes a string that nothing terminates: at most the rest of one line is lost.
        if (c === "\n") return again(c);
        if (c === "\u0007" || c === "\u009c") state = "text";
        else if (c === "\u001b") state = "string escape";
        return "";
      case "string escape":
        if (c === "\\") {
          state = "text";
          return "";
        }
        state = "escape";
        return next(c);
    }
  };
  return {
    push(delta) {
      let clean = half;
      for (let i = 0; i < delta.length; i++) clean += next(delta.charAt(i));
      half = /[\ud800-\udbff]$/.exec(clean)?.[0] ?? "";
      return (half === "" ? clean : clean.slice(0, -1)).toWellFormed();
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
