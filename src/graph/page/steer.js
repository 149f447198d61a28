// @ts-check
/** How a person moves through the map: mouse, fingers, wheel and keys. */

/** The cell in a direction from another, nearest by far along it; among those with the same parent, else of the same type.
 * @param {MapNode} node
 * @param {string} key
 */
function neighbour(node, key) {
  const from = view.layout.of.get(node);
  if (from === undefined || node === view.focus) return view.layout.cells[1]?.node;
  const [dx, dy] = /** @type {[number, number]} */ (
    { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key]
  );
  const [fx, fy] = [from.x + from.w / 2, from.y + from.h / 2];
  /** @param {(cell: Cell) => boolean} among */
  const best = (among) => {
    let [found, least] = [/** @type {MapNode | undefined} */ (undefined), Number.POSITIVE_INFINITY];
    for (const cell of view.layout.cells) {
      if (cell === from || cell.w < 2 || cell.h < 2 || !among(cell)) continue;
      const [x, y] = [cell.x + cell.w / 2 - fx, cell.y + cell.h / 2 - fy];
      const along = x * dx + y * dy;
      const across = Math.abs(x * dy) + Math.abs(y * dx);
      if (along <= 0 || across > along * 2.5) continue;
      if (along + 2 * across < least) [found, least] = [cell.node, along + 2 * across];
    }
    return found;
  };
  return (
    best(({ node: other }) => other.parent === node.parent) ??
    best(({ node: other }) => other.type === node.type)
  );
}

/** Listens to the map's mouse, fingers and keys. `select` is called for what a person picks.
 * @param {(node: MapNode, how: "click" | "arrow") => void} select
 */
function startMap(select) {
  const under = (/** @type {MouseEvent} */ event) => {
    const bounds = stage.getBoundingClientRect();
    const cell = cellAt(view.layout, event.clientX - bounds.left, event.clientY - bounds.top);
    return cell === undefined || cell === view.layout.cells[0] ? null : cell.node;
  };
  stage.addEventListener("mousemove", (/** @type {MouseEvent} */ event) => hoverOver(under(event), event));
  stage.addEventListener("mouseleave", () => hoverOver(null, null));
  stage.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const node = under(event);
    if (node === null) return;
    if (node === view.chosen) zoomTo(node);
    else select(node, "click");
  });
  let [wheeled, quietUntil] = [0, 0];
  stage.addEventListener(
    "wheel",
    (/** @type {WheelEvent} */ event) => {
      event.preventDefault();
      if (event.timeStamp < quietUntil) return;
      wheeled = Math.sign(wheeled) === Math.sign(event.deltaY) ? wheeled + event.deltaY : event.deltaY;
      if (Math.abs(wheeled) < 40) return;
      const node = under(event);
      if (wheeled > 0) zoomOut();
      else if (node !== null) zoomTowards(node);
      [wheeled, quietUntil] = [0, event.timeStamp + 300];
    },
    { passive: false },
  );
  stage.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const next = neighbour(view.chosen, event.key);
      if (next !== undefined) select(next, "arrow");
    } else if (event.key === "Enter" || event.key === "+") zoomTowards(view.chosen);
    else if (event.key === "Backspace" || event.key === "Escape" || event.key === "-") {
      const old = view.focus;
      zoomOut();
      if (old !== view.focus) select(old, "arrow");
    } else return;
    event.preventDefault();
  });
  element("beyond").addEventListener("click", showAllRelated);
  element("out").addEventListener("click", zoomOut);
  element("in").addEventListener("click", () => zoomTowards(view.chosen));
  new ResizeObserver(redraw).observe(stage);
  DARK.addEventListener("change", recolour);
}

/** The whole node where it holds something, else one step towards it.
 * @param {MapNode} node
 */
function zoomTo(node) {
  if (node.children.length > 0) focusOn(node);
  else zoomTowards(node);
}

/**
 * @param {MapNode | null} node
 * @param {MouseEvent | null} event
 */
function hoverOver(node, event) {
  const tip = element("tip");
  if (node === null || event === null) {
    hide(tip);
  } else {
    if (node !== view.hover) {
      const place = node.type === "definition" ? `${node.path}:${node.start}` : (node.parent?.path ?? "");
      tip.replaceChildren(
        node.type === "definition" ? fullName(node) : node.name,
        make("small", {}, [describe(node), place].filter((one) => one !== "").join(" · ")),
      );
    }
    tip.hidden = false;
    const bounds = stage.getBoundingClientRect();
    const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
    tip.style.left = `${Math.max(4, Math.min(x + 14, bounds.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 20 + tip.offsetHeight > bounds.height ? Math.max(4, y - tip.offsetHeight - 10) : y + 20}px`;
  }
  if (node === view.hover) return;
  view.hover = node;
  redrawOver();
}
