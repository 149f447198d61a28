/** Personalised PageRank: against the linear system that it solves, and what it must do on graphs that a person can follow. */
import { describe, expect, test } from "bun:test";
import { layoutOf } from "../../src/graph/rank/layout.ts";
import { networkAround, RELATIONS } from "../../src/graph/rank/network.ts";
import { DAMPING, pagerank, type Rows } from "../../src/graph/rank/pagerank.ts";
import { graphOf } from "./texts.ts";

/** Rows of edges [from, to, weight]. */
function rowsOf(size: number, edges: [number, number, number][]): Rows {
  const out = Array.from({ length: size }, (_, node) =>
    edges.filter(([from]) => from === node).reduce((sum, [, , weight]) => sum + weight, 0),
  );
  const sorted = [...edges].sort((a, b) => a[1] - b[1]);
  const starts = Uint32Array.from(
    { length: size + 1 },
    (_, node) => sorted.filter(([, to]) => to < node).length,
  );
  return {
    starts,
    from: Uint32Array.from(sorted, ([from]) => from),
    share: Float32Array.from(sorted, ([from, , weight]) => weight / (out[from] ?? 1)),
  };
}

describe("the walk", () => {
  test("is the solution of p = (1 - d) s + d P p on random graphs", () => {
    let state = 7;
    const dice = (sides: number): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state % sides;
    };
    for (let round = 0; round < 20; round += 1) {
      const size = 3 + dice(30);
      const edges = Array.from({ length: size * 3 }, (): [number, number, number] => [
        dice(size),
        dice(size),
        1 + dice(5),
      ]);
      const rows = rowsOf(size, edges);
      const seeds = Float64Array.from({ length: size }, () => dice(3));
      seeds[0] = 1;
      const walk = pagerank(rows, seeds);
      const total = seeds.reduce((a, b) => a + b, 0);
      for (let node = 0; node < size; node += 1) {
        let sum = ((1 - DAMPING) * (seeds[node] ?? 0)) / total;
        for (let at = rows.starts[node] ?? 0; at < (rows.starts[node + 1] ?? 0); at += 1)
          sum += DAMPING * (walk[rows.from[at] ?? 0] ?? 0) * (rows.share[at] ?? 0);
        expect(Math.abs(sum - (walk[node] ?? 0))).toBeLessThan(1e-3);
      }
    }
  });

  test("goes nowhere without seeds, and never where no edge leads", () => {
    const rows = rowsOf(3, [[0, 1, 1]]);
    expect([...pagerank(rows, new Float64Array(3))]).toEqual([0, 0, 0]);
    const walk = pagerank(rows, Float64Array.of(1, 0, 0));
    expect(walk[1]).toBeGreaterThan(0);
    expect(walk[2]).toBe(0);
  });
});

describe("the network", () => {
  const FILES = {
    "a.py":
      "from b import helper\n\n\ndef top(x):\n    return helper(x)\n\n\nclass Base:\n    def run(self):\n        return top(1)\n",
    "b.py": "def helper(x):\n    return x\n",
    "c.py": "from a import Base\n\n\nclass Sub(Base):\n    pass\n\n\nhelper_of_c = 1\n",
    "tests/test_b.py": "from b import helper\n\n\ndef test_helper():\n    assert helper(1) == 1\n",
  };
  const drawn = async (files: Record<string, string>, central: string[] = []) => {
    const graph = await graphOf({ ...FILES, ...files });
    const layout = layoutOf(graph.index);
    const texts = new Map(
      Object.entries(files).map(([path, text]) => [graph.index.fileAt(path) ?? -1, text]),
    );
    const nodes = central.flatMap((name) => graph.index.definitionsNamed(name).map(layout.nodeOf));
    return { graph, layout, network: networkAround({ texts, nodes }, graph, layout) };
  };
  const said = async (files: Record<string, string>, central: string[] = []): Promise<string[]> => {
    const { graph, layout, network } = await drawn(files, central);
    const nameOf = (number: number): string => {
      const { file, definition } = layout.siteOf(network.nodes[number] ?? -1);
      return graph.index.definitionsIn(file)[definition]?.name ?? graph.index.files[file]?.path ?? "?";
    };
    const lines: string[] = [];
    for (let node = 0; node < network.nodes.length; node += 1)
      for (let at = network.starts[node] ?? 0; at < (network.starts[node + 1] ?? 0); at += 1)
        lines.push(
          `${nameOf(node)} ${RELATIONS[network.relation[at] ?? 0]} ${nameOf(network.from[at] ?? 0)}`,
        );
    return lines;
  };

  test("knows who calls, inherits, holds and imports whom, both ways", async () => {
    const lines = await said(FILES);
    for (const line of [
      "helper called by top",
      "top calls helper",
      "top called by run",
      "Base inherited by Sub",
      "Sub inherits Base",
      "run part of Base",
      "Base holds run",
      "b.py imported by a.py",
      "a.py imports b.py",
      "helper called by test_helper",
      "b.py imported by tests/test_b.py",
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.startsWith("helper_of_c called"))).toBe(false);
  });

  test("what goes out of a node is shared among its edges", async () => {
    const { network } = await drawn(FILES);
    const out = new Float64Array(network.nodes.length);
    for (const [at, from] of network.from.entries()) out[from] = (out[from] ?? 0) + (network.share[at] ?? 0);
    for (const sum of out) expect(sum).toBeLessThan(1 + 1e-5);
    expect(Math.max(...out)).toBeGreaterThan(0.5);
  });

  test("is drawn around some files: what they use, and who uses what is likely meant", async () => {
    const { "b.py": text } = FILES;
    expect(await said({ "b.py": text })).not.toContain("helper called by top");
    const lines = await said({ "b.py": text }, ["helper"]);
    expect(lines).toContain("helper called by top");
    expect(lines).not.toContain("top called by run");
  });
});
