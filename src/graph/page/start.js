// @ts-check
/** Puts the page to work: selection and address follow each other, and the search box finds what there is. */

/** Selects a node everywhere. `history` says what becomes of the page's address.
 * @param {MapNode} node
 * @param {"push" | "replace" | "keep"} history
 */
function select(node, history) {
  const address = addressOf(node);
  if (history === "push" && address !== (location.hash || "#")) window.history.pushState(null, "", address);
  if (history === "replace") window.history.replaceState(null, "", address);
  choose(node);
  showPanel(node, view.groups);
  element("in").disabled = node === root;
  element("said").textContent =
    node === root
      ? facts.title
      : `${node.type === "definition" ? "" : `${node.type} `}${fullName(node)}, ${describe(node)}`;
}

function followAddress() {
  const node = nodeAt(location.hash);
  select(node ?? root, "keep");
  if (node === null) element("said").textContent = "What this address names is not in this map.";
}

const MOST_HITS = 50;

/** @type {{ hits: Hit[], at: number }} */
const results = { hits: [], at: -1 };

/** A name with the matched letters marked.
 * @param {Hit} hit
 */
function marked({ name, at }) {
  const places = new Set(at);
  const made = make("span", { class: "name" });
  let [run, on] = ["", false];
  const end = () => {
    if (run !== "") made.append(on ? make("mark", {}, run) : run);
    run = "";
  };
  for (let index = 0; index < name.length; index++) {
    if (places.has(index) !== on) {
      end();
      on = !on;
    }
    run += name.charAt(index);
  }
  end();
  return made;
}

function search() {
  const query = element("query").value;
  results.hits = find(query, MOST_HITS);
  const rows = results.hits.map((hit, at) => {
    const where =
      hit.node.type === "definition"
        ? `${hit.node.path}:${hit.node.start}`
        : hit.node.kind === "code"
          ? ""
          : hit.node.kind;
    const row = make(
      "div",
      { class: "hit", role: "option", id: `hit${at}`, "aria-selected": "false" },
      signOf(hit.node),
      marked(hit),
      whereOf(where),
    );
    row.addEventListener("mousedown", (event) => event.preventDefault());
    row.addEventListener("click", () => take(at));
    return row;
  });
  if (rows.length === 0) rows.push(make("div", { class: "none" }, "Nothing here is called like that."));
  element("found").replaceChildren(...rows);
  element("found").scrollTop = 0;
  showResults(query.trim() !== "");
  mark(results.hits.length > 0 ? 0 : -1);
}

/** @param {boolean} shown */
function showResults(shown) {
  element("found").hidden = !shown;
  element("query").setAttribute("aria-expanded", String(shown));
}

/** @param {number} at */
function mark(at) {
  element(`hit${results.at}`)?.setAttribute("aria-selected", "false");
  results.at = at;
  const row = element(`hit${at}`);
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  if (row === null) element("query").removeAttribute("aria-activedescendant");
  else element("query").setAttribute("aria-activedescendant", row.id);
}

/** @param {number} at */
function take(at) {
  const hit = results.hits[at];
  if (hit === undefined) return;
  showResults(false);
  element("query").select();
  select(hit.node, "push");
}

/** @param {KeyboardEvent} event */
function searchKey(event) {
  const { hits, at } = results;
  if (event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (element("found").hidden) search();
    else if (hits.length > 0) mark((at + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length);
  } else if (event.key === "Enter") take(at);
  else if (event.key === "Escape") {
    if (element("found").hidden) stage.focus();
    showResults(false);
  } else return;
  event.preventDefault();
}

/** @param {Colouring[]} colourings */
function startColours(colourings) {
  const choice = element("colour");
  choice.replaceChildren(...colourings.map(({ title }, at) => make("option", { value: String(at) }, title)));
  choice.addEventListener("change", () => {
    view.colouring = colourings[choice.value] ?? view.colouring;
    view.off.clear();
    recolour();
  });
  // One language alone says nothing by its colour.
  const languages = byLanguage();
  const most = Math.max(
    0,
    ...languages.legend.map((_, at) =>
      nodes.slice(0, FILES).reduce((sum, file) => sum + (languages.of(file) === at ? file.lines : 0), 0),
    ),
  );
  choice.value = most > 0.9 * root.lines ? "1" : "0";
  view.colouring = colourings[choice.value] ?? languages;
}

element("title").textContent = facts.title;
startColours([
  byLanguage(),
  byKind(),
  ...(facts.imports.some((/** @type {number[]} */ list) => list.length > 0) ? [byImporters()] : []),
]);
startMap((node, how) => select(node, how === "click" ? "push" : "replace"));
recolour();
followAddress();
addEventListener("popstate", followAddress);
element("query").addEventListener("input", search);
element("query").addEventListener("keydown", searchKey);
element("query").addEventListener("blur", () => showResults(false));
element("query").addEventListener("focus", () => element("query").value.trim() !== "" && search());
addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.matches("input, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  element("query").focus();
  element("query").select();
});
// The search's list of names is made while nobody waits for it.
requestIdleCallback?.(searchable);
