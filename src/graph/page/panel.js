// @ts-check
/** The side panel: what the selection is, what is in it, and where its relations lead, all as links. */

/** How many rows of a list are shown before a person asks for the rest. */
const FEW = 12;

/** One letter for what a node is.
 * @param {MapNode} node
 */
function signOf(node) {
  const letters = new Map([
    ["folder", "/"],
    ["function", "ƒ"],
    ["method", "m"],
    ["class", "C"],
    ["interface", "I"],
    ["type", "T"],
    ["enum", "E"],
    ["module", "M"],
    ["variable", "v"],
  ]);
  const what = node.type === "definition" ? node.kind : node.type;
  return make("span", { class: "sign", title: what, "aria-hidden": "true" }, letters.get(what) ?? "·");
}

/** A link to a node, with what says more about it at its right.
 * @param {MapNode} node
 * @param {string} name
 * @param {string} where
 */
function rowOf(node, name, where) {
  const label = make("span", { class: "name" }, name || "(no name)");
  return make("li", {}, make("a", { href: addressOf(node) }, signOf(node), label, whereOf(where)));
}

/** A place at the right of a row; one that is too long is cut at its beginning.
 * @param {string} where
 */
const whereOf = (where) => make("span", { class: "where", title: where }, make("bdi", {}, where));

/** A list that shows few rows and a button for the rest.
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => HTMLElement} row
 */
function listOf(items, row) {
  const list = make("ul", { class: "rows" }, ...items.slice(0, FEW).map(row));
  if (items.length <= FEW + 2) {
    list.append(...items.slice(FEW).map(row));
    return [list];
  }
  const more = make(
    "button",
    { type: "button", class: "more" },
    `Show all ${items.length.toLocaleString("en")}`,
  );
  more.addEventListener("click", () => {
    const rest = items.slice(FEW).map(row);
    list.append(...rest);
    more.remove();
    rest[0]?.querySelector("a")?.focus();
  });
  return [list, more];
}

/** A heading with how many there are; `side` is the colour of its lines on the map.
 * @param {string} title
 * @param {number | null} count
 * @param {string} [side]
 */
function heading(title, count, side) {
  const made = make("h3", {});
  if (side !== undefined) {
    const dot = make("i", { "aria-hidden": "true" });
    dot.style.background = `var(--${side})`;
    made.append(dot);
  }
  made.append(title);
  if (count !== null) made.append(make("span", {}, count.toLocaleString("en")));
  return made;
}

/** A file's name with that of its folder, since many files are called alike.
 * @param {MapNode} file
 */
const nearName = ({ path }) => path.split("/").slice(-2).join("/");

/** Where a related node stands, short.
 * @param {Related} related
 */
function relatedRow({ node, count }) {
  if (node.type === "definition") {
    const row = rowOf(node, fullName(node), `${node.path}:${node.start}`);
    row.className = "far";
    return row;
  }
  const name = node.type === "folder" ? node.path : nearName(node);
  const place = node.path.split("/").slice(0, -2).join("/");
  return rowOf(node, name, node.type === "folder" || count > 1 ? counted(count, "import") : place);
}

/** What is in a node, as a section.
 * @param {MapNode} node
 */
function contents(node) {
  if (node.children.length === 0) return [];
  if (node.type === "folder") {
    const items = [...node.children].sort((a, b) => b.lines - a.lines);
    return [
      heading("Contents", items.length),
      ...listOf(items, (one) => rowOf(one, one.name, counted(one.lines, "line"))),
    ];
  }
  const inside = allIn(node)
    .slice(1)
    .sort((a, b) => a.id - b.id);
  const depth = (/** @type {MapNode} */ one) => trailOf(one).length - trailOf(node).length - 1;
  return [
    heading("Outline", inside.length),
    ...listOf(inside, (one) => {
      const row = rowOf(one, one.name, `line ${one.start.toLocaleString("en")}`);
      row.style.paddingLeft = `${Math.min(depth(one), 6) * 18}px`;
      return row;
    }),
  ];
}

/** @param {MapNode} node */
function aboutNode(node) {
  const about = make("p", { class: "about" });
  if (node.type === "definition") {
    const home = fileOf(node);
    about.append(
      `${node.kind}, ${counted(node.lines, "line")} in `,
      make("a", { href: addressOf(home) }, `${node.path}:${node.start}`),
    );
    if (home.kind !== "code") about.append(` (${home.kind})`);
  } else {
    about.append(describe(node));
    const within = node.parent;
    if (within !== null && within !== root)
      about.append(" in ", make("a", { href: addressOf(within) }, `${within.path}/`));
  }
  return about;
}

/** Shows a node in the panel.
 * @param {MapNode} node
 * @param {Group[]} groups
 */
function showPanel(node, groups) {
  const panel = element("panel");
  const parts = node === root ? overview() : selection(node, groups);
  panel.replaceChildren(...parts);
  panel.scrollTop = 0;
}

/** @param {MapNode} node @param {Group[]} groups */
function selection(node, groups) {
  const parts = [
    make("h2", {}, node.type === "definition" ? fullName(node) : node.name || "(no name)"),
    aboutNode(node),
  ];
  if (node.signature !== "") parts.push(make("pre", {}, node.signature));
  const early = groups.filter(({ side }) => side !== "out");
  const late = groups.filter(({ side }) => side === "out");
  const show = (/** @type {Group} */ { title, side, related }) => [
    heading(title, related.length, side),
    ...listOf(related, relatedRow),
  ];
  parts.push(...early.flatMap(show));
  const unclear = unclearUses(node);
  if (unclear > 0)
    parts.push(
      make(
        "p",
        { class: "note" },
        `${counted(unclear, "use")} of the name ${node.name} may mean this or another definition of that name.`,
      ),
    );
  parts.push(...late.flatMap(show), ...contents(node));
  if (groups.length === 0 && node.children.length === 0 && unclear === 0)
    parts.push(make("p", { class: "note" }, "Nothing in this project is known to use it."));
  return parts;
}

/** What the panel shows while nothing is selected. */
function overview() {
  const files = nodes.slice(0, FILES);
  const parts = [
    make("h2", {}, facts.title),
    make(
      "p",
      { class: "about" },
      `${counted(FILES, "file")}, ${counted(nodes.length - FILES, "definition")}, ${counted(root.lines, "line")}`,
    ),
  ];
  if (FILES === 0)
    return [
      ...parts,
      make("p", { class: "note" }, "There is no code here in a language that SmallCode reads."),
    ];
  const imported = files
    .map((node) => ({ node, count: importersOf(node) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 8);
  if (imported.length > 0)
    parts.push(
      heading("Imported most", null),
      ...listOf(imported, ({ node, count }) => rowOf(node, nearName(node), `by ${counted(count, "file")}`)),
    );
  const called = [...edgesOf("calls").in]
    .map(([id, sources]) => ({ node: /** @type {MapNode} */ (nodes[id]), count: sources.length }))
    .filter(({ node }) => fileOf(node).kind === "code")
    .sort((a, b) => b.count - a.count)
    .slice(0, 8);
  if (called.length > 0)
    parts.push(
      heading("Called from most places", null),
      ...listOf(called, ({ node, count }) => rowOf(node, fullName(node), `from ${counted(count, "place")}`)),
    );
  parts.push(...contents(root));
  parts.push(
    heading("Finding your way", null),
    make(
      "p",
      { class: "about" },
      "Click to select, click again to zoom in; the wheel zooms, too. Keys: / searches, arrows go on the map from one place to the next, Enter zooms in, Backspace zooms out. Areas are as large as their lines are many.",
    ),
  );
  return parts;
}
