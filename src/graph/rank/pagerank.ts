/**
 * Personalised PageRank over a weighted graph in compressed rows: how often a walk that keeps going back to the seeds is met
 * at a node. By power iteration, in the order of the rows, so that the same graph and seeds give the same bits.
 */

/** Edges by the node that they lead to: those of `node` are at `starts[node]` up to `starts[node + 1]`. */
export interface Rows {
  starts: Uint32Array;
  from: Uint32Array;
  /** The share of its `from` node's way out that goes along the edge; those of one `from` sum up to at most 1. */
  share: Float32Array;
}

/** The part of the walk that follows edges; the rest goes back to the seeds. */
export const DAMPING = 0.6;
const MOST_ROUNDS = 30;
/** Rounds end when all nodes together have moved less than this. */
const SETTLED = 1e-4;

/**
 * `seeds` are weights of at least 0, one for each node; their sum may be anything above 0. The result sums up to 1 at most:
 * what a node without ways out would pass on is lost, which changes no order among the others.
 */
export function pagerank({ starts, from, share }: Rows, seeds: Float64Array): Float64Array {
  const size = seeds.length;
  const total = seeds.reduce((sum, weight) => sum + weight, 0);
  let now = seeds.map((weight) => (total === 0 ? 0 : weight / total));
  const back = now.map((weight) => weight * (1 - DAMPING));
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = new Float64Array(size);
    let moved = 0;
    for (let node = 0; node < size; node += 1) {
      let sum = 0;
      const end = starts[node + 1] ?? 0;
      for (let at = starts[node] ?? 0; at < end; at += 1)
        sum += (now[from[at] as number] as number) * (share[at] as number);
      const value = (back[node] as number) + DAMPING * sum;
      moved += Math.abs(value - (now[node] as number));
      next[node] = value;
    }
    now = next;
    if (moved < SETTLED) break;
  }
  return now;
}
