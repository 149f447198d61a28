/** "Rename X to Y": what a task asks to be renamed, as the calls that do it; the code graph does, not the model. */
import type { CodeGraph } from "../graph/graph.ts";
import { qualifiedName } from "../graph/index/code-index.ts";
import { symbolsOf } from "../graph/query/subject.ts";
import type { Target, ToolCall } from "../types.ts";
import { namedPaths } from "./targets.ts";

export interface Rename {
  call: ToolCall;
  /** Where it is defined. */
  target: Target;
  /** In words, for the next steps. */
  said: string;
}

export interface Renames {
  renames: Rename[];
  /** What the task asks beside; "": nothing. */
  rest: string;
}

const PLAIN = `(?:function|method|class|struct|type|interface|trait|enum|constant|const|variable|global|field|attribute|property|symbol|identifier|helper)`;
const PARAMETER = String.raw`(?:keyword\s+|named\s+)?(?:parameter|argument|param|arg)`;
const FILE = `(?:module|file|script)`;
const KIND = String.raw`(?:(?<kind>${PLAIN}|${PARAMETER}|${FILE})\s+)?`;
const LETTERS = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
/** A name, a path, or both: \`Stack.push\`, \`src/stack.ts\`, \`src/stack.ts:Stack.push\`. */
const NAME = String.raw`[\p{L}_$./][\p{L}\p{N}_$./\\-]*(?:(?:::?|#|->)${LETTERS})*(?:\(\))?`;
const quoted = (group: string): string => String.raw`["'\x60]?(?<${group}>${NAME}?)["'\x60]?`;
const WHERE = String.raw`(?:\s+(?:of|in|from|on|inside|within)\s+(?:the\s+)?(?:${PLAIN}\s+|${FILE}\s+)?${quoted("place")}(?:\s+(?:function|method|class|module|file))?)?`;
const PAIR = new RegExp(
  String.raw`^(?:the\s+|all\s+(?:uses|occurrences|references)\s+of\s+)*${KIND}${quoted("from")}(?:\s+(?<after>${PLAIN}|${PARAMETER}|${FILE}))?${WHERE}\s+(?:to|into|as|->|→)\s+(?:be\s+called\s+)?${quoted("to")}(?=$|[\s,;.!?)])`,
  "iu",
);
const BEHIND = new RegExp(
  String.raw`^\s+(?:of|in|from|on|inside)\s+(?:the\s+)?(?:${PLAIN}\s+|${FILE}\s+)?${quoted("place")}(?=$|[\s,;.!?])`,
  "iu",
);
const VERB =
  /^(?:(?:please|now|then|could you|can you|would you|let's|i want you to|we should)[\s,]+)*(?:in\s+["'`]?(?<place>[\w./\\-]+)["'`]?\s*[,:]\s*)?(?:(?:[\w'-]+[ ,]+){0,7}[\w'-]+:\s*)?(?:rename|change\s+the\s+name\s+of)\s+/i;
const AND = /^\s*(?:,\s*and|,|;|and)\s+(?:also\s+)?(?:rename\s+)?/i;
/** What only says again that everything is meant. */
const FILLER =
  /^(?:[\s,.;!:()]+|(?:and|everywhere|throughout|across|in|the|whole|entire|all|its|each|every|use|uses|usage|usages|callers?|call|sites?|references?|imports?|tests?|update|updates|updating|change|code|codebase|base|project|repo|repository|files?|please|accordingly|too|also|as|well|including|include|with|where|used|is|are|it|them|they|that|so|pass|passing|still|keep|green|must|should|docs?|documentation|comments?|docstrings?|strings?|readme|of|for|consistently|any|to|do|not|don't|without|never|touch|touching|leave|alone|but)\b)/i;
const ALOUD = /\b(docs?|documentation|comments?|docstrings?|strings?|readme)\b/i;
const NO_TESTS =
  /\b(?:do not|don't|without|never|not)\s+(?:touch|chang|edit|modify|updat)\w*\s+(?:the\s+|any\s+)?tests?\b|\bleave\s+(?:the\s+)?tests?\s+alone\b/i;

/** Null where the task is no rename, or one that the graph knows nothing of: then it is the model's. */
export function renamesIn(task: string, graph: CodeGraph, files: string[]): Renames | null {
  const verb = VERB.exec(task.trim());
  if (verb === null) return null;
  let rest = task.trim().slice(verb[0].length);
  const renames: Rename[] = [];
  const words = { aloud: ALOUD.test(task), tests: NO_TESTS.test(task) ? false : undefined };
  for (;;) {
    const pair = PAIR.exec(rest);
    if (pair?.groups === undefined) break;
    rest = rest.slice(pair[0].length);
    const { from = "", to = "", kind, after } = pair.groups;
    const behind = BEHIND.exec(rest);
    const place =
      pair.groups.place ??
      (behind !== null && isPlace(behind.groups?.place ?? "", graph, files)
        ? behind.groups?.place
        : undefined);
    if (behind !== null && pair.groups.place === undefined && place !== undefined)
      rest = rest.slice(behind[0].length);
    const asked = {
      from: trimmed(from),
      to: trimmed(to),
      kind: kind ?? after ?? "",
      place: place ?? verb.groups?.place,
    };
    const rename = renameOf(asked, { graph, files, ...words });
    if (rename === null) return null;
    renames.push(rename);
    const more = AND.exec(rest);
    if (more === null || !PAIR.test(rest.slice(more[0].length))) break;
    rest = rest.slice(more[0].length);
  }
  for (let filler = FILLER.exec(rest); filler !== null; filler = FILLER.exec(rest))
    rest = rest.slice(filler[0].length);
  return renames.length === 0 ? null : { renames, rest: rest.trim() };
}

const trimmed = (name: string): string =>
  name
    .replace(/\(\)$/, "")
    .replace(/[./]+$/, "")
    .replace(/^\.\//, "");

function isPlace(text: string, graph: CodeGraph, files: string[]): boolean {
  const place = trimmed(text);
  return place !== "" && (namedPaths(place, files).length > 0 || symbolsOf(graph, place).ok);
}

interface Known {
  graph: CodeGraph;
  files: string[];
  aloud: boolean;
  tests: boolean | undefined;
}

function renameOf(
  asked: { from: string; to: string; kind: string; place?: string },
  known: Known,
): Rename | null {
  const { from, to, kind } = asked;
  if (from === "" || to === "") return null;
  const place = trimmed(asked.place ?? "");
  if (/^(module|file|script)$/i.test(kind) || isFile(from, to, known)) return fileRename(from, to, known);
  if (/(parameter|argument|param|arg)$/i.test(kind)) return parameterRename({ from, to, place }, known);
  const [path] = namedPaths(place, known.files);
  const name = place === "" ? from : path === undefined ? `${place}.${from}` : `${path}:${from}`;
  const found = symbolsOf(known.graph, name);
  if (found.ok && found.note === null) return symbolRename({ name, from, to }, known);
  return place === "" || path !== undefined ? null : parameterRename({ from, to, place }, known);
}

const isFile = (from: string, to: string, { files }: Known): boolean =>
  /\.\w+$/.test(from) && namedPaths(from, files).length === 1 && (to.includes("/") || /\.\w+$/.test(to));

function rowOf(args: Record<string, unknown>, target: Target, { aloud, tests }: Known): Rename {
  const row = { ...args, ...(aloud ? { aloud } : {}), ...(tests === false ? { tests } : {}) };
  return {
    call: { tool: "rename_symbol", args: row },
    target,
    said: `${args.from} has been renamed to ${args.to} already.`,
  };
}

function fileRename(from: string, to: string, known: Known): Rename | null {
  const { files } = known;
  const named = namedPaths(from, files);
  const stem = from.replaceAll(".", "/");
  const paths =
    named.length > 0
      ? named
      : files.filter((path) => new RegExp(`(^|/)${RegExp.escape(stem)}\\.\\w+$`).test(path));
  const [path] = paths;
  if (path === undefined || paths.length > 1) return null;
  return rowOf({ kind: "file", from: path, to }, { path }, known);
}

function parameterRename(
  { from, to, place }: { from: string; to: string; place: string },
  known: Known,
): Rename | null {
  const found = place === "" ? null : symbolsOf(known.graph, place);
  if (found === null || !found.ok || found.note !== null) return null;
  const target = targetIn(known.graph, found.sites[0]);
  return target === null ? null : rowOf({ kind: "parameter", from, to, of: place }, target, known);
}

/** The new name may be given with what is before it: `Stack.push` to `Stack.add`. */
function symbolRename(
  { name, from, to }: { name: string; from: string; to: string },
  known: Known,
): Rename | null {
  const found = symbolsOf(known.graph, name);
  const target = found.ok ? targetIn(known.graph, found.sites[0]) : null;
  const before = (text: string): string => text.slice(0, Math.max(0, text.lastIndexOf(".")));
  const moved = before(to) !== "" && before(to) !== before(from.replaceAll("::", "."));
  return target === null || moved ? null : rowOf({ kind: "symbol", from: name, to }, target, known);
}

function targetIn(
  { index }: CodeGraph,
  site: { file: number; definition: number } | undefined,
): Target | null {
  const path = site === undefined ? undefined : index.files[site.file]?.path;
  if (site === undefined || path === undefined) return null;
  return { path, symbol: qualifiedName(index.definitionsIn(site.file), site.definition) };
}
