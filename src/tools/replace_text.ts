/** Search and replace in one file, tolerant of white space, refusing ambiguity. For text that is no definition. */
import { z } from "zod";
import { parse } from "../graph/parse.ts";
import { findMatch } from "./match.ts";
import { omissionIn, whyNot } from "./omission.ts";
import { defineTool, refusal } from "./tool.ts";

const NAME = "replace_text";

export const replaceText = defineTool({
  name: NAME,
  purpose: "replace a few lines of one file; choose it as target, then send the lines as SEARCH and REPLACE",
  args: z.object({ path: z.string(), old: z.string(), new: z.string() }),
  body: "replace",
  fromChoice: ({ target }) =>
    target === null
      ? { ok: false, reason: "replace_text needs a file or symbol of the list as its target." }
      : { ok: true, args: { path: target.path } },
  async run({ path, old, new: fresh }, { workspace, forbids, origin }) {
    const forbidden = forbids(path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    const read = await workspace.read(path);
    if (!read.ok) return refusal(NAME, read.reason);
    const { text: before, hash } = read.file;
    const omitted = omissionIn(fresh, before);
    if (omitted !== null) return refusal(NAME, whyNot(omitted));
    const found = findMatch(before, old, fresh);
    if (!found.ok) return refusal(NAME, `${path}: ${found.reason}`);
    const { start, end, text } = found.match;
    const after = before.slice(0, start) + text + before.slice(end);
    if (after === before)
      return refusal(NAME, `SEARCH and REPLACE are the same; the file ${path} already has that text.`);
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
