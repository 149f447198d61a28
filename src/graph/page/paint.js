// @ts-check
/** Drawing: the colours of files, the map itself, and over it what is selected with the lines to what it has to do with. */

const HUES = [255, 150, 55, 330, 200, 100, 25, 290];
const DARK = matchMedia("(prefers-color-scheme: dark)");

/**
 * What files can be coloured by. `of` gives the row of `legend` for a file.
 * @typedef {{ title: string, legend: { label: string, hue: number, chroma: number }[], of: (file: MapNode) => number }} Colouring
 */

/** @returns {Colouring} */
function byLanguage() {
  const lines = new Map();
  for (const file of nodes.slice(0, FILES))
    lines.set(file.language, (lines.get(file.language) ?? 0) + file.lines);
  const languages = [...lines].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const named = languages.length > HUES.length ? languages.slice(0, HUES.length - 1) : languages;
  const legend = named.map((label, at) => ({ label, hue: HUES[at] ?? 0, chroma: 1 }));
  if (named.length < languages.length) legend.push({ label: "Other", hue: 250, chroma: 0.15 });
  return {
    title: "Language",
    legend,
    of: ({ language }) => (named.includes(language) ? named.indexOf(language) : named.length),
  };
}

const KINDS = [
  { label: "Code", hue: 255, chroma: 1, kinds: ["code"] },
  { label: "Tests", hue: 150, chroma: 1, kinds: ["test"] },
  { label: "Vendored", hue: 55, chroma: 0.6, kinds: ["vendored"] },
  { label: "Generated", hue: 100, chroma: 0.8, kinds: ["generated"] },
  { label: "Not read", hue: 250, chroma: 0.1, kinds: ["minified", "large", "slow", "unreadable"] },
];

/** @returns {Colouring} */
function byKind() {
  const present = new Set(nodes.slice(0, FILES).map(({ kind }) => kind));
  const legend = KINDS.filter(({ kinds }) => kinds.some((kind) => present.has(kind)));
  return { title: "Kind", legend, of: ({ kind }) => legend.findIndex(({ kinds }) => kinds.includes(kind)) };
}

/** @returns {Colouring} */
function byImporters() {
  const steps = [0, 1, 3, 10, 30];
  const legend = steps.map((least, at) => {
    const next = steps[at + 1];
    const label =
      next === undefined ? `${least} or more` : next === least + 1 ? `${least}` : `${least} to ${next - 1}`;
    return { label: at === 0 ? "Imported by 0" : label, hue: 250 - at * 55, chroma: 0.15 + at * 0.28 };
  });
  return {
    title: "How many import it",
    legend,
    of: (file) => steps.findLastIndex((least) => importersOf(file) >= least),
  };
}

/** What a file is filled with; `level` rises inside it, with classes and what they hold.
 * @param {{ hue: number, chroma: number }} row
 * @param {number} level
 */
function fillOf({ hue, chroma }, level) {
  const rise = Math.min(level, 3) * 0.055;
  return DARK.matches
    ? `oklch(${0.33 + rise} ${(0.06 + level * 0.012) * chroma} ${hue})`
    : `oklch(${0.905 - rise} ${(0.055 + level * 0.016) * chroma} ${hue})`;
}

/** @param {{ hue: number, chroma: number }} row */
const inkOf = ({ hue, chroma }) =>
  DARK.matches ? `oklch(0.96 ${0.02 * chroma} ${hue})` : `oklch(0.25 ${0.05 * chroma} ${hue})`;

/** @param {{ hue: number, chroma: number }} row */
const swatchOf = ({ hue, chroma }) => `oklch(${DARK.matches ? 0.68 : 0.62} ${0.14 * chroma} ${hue})`;

/** A colour of the style sheet.
 * @param {string} name
 */
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const FONT = "system-ui, sans-serif";

/** As much of a text as fits, with an ellipsis, and without the ending of a file; empty where nothing worth reading fits.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {number} room
 */
function fitted(pen, text, room) {
  const shown = text.length > 120 ? text.slice(0, 120) : text;
  if (pen.measureText(shown).width <= room) return shown;
  const short = shown.replace(/(?<=.)\.[a-z]{1,4}$/, "");
  if (short !== shown) return fitted(pen, short, room);
  let [low, high] = [0, shown.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(`${shown.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low < 4 ? "" : `${shown.slice(0, low)}…`;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Layout} layout
 * @param {Colouring} colouring
 */
function paintMap(pen, { cells }, colouring) {
  const [ground, line, ink] = [themed("ground"), themed("folder"), themed("ink")];
  pen.fillStyle = ground;
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.textBaseline = "middle";
  for (const cell of cells) {
    const { node, x, y, w, h, head, depth, open } = cell;
    if (node.type === "folder") {
      if (head === 0 && w < 6) continue;
      pen.fillStyle = depth % 2 === 0 ? ground : line;
      box(pen, cell, 4);
      pen.fillStyle = ink;
      if (head > 0)
        write(pen, node.name, { x: x + 6, y: y + head / 2 + 1, room: w - 12, font: `600 12px ${FONT}` });
      continue;
    }
    const row = colouring.legend[colouring.of(fileOf(node))] ?? { hue: 250, chroma: 0 };
    pen.fillStyle = fillOf(row, node.type === "file" ? 0 : depth + 1);
    box(pen, cell, node.type === "file" ? 3 : 2);
    if (w < 26 || h < 12) continue;
    pen.fillStyle = inkOf(row);
    const size = node.type === "file" && w > 90 ? 11.5 : 10.5;
    const middle = open || h > 26 ? Math.min(y + (head || 16) / 2, y + h / 2) : y + h / 2;
    const font = `${node.type === "file" ? 500 : 400} ${size}px ${FONT}`;
    if (head > 0 || !open) write(pen, node.name, { x: x + 4, y: middle + 0.5, room: w - 7, font });
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{ x: number, y: number, w: number, h: number }} at
 * @param {number} radius
 */
function box(pen, { x, y, w, h }, radius) {
  if (w < 8 || h < 8) {
    pen.fillRect(x, y, w, h);
    return;
  }
  pen.beginPath();
  pen.roundRect(x, y, w, h, radius);
  pen.fill();
}

/**
 * A text in one line, shortened to its room.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} text
 * @param {{ x: number, y: number, room: number, font: string }} at
 */
function write(pen, text, { x, y, room, font }) {
  pen.font = font;
  const shown = fitted(pen, text, room);
  if (shown !== "") pen.fillText(shown, x, y);
}

/** More lines than this are a blot. */
const MOST_LINES = 400;

/**
 * What lies over the map. `hover` and `chosen` may be out of view.
 * @param {CanvasRenderingContext2D} pen
 * @param {Layout} layout
 * @param {{ hover: MapNode | null, chosen: MapNode, groups: Group[] }} what
 */
function paintOver(pen, layout, { hover, chosen, groups }) {
  const own = layout.of.get(chosen);
  const from = own ?? cellOver(layout, chosen);
  const shown =
    from === undefined
      ? []
      : groups.flatMap(({ side, related }) =>
          related.map(({ node, count }) => ({ side, count, to: cellOver(layout, node) })),
        );
  const drawn = shown
    .filter(({ to }) => to !== undefined && to !== from && from !== undefined && !holds(to, from))
    .slice(0, MOST_LINES);
  for (const { side, to } of drawn) if (to !== undefined) outline(pen, to, themed(side), 1.5);
  for (const { side, to, count } of drawn)
    if (to !== undefined && from !== undefined) arc(pen, { from, to, side, count, faint: drawn.length > 60 });
  const hovered = hover === null ? undefined : layout.of.get(hover);
  if (hovered !== undefined && hover !== chosen) outline(pen, hovered, themed("ink"), 1.5);
  if (own === undefined || chosen.parent === null) return;
  outline(pen, own, themed("ground"), 5);
  outline(pen, own, themed("accent"), 2.5);
  if (own.w < 14 && own.h < 14) ring(pen, own);
}

/** The cell of a node, else of the innermost thing around it that has one; undefined where only the whole view has.
 * @param {Layout} layout
 * @param {MapNode} node
 */
function cellOver(layout, node) {
  for (let at = /** @type {MapNode | null} */ (node); at !== null; at = at.parent) {
    const cell = layout.of.get(at);
    if (cell !== undefined) return cell === layout.cells[0] ? undefined : cell;
  }
  return undefined;
}

/** @param {Cell} outer @param {Cell} inner */
function holds(outer, inner) {
  return trailOf(inner.node).includes(outer.node);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Cell} cell
 * @param {string} colour
 * @param {number} width
 */
function outline(pen, { x, y, w, h }, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.roundRect(x, y, Math.max(w, 3), Math.max(h, 3), 3);
  pen.stroke();
}

/** @param {CanvasRenderingContext2D} pen @param {Cell} cell */
function ring(pen, { x, y, w, h }) {
  pen.strokeStyle = themed("accent");
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x + w / 2, y + h / 2, 13, 0, 2 * Math.PI);
  pen.stroke();
}

/**
 * A curve between two cells with a dot at the far end.
 * @param {CanvasRenderingContext2D} pen
 * @param {{ from: Cell, to: Cell, side: string, count: number, faint: boolean }} what
 */
function arc(pen, { from, to, side, count, faint }) {
  const [ax, ay] = [
    from.x + from.w / 2,
    from.y + Math.min(from.h / 2, from.head ? from.head / 2 : from.h / 2),
  ];
  const [bx, by] = to.head > 0 ? [to.x + to.w - 7, to.y + to.head / 2] : [to.x + to.w / 2, to.y + to.h / 2];
  const bend = 0.18;
  const [mx, my] = [(ax + bx) / 2 + (by - ay) * bend, (ay + by) / 2 - (bx - ax) * bend];
  pen.strokeStyle = themed(side);
  pen.fillStyle = pen.strokeStyle;
  pen.globalAlpha = faint ? 0.35 : 0.8;
  pen.lineWidth = Math.min(5, 1 + Math.log2(count));
  pen.beginPath();
  pen.moveTo(ax, ay);
  pen.quadraticCurveTo(mx, my, bx, by);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc(bx, by, 3, 0, 2 * Math.PI);
  pen.fill();
}
