/** The part of the code that a task is about, within a budget: the target in full, its file folded, the next ones as heads. */
import type { CodeSymbol, Target } from "../types.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { fold } from "./fold.ts";
import { type Parsed, parse } from "./parse.ts";

const MAIN_SHARE = 0.75;
const MOST_HEADS = 24;

const fenced = (path: string, language: string, text: string): string =>
  `${path}\n\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const OTHERS = "Other definitions:";
const TOO_LONG = "too long to show";

/**
 * The file around the target: folded if that fits, else the target's own text, else its head and a word that it was too
 * long. What cannot be folded to fit is not shown.
 */
function mainText(parsed: Parsed, target: Target, room: number): string {
  const keep = target.symbol === undefined ? parsed.symbols.map(({ name }) => name) : [target.symbol];
  const whole = parsed.text.length <= room ? parsed.text : fold(parsed, keep, room);
  if (whole.length <= room) return whole;
  const symbol = parsed.symbols.find(({ name }) => name === target.symbol);
  if (symbol === undefined) {
    const heads = fold(parsed, [], room);
    return heads.trim() !== "" && heads.length <= room
      ? heads
      : `… (${parsed.text.split("\n").length} lines: ${TOO_LONG})`;
  }
  const own = parsed.text
    .split("\n")
    .slice(symbol.lines.start - 1, symbol.lines.end)
    .join("\n");
  return own.length <= room
    ? own
    : `${symbol.signature.slice(0, room)} … (${symbol.lines.end - symbol.lines.start} lines: ${TOO_LONG})`;
}

function headsOf(symbols: CodeSymbol[], skip: (symbol: CodeSymbol) => boolean, room: number): string {
  const rows: string[] = [];
  let left = room - `\n\n${OTHERS}`.length;
  for (const symbol of symbols.filter((one) => !skip(one)).slice(0, MOST_HEADS)) {
    const row = `${symbol.path}:${symbol.lines.start} ${symbol.signature.split("\n")[0] ?? ""}`;
    if (row.length + 1 > left) break;
    rows.push(row);
    left -= row.length + 1;
  }
  return rows.length === 0 ? "" : `${OTHERS}\n${rows.join("\n")}`;
}

/** `room` in characters. `symbols` best first. The order of the parts depends on nothing but the arguments. */
export async function slice(
  parts: { target: Target | null; symbols: CodeSymbol[]; room: number },
  workspace: Pick<Workspace, "read">,
): Promise<string> {
  const { target, symbols, room } = parts;
  const texts: string[] = [];
  if (target !== null) {
    const read = await workspace.read(target.path);
    const parsed = read.ok ? await parse(target.path, read.file.text) : null;
    const plain = read.ok && parsed === null && read.file.text.length <= room ? read.file.text : null;
    const text = parsed === null ? plain : mainText(parsed, target, room * MAIN_SHARE);
    if (text !== null) texts.push(fenced(target.path, parsed?.language ?? "", text));
  }
  const used = texts.join("").length;
  const heads = headsOf(symbols, ({ path }) => used > 0 && path === target?.path, room - used);
  if (heads !== "") texts.push(heads);
  return texts.join("\n\n");
}
