/** Makes a new file with the folders it needs. A file that is there is refused: it is changed, never overwritten. */
import { z } from "zod";
import { parse } from "../graph/syntax/parse.ts";
import { locate } from "../workspace/walls.ts";
import { defineTool, refusal } from "./tool.ts";

const NAME = "create_file";

export const createFile = defineTool({
  name: NAME,
  what: "make a new file",
  choose: "give its path as text, then send its whole content",
  fields: { path: "", content: "its whole text" },
  args: z.object({ path: z.string().min(1), content: z.string() }),
  body: "code",
  fromChoice: ({ text }) => {
    const path = text.trim().replace(/^\.\//, "");
    return path === "" || /[\n\0]/.test(path)
      ? { ok: false, reason: "create_file needs the new file's path, relative to the project, as text." }
      : { ok: true, args: { path } };
  },
  async run({ path: written, content }, { workspace, forbids, origin }) {
    const inside = locate(workspace.root, written);
    if (!inside.ok) return refusal(NAME, inside.reason);
    // From here on the one canonical spelling: what is frozen is told by it.
    const { path } = inside;
    const forbidden = forbids(path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    if (await workspace.exists(path))
      return refusal(NAME, `${path} exists already; change it with rewrite_symbol or replace_text.`);
    const text = content.endsWith("\n") || content === "" ? content : `${content}\n`;
    const error = (await parse(path, text))?.errors[0];
    if (error !== undefined)
      return refusal(
        NAME,
        `Line ${error.line ?? 1} of the content is wrong: ${error.message} Send the whole corrected file.`,
      );
    return {
      kind: "candidate",
      tool: NAME,
      candidate: { changes: [{ path, text, base: null }], origin, summary: `makes ${path}` },
    };
  },
});
