/** A file gets another name in its folder, and every import of it follows: Python, JavaScript and TypeScript, Rust, C. */
import { posix } from "node:path";
import type { Result } from "../../types.ts";
import type { FileId } from "../index/code-index.ts";
import { type Occurrence, type Occurrences, occurrencesOf } from "./occurrences.ts";
import { edited, type PlaceLeft, type Renamed, type Sources } from "./rename.ts";
import { whyNoName } from "./words.ts";

const WEB = new Set(["javascript", "typescript", "tsx"]);
const C_LIKE = new Set(["c", "cpp"]);
/** Languages that know a module by the file's name as a word. */
const BY_WORD = new Set(["python", "rust"]);
/** Files that are called by their folder. */
const FOLDERS_OWN = /^(__init__|__main__|index|mod|lib|main)$/;

/** `to` is a path in the same folder, or a name alone; what it does not say (folder, ending) stays. */
export async function renameModule(
  sources: Sources,
  options: { path: string; to: string },
): Promise<Result<{ renamed: Renamed }>> {
  const { graph, files, open } = sources;
  const { path } = options;
  const { name: stem, ext } = posix.parse(path);
  const to = targetOf(options, ext);
  const next = posix.parse(to);
  const file = graph.index.fileAt(path);
  const language = file === null ? "" : (graph.index.files[file]?.language ?? "");
  const wrong = whyNotTo(sources, { path, to, language });
  if (file === null || wrong !== null) return { ok: false, reason: wrong ?? unknown(path) };
  const known = new Set(files);
  const texts: Renamed["texts"] = [];
  const left: PlaceLeft[] = [];
  let places = 0;
  for (const [id, { path: user }] of graph.index.files.entries()) {
    const text = known.has(user) ? await sources.read(user) : null;
    if (text === null || !text.includes(stem)) continue;
    const made = BY_WORD.has(language)
      ? await byWord(sources, { user: id, file, text, stem, to: next.name })
      : byPath(sources, { user: id, file, text, stem, to: next.name });
    if (typeof made === "string") return { ok: false, reason: made };
    left.push(...made.left.map((line) => ({ path: user, line })));
    if (made.places === 0) continue;
    if (open(user)) texts.push({ path: user, text: made.text });
    else left.push({ path: user, line: 1 });
    places += made.places;
  }
  return { ok: true, renamed: { title: path, texts, moves: [{ path, to }], places, left } };
}

const unknown = (path: string): string =>
  `The imports of ${path} cannot be computed; move the file, then correct what imports it.`;

/** One sentence on why a file cannot get this path; null: it can. */
function whyNotTo(
  { files, open }: Sources,
  { path, to, language }: { path: string; to: string; language: string },
): string | null {
  const [from, next] = [posix.parse(path), posix.parse(to)];
  const can = BY_WORD.has(language) || WEB.has(language) || C_LIKE.has(language) || language === "go";
  if (!can || FOLDERS_OWN.test(from.name)) return unknown(path);
  if (next.dir !== from.dir || next.ext !== from.ext)
    return `${to} lies elsewhere or ends otherwise than ${path}; only a name in the same folder can be computed.`;
  if (files.includes(to)) return `${to} exists already; choose another name.`;
  if (!open(path)) return `${path} must stay as it is.`;
  return BY_WORD.has(language) ? whyNoName(next.name, language) : null;
}

function targetOf({ path, to }: { path: string; to: string }, ext: string): string {
  const ended = posix.extname(to) === "" ? `${to}${ext}` : to;
  return ended.includes("/") ? posix.normalize(ended) : posix.join(posix.dirname(path), ended);
}

interface Asked {
  user: FileId;
  file: FileId;
  text: string;
  stem: string;
  to: string;
}

interface Made {
  text: string;
  places: number;
  left: number[];
}

/** Paths in quotes: `./cart`, `../cart.js`, `"cart.h"`. */
function byPath({ graph }: Sources, { user, file, text, stem, to }: Asked): Made {
  let made = text;
  let places = 0;
  const imports = graph.links.importsOf(user).filter(({ files }) => files.includes(file));
  for (const module of new Set(imports.map((one) => one.module))) {
    const at = module.lastIndexOf("/") + 1;
    if (!module.slice(at).startsWith(stem)) continue;
    const renamed = `${module.slice(0, at)}${to}${module.slice(at + stem.length)}`;
    made = made.replace(
      new RegExp(`(["'\`<])${RegExp.escape(module)}(["'\`>])`, "g"),
      (_, open: string, close: string) => {
        places += 1;
        return `${open}${renamed}${close}`;
      },
    );
  }
  return { text: made, places, left: [] };
}

/** Where the module's name is a word of the code. */
async function byWord({ graph }: Sources, asked: Asked): Promise<Made | string> {
  const { user, file, text, stem, to } = asked;
  const { path = "" } = graph.index.files[user] ?? {};
  const on = await occurrencesOf(path, text, stem);
  if (on === null) return { text, places: 0, left: [] };
  const imports = graph.links.importsOf(user).filter(({ files }) => files.includes(file));
  const home = (graph.index.files[file]?.path ?? "").split("/").slice(0, -1);
  const yes = on.all.filter((o) => means(o, on, { imports, stem, home }));
  if (yes.length > 0 && yes.some(({ is }) => is !== "string")) {
    const taken = (await occurrencesOf(path, text, to))?.all.find(({ is }) =>
      ["definition", "import", "name", "local"].includes(is),
    );
    if (taken !== undefined) return `${path}:${taken.line} uses the name ${to} already; choose another one.`;
  }
  const unsure = on.all.filter(
    (o) => o.is === "string" && o.string === stem && imports.length > 0 && !yes.includes(o),
  );
  return {
    text: edited(text, yes, { name: stem, member: false }, to),
    places: yes.length,
    left: unsure.map(({ line }) => line),
  };
}

interface About {
  imports: readonly { module: string; names: string[]; line: number }[];
  stem: string;
  /** The folders above the module. */
  home: string[];
}

function means(o: Occurrence, { text, language }: Occurrences, { imports, stem, home }: About): boolean {
  const parts = o.chain?.parts ?? [];
  const prefix = parts.filter((part) => !["crate", "self", "super"].includes(part));
  const belongs = prefix.every((part, at) => part === home[home.length - prefix.length + at]);
  if (o.is === "string") {
    const dotted =
      /(?:[\w]+\.)+$/
        .exec(text.slice(Math.max(0, o.at - 100), o.at))?.[0]
        .split(".")
        .slice(0, -1) ?? [];
    return dotted.length > 0 && dotted.every((part, at) => part === home[home.length - dotted.length + at]);
  }
  if (o.is === "comment" || o.is === "local" || o.is === "alias" || o.is === "key" || imports.length === 0)
    return false;
  if (language === "rust") {
    const goesOn =
      /^\s*(?:::|;)/.test(text.slice(o.at + stem.length, o.at + stem.length + 4)) || o.is === "import";
    return goesOn && (parts.length === 0 || belongs || ["crate", "self", "super"].includes(parts[0] ?? ""));
  }
  if (o.is === "import") {
    const line = Math.max(...imports.filter((one) => one.line <= o.line).map((one) => one.line));
    const here = imports.filter((one) => one.line === line);
    const start = text.lastIndexOf("\n", text.lastIndexOf("from", o.at)) + 1;
    const named = /^\s*from\b[^\n]*\bimport\b/.test(text.slice(start, o.at));
    return here.some(({ module, names }) =>
      named ? names.includes(stem) && lastOf(module) !== stem : lastOf(module) === stem,
    );
  }
  if (o.is === "member") return imports.some(({ module }) => module === [...parts, stem].join("."));
  return imports.some(
    ({ module, names }) => module === stem || (names.includes(stem) && lastOf(module) !== stem),
  );
}

const lastOf = (module: string): string => module.split(/[./:]+/).at(-1) ?? "";
