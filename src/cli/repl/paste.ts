/**
 * Bracketed paste: the terminal puts marks around what is pasted, so that its line ends are text and no Return. Keys and
 * pastes come apart here, wherever the stream of characters was split.
 */

/** Asks the terminal for the marks, and to leave them off again. */
export const PASTE_ON = "\x1b[?2004h";
export const PASTE_OFF = "\x1b[?2004l";

const START = "\x1b[200~";
const END = "\x1b[201~";

export interface Piece {
  kind: "keys" | "paste";
  text: string;
}

export class PasteReader {
  private inside = false;
  private pasted = "";
  /** The end of what came, where a mark may have begun. */
  private rest = "";

  /** Something is held back that more characters may turn into a mark; `flush` gives it as keys. */
  get waiting(): boolean {
    return this.rest !== "" && !this.inside;
  }

  push(chunk: string): Piece[] {
    const pieces: Piece[] = [];
    let text = this.rest + chunk;
    this.rest = "";
    for (;;) {
      const mark = this.inside ? END : START;
      const at = text.indexOf(mark);
      if (at < 0) break;
      this.take(text.slice(0, at), pieces);
      text = text.slice(at + mark.length);
      if (this.inside) {
        pieces.push({ kind: "paste", text: this.pasted.replace(/\r\n?/g, "\n") });
        this.pasted = "";
      }
      this.inside = !this.inside;
    }
    const held = begunMark(text, this.inside ? END : START);
    this.take(text.slice(0, text.length - held), pieces);
    this.rest = text.slice(text.length - held);
    return pieces;
  }

  /** No more characters came: what was held back were keys after all. */
  flush(): Piece[] {
    const text = this.rest;
    this.rest = "";
    return text === "" ? [] : [{ kind: "keys", text }];
  }

  private take(text: string, pieces: Piece[]): void {
    if (text === "") return;
    if (this.inside) this.pasted += text;
    else pieces.push({ kind: "keys", text });
  }
}

/** How many characters at the end of the text are the beginning of the mark. */
function begunMark(text: string, mark: string): number {
  for (let n = Math.min(text.length, mark.length - 1); n > 0; n -= 1)
    if (text.endsWith(mark.slice(0, n))) return n;
  return 0;
}
