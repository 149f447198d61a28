/** Follows a JSON value while it streams: where it closes, and whether it is still being written or only filled up. */

/** More white space than this between two marks of a value is padding, and more digits than that no number. */
const MOST_SPACE = 200;
const MOST_DIGITS = 40;

export class JsonCloser {
  private at = 0;
  private depth = 0;
  private inString = false;
  private closed: number | null = null;
  private space = 0;
  private digits = 0;
  /** Whether the value, still open, has been filled up with white space or digits: nothing more will come of it. */
  padded = false;

  /** The offset just past the first object or array of the growing text, or null while it is open. */
  end(text: string): number | null {
    for (; this.closed === null && this.at < text.length; this.at += 1) this.step(text[this.at]);
    return this.closed;
  }

  private step(c: string | undefined): void {
    if (this.inString) {
      // The character after a backslash means nothing here.
      if (c === "\\") this.at += 1;
      else if (c === '"') this.inString = false;
      return;
    }
    this.measure(c);
    if (c === '"') this.inString = true;
    else if (c === "{" || c === "[") this.depth += 1;
    else if (c === "}" || c === "]") {
      this.depth -= 1;
      if (this.depth <= 0) this.closed = this.at + 1;
    }
  }

  private measure(c: string | undefined): void {
    this.space = c === " " || c === "\n" || c === "\t" || c === "\r" ? this.space + 1 : 0;
    this.digits = c !== undefined && /[-+.\deE]/.test(c) ? this.digits + 1 : 0;
    this.padded ||= this.space > MOST_SPACE || this.digits > MOST_DIGITS;
  }
}
