// @ts-check
/**
 * The repository as the page works with it: a tree of folders, files and definitions, and what they have to do with each
 * other. Made once of the facts that `facts.ts` has written; what a selection needs is worked out when it is asked for.
 */

/**
 * @typedef {"folder" | "file" | "definition"} NodeType
 * @typedef {object} MapNode
 * @property {NodeType} type
 * @property {number} id Of a file or definition as in the facts; -1 for a folder.
 * @property {string} name Its own name; of folders that hold but one folder, all of them: `src/main/java`.
 * @property {string} path Of the folder or file, or of the file that a definition stands in.
 * @property {MapNode | null} parent
 * @property {MapNode[]} children By path or in the order of the text.
 * @property {number} lines At least 1.
 * @property {number} start First line of a definition; 0 otherwise.
 * @property {string} kind `class`, ...; of a file `code`, `test`, ...; of a folder empty.
 * @property {string} language Of a file or of its definitions.
 * @property {string} signature
 * @property {number} weight Its share of the map: the lines of what is shown of it.
 *
 * @typedef {{ node: MapNode, count: number }} Related
 * @typedef {{ title: string, side: "in" | "out" | "test", related: Related[] }} Group
 */

/** @returns {any} */
const readFacts = () => JSON.parse(document.getElementById("facts")?.textContent ?? "null");

const facts = readFacts();
const FILES = facts.paths.length;

/** @type {MapNode[]} Files, then definitions: the numbers of the facts are places in it. */
const nodes = [];
const root = folderNode("", "", null);
/** @type {Map<string, MapNode>} */
const folders = new Map([["", root]]);
growTree();

/**
 * @param {string} name
 * @param {string} path
 * @param {MapNode | null} parent
 * @returns {MapNode}
 */
function folderNode(name, path, parent) {
  return {
    type: "folder",
    id: -1,
    name,
    path,
    parent,
    children: [],
    lines: 0,
    weight: 0,
    start: 0,
    kind: "",
    language: "",
    signature: "",
  };
}

/** The folder at a path ("" or without a slash at its end), with those around it.
 * @param {string} path
 * @returns {MapNode}
 */
function folderAt(path) {
  /** @type {string[]} */
  const missing = [];
  let at = path;
  while (!folders.has(at)) {
    missing.push(at);
    at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
  }
  let folder = /** @type {MapNode} */ (folders.get(at));
  for (const one of missing.reverse()) {
    const child = folderNode(one.slice(one.lastIndexOf("/") + 1), one, folder);
    folder.children.push(child);
    folders.set(one, child);
    folder = child;
  }
  return folder;
}

function growTree() {
  for (let file = 0; file < FILES; file++) {
    const path = facts.paths[file];
    const parent = folderAt(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
    /** @type {MapNode} */
    const node = {
      type: "file",
      id: file,
      name: path.slice(path.lastIndexOf("/") + 1),
      path,
      parent,
      children: [],
      lines: Math.max(1, facts.lines[file]),
      start: 0,
      kind: facts.fileKinds[facts.fileKind[file]],
      language: facts.languages[facts.language[file]],
      signature: "",
      weight: 0,
    };
    parent.children.push(node);
    nodes.push(node);
    for (let at = parent; ; at = at.parent) {
      at.lines += node.lines;
      if (at.parent === null) break;
    }
  }
  growDefinitions();
  // Folders that hold nothing but one folder are one with it.
  for (const folder of folders.values()) {
    while (folder !== root && folder.children.length === 1 && folder.children[0]?.type === "folder") {
      const only = folder.children[0];
      folder.name += `/${only.name}`;
      folder.path = only.path;
      folder.children = only.children;
      for (const child of folder.children) child.parent = folder;
      folders.set(only.path, folder);
    }
  }
}

/** The signature of a definition by its place among all; "" where none is known.
 * @param {number} at
 */
function signatureAt(at) {
  return (facts.signatures[facts.signature[at]] ?? "").replace("\u007f", () => facts.names[at]);
}

function growDefinitions() {
  let at = 0;
  for (let file = 0; file < FILES; file++) {
    const home = /** @type {MapNode} */ (nodes[file]);
    let start = 0;
    for (let position = 0; position < facts.counts[file]; position++, at++) {
      start += facts.starts[at];
      const up = facts.parents[at];
      const parent = up === 0 ? home : /** @type {MapNode} */ (nodes[nodes.length - up]);
      /** @type {MapNode} */
      const node = {
        type: "definition",
        id: FILES + at,
        name: facts.names[at],
        path: home.path,
        parent,
        children: [],
        lines: facts.sizes[at],
        start,
        kind: facts.kinds[facts.kind[at]],
        language: home.language,
        signature: signatureAt(at),
        weight: facts.sizes[at],
      };
      parent.children.push(node);
      nodes.push(node);
    }
  }
}

/** The file that a definition stands in; a file itself.
 * @param {MapNode} node
 * @returns {MapNode}
 */
function fileOf(node) {
  let at = node;
  while (at.type === "definition" && at.parent !== null) at = at.parent;
  return at;
}

/** From the root down to the node, both included.
 * @param {MapNode} node
 */
function trailOf(node) {
  /** @type {MapNode[]} */
  const trail = [];
  for (let at = /** @type {MapNode | null} */ (node); at !== null; at = at.parent) trail.unshift(at);
  return trail;
}

/** A definition's name with everything that encloses it; the name of the project for the root.
 * @param {MapNode} node
 * @returns {string}
 */
function fullName(node) {
  if (node === root) return facts.title;
  if (node.type !== "definition") return node.path;
  return node.parent?.type === "definition" ? `${fullName(node.parent)}.${node.name}` : node.name;
}

/** Gives every file that is shown its lines as weight, and every folder that of its files.
 * @param {(file: MapNode) => boolean} isShown
 */
function weigh(isShown) {
  for (const folder of folders.values()) folder.weight = 0;
  for (const file of nodes.slice(0, FILES)) {
    file.weight = isShown(file) ? file.lines : 0;
    for (let at = file.parent; at !== null; at = at.parent) at.weight += file.weight;
  }
}

/** Every file in a node.
 * @param {MapNode} node
 */
function filesIn(node) {
  /** @type {MapNode[]} */
  const found = [];
  const open = [node];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.type === "file") found.push(at);
    else if (at.type === "folder") for (const child of at.children) open.push(child);
  }
  return found;
}

/** A node and everything in it.
 * @param {MapNode} node
 */
function allIn(node) {
  const found = [node];
  for (let at = 0; at < found.length; at++) for (const child of found[at]?.children ?? []) found.push(child);
  return found;
}

/** What the address of the page ends with where a node is selected; unique to it.
 * @param {MapNode} node
 */
function addressOf(node) {
  const encode = (/** @type {string} */ text) =>
    encodeURIComponent(text.toWellFormed()).replaceAll("%2F", "/");
  if (node === root) return "#";
  if (node.type === "folder") return `#${encode(node.path)}/`;
  if (node.type === "file") return `#${encode(node.path)}`;
  const name = fullName(node);
  const namesakes = allIn(fileOf(node)).filter(
    (other) => other.name === node.name && fullName(other) === name,
  );
  const nth = namesakes.indexOf(node);
  return `#${encode(node.path)}::${encode(name)}${nth > 0 ? `~${nth + 1}` : ""}`;
}

/** The node that an address ends with; null where there is none (any more).
 * @param {string} address
 */
function nodeAt(address) {
  if (address === "" || address === "#") return root;
  const plain = address.replace(/::.*/, "");
  const home = [...folders.values(), ...nodes.slice(0, FILES)].find(
    (one) => one !== root && addressOf(one) === plain,
  );
  if (home === undefined || plain === address) return home ?? null;
  return allIn(home).find((one) => one.type === "definition" && addressOf(one) === address) ?? null;
}
