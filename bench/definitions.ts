/**
 * `bun bench/definitions.ts FOLDER... [--show N]`: the index's definitions against those of Universal Ctags, by language. Two
 * definitions are the same if file and name are, the lines differ by at most one, and both are callable, types, modules or
 * values. What the two count by different notions is left out by the classes of `NOTIONS`, which are tallied. Without ctags it
 * says so and compares nothing. The last line on stdout is one JSON object.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lastPart } from "../src/graph/index/code-index.ts";
import { readFileRecord } from "../src/graph/index/read-file.ts";
import { languageOf } from "../src/graph/syntax/languages.ts";

type Family = "callable" | "type" | "module" | "value";

interface Tag {
  file: string;
  name: string;
  line: number;
  kind: string;
  family: Family;
  /** Kind of what encloses it; "" at the top. */
  within: string;
}

interface Tally {
  files: number;
  both: number;
  ours: Tag[];
  theirs: Tag[];
  left: Record<string, number>;
}

const FAMILIES: Record<Family, string[]> = {
  callable: ["function", "method", "macro", "prototype", "generator", "singletonMethod", "methodSpec", "getter", "setter", "constructor", "implementation method"],
  type: ["class", "struct", "union", "enum", "interface", "type", "typedef", "talias", "trait", "alias", "annotation", "typealias", "record", "delegate"],
  module: ["module", "namespace", "package", "id"],
  value: [],
};
const FAMILY = new Map(Object.entries(FAMILIES).flatMap(([family, kinds]) => kinds.map((kind) => [kind, family as Family])));
/** Python's methods are members to ctags; selectors define classes, whatever they begin with. */
function familyOf(kind: string, language: string | null): Family {
  if (language === "python" && kind === "member") return "callable";
  if (language === "css" && /^(selector|id)$/.test(kind)) return "type";
  return FAMILY.get(kind) ?? "value";
}

/** What only one side means to list, by a name for people; the first that fits. */
const NOTIONS: { name: string; side: "ours" | "theirs"; is: (tag: Tag, language: string) => boolean }[] = [
  { name: "anonymous", side: "theirs", is: ({ name }) => /^(__anon|anonymousFunction|AnonymousFunction|anon_)/i.test(name) },
  { name: "locals and parameters", side: "theirs", is: ({ kind }) => /^(local|parameter|label)$/.test(kind) },
  { name: "imports and headers", side: "theirs", is: ({ kind }) => /^(header|unknown|namespaceImport|packageName)$/.test(kind) },
];

const same = (a: Tag, b: Tag): boolean => a.family === b.family && Math.abs(a.line - b.line) <= 1;

/** Universal Ctags on a folder's files, by file. */
function ctags(folder: string, files: string[]): Map<string, Tag[]> {
  const options = ["--kinds-C=+p", "--kinds-C++=+p", "--fields=+nK", "--output-format=json", "--extras=-F"];
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
    list.push({ file, name: lastPart(name.replaceAll("::", ".")), line, kind, family: familyOf(kind, languageOf(file)), within });
    found.set(file, list);
  }
  return found;
}

async function ours(folder: string, file: string): Promise<Tag[] | null> {
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
  const record = await readFileRecord(file, text);
  if (record === null || /^(minified|large|slow|unreadable)$/.test(record.kind)) return null;
  const rows = text.split("\n");
  return record.definitions.map(({ name, kind, end, parent, head }) => {
    const own = lastPart(name);
    const start = text.slice(0, head.at).split("\n").length;
    const line = rows.slice(start - 1, end).findIndex((row) => row.includes(own));
    const within = record.definitions[parent]?.kind ?? "";
    return { file, name: own, line: start + Math.max(0, line), kind, family: familyOf(kind, record.language), within };
  });
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
      waiting.get(tag.name)?.splice(found, 1);
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
    const files = [...new Bun.Glob("**/*").scanSync({ cwd: folder })].filter((file) => languageOf(file) !== null).sort();
    const theirs = ctags(folder, files);
    for (const file of files) {
      const language = languageOf(file) ?? "";
      const mine = await ours(folder, file);
      if (mine === null) continue;
      const tally = tallies.get(language) ?? { files: 0, both: 0, ours: [], theirs: [], left: {} };
      tallies.set(language, tally);
      tally.files++;
      compare(mine, theirs.get(file) ?? [], language, tally);
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
