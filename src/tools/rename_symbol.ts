/**
 * Renames a definition, a parameter or a file across the project by the code graph. No model is told of it: a plan calls it where
 * the task asks for a rename. Files that judge take part where they are code: only the name changes in them, as computed.
 */
import { z } from "zod";
import type { CodeGraph } from "../graph/graph.ts";
import { renameModule } from "../graph/rename/module.ts";
import { renameParameter } from "../graph/rename/parameter.ts";
import { type Renamed, rename } from "../graph/rename/rename.ts";
import { isMarkup, languageOf } from "../graph/syntax/languages.ts";
import type { Change, Result } from "../types.ts";
import type { FileText } from "../workspace/files.ts";
import { defineTool, refusal } from "./tool.ts";

const NAME = "rename_symbol";
/** Places left that a summary names. */
const MOST_NAMED = 8;

const Args = z.object({
  kind: z.enum(["symbol", "parameter", "file"]),
  /** A symbol as `symbolsOf` of the graph takes it; a parameter's name; a file's path. */
  from: z.string().min(1),
  to: z.string().min(1),
  /** The function of a parameter. */
  of: z.string().optional(),
  /** Also comments and documentation that only hold the word. */
  aloud: z.boolean().optional(),
  /** Also places of which it cannot be told whether they mean it. */
  unsure: z.boolean().optional(),
  /** false: files that judge stay as they are. */
  tests: z.boolean().optional(),
});
type Args = z.infer<typeof Args>;

export const renameSymbol = defineTool<Args>({
  name: NAME,
  what: "rename a definition and every use of it",
  choose: "choose it as target and give its new name as text",
  fields: { kind: "", from: "", to: "", of: "" },
  args: Args,
  body: "none",
  fromChoice: ({ target, text }) =>
    target?.symbol === undefined
      ? { ok: false, reason: "rename_symbol needs a symbol of the list as its target." }
      : { ok: true, args: { kind: "symbol", from: `${target.path}:${target.symbol}`, to: text.trim() } },
  async run(args, { workspace, ask, forbids, origin }) {
    const seen = new Map<string, FileText>();
    const read = async (path: string): Promise<string | null> => {
      const known = seen.get(path);
      if (known !== undefined) return known.text;
      const one = await workspace.read(path);
      // A link's target is read under its own path.
      if (!one.ok || one.file.path !== path) return null;
      seen.set(path, one.file);
      return one.file.text;
    };
    const isCode = (path: string): boolean => {
      const language = languageOf(path);
      return language !== null && !isMarkup(language);
    };
    const open = (path: string): boolean => forbids(path) === null || (args.tests !== false && isCode(path));
    const files = await workspace.list();
    const made = await ask((graph) => renamed(args, { graph, files, read, open }));
    if (!made.ok) return refusal(NAME, made.reason);
    const changes = changesOf(made.renamed, seen);
    if (changes.length === 0) return refusal(NAME, `Nothing of ${args.from} can be renamed here.`);
    return {
      kind: "candidate",
      tool: NAME,
      candidate: { changes, origin, summary: summaryOf(made.renamed, args.to), grain: "files" },
    };
  },
});

function renamed(
  { kind, from, to, of, aloud = false, unsure = false }: Args,
  sources: {
    graph: CodeGraph;
    files: string[];
    read: (path: string) => Promise<string | null>;
    open: (path: string) => boolean;
  },
): Promise<Result<{ renamed: Renamed }>> {
  if (kind === "file") return renameModule(sources, { path: from, to });
  if (kind === "parameter") return renameParameter(sources, { of: of ?? "", from, to });
  return rename(sources, { from, to, aloud, unsure });
}

function changesOf({ texts, moves }: Renamed, seen: ReadonlyMap<string, FileText>): Change[] {
  const textOf = (path: string): string | undefined =>
    texts.find((one) => one.path === path)?.text ?? seen.get(path)?.text;
  const moved = moves.flatMap(({ path, to }): Change[] => {
    const [text, file] = [textOf(path), seen.get(path)];
    if (text === undefined || file === undefined) return [];
    return [
      { path: to, text, base: null, like: path },
      { path, text: null, base: file.hash },
    ];
  });
  const changed = texts.flatMap(({ path, text }): Change[] => {
    const file = moves.some((one) => one.path === path) ? undefined : seen.get(path);
    return file === undefined || file.text === text ? [] : [{ path, text, base: file.hash }];
  });
  return [...moved, ...changed];
}

function summaryOf({ title, texts, moves, places, left }: Renamed, to: string): string {
  const files = new Set([...texts.map(({ path }) => path), ...moves.map(({ path }) => path)]).size;
  const count = `${places} ${places === 1 ? "place" : "places"} in ${files} ${files === 1 ? "file" : "files"}`;
  const rows = [...new Set(left.map(({ path, line }) => `${path}:${line}`))];
  const more = rows.length > MOST_NAMED ? ` and ${rows.length - MOST_NAMED} more` : "";
  const rest =
    rows.length === 0
      ? ""
      : `; left as they are, since they may mean something else: ${rows.slice(0, MOST_NAMED).join(", ")}${more}`;
  return `renames ${title} to ${to}: ${count}${rest}`;
}
