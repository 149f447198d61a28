/**
 * Pairs in which both sides leave the same lines out ("...", "# ... existing code ..."): what is left out stays as it is in
 * the file, and the parts between are matched on their own. Refused unless every way to place the parts gives one result.
 */
import { placedLines } from "./indent.ts";
import { type FileLines, type Found, type Level, type Lines, placesAt } from "./lines.ts";

/** A line that only stands for others: dots, alone or in a comment, with words around them that speak of code left out. */
const ELISION =
  /^\s*(?:#|\/\/|\/\*+|<!--|--|;|%)?\s*[([{]?\s*(?:(?:\.{3,}|…)(?=[\s)\]}*]|-->|$)[^"'`=]*|[\w ,]+(?:\.{3,}|…))\s*[)\]}]?\s*(?:\*+\/|-->)?\s*$/;
const WORDS =
  /\b(code|rest|remain\w*|existing|unchanged|previous|same|other|more|lines?|methods?|functions?|body|here|omitted|before|above|below)\b/i;

function isElision(line: string): boolean {
  if (!ELISION.test(line)) return false;
  const words = line.replace(/[^\p{L}]+/gu, " ").trim();
  return words === "" || WORDS.test(words);
}

/** Placing the parts is given up beyond so many ways. */
const MOST_WAYS = 500;

/** The parts between the elisions. Where a text begins or ends with one, its first or last part is empty. */
function partsOf({ lines, ended }: Lines): Lines[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (isElision(line)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((part) => ({ lines: part, ended }));
}

export interface Elided {
  from: number;
  to: number;
  lines: string[];
}

/** All ways to place the parts in order, each behind the one before it. */
function waysOf(places: Found[][]): Found[][] | null {
  let ways: Found[][] = [[]];
  for (const options of places) {
    ways = ways.flatMap((way) =>
      options.filter(({ from }) => from >= (way.at(-1)?.to ?? 0)).map((one) => [...way, one]),
    );
    if (ways.length > MOST_WAYS) return null;
  }
  return ways;
}

/**
 * The places of a pair with elisions at one level, each with all of its new lines: none, one, or several that differ. Null:
 * too many to tell. A pair whose sides do not leave out the same number of times has none.
 */
export function elidedAt(file: FileLines, old: Lines, fresh: Lines, level: Level): Elided[] | null {
  const wanted = partsOf(old);
  const put = partsOf(fresh);
  if (wanted.length < 2 || wanted.length !== put.length) return [];
  const solid = wanted.flatMap((part, index) =>
    part.lines.length > 0 ? [{ part, put: put[index] ?? { lines: [], ended: true } }] : [],
  );
  // What is written behind or before an elision at the edge has no place of its own.
  if (solid.length < 1 || wanted.some((part, index) => part.lines.length === 0 && put[index]?.lines.length))
    return [];
  const ways = waysOf(solid.map(({ part }) => placesAt(file, part.lines, level)));
  if (ways === null) return null;
  const results = new Map<string, Elided>();
  for (const way of ways) {
    const changes = solid.flatMap(({ part, put }, index) => {
      const found = way[index];
      if (found === undefined || part.lines.join("\n") === put.lines.join("\n")) return [];
      return [{ from: found.from, to: found.to, lines: placedLines(file, found, part, put) }];
    });
    results.set(JSON.stringify(changes), joined(file, changes));
  }
  return [...results.values()];
}

/** Several changes as one, with the file's own lines between them. */
function joined(file: FileLines, changes: Elided[]): Elided {
  const from = changes[0]?.from ?? 0;
  let at = from;
  const lines: string[] = [];
  for (const change of changes) {
    lines.push(...file.lines.slice(at, change.from), ...change.lines);
    at = change.to;
  }
  return { from, to: at, lines };
}
