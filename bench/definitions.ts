/**
 * `bun bench/definitions.ts FOLDER... [--show N]`: the index's definitions against those of Universal Ctags, by language. Two
 * definitions are the same if file and name are, the lines differ by at most one, and both are callable, types, modules or
 * values. What the two count by different notions is left out by the classes of `NOTIONS`, which are tallied. Without ctags it
 * says so and compares nothing. The last line on stdout is one JSON object.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lastPart } from "../src/graph/index/code-index.ts";
import type { DefinitionRecord } from "../src/graph/index/record.ts";
import { languageOf } from "../src/graph/syntax/languages.ts";
import { readFileRecord } from "../src/graph/update/read-file.ts";

type Family = "callable" | "type" | "module" | "value";

interface Tag {
  file: string;
  name: string;
  line: number;
  kind: string;
  family: Family;
  /** Kind of what encloses it; "" at the top. */
  within: string;
  /** Whether a function encloses it. */
  local: boolean;
  /** Another definition of the file has the name; of ctags: and was met at the same line. */
  again: boolean;
  /** Nothing is said of it but its name and type. */
  bare: boolean;
}

interface Tally {
  files: number;
  both: number;
  ours: Tag[];
  theirs: Tag[];
  left: Record<string, number>;
}

const FAMILIES: Record<Family, string[]> = {
  callable: [
    "function",
    "func",
    "method",
    "macro",
    "prototype",
    "generator",
    "singletonMethod",
    "methodSpec",
    "getter",
    "setter",
    "accessor",
    "alias",
  ],
  type: [
    "class",
    "struct",
    "union",
    "enum",
    "interface",
    "type",
    "typedef",
    "talias",
    "trait",
    "annotation",
    "structural",
    "typealias",
    "record",
    "delegate",
  ],
  module: ["module", "namespace", "package", "id"],
  value: [],
};
const FAMILY = new Map(
  Object.entries(FAMILIES).flatMap(([family, kinds]) => kinds.map((kind) => [kind, family as Family])),
);
/** Python's methods are members to ctags; selectors define classes, whatever they begin with. */
function familyOf(kind: string, language: string | null): Family {
  if (language === "python" && kind === "member") return "callable";
  if (language !== "ruby" && kind === "alias") return "type";
  if (language === "css" && /^(selector|id)$/.test(kind)) return "type";
  return FAMILY.get(kind) ?? "value";
}

/** What only one side means to list, or lists wrongly, by a name for people; the first that fits. */
const NOTIONS: { name: string; side: "ours" | "theirs"; is: (tag: Tag, language: string) => boolean }[] = [
  {
    name: "ctags: anonymous things",
    side: "theirs",
    is: ({ name }) => /^(__anon|anonymousFunction|anon_)/i.test(name),
  },
  {
    name: "ctags: locals and parameters",
    side: "theirs",
    is: ({ kind, family, local }) => /^(local|parameter|label)$/.test(kind) || (family === "value" && local),
  },
  {
    name: "ctags: imports",
    side: "theirs",
    is: ({ kind }, language) =>
      /^(header|unknown|packageName)$/.test(kind) ||
      (language === "python" && kind === "namespace") ||
      (language === "php" && kind === "alias"),
  },
  {
    name: "ctags: uses of macros as functions",
    side: "theirs",
    is: ({ kind, name }) => /^(prototype|function)$/.test(kind) && /^[A-Z][A-Z\d_]+$/.test(name),
  },
  { name: "ctags: impl blocks", side: "theirs", is: ({ kind }) => kind === "implementation" },
  {
    name: "ctags: construct signatures as methods",
    side: "theirs",
    is: ({ name }, language) => name === "new" && language === "typescript",
  },
  {
    name: "ctags: enum constants as methods",
    side: "theirs",
    is: ({ kind, within }) => kind === "method" && within === "enum",
  },
  { name: "ctags: elements of data", side: "theirs", is: (_, language) => language === "json" },
  {
    name: "ctags: headings and anchors",
    side: "theirs",
    is: ({ kind }) => /^(heading\d|anchor)$/.test(kind),
  },
  {
    name: "ctags: descriptions of tests",
    side: "theirs",
    is: ({ kind }, language) => language === "ruby" && /^(describe|context)$/.test(kind),
  },
  {
    name: "here: members of anonymous classes and of objects",
    side: "ours",
    is: ({ within }) => /^(variable|method)$/.test(within),
  },
  { name: "here: definitions inside functions", side: "ours", is: ({ local }) => local },
  {
    name: "ctags: setters of an accessor",
    side: "theirs",
    is: ({ kind, name }) => kind === "accessor" && name.endsWith("="),
  },
  { name: "ctags: the same once more", side: "theirs", is: ({ again }) => again },
  { name: "here: overloads, and branches of the preprocessor", side: "ours", is: ({ again }) => again },
  {
    name: "here: constants",
    side: "ours",
    is: ({ kind }, language) => language === "rust" && kind === "variable",
  },
  {
    name: "here: variables of scripts",
    side: "ours",
    is: ({ kind }, language) => language === "bash" && kind === "variable",
  },
  {
    name: "here: annotations without a value",
    side: "ours",
    is: ({ kind, bare }, language) => language === "python" && kind === "variable" && bare,
  },
];

/** A macro may be a value or a function, and so may what a variable holds. */
const EITHER = /^(?:macro|constant|variable|property|field)$/;

function same(ours: Tag, theirs: Tag): boolean {
  if (Math.abs(ours.line - theirs.line) > 1) return false;
  // A function with a prototype is a class to ctags.
  if (theirs.kind === "class" && ours.kind === "function" && /js$/.test(ours.file)) return true;
  return ours.family === theirs.family || (EITHER.test(theirs.kind) && /callable|value/.test(ours.family));
}

/** A name as both sides write it. */
const plain = (name: string): string =>
  lastPart(name.replaceAll("::", "."))
    .replace(/^(operator)\s+(?=\W)/, "$1")
    .replace(/^\$/, "");

/** Universal Ctags on a folder's files, by file. */
function ctags(folder: string, files: string[]): Map<string, Tag[]> {
  const options = ["--kinds-C=+p", "--kinds-C++=+p", "--fields=+nK", "--output-format=json"];
  const run = Bun.spawnSync(["ctags", ...options, "-L", "-", "-f", "-"], {
    cwd: folder,
    stdin: Buffer.from(files.join("\n")),
  });
  const found = new Map<string, Tag[]>();
  for (const row of run.stdout.toString().split("\n")) {
    if (!row.startsWith("{")) continue;
    const tag = JSON.parse(row);
    if (tag._type !== "tag") continue;
    const { path: file, name, line, kind, scopeKind: within = "" } = tag;
    const list = found.get(file) ?? [];
    list.push({
      file,
      name: plain(name),
      line,
      kind,
      family: familyOf(kind, languageOf(file)),
      within,
      local: false,
      again: false,
      bare: false,
    });
    found.set(file, list);
  }
  return found;
}

const isCallable = ({ kind }: { kind: string }): boolean => kind === "function" || kind === "method";

/** The index's definitions of a file, and where its functions are; null where it holds no facts. */
async function ours(
  folder: string,
  file: string,
): Promise<{ tags: Tag[]; functions: DefinitionRecord[] } | null> {
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
  const record = await readFileRecord(file, text);
  if (record === null || /^(minified|large|slow|unreadable)$/.test(record.kind)) return null;
  const rows = text.split("\n");
  const tags = record.definitions.map(({ name, kind, end, parent, head }) => {
    const own = plain(name);
    const start = text.slice(0, head.at).split("\n").length;
    const word = new RegExp(`(?<!\\w)${RegExp.escape(own)}(?!\\w)`);
    const line = rows.slice(start - 1, end).findIndex((row) => word.test(row));
    const outer = record.definitions[parent];
    const bare = !/[={]/.test(text.slice(head.at, head.at + head.size + 3));
    const local = outer !== undefined && isCallable(outer);
    const place = { file, name: own, line: start + Math.max(0, line) };
    return {
      ...place,
      kind,
      family: familyOf(kind, record.language),
      within: outer?.kind ?? "",
      local,
      again: false,
      bare,
    };
  });
  const names = Map.groupBy(tags, ({ name, family }) => `${family} ${name}`);
  for (const tag of tags) tag.again = (names.get(`${tag.family} ${tag.name}`)?.length ?? 0) > 1;
  return { tags, functions: record.definitions.filter(isCallable) };
}

function compare(mine: Tag[], other: Tag[], language: string, tally: Tally): void {
  const waiting = new Map<string, Tag[]>();
  for (const tag of other) waiting.set(tag.name, [...(waiting.get(tag.name) ?? []), tag]);
  const leftOver = (tag: Tag, side: "ours" | "theirs"): void => {
    const notion = NOTIONS.find((one) => one.side === side && one.is(tag, language));
    if (notion === undefined) tally[side].push(tag);
    else tally.left[notion.name] = (tally.left[notion.name] ?? 0) + 1;
  };
  for (const tag of mine) {
    const found = waiting.get(tag.name)?.findIndex((one) => same(one, tag)) ?? -1;
    if (found < 0) leftOver(tag, "ours");
    else {
      const others = waiting.get(tag.name);
      others?.splice(found, 1);
      for (const other of others ?? []) other.again ||= Math.abs(other.line - tag.line) <= 1;
      tally.both++;
    }
  }
  for (const tag of [...waiting.values()].flat()) leftOver(tag, "theirs");
}

/** The commonest disagreements as rows for people, with an example of each. */
function shown(tags: Tag[], most: number): string[] {
  const groups = Map.groupBy(tags, ({ kind, within }) => `${kind}${within === "" ? "" : ` in ${within}`}`);
  return [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, most)
    .map(([group, [...all]]) => {
      const examples = all.filter((_, at) => at % Math.ceil(all.length / 3) === 0);
      const places = examples.map(({ name, file, line }) => `${name} (${file}:${line})`);
      return `    ${String(all.length).padStart(5)} ${group}: ${places.join(", ")}`;
    });
}

async function main(args: string[]): Promise<void> {
  const most = args.includes("--show") ? Number(args[args.indexOf("--show") + 1]) : 5;
  const folders = args.filter((arg, at) => arg !== "--show" && args[at - 1] !== "--show");
  if (folders.length === 0) throw new Error("Say at least one folder: bun bench/definitions.ts FOLDER...");
  if (Bun.which("ctags") === null) {
    console.error("Skipped: ctags is not installed here.");
    console.log(JSON.stringify({ skipped: "ctags" }));
    return;
  }
  const tallies = new Map<string, Tally>();
  for (const folder of folders) {
    const files = [...new Bun.Glob("**/*").scanSync({ cwd: folder })]
      .filter((file) => languageOf(file) !== null)
      .sort();
    const theirs = ctags(folder, files);
    for (const file of files) {
      const language = languageOf(file) ?? "";
      const mine = await ours(folder, file);
      if (mine === null) continue;
      const tally = tallies.get(language) ?? { files: 0, both: 0, ours: [], theirs: [], left: {} };
      tallies.set(language, tally);
      tally.files++;
      const other = theirs.get(file) ?? [];
      for (const tag of other)
        tag.local = mine.functions.some(({ start, end }) => start < tag.line && tag.line <= end);
      compare(mine.tags, other, language, tally);
    }
  }
  const result: Record<string, object> = {};
  for (const [language, { files, both, ours, theirs, left }] of tallies) {
    const recall = Number((both / (both + theirs.length || 1)).toFixed(4));
    const precision = Number((both / (both + ours.length || 1)).toFixed(4));
    result[language] = { files, both, recall, precision, left };
    console.error(`${language}: ${files} files, ${both} in both, recall ${recall}, precision ${precision}`);
    console.error(["  only ctags:", ...shown(theirs, most), "  only here:", ...shown(ours, most)].join("\n"));
    console.error(`  left out by notion: ${JSON.stringify(left)}`);
  }
  console.log(JSON.stringify(result));
}

await main(process.argv.slice(2));
