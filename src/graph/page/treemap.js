// @ts-check
/**
 * Where everything stands on the map: a squarified treemap (Bruls, Huizing, van Wijk 2000), worked out anew for the folder
 * that fills the view, so that heads keep their height in pixels. What is too small to be seen is not laid out.
 */

/**
 * @typedef {object} Cell
 * @property {MapNode} node
 * @property {number} x
 * @property {number} y
 * @property {number} w
 * @property {number} h
 * @property {number} head Height of the strip with its name above what is in it; 0: none.
 * @property {number} depth How many definitions or folders of the same type enclose it.
 * @property {boolean} open Whether something is drawn in it.
 *
 * @typedef {{ cells: Cell[], of: Map<MapNode, Cell> }} Layout
 */

const HEAD = { folder: 19, file: 16, definition: 15 };
const PAD = { folder: 3, file: 2, definition: 1 };

/**
 * @param {MapNode} focus
 * @param {{ width: number, height: number }} view
 * @returns {Layout}
 */
function layOut(focus, { width, height }) {
  /** @type {Cell[]} */
  const cells = [];
  const gap = 1;
  /**
   * @param {MapNode} node
   * @param {{ x: number, y: number, w: number, h: number }} box
   * @param {number} depth
   */
  const place = (node, { x, y, w, h }, depth) => {
    const whole = node === focus;
    const head = whole || w < 34 || h < 2 * HEAD[node.type] ? 0 : HEAD[node.type];
    const narrow = Math.min(w, h);
    const pad = whole || narrow < 14 ? 0 : narrow < 48 ? 1 : PAD[node.type];
    /** @type {Cell} */
    const cell = { node, x, y, w, h, head, depth, open: false };
    cells.push(cell);
    const room = { x: x + pad, y: y + (head || pad), w: w - 2 * pad, h: h - (head || pad) - pad };
    const least = node.type === "folder" ? 1 : 5;
    if (room.w < least || room.h < least) return;
    const shown = node.children;
    const weights = shown.map(({ weight }) => weight);
    // What a file or a definition holds beside its definitions keeps its share of the room.
    if (node.type !== "folder")
      weights.push(Math.max(0, node.lines - weights.reduce((sum, one) => sum + one, 0)));
    squarify(weights, { box: room, rest: shown.length }, (index, box) => {
      const child = shown[index];
      if (child === undefined || (child.type === "definition" && (box.w < 3 || box.h < 3))) return;
      cell.open = true;
      const inner = child.type === node.type ? depth + 1 : 0;
      place(child, { ...box, w: Math.max(0.5, box.w - gap), h: Math.max(0.5, box.h - gap) }, inner);
    });
  };
  place(focus, { x: 0, y: 0, w: width, h: height }, 0);
  return { cells, of: new Map(cells.map((cell) => [cell.node, cell])) };
}

/**
 * Cuts a box into boxes of these weights, each as near to a square as may be. Weights of 0 get none.
 * @param {number[]} weights
 * @param {{ box: { x: number, y: number, w: number, h: number }, rest: number }} room `rest`: the index of what comes last.
 * @param {(index: number, box: { x: number, y: number, w: number, h: number }) => void} give
 */
function squarify(weights, { box, rest }, give) {
  const order = weights.map((_, index) => index).filter((index) => (weights[index] ?? 0) > 0);
  order.sort((a, b) => Number(a === rest) - Number(b === rest) || (weights[b] ?? 0) - (weights[a] ?? 0));
  let { x, y, w, h } = box;
  let left = order.reduce((sum, index) => sum + (weights[index] ?? 0), 0);
  for (let at = 0; at < order.length; ) {
    const side = Math.min(w, h);
    const scale = (w * h) / left;
    let [end, sum, worst] = [at, 0, Number.POSITIVE_INFINITY];
    const largest = (weights[order[at] ?? 0] ?? 0) * scale;
    for (; end < order.length; end++) {
      const area = (weights[order[end] ?? 0] ?? 0) * scale;
      const strip = ((sum + area) / side) ** 2;
      const ratio = Math.max(largest / strip, strip / area);
      if (ratio > worst) break;
      [sum, worst] = [sum + area, ratio];
    }
    const thick = Math.min(sum / side, Math.max(w, h));
    let along = 0;
    for (; at < end; at++) {
      const index = order[at] ?? 0;
      const long = ((weights[index] ?? 0) * scale) / (thick || 1);
      give(index, w >= h ? { x, y: y + along, w: thick, h: long } : { x: x + along, y, w: long, h: thick });
      along += long;
      left -= weights[index] ?? 0;
    }
    if (w >= h) [x, w] = [x + thick, w - thick];
    else [y, h] = [y + thick, h - thick];
  }
}

/** The innermost cell at a point; undefined: none.
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 */
function cellAt({ cells }, x, y) {
  return cells.findLast((cell) => x >= cell.x && y >= cell.y && x < cell.x + cell.w && y < cell.y + cell.h);
}
