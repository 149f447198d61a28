/** Several replacements in one text. */

export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The text with all edits made; they must not overlap, their order does not matter. */
export function splice(text: string, edits: Edit[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const { start, end, text: put } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(text.slice(at, start), put);
    at = end;
  }
  return parts.join("") + text.slice(at);
}
