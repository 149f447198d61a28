/** Quotations in prose: inline code, and fenced blocks with their language and what stands around them. */

export type Quotation =
  | { kind: "none" | "inline"; end: number }
  | { kind: "block"; language: string; content: string; end: number };

const EXAMPLE =
  /\b(?:like this|for example|for instance|example|e\.g\.|such as|looks? like|syntax|documentation)\b/i;
const EXAMPLE_AFTER = /^.{0,80}\b(?:is|was|would be|shows?) (?:an|the) example\b/i;

/** What a backtick or a tilde at `at` begins. A block without its closing fence goes to the end of the text. */
export function quotationAt(text: string, at: number): Quotation {
  const fence = /^(`{3,}|~{3,})([^\n`]*)/.exec(text.slice(at, at + 200));
  const begins = at === 0 || /(?:^|\n|>)[ \t]*$/.test(text.slice(Math.max(0, at - 20), at));
  if (fence === null || !begins) {
    const close = text[at] === "`" ? text.indexOf("`", at + 1) : -1;
    const closed = close > 0 && !text.slice(at, close).includes("\n");
    return closed ? { kind: "inline", end: close + 1 } : { kind: "none", end: at + 1 };
  }
  const [head, ticks = "```", info = ""] = fence;
  const from = at + head.length;
  const closing = new RegExp(`\\n[ \\t]*${ticks}[ \\t]*(?=\\n|$|<)|${ticks}\\s*(?=$|<)`, "g");
  closing.lastIndex = from;
  const match = closing.exec(text);
  const end = match === null ? text.length : closing.lastIndex;
  const language = info.trim().split(/\s/)[0]?.toLowerCase() ?? "";
  return { kind: "block", language, content: text.slice(from, match?.index ?? end), end };
}

/** Whether the prose around a block, the line before it above all, shows it as an example. */
export function isExample(before: string, after: string): boolean {
  const lines = before.trimEnd();
  return EXAMPLE.test(lines.slice(lines.lastIndexOf("\n") + 1)) || EXAMPLE_AFTER.test(after.trim());
}

/** How prose around a call speaks of it: as part of a sentence, as an example, or not at all. */
export function spokenOf(before: string, after: string): "sentence" | "example" | null {
  if (/[\w,]["'(]?[ \t]+["'(]?$/.test(before) && /^["')]?[ \t]+[a-z]/.test(after)) return "sentence";
  const lines = before.trimEnd();
  const line = lines.slice(lines.lastIndexOf("\n") + 1);
  return line.endsWith(":") && EXAMPLE.test(line) ? "example" : null;
}
