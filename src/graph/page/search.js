// @ts-check
/** Finding files and definitions by any letters of their names, in order; best first. */

/**
 * @typedef {object} Entry
 * @property {MapNode} node
 * @property {string} name As it is shown: a definition with what encloses it, a file's path.
 * @property {string} lower
 * @property {string} place Lower case: the path of a definition; empty for a file.
 * @property {number} mask
 * @property {number} placeMask
 *
 * @typedef {{ node: MapNode, name: string, at: number[] }} Hit `at`: which characters of the name matched.
 */

/** @type {Entry[] | null} */
let entries = null;

/** The letters and digits of a text as bits, so that most names are ruled out at a glance.
 * @param {string} lower
 */
function maskOf(lower) {
  let mask = 0;
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at);
    if (code >= 97 && code <= 122) mask |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) mask |= 1 << 26;
    else if (code === 95) mask |= 1 << 27;
    else if (code > 127) mask |= 1 << 28;
  }
  return mask;
}

/** @returns {Entry[]} */
function searchable() {
  entries ??= nodes.map((node) => {
    const name = fullName(node);
    const lower = name.toLowerCase();
    const place = node.type === "definition" ? node.path.toLowerCase() : "";
    return { node, name, lower, place, mask: maskOf(lower), placeMask: maskOf(place) };
  });
  return entries;
}

/** @param {string} name @param {number} at */
function startsWord(name, at) {
  if (at === 0) return true;
  const [before, here] = [name.charCodeAt(at - 1), name.charCodeAt(at)];
  const isLetter = (before >= 97 && before <= 122) || (before >= 65 && before <= 90) || before > 127;
  const isDigit = before >= 48 && before <= 57;
  return !(isLetter || isDigit) || (here >= 65 && here <= 90 && !(before >= 65 && before <= 90));
}

/** How well a name holds a term as it is written, 0 where it does not; `places` takes which characters matched.
 * @param {string} term Lower case.
 * @param {string} lower
 * @param {string} name
 * @param {number[] | null} places
 */
function written(term, lower, name, places) {
  let found = lower.lastIndexOf(term);
  if (found < 0) return 0;
  // The last place is the name itself rather than what encloses it; better still where a word begins.
  for (let other = found; other >= 0; other = other === 0 ? -1 : lower.lastIndexOf(term, other - 1))
    if (startsWord(name, other)) {
      found = other;
      break;
    }
  if (places !== null) for (let one = 0; one < term.length; one++) places.push(found + one);
  const own = Math.max(lower.lastIndexOf("."), lower.lastIndexOf("/")) + 1;
  const ends = found + term.length === lower.length;
  const base = !startsWord(name, found) ? 450 : found < own ? 550 : found > own ? 650 : ends ? 1000 : 800;
  return base - Math.min(150, lower.length - term.length);
}

/** The term's letters in order with others between them, as long as most stand together or begin a word.
 * @param {string} term
 * @param {string} lower
 * @param {string} name
 * @param {number[] | null} places
 */
function scattered(term, lower, name, places) {
  if (!leaves(lower, 0, term, 0)) return 0;
  let [score, last] = [0, -2];
  for (let one = 0; one < term.length; one++) {
    const letter = term.charAt(one);
    let here = lower.indexOf(letter, last < 0 ? 0 : last + 1);
    if (here !== last + 1) {
      for (let other = here; other >= 0; other = lower.indexOf(letter, other + 1))
        if (startsWord(name, other) && leaves(lower, other + 1, term, one + 1)) {
          here = other;
          break;
        }
    }
    score += here === last + 1 ? 3 : startsWord(name, here) ? 3 : 0;
    places?.push(here);
    last = here;
  }
  const share = score / (3 * term.length);
  return share < 0.6 ? 0 : 100 + 200 * share - Math.min(90, lower.length - term.length);
}

/** Whether the rest of a term can still be found in order from a place on.
 * @param {string} lower @param {number} from @param {string} term @param {number} next
 */
function leaves(lower, from, term, next) {
  let at = from;
  for (let one = next; one < term.length; one++) {
    at = lower.indexOf(term.charAt(one), at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** How much less is thought of a hit there. */
const LESS = new Map([
  ["test", 40],
  ["generated", 120],
  ["vendored", 150],
  ["minified", 150],
]);

/** @param {MapNode} node */
const lessFor = (node) =>
  (LESS.get(fileOf(node).kind) ?? 0) + (node.type === "file" ? 0 : node.kind === "variable" ? 20 : 0);

/**
 * The best hits for words that must all fit, each a name or, for a definition, its path. Letters apart from each other count
 * only where there are few hits without them.
 * @param {string} query
 * @param {number} most
 * @returns {Hit[]}
 */
function find(query, most) {
  const terms = query
    .toLowerCase()
    .split(/\s+/)
    .filter((term) => term !== "");
  if (terms.length === 0) return [];
  const close = best(terms, most, written);
  const found =
    close.length === most
      ? close
      : [...close, ...best(terms, most, (...asked) => written(...asked) || scattered(...asked))];
  const hits = [...new Map(found.map((entry) => [entry.node, entry])).values()].slice(0, most);
  return hits.map(({ node, name, lower }) => {
    /** @type {number[]} */
    const at = [];
    for (const term of terms) if (written(term, lower, name, at) === 0) scattered(term, lower, name, at);
    return { node, name, at };
  });
}

/**
 * @param {string[]} terms
 * @param {number} most
 * @param {typeof written} fit
 */
function best(terms, most, fit) {
  const masks = terms.map(maskOf);
  /** @type {{ entry: Entry, score: number }[]} */
  const found = [];
  for (const entry of searchable()) {
    let score = 0;
    for (let index = 0; index < terms.length && score >= 0; index++) {
      const [term, mask] = [terms[index] ?? "", masks[index] ?? 0];
      const byName = (mask & ~entry.mask) === 0 ? fit(term, entry.lower, entry.name, null) : 0;
      const byPlace =
        byName === 0 && terms.length > 1 && (mask & ~entry.placeMask) === 0 && entry.place.includes(term)
          ? 200
          : 0;
      score = byName + byPlace === 0 ? -1 : score + byName + byPlace;
    }
    const least = found.length === most ? (found[most - 1]?.score ?? 0) : 0;
    if (score <= least) continue;
    score -= lessFor(entry.node);
    let place = found.length;
    while (place > 0 && (found[place - 1]?.score ?? 0) < score) place--;
    found.splice(place, 0, { entry, score });
    found.length = Math.min(found.length, most);
  }
  return found.map(({ entry }) => entry);
}
