/** Which known word a mistyped one was probably meant to be. */

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The closest of `known`, at most `most` edits away; a word that `word` begins, or that begins `word`, counts as close. Null where there is none. */
export function nearest(word: string, known: readonly string[], most = Infinity): string | null {
  const text = word.toLowerCase().slice(0, 40);
  let best: { name: string; cost: number } | null = null;
  for (const name of known) {
    const other = name.toLowerCase();
    const begins = text.length > 2 && (other.startsWith(text) || text.startsWith(other));
    const cost = begins ? 0.5 : distance(text, other);
    if (cost <= most && (best === null || cost < best.cost)) best = { name, cost };
  }
  return best?.name ?? null;
}
