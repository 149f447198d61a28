/** Deletes one file. What is left of its uses the checks find: a file that is still needed comes back. */
import { z } from "zod";
import { defineTool, refusal } from "./tool.ts";

const NAME = "delete_file";

export const deleteFile = defineTool({
  name: NAME,
  what: "delete a whole file that nothing needs any more",
  choose: "choose the file, not a symbol, as target",
  fields: { path: "" },
  args: z.object({ path: z.string().min(1) }),
  body: "none",
  fromChoice: ({ target }) => {
    if (target === null) return { ok: false, reason: "delete_file needs a file of the list as its target." };
    return target.symbol === undefined
      ? { ok: true, args: { path: target.path } }
      : {
          ok: false,
          reason: `delete_file deletes a whole file: choose ${target.path} itself as target, or take ${target.symbol} out of it with replace_text.`,
        };
  },
  async run({ path }, { workspace, forbids, origin }) {
    const forbidden = forbids(path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    const read = await workspace.read(path);
    if (!read.ok) return refusal(NAME, `${read.reason} Choose a text file of the list.`);
    const { file } = read;
    if (file.path !== path)
      return refusal(NAME, `${path} is a link to ${file.path}; delete that file, if it is the one you mean.`);
    return {
      kind: "candidate",
      tool: NAME,
      candidate: {
        changes: [{ path, text: null, base: file.hash }],
        origin,
        summary: `deletes ${path}`,
      },
    };
  },
});
