/**
 * What a page knows of a repository: files, definitions and how they hang together, as columns of numbers and texts that stay
 * small as JSON. `model.js` reads them in the browser. A node is a number: a file is its place in `paths`, a definition is
 * that of its name in `names`, counted on behind the last file.
 */
import { GRAMMARS } from "../../../grammars/manifest.ts";
import type { CodeGraph } from "../graph.ts";
import {
  type CodeIndex,
  definitionAtLine,
  type FileId,
  lastPart,
  signatureAt,
  type Uses,
} from "../index/code-index.ts";
import { FILE_KINDS, type Role } from "../index/record.ts";

export interface PageFacts {
  title: string;
  /** Of files: names and numbers of `languages` and `fileKinds`, how many lines they have, and how many definitions. */
  languages: string[];
  fileKinds: readonly string[];
  paths: string[];
  language: number[];
  fileKind: number[];
  lines: number[];
  /** Whether `lines` is a guess from the size, since the text could not be had. */
  guessed: FileId[];
  counts: number[];
  /** Of definitions, file by file: `parents` counts back to the enclosing one (0: none), `starts` from the last one's start. */
  kinds: string[];
  names: string[];
  kind: number[];
  starts: number[];
  sizes: number[];
  parents: number[];
  /** What each definition's signature is among `signatures`, with `NAME` for its name; both are empty where there are too many to show. */
  signature: number[];
  signatures: string[];
  /** For each file the files that it imports, and those that test it. */
  imports: FileId[][];
  tests: FileId[][];
  /** Who calls, inherits from or otherwise uses whom, as `packEdges` writes it. */
  edges: Record<Relation, number[]>;
  /** How many uses of a name have no one meaning, for names that are defined. */
  unclear: [string, number][];
}

/** What one definition has to do with another, the closest first. */
export const RELATIONS = ["inherits", "calls", "uses"] as const;
export type Relation = (typeof RELATIONS)[number];

/** A use that may mean more definitions than this says nothing about any of them. */
const MOST_MEANINGS = 3;
/** In characters, of all signatures together. */
const MOST_SIGNATURES = 3_000_000;
const LONGEST_SIGNATURE = 120;
/** Stands for the name in a signature, since most signatures differ in nothing else. */
const NAME = "\u007f";
/** For files whose text is not read. */
const BYTES_A_LINE = 40;

/** The facts of a graph. Reads every file's text once. */
export async function factsOf({ index, links, text }: CodeGraph, title: string): Promise<PageFacts> {
  const languages = [...new Set(index.files.map(({ language }) => language))];
  const titles = new Map(GRAMMARS.map(({ id, title }) => [id, title]));
  const ids = index.files.map((_, file) => file);
  const texts = await textFacts(index, text);
  const { edges, unclear } = relationsOf(index, links.meaningOf);
  return {
    title,
    languages: languages.map((id) => titles.get(id) ?? id),
    fileKinds: FILE_KINDS,
    paths: index.files.map(({ path }) => path),
    language: index.files.map(({ language }) => languages.indexOf(language)),
    fileKind: index.files.map(({ kind }) => FILE_KINDS.indexOf(kind)),
    ...texts,
    counts: ids.map((file) => index.definitionsIn(file).length),
    ...definitionColumns(index),
    imports: ids.map((file) => [...new Set(links.importsOf(file).flatMap(({ files }) => files.slice(0, 1)))]),
    tests: ids.map((file) => [...links.testsOf(file)]),
    edges,
    unclear,
  };
}

/** What only the texts tell. */
async function textFacts(
  index: CodeIndex,
  read: CodeGraph["text"],
): Promise<Pick<PageFacts, "lines" | "guessed" | "signature" | "signatures">> {
  const lines: number[] = [];
  const guessed: FileId[] = [];
  const signature: number[] = [];
  const known = new Map<string, number>();
  let room = MOST_SIGNATURES;
  for (const [file, { path, size }] of index.files.entries()) {
    const text = await read(path);
    if (text === null) guessed.push(file);
    lines.push(text === null ? Math.ceil(size / BYTES_A_LINE) : text.replace(/\n$/, "").split("\n").length);
    if (room < 0) continue;
    for (const definition of index.definitionsIn(file)) {
      const pattern = text === null ? "" : patternOf(signatureAt(text, definition), definition.name);
      const place = known.get(pattern) ?? known.size;
      if (place === known.size) room -= pattern.length;
      known.set(pattern, place);
      signature.push(place);
    }
  }
  const shown = room >= 0;
  return { lines, guessed, signature: shown ? signature : [], signatures: shown ? [...known.keys()] : [] };
}

/** A signature without its definition's name; empty where it says nothing beside that. */
function patternOf(signature: string, name: string): string {
  const pattern = signature
    .replaceAll(NAME, "")
    .slice(0, LONGEST_SIGNATURE)
    .replace(name, () => NAME);
  return pattern === NAME ? "" : pattern;
}

function definitionColumns(
  index: CodeIndex,
): Pick<PageFacts, "kinds" | "names" | "kind" | "starts" | "sizes" | "parents"> {
  const all = index.files.map((_, file) => index.definitionsIn(file));
  const kinds = [...new Set(all.flatMap((definitions) => definitions.map(({ kind }) => kind)))].sort();
  return {
    kinds,
    names: all.flatMap((definitions) => definitions.map(({ name }) => name)),
    kind: all.flatMap((definitions) => definitions.map(({ kind }) => kinds.indexOf(kind))),
    starts: all.flatMap((definitions) =>
      definitions.map(({ start }, at) => start - (definitions[at - 1]?.start ?? 0)),
    ),
    sizes: all.flatMap((definitions) => definitions.map(({ start, end }) => end - start + 1)),
    parents: all.flatMap((definitions) =>
      definitions.map(({ parent }, at) => (parent < 0 ? 0 : at - parent)),
    ),
  };
}

const RELATION: Record<Role, Relation | null> = {
  inherit: "inherits",
  call: "calls",
  use: "uses",
  import: null,
};

/** Every use of a defined name as an edge from the definition that it stands in, else from its file. */
function relationsOf(
  index: CodeIndex,
  meaningOf: CodeGraph["links"]["meaningOf"],
): Pick<PageFacts, "edges" | "unclear"> {
  const first = firstNodes(index);
  const edges = { inherits: new Map(), calls: new Map(), uses: new Map() } satisfies Record<Relation, Edges>;
  const unclear: [string, number][] = [];
  for (const name of definedNames(index)) {
    let lost = 0;
    for (const uses of index.usesOf(name)) {
      const meanings = meaningOf(name, uses.file);
      if (meanings.length > MOST_MEANINGS) {
        lost += uses.at.filter(({ role }) => RELATION[role] !== null).length;
        continue;
      }
      const targets = meanings.map(({ file, definition }) => (first[file] ?? 0) + definition);
      addUses(edges, { index, first, uses, targets });
    }
    if (lost > 0) unclear.push([name, lost]);
  }
  return {
    edges: {
      inherits: packEdges(edges.inherits),
      calls: packEdges(edges.calls),
      uses: packEdges(edges.uses),
    },
    unclear,
  };
}

/** Targets by source. */
type Edges = Map<number, Set<number>>;

function addUses(
  edges: Record<Relation, Edges>,
  { index, first, uses, targets }: { index: CodeIndex; first: number[]; uses: Uses; targets: number[] },
): void {
  const definitions = index.definitionsIn(uses.file);
  for (const { line, role } of uses.at) {
    const relation = RELATION[role];
    if (relation === null) continue;
    const within = definitionAtLine(definitions, line);
    const source = within < 0 ? uses.file : (first[uses.file] ?? 0) + within;
    const known = edges[relation].get(source) ?? new Set();
    edges[relation].set(source, known);
    for (const target of targets) if (target !== source) known.add(target);
  }
}

/** The node of each file's first definition. */
function firstNodes(index: CodeIndex): number[] {
  let next = index.files.length;
  return index.files.map((_, file) => {
    const first = next;
    next += index.definitionsIn(file).length;
    return first;
  });
}

function definedNames(index: CodeIndex): Set<string> {
  const names = new Set<string>();
  for (const [file] of index.files.entries())
    for (const { name } of index.definitionsIn(file)) names.add(lastPart(name));
  return names;
}

/** For each source in ascending order: its distance from the last one, how many targets, and the distances between those. */
export function packEdges(edges: ReadonlyMap<number, ReadonlySet<number>>): number[] {
  const packed: number[] = [];
  let last = 0;
  for (const source of [...edges.keys()].sort((a, b) => a - b)) {
    const targets = [...(edges.get(source) ?? [])].sort((a, b) => a - b);
    if (targets.length === 0) continue;
    packed.push(
      source - last,
      targets.length,
      ...targets.map((target, at) => target - (targets[at - 1] ?? 0)),
    );
    last = source;
  }
  return packed;
}
