// @ts-check
/** What a node has to do with others: who calls, imports, tests whom. Read from the facts when a selection first asks. */

/** @typedef {Map<number, number[]>} Edges */

/** @type {Map<string, { out: Edges, in: Edges }>} */
const readEdges = new Map();

/** Both directions of a relation of the facts.
 * @param {"inherits" | "calls" | "uses" | "imports" | "tests"} relation
 */
function edgesOf(relation) {
  const known = readEdges.get(relation);
  if (known !== undefined) return known;
  /** @type {Edges} */
  const out =
    relation === "imports" || relation === "tests"
      ? new Map(facts[relation].entries())
      : unpacked(facts.edges[relation]);
  /** @type {Edges} */
  const back = new Map();
  for (const [source, targets] of out)
    for (const target of targets) {
      const sources = back.get(target);
      if (sources === undefined) back.set(target, [source]);
      else sources.push(source);
    }
  const both = { out, in: back };
  readEdges.set(relation, both);
  return both;
}

/** The inverse of `packEdges` in `facts.ts`.
 * @param {number[]} packed
 */
function unpacked(packed) {
  /** @type {Edges} */
  const edges = new Map();
  let source = 0;
  for (let at = 0; at < packed.length; ) {
    source += packed[at++] ?? 0;
    const end = at + 1 + (packed[at] ?? 0);
    const targets = [];
    for (let target = 0; ++at < end; ) targets.push((target += packed[at] ?? 0));
    edges.set(source, targets);
  }
  return edges;
}

/** How many files import a file.
 * @param {MapNode} file
 */
const importersOf = (file) => edgesOf("imports").in.get(file.id)?.length ?? 0;

/** @param {number[]} ids */
const relatedTo = (ids) => ids.map((id) => ({ node: /** @type {MapNode} */ (nodes[id]), count: 1 }));

/** Where a node's relations lead, in groups; no group is empty.
 * @param {MapNode} node
 * @returns {Group[]}
 */
function groupsOf(node) {
  const groups =
    node.type === "definition"
      ? definitionGroups(node)
      : node.type === "file"
        ? fileGroups(node)
        : folderGroups(node);
  return groups.filter(({ related }) => related.length > 0);
}

/**
 * @param {MapNode} file
 * @returns {Group[]}
 */
function fileGroups({ id }) {
  const [imports, tests] = [edgesOf("imports"), edgesOf("tests")];
  return [
    { title: "Imported by", side: "in", related: relatedTo(imports.in.get(id) ?? []) },
    { title: "Imports", side: "out", related: relatedTo(imports.out.get(id) ?? []) },
    { title: "Tests", side: "test", related: relatedTo(tests.out.get(id) ?? []) },
    { title: "Tests of", side: "out", related: relatedTo(tests.in.get(id) ?? []) },
  ];
}

/** What a definition does counts with all that is in it; what is done to it is about itself alone.
 * @param {MapNode} node
 * @returns {Group[]}
 */
function definitionGroups(node) {
  const inside = new Set(allIn(node).map(({ id }) => id));
  const out = (/** @type {"inherits" | "calls" | "uses"} */ relation) => {
    const targets = new Set([...inside].flatMap((id) => edgesOf(relation).out.get(id) ?? []));
    return relatedTo([...targets].filter((id) => !inside.has(id)));
  };
  const sources = (/** @type {"inherits" | "calls" | "uses"} */ relation, /** @type {boolean} */ test) =>
    relatedTo(edgesOf(relation).in.get(node.id) ?? []).filter(
      (one) => (fileOf(one.node).kind === "test") === test,
    );
  return [
    { title: "Called by", side: "in", related: sources("calls", false) },
    {
      title: "Extended by",
      side: "in",
      related: [...sources("inherits", false), ...sources("inherits", true)],
    },
    { title: "Used by", side: "in", related: sources("uses", false) },
    {
      title: "Tests",
      side: "test",
      related: distinct([...sources("calls", true), ...sources("uses", true)]),
    },
    { title: "Extends", side: "out", related: out("inherits") },
    { title: "Calls", side: "out", related: out("calls") },
    { title: "Uses", side: "out", related: out("uses") },
  ];
}

/** @param {Related[]} related */
const distinct = (related) => [...new Map(related.map((one) => [one.node, one])).values()];

/** Imports over a folder's border, counted for what lies beside it.
 * @param {MapNode} folder
 * @returns {Group[]}
 */
function folderGroups(folder) {
  if (folder === root) return [];
  const inside = new Set(filesIn(folder).map(({ id }) => id));
  const { out, in: back } = edgesOf("imports");
  return [
    { title: "Imported by", side: "in", related: besides(folder, inside, back) },
    { title: "Imports", side: "out", related: besides(folder, inside, out) },
  ];
}

/**
 * @param {MapNode} folder
 * @param {Set<number>} inside
 * @param {Edges} edges
 * @returns {Related[]}
 */
function besides(folder, inside, edges) {
  const around = new Set(trailOf(folder));
  /** @type {Map<MapNode, number>} */
  const counts = new Map();
  for (const id of inside)
    for (const other of edges.get(id) ?? []) {
      if (inside.has(other)) continue;
      let at = /** @type {MapNode} */ (nodes[other]);
      while (at.parent !== null && !around.has(at.parent)) at = at.parent;
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
  return [...counts].map(([node, count]) => ({ node, count })).sort((a, b) => b.count - a.count);
}

/** How many uses of a definition's name may mean it or another of that name.
 * @param {MapNode} node
 */
function unclearUses(node) {
  const last = node.name.slice(node.name.lastIndexOf(".") + 1);
  const found = facts.unclear.find((/** @type {[string, number]} */ [name]) => name === last);
  return node.type === "definition" && found !== undefined ? found[1] : 0;
}
