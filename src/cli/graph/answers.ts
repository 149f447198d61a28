/** What each query of `smallcode graph` asks, and how its answer is shown. */
import type { GraphFlags } from "../../config/flags.ts";
import type { CodeGraph } from "../../graph/graph.ts";
import type { Certainty } from "../../graph/link/links.ts";
import type { Answer, Found, Kin, NotThere, Outlined, Rows } from "../../graph/query/answers.ts";
import { path } from "../../graph/query/chain.ts";
import { definition, outline } from "../../graph/query/definitions.ts";
import { importers, imports, tests } from "../../graph/query/files.ts";
import { find } from "../../graph/query/find.ts";
import { impact } from "../../graph/query/impact.ts";
import { types } from "../../graph/query/kin.ts";
import { callees, callers, references } from "../../graph/query/uses.ts";
import { graphSlice } from "../../graph/rank/slice.ts";
import { searchText } from "../../graph/search/search.ts";
import { namedPaths } from "../../plan/targets.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { affectedAnswer } from "./affected.ts";
import type { Line, Row } from "./screen.ts";
import { type GraphQuery, graphQueryRow } from "./words.ts";

/** An answer: its fields for `--json`, its lines for a person. */
export interface Shown {
  ok: true;
  fields: object;
  lines: Line[];
  /** Results that are not shown. */
  more: number;
  note: string | null;
  /** The sentence in place of lines where there are none; and whether that is a failed search. */
  none: string;
  missed: boolean;
}

/** No answer; `usage`: the words were wrong, not what they name. */
export interface NotShown extends NotThere {
  usage?: true;
}

/** Why there is no answer, in a sentence, and what may have been meant. */
export const missing = ({ reason, near }: NotShown): string =>
  near.length === 0 ? reason : `${reason} Did you mean ${near.join(", ")}?`;

/** Where answers come from. */
export interface Source {
  workspace: Pick<Workspace, "root" | "list">;
  ask<T>(question: (graph: CodeGraph) => Promise<T>): Promise<T>;
}

/** Of the tests that a change may break so many are shown; `--json` has all. */
const MOST_TESTS = 10;

export interface Asked {
  words: string[];
  flags: GraphFlags;
  max: number;
}

const listed = (numbers: number[]): string => numbers.join(", ");
const doubt = (certainty: Certainty | null): { tag?: string } =>
  certainty === "same name" || certainty === "only one" ? { tag: certainty } : {};

function callTag({ lines, certainty }: { lines: number[]; certainty: Certainty }): { tag?: string } {
  const { tag } = doubt(certainty);
  if (lines.length < 2) return doubt(certainty);
  return { tag: `lines ${listed(lines)}${tag === undefined ? "" : `; ${tag}`}` };
}

/** A list of rows, each one line. */
function list<T>(answer: Answer<Rows<T>>, none: string, row: (one: T) => Row): Shown | NotShown {
  if (!answer.ok) return answer;
  const { ok, ...fields } = answer;
  const { more, note, rows } = fields;
  return { ok, fields, lines: rows.map(row), more, note, none, missed: false };
}

function foundRow({ path: at, line, name, signature, doc }: Found): Row {
  const dot = name.lastIndexOf(".");
  return {
    at: { path: at, line },
    cells: [signature || name],
    ...(dot > 0 && { tag: `in ${name.slice(0, dot)}` }),
    under: doc,
  };
}

function outlineRows(found: Outlined[], depth: number): Row[] {
  return found.flatMap(({ path: at, line, signature, name, doc, children }) => [
    { at: { path: at, line }, cells: [signature || name], depth, ...(doc !== "" && { tag: doc }) },
    ...outlineRows(children, depth + 1),
  ]);
}

function kinRows(kin: Kin[], depth: number): Row[] {
  return kin.flatMap((one) => [
    {
      at: one.path === null ? null : { path: one.path, line: one.line },
      cells: [one.name],
      depth,
      ...(one.path === null && { tag: "not of this project" }),
    },
    ...kinRows(one.kin, depth + 1),
  ]);
}

type Answerer = (graph: CodeGraph, asked: Asked & { first: string }) => Promise<Shown | NotShown>;

const ANSWERERS: Record<Exclude<GraphQuery, "text" | "slice" | "affected">, Answerer> = {
  definition: async (graph, { first, max }) => list(await definition(graph, first, max), "", foundRow),
  references: async (graph, { first, max }) =>
    list(await references(graph, first, max), `Nothing uses ${first}.`, (one) => ({
      at: one,
      cells: [one.role, one.name ?? "(top)", one.text],
      ...doubt(one.certainty),
    })),
  callers: async (graph, { first, max }) =>
    list(await callers(graph, first, max), `Nothing calls ${first}.`, (one) => ({
      at: one,
      cells: [one.name ?? "(top)", one.text],
      ...callTag(one),
    })),
  callees: async (graph, { first, max }) =>
    list(await callees(graph, first, max), `${first} calls nothing of this project.`, (one) => ({
      at: one,
      cells: [one.name, `${one.lines.length > 1 ? "lines" : "line"} ${listed(one.lines)}`, one.signature],
      ...doubt(one.certainty),
    })),
  importers: async (graph, { first, max }) =>
    list(await importers(graph, first, max), `Nothing imports ${first}.`, (one) => ({
      at: one,
      cells: [one.text],
      ...(one.kind !== "code" && { tag: one.kind }),
    })),
  imports: async (graph, { first, max }) =>
    list(await imports(graph, first, max), `${first} imports nothing.`, (one) => ({
      at: one,
      cells: [[one.module, one.names.join(", ")].filter((text) => text !== "").join(": ")],
      tag: one.files.length === 0 ? "not of this project" : one.files.slice(0, 3).join(", "),
    })),
  tests: async (graph, { first, max }) =>
    list(await tests(graph, first, max), `No test of ${first} was found.`, (one) => ({
      at: one,
      cells: one.why === "uses it" ? [one.name ?? "(top)", one.text] : ["(tests the file)"],
    })),
  outline: async (graph, { first, max }) => {
    const answer = await outline(graph, first, max);
    if (!answer.ok) return answer;
    const { ok, ...fields } = answer;
    const lines = outlineRows(fields.rows, 0);
    return {
      ok,
      fields,
      lines,
      more: fields.more,
      note: fields.note,
      none: `${first} defines nothing.`,
      missed: false,
    };
  },
  path: async (graph, { first, words }) => {
    const to = words[1] ?? "";
    const answer = await path(graph, first, to);
    if (!answer.ok) return answer;
    const { ok, ...fields } = answer;
    const lines = fields.hops.map(
      (hop): Row => ({
        at: hop,
        cells: [hop.from.name ?? hop.from.path, hop.why, hop.to.name ?? hop.to.path],
        ...doubt(hop.certainty),
      }),
    );
    const none = fields.note === null ? `Nothing leads from ${first} to ${to}.` : "";
    return { ok, fields, lines, more: 0, note: fields.note, none, missed: !fields.found };
  },
  impact: async (graph, { first, max }) => {
    const answer = await impact(graph, first, max);
    if (!answer.ok) return answer;
    const { ok, ...fields } = answer;
    const rows = fields.rows.map((one) => ({
      at: one,
      cells: [`${one.distance}`, one.name ?? "(top)", `${one.why} ${one.what}`],
      ...doubt(one.certainty),
    }));
    const files = fields.tests
      .slice(0, MOST_TESTS)
      .map((test): Row => ({ at: { path: test, line: 1 }, cells: [""] }));
    const heading = files.length === 0 ? [] : [`Tests (${fields.tests.length})`, ...files];
    const left = fields.more > 0 ? [`... ${fields.more.toLocaleString("en-US")} more, --max N`] : [];
    const note = fields.cut ? "The walk was ended at 2,000 definitions: there is more." : fields.note;
    const lines = [...rows, ...left, ...heading];
    return {
      ok,
      fields,
      lines,
      more: 0,
      note,
      none: `Nothing depends on ${first}.`,
      missed: false,
    };
  },
  find: async (graph, { words, max }) => {
    const text = words.join(" ");
    const { rows, more, note } = await find(graph, text, max);
    const none = `No symbol has a name like ${text}.`;
    return {
      ok: true,
      fields: { rows, more, note },
      lines: rows.map(foundRow),
      more,
      note,
      none,
      missed: true,
    };
  },
  types: async (graph, { first, max }) => {
    const answer = await types(graph, first, max);
    if (!answer.ok) return answer;
    const { ok, ...fields } = answer;
    const { type, bases, heirs, more, note } = fields;
    const lines: Line[] = [
      ...kinRows([type], 0),
      ...(bases.length > 0 ? ["Bases", ...kinRows(bases, 0)] : []),
      ...(heirs.length > 0 ? ["Subclasses", ...kinRows(heirs, 0)] : []),
    ];
    return { ok, fields, lines, more, note, none: "", missed: false };
  },
};

async function textAnswer({ workspace }: Source, { words, flags, max }: Asked): Promise<Shown | NotShown> {
  const pattern = words.join(" ");
  const answer = await searchText(workspace, { pattern, regex: flags.regex === true, max });
  if (!answer.ok) return { ok: false, reason: answer.reason, near: [], usage: true };
  const { rows, more, note, files } = answer;
  const lines = rows.map((one): Row => ({ at: one, cells: [one.text] }));
  const none = `No line has ${pattern}.`;
  return { ok: true, fields: { rows, more, note, files }, lines, more, note, none, missed: true };
}

const SLICE_TOKENS = 1000;

/** The lines of a slice as they stand in it; with `--why`, each with its reasons. */
async function sliceAnswer(source: Source, { words, flags }: Asked): Promise<Shown> {
  const task = words.join(" ");
  const { text, lines } = await source.ask((graph) => {
    const paths = namedPaths(
      task,
      graph.index.files.map((file) => file.path),
    );
    return graphSlice({ words: [task], paths, frames: [], tokens: flags.tokens ?? SLICE_TOKENS }, graph);
  });
  const written = text === "" ? [] : text.split("\n");
  const rows = lines.map((line, at) => ({ text: written[at] ?? "", ...line }));
  return {
    ok: true,
    fields: { rows, more: 0, note: null },
    lines: rows.map(({ text: code, symbol, why }): Line => {
      if (symbol === null) return code;
      return { code, why: flags.why === true ? why.join("; ") : "" };
    }),
    more: 0,
    note: null,
    none: "Nothing here has to do with these words.",
    missed: true,
  };
}

/** Asks a query; its words have been counted before. */
export async function answer(
  query: GraphQuery,
  words: string[],
  flags: GraphFlags,
  source: Source,
): Promise<Shown | NotShown> {
  const max = flags.max ?? graphQueryRow(query)?.max ?? 50;
  const asked = { words, flags, max };
  if (query === "text") return textAnswer(source, asked);
  if (query === "slice") return sliceAnswer(source, asked);
  if (query === "affected") return source.ask((graph) => affectedAnswer(graph, asked));
  return source.ask((graph) => ANSWERERS[query](graph, { ...asked, first: words[0] ?? "" }));
}
