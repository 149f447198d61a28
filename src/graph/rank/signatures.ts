/**
 * Definitions as rows of a slice: one line each, below the heads of what encloses them and the name of their file. Rank decides
 * what is shown, path and position decide where, so that a small change of scores moves nothing else.
 */
import { estimateTokens } from "../../model/estimate.ts";
import type { CodeSymbol } from "../../types.ts";
import type { Ranked } from "./rank.ts";

/** What is known of one line of a slice. */
export interface SliceLine {
  path: string;
  /** Qualified in its file; null on a line that names the file. */
  symbol: string | null;
  /** Why it is there: reasons with their points. */
  why: string[];
}

/** What is shown of one definition. */
export interface Shown {
  symbol: CodeSymbol;
  rows: string[];
  why: () => string[];
}

const LONGEST_ROW = 160;

/** Of a row with its line end; the estimate of a whole text is at most the sum of its rows'. */
const tokensOf = (row: string): number => estimateTokens(`${row}\n`);

const byPlace = ({ symbol: a }: Shown, { symbol: b }: Shown): number => {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.lines.start - b.lines.start || b.lines.end - a.lines.end || (a.name < b.name ? -1 : 1);
};

/** What was chosen so far within a room of tokens. */
export class Rows {
  private readonly shown = new Map<string, Shown>();
  private readonly paths = new Set<string>();

  private left: number;

  constructor(private readonly most: number) {
    this.left = most;
  }

  private key = ({ path, lines, name }: CodeSymbol): string => `${path}:${lines.start}:${lines.end} ${name}`;

  has(symbol: CodeSymbol): boolean {
    return this.shown.has(this.key(symbol));
  }

  /** Takes all that is not there yet if it fits, and in at most `most` tokens. */
  take(some: Shown[], most = this.left): boolean {
    const fresh = some.filter(({ symbol }) => !this.has(symbol));
    const titles = new Set(fresh.map(({ symbol }) => symbol.path).filter((path) => !this.paths.has(path)));
    let cost = 0;
    for (const { rows } of fresh) for (const row of rows) cost += tokensOf(row);
    for (const path of titles) cost += tokensOf(`${path}:`);
    if (cost > Math.min(most, this.left)) return false;
    this.left -= cost;
    for (const one of fresh) this.shown.set(this.key(one.symbol), one);
    for (const path of titles) this.paths.add(path);
    return true;
  }

  /** Reckons anew what is left: the rows together are less than one by one. */
  reckon(): void {
    this.left = this.most - estimateTokens(this.render().text) - 1;
  }

  get full(): boolean {
    return this.left <= 0;
  }

  /** The rows by path and position, each file's name above its own; one entry of `lines` for each line of `text`. */
  render(): { text: string; lines: SliceLine[] } {
    const rows: string[] = [];
    const lines: SliceLine[] = [];
    let last: string | null = null;
    for (const { symbol, rows: own, why } of [...this.shown.values()].sort(byPlace)) {
      const { path, name } = symbol;
      if (path !== last) {
        rows.push(`${path}:`);
        lines.push({ path, symbol: null, why: [] });
        last = path;
      }
      rows.push(...own);
      const line: SliceLine = { path, symbol: name, why: why() };
      lines.push(...own.map(() => line));
    }
    return { text: rows.join("\n"), lines };
  }
}

/** A signature as one row; where it is too long, without its last parameters. */
function rowOf({ signature }: CodeSymbol): string {
  const row = (signature.split("\n")[0] ?? "").replaceAll("( ", "(").replace(/,? \)/g, ")");
  if (row.length <= LONGEST_ROW) return row;
  const comma = row.lastIndexOf(", ", LONGEST_ROW);
  return comma < 0 ? `${row.slice(0, LONGEST_ROW)}…` : `${row.slice(0, comma)}, …`;
}

/** A definition as one row, behind the heads of what encloses it. */
export function signatureRows({ symbol, outer, why }: Ranked): Shown[] {
  return [...outer, symbol].map((one, depth) => ({
    symbol: one,
    rows: [`${"  ".repeat(depth)}${rowOf(one)}`],
    why: one === symbol ? why : () => [`holds ${symbol.name}`],
  }));
}

/** A definition in full, from the text of its file, behind the heads of what encloses it. */
export function wholeRows(ranked: Ranked, text: string): Shown[] {
  const { lines } = ranked.symbol;
  const rows = text.split("\n").slice(lines.start - 1, lines.end);
  return signatureRows(ranked).map((one) => (one.symbol === ranked.symbol ? { ...one, rows } : one));
}
