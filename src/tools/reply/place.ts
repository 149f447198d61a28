/** Where things that a file lacks are put. */
import { unitOf } from "../../graph/text/indent.ts";
import { type Item, startWithComment } from "./outline.ts";

/** Where new code goes in a text: the offset, the indentation there, and what it stands next to. */
export interface Place {
  at: number;
  indent: string;
  /** It comes before something, else behind it. */
  before: boolean;
  /** Nothing stands before it in what holds it. */
  open: boolean;
}

/** Before `next`, else behind `last`, else inside the empty `holder`, else at the end. */
export function placeFor(
  text: string,
  list: Item[],
  { next, last, holder }: { next: Item | undefined; last: Item | undefined; holder: Item | undefined },
): Place {
  const indentAt = (offset: number): string => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
  };
  if (next !== undefined)
    return {
      at: startWithComment(text, list, next),
      indent: indentAt(next.start),
      before: true,
      open: false,
    };
  const behind = (offset: number): number => {
    const end = text.indexOf("\n", offset);
    return end < 0 ? text.length : end + 1;
  };
  if (last !== undefined)
    return { at: behind(last.end), indent: indentAt(last.start), before: false, open: false };
  if (holder?.body == null) return { at: text.length, indent: "", before: false, open: text.trim() === "" };
  const unit = unitOf(text.split("\n")) ?? "    ";
  return {
    at: behind(holder.body.start),
    indent: indentAt(holder.start) + unit,
    before: false,
    open: true,
  };
}
