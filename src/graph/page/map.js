// @ts-check
/** The map at work: what it shows and how it is coloured, what is chosen on it, and how it moves from view to view. */

/** The element with an id; the page has it.
 * @param {string} id
 * @returns {any}
 */
const element = (id) => document.getElementById(id);

/** An element with a text, which is never markup, and attributes.
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} content
 */
function make(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}

/** @param {number} count @param {string} one @param {string} [many] */
const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const stage = element("stage");
/** @type {{ base: CanvasRenderingContext2D, over: CanvasRenderingContext2D }} */
const pens = {
  base: element("base").getContext("2d", { alpha: false }),
  over: element("over").getContext("2d"),
};

/** A cell of fewer pixels each way cannot be found by eye. */
const LEAST = 7;

const view = {
  focus: root,
  chosen: root,
  /** @type {Group[]} */
  groups: [],
  /** @type {MapNode | null} */
  hover: null,
  colouring: byLanguage(),
  /** @type {Set<number>} Rows of the legend that are off. */
  off: new Set(),
  layout: layOut(root, { width: 1, height: 1 }),
  moving: 0,
};

const size = () => ({ width: Math.max(1, stage.clientWidth), height: Math.max(1, stage.clientHeight) });

/** Lays out and draws everything anew. */
function redraw() {
  const { width, height } = size();
  const scale = devicePixelRatio;
  for (const pen of [pens.base, pens.over]) {
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (pen.canvas.width !== w || pen.canvas.height !== h) [pen.canvas.width, pen.canvas.height] = [w, h];
    pen.setTransform(scale, 0, 0, scale, 0, 0);
  }
  view.layout = layOut(view.focus, { width, height });
  paintMap(pens.base, view.layout, view.colouring);
  redrawOver();
}

function redrawOver() {
  const { width, height } = size();
  pens.over.clearRect(0, 0, width, height);
  paintOver(pens.over, view.layout, view);
  const beyond = view.groups
    .flatMap(({ related }) => related)
    .filter(({ node }) => cellOver(view.layout, node) === undefined);
  element("beyond").hidden = beyond.length === 0;
  element("beyond").textContent = `${beyond.length.toLocaleString("en")} beyond this view`;
}

/** Has the map show everything that the selection has to do with. */
function showAllRelated() {
  const all = [view.chosen, ...view.groups.flatMap(({ related }) => related.map(({ node }) => node))].map(
    trailOf,
  );
  const [first = []] = all;
  focusOn(
    first.findLast((node) => node.type === "folder" && all.every((trail) => trail.includes(node))) ?? root,
  );
}

/** Has the map show a node that has something in it, and moves there where the old and the new view overlap.
 * @param {MapNode} node
 */
function focusOn(node) {
  if (node === view.focus || node.children.length === 0) return;
  const before = view.layout;
  const inward = before.of.get(node);
  const old = view.focus;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const picture = still ? null : copyOf(pens.base.canvas);
  view.focus = node;
  hide(element("tip"));
  redraw();
  drawTrail();
  const outward = view.layout.of.get(old);
  const { width, height } = size();
  const whole = { x: 0, y: 0, w: width, h: height };
  if (picture === null) return;
  const now = copyOf(pens.base.canvas);
  if (inward !== undefined && old !== node)
    move({ wide: picture, near: now, from: whole, to: inward, at: inward });
  else if (outward !== undefined) move({ wide: now, near: picture, from: outward, to: whole, at: outward });
}

/** @param {HTMLCanvasElement} canvas */
function copyOf(canvas) {
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  copy.getContext("2d")?.drawImage(canvas, 0, 0);
  return copy;
}

/** @typedef {{ x: number, y: number, w: number, h: number }} Box */

/**
 * Moves a camera over the wide picture from one box to another, while the near one lies where it belongs in it.
 * @param {{ wide: HTMLCanvasElement, near: HTMLCanvasElement, from: Box, to: Box, at: Box }} what
 */
function move({ wide, near, from, to, at }) {
  const { width, height } = size();
  const began = performance.now();
  const run = ++view.moving;
  const inward = to === at;
  stage.classList.add("moving");
  const frame = () => {
    if (run !== view.moving) return;
    const part = Math.min(1, (performance.now() - began) / 240);
    if (part === 1) {
      stage.classList.remove("moving");
      redraw();
      return;
    }
    const t = part * part * (3 - 2 * part);
    const between = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * t;
    const camera = {
      x: between(from.x, to.x),
      y: between(from.y, to.y),
      w: between(from.w, to.w),
      h: between(from.h, to.h),
    };
    const [sx, sy] = [width / camera.w, height / camera.h];
    const pen = pens.base;
    pen.globalAlpha = 1;
    pen.drawImage(wide, -camera.x * sx, -camera.y * sy, width * sx, height * sy);
    pen.globalAlpha = inward ? t : 1 - t;
    pen.drawImage(near, (at.x - camera.x) * sx, (at.y - camera.y) * sy, at.w * sx, at.h * sy);
    pen.globalAlpha = 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Marks a node as chosen and, where it cannot be seen, finds the widest view that shows it.
 * @param {MapNode} node
 */
function choose(node) {
  view.chosen = node;
  view.groups = groupsOf(node);
  const row = view.colouring.of(fileOf(node));
  if (node.type !== "folder" && view.off.delete(row)) recolour();
  if (node === root || node === view.focus || isSeen(view.layout, node)) {
    redrawOver();
    return;
  }
  const around = trailOf(node).filter(({ children }) => children.length > 0);
  const place = around.find((one) => one !== node && isSeen(layOut(one, size()), node));
  focusOn(place ?? around.at(-1) ?? root);
  redrawOver();
}

/** @param {Layout} layout @param {MapNode} node */
function isSeen({ of }, node) {
  const cell = of.get(node);
  return cell !== undefined && cell.w >= LEAST && cell.h >= LEAST;
}

/** One step from the view towards a node in it.
 * @param {MapNode} node
 */
function zoomTowards(node) {
  const trail = trailOf(node);
  const at = trail.indexOf(view.focus);
  const next = at < 0 ? trail.findLast(({ children }) => children.length > 0) : trail[at + 1];
  if (next !== undefined) focusOn(next);
}

function zoomOut() {
  if (view.focus.parent !== null) focusOn(view.focus.parent);
}

function drawTrail() {
  const trail = trailOf(view.focus);
  const items = trail.map((node, at) => {
    const label = node === root ? facts.title : node.name;
    const button = make("button", { type: "button" }, label);
    if (at === trail.length - 1) button.setAttribute("aria-current", "location");
    button.addEventListener("click", () => focusOn(node));
    return make("li", {}, button);
  });
  element("trail").replaceChildren(...items);
  element("out").disabled = view.focus === root;
  stage.setAttribute("aria-label", `Map of ${fullName(view.focus)}: ${describe(view.focus)}`);
}

/** What a node is, in a few words.
 * @param {MapNode} node
 */
function describe(node) {
  const lines = counted(node.lines, "line");
  if (node.type === "folder") return `${counted(filesIn(node).length, "file")}, ${lines}`;
  if (node.type === "definition") return `${node.kind}, ${lines}`;
  return `${node.language}${node.kind === "code" ? "" : `, ${node.kind}`}, ${lines}`;
}

/** @param {Element} what */
const hide = (what) => what.setAttribute("hidden", "");

/** Weighs and draws anew after the colours or what is shown have changed, and says so in the legend. */
function recolour() {
  const { colouring, off } = view;
  weigh((file) => !off.has(colouring.of(file)));
  if (view.focus.weight === 0) view.focus = root;
  const buttons = colouring.legend.map((row, at) => {
    const swatch = make("i", {});
    swatch.style.background = swatchOf(row);
    const button = make(
      "button",
      { type: "button", "aria-pressed": String(!off.has(at)) },
      swatch,
      row.label,
    );
    button.addEventListener("click", () => {
      if (!off.delete(at)) off.add(at);
      recolour();
      element("legend").children[at]?.focus();
    });
    return button;
  });
  element("legend").replaceChildren(...buttons);
  const empty = element("empty");
  empty.hidden = root.weight > 0;
  empty.textContent =
    FILES === 0
      ? "There is no code here in a language that SmallCode reads."
      : "Everything is left out: press a colour below.";
  redraw();
  drawTrail();
}
