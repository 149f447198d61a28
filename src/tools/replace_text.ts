/** Search and replace in one file, tolerant of how models copy text, refusing ambiguity. For text that is no definition. */
import { z } from "zod";
import { parse } from "../graph/syntax/parse.ts";
import { Edit } from "../model/blocks.ts";
import { applyEdits } from "./match.ts";
import { defineTool, refusal } from "./tool.ts";

const NAME = "replace_text";

/** One change, and `more` where a reply had several: each is made on what the one before it left, all or none. */
const Args = Edit.extend({
  path: z.string(),
  replace_all: z.boolean().optional(),
  more: z.array(Edit).optional(),
});

export const replaceText = defineTool({
  name: NAME,
  what: "replace a few lines of one file",
  choose: "choose it as target, then send the lines as SEARCH and REPLACE",
  fields: { path: "", old: "the lines as they are", new: "the lines as they shall be" },
  args: Args,
  body: "replace",
  fromChoice: ({ target }) =>
    target === null
      ? { ok: false, reason: "replace_text needs a file or symbol of the list as its target." }
      : { ok: true, args: { path: target.path } },
  async run({ path, replace_all: all, more = [], ...first }, { workspace, forbids, origin, earlier }) {
    const forbidden = forbids(path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    const read = await workspace.read(path);
    if (!read.ok) return refusal(NAME, read.reason);
    const { text: before, hash } = read.file;
    const applied = applyEdits(before, [first, ...more], { path, all, earlier: earlier?.(path) });
    if (!applied.ok) return refusal(NAME, `${path}: ${applied.reason}`);
    const after = applied.text;
    const [was, now] = [await parse(path, before), await parse(path, after)];
    const error = now?.errors[0];
    if (error !== undefined && was?.errors.length === 0)
      return refusal(
        NAME,
        `With this, line ${error.line ?? 1} of ${path} is wrong: ${error.message} Send SEARCH and REPLACE again, corrected.`,
      );
    return {
      kind: "candidate",
      tool: NAME,
      candidate: { changes: [{ path, text: after, base: hash }], origin, summary: `changes ${path}` },
    };
  },
});
