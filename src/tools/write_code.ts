/**
 * The changes of a reply as a chat model writes it: prose, and code in fences, over one file or several, each whole, as some of
 * its definitions, as SEARCH/REPLACE, or as a diff. One candidate comes of it, or the reason why not. No model is told of it.
 */
import { z } from "zod";
import { parse } from "../graph/syntax/parse.ts";
import { readReplace } from "../model/blocks.ts";
import type { Change, Result } from "../types.ts";
import { locate } from "../workspace/walls.ts";
import { applyEdits } from "./match.ts";
import { omissionIn, whyNot } from "./omission.ts";
import { Chooser, type Chosen, NO_CHANGE, NO_CODE } from "./reply/choose.ts";
import { mergeCode } from "./reply/merge.ts";
import { conflictIn, withoutRepeats } from "./reply/versions.ts";
import { defineTool, refusal, type ToolContext } from "./tool.ts";

const NAME = "write_code";

/** Whether a reply was refused because it leaves everything as it is. */
export const leavesAll = (reason: string): boolean => reason === NO_CHANGE || reason === NO_CODE;

/** What became of one file: a change, nothing to change, or why not. */
type Written = Result<{ change: Change | null }>;

const refused = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** All blocks of one file, each on what the one before it left. */
async function written(path: string, blocks: Chosen[], context: ToolContext): Promise<Written> {
  const { workspace, earlier } = context;
  if (!(await workspace.exists(path))) return made(path, blocks);
  const read = await workspace.read(path);
  if (!read.ok) return read;
  const { text: before, hash } = read.file;
  const found = (await context.found?.(path)) ?? null;
  const conflict = await conflictIn(blocks, before);
  if (conflict !== null) return refused(conflict);
  let now = before;
  for (const block of await withoutRepeats(blocks, before)) {
    const next = block.edits
      ? edited(now, block, earlier?.(path))
      : await mergeCode(path, { before: now, found, code: block.code });
    if (!next.ok) return refused(next.reason);
    now = next.text;
  }
  // Code that was merged has been read already; what the grammar cannot read of it is for the checks.
  if (blocks.every(({ edits }) => edits)) {
    const [was, is] = [await parse(path, before), await parse(path, now)];
    const error = is?.errors[0];
    if (error !== undefined && was?.errors.length === 0)
      return refused(
        `With this, line ${error.line ?? 1} of ${path} is wrong: ${error.message} Send it again, corrected.`,
      );
  }
  const same = now.trimEnd() === before.trimEnd();
  return { ok: true, change: same ? null : { path, text: ended(now, before), base: hash } };
}

/** The file ends as it did: with a line's end, or without. */
const ended = (now: string, before: string): string =>
  before.endsWith("\n") || before === "" ? now : now.replace(/\n$/, "");

function edited(
  text: string,
  { path, code }: Chosen,
  earlier: string[] | undefined,
): Result<{ text: string }> {
  const read = readReplace(code, path);
  if (!read.ok) return read;
  const applied = applyEdits(text, read.edits, { path, earlier });
  if (!applied.ok && applied.kind === "no-change") return { ok: true, text };
  return applied.ok ? applied : refused(`${path}: ${applied.reason}`);
}

/** A file that is not there yet: the last block is its whole text. */
async function made(path: string, blocks: Chosen[]): Promise<Written> {
  const code = blocks.filter(({ edits }) => !edits).map((block) => block.code);
  const text = code.at(-1);
  if (text === undefined) return refused(`There is no file ${path}; name one that is there.`);
  if (new Set(code.map((one) => one.trim())).size > 1 && (await conflictIn(blocks, "")) !== null)
    return refused(`There are two versions of ${path} in the reply; send only the one that is meant.`);
  const whole = `${text.replace(/^(?:[ \t]*\n)+/, "").trimEnd()}\n`;
  const omitted = omissionIn(whole, "");
  if (omitted !== null) return refused(whyNot(omitted));
  const error = (await parse(path, whole))?.errors[0];
  if (error !== undefined)
    return refused(
      `Line ${error.line ?? 1} of the code for ${path} is wrong: ${error.message} Send the whole corrected file.`,
    );
  return { ok: true, change: { path, text: whole, base: null } };
}

/** The blocks by file, in order, the paths as the workspace spells them. */
function byFile(chosen: Chosen[], root: string): Result<{ files: Map<string, Chosen[]> }> {
  const files = new Map<string, Chosen[]>();
  for (const one of chosen) {
    const inside = locate(root, one.path);
    if (!inside.ok) return inside;
    files.set(inside.path, [...(files.get(inside.path) ?? []), { ...one, path: inside.path }]);
  }
  return { ok: true, files };
}

export const writeCode = defineTool({
  name: NAME,
  what: "change files by the code of a reply",
  choose: "",
  fields: { text: "", files: "" },
  args: z.object({ text: z.string(), files: z.array(z.string()) }),
  body: "none",
  fromChoice: () => ({ ok: false, reason: "Send the code itself." }),
  async run({ text, files }, context) {
    const { forbids, origin, workspace } = context;
    const chosen = await new Chooser(context, files).choose(text);
    if (typeof chosen === "string") return refusal(NAME, chosen);
    const grouped = byFile(chosen, workspace.root);
    if (!grouped.ok) return refusal(NAME, grouped.reason);
    const changes: Change[] = [];
    const left: string[] = [];
    for (const [path, blocks] of grouped.files) {
      const forbidden = forbids(path);
      if (forbidden !== null) {
        left.push(forbidden);
        continue;
      }
      const one = await written(path, blocks, context);
      if (!one.ok) return refusal(NAME, one.reason);
      if (one.change !== null) changes.push(one.change);
    }
    const [first] = changes;
    if (first === undefined) return refusal(NAME, left[0] ?? NO_CHANGE);
    const said = changes.map(({ path, base }) => `${base === null ? "makes" : "changes"} ${path}`);
    const summary = [said.join(", "), ...left].join("; ");
    return { kind: "candidate", tool: NAME, candidate: { changes, origin, summary } };
  },
});
