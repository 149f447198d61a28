/** Moves or renames one file, its bytes and mode kept. Imports of it are not rewritten: the answer names the files that have them. */
import { posix } from "node:path";
import { z } from "zod";
import { parse } from "../graph/syntax/parse.ts";
import { locate } from "../workspace/walls.ts";
import { defineTool, refusal, type ToolContext } from "./tool.ts";

const NAME = "move_file";
/** Files that are searched for imports of the moved one, and that are named. */
const MOST_SEARCHED = 2000;
const MOST_NAMED = 8;

export const moveFile = defineTool({
  name: NAME,
  what: "move or rename a whole file",
  choose: "choose the file as target and give its new path as text",
  fields: { path: "", to: "its new path" },
  args: z.object({ path: z.string().min(1), to: z.string().min(1) }),
  body: "none",
  fromChoice: ({ target, text }) => {
    const to = text.trim().replace(/^\.\//, "");
    if (target === null) return { ok: false, reason: "move_file needs a file of the list as its target." };
    return to === "" || /[\n\0]/.test(to)
      ? { ok: false, reason: "move_file needs the file's new path, relative to the project, as text." }
      : { ok: true, args: { path: target.path, to } };
  },
  async run({ path, to }, context) {
    const { workspace, forbids, origin } = context;
    const inside = locate(workspace.root, to);
    if (!inside.ok)
      return refusal(NAME, `${inside.reason} Give a new path inside the project, file name included.`);
    const forbidden = forbids(path) ?? forbids(to) ?? forbids(inside.path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    const read = await workspace.read(path);
    if (!read.ok) return refusal(NAME, `${read.reason} Choose a text file of the list.`);
    const { file } = read;
    if (file.path !== path)
      return refusal(NAME, `${path} is a link to ${file.path}; move that file, if it is the one you mean.`);
    if (inside.path === path)
      return refusal(NAME, `${path} is there already; give another path, or choose another tool.`);
    if (await workspace.exists(to))
      return refusal(
        NAME,
        `${to} exists already; give a path that is free, or delete ${to} first if nothing needs it.`,
      );
    const users = await importersOf(path, context);
    const more = users.length > MOST_NAMED ? ` and ${users.length - MOST_NAMED} more` : "";
    const imports =
      users.length === 0
        ? ""
        : `; still imported by its old name in ${users.slice(0, MOST_NAMED).join(", ")}${more}`;
    return {
      kind: "candidate",
      tool: NAME,
      candidate: {
        changes: [
          { path: inside.path, text: file.text, base: null, like: path },
          { path, text: null, base: file.hash },
        ],
        origin,
        summary: `moves ${path} to ${inside.path}${imports}`,
      },
    };
  },
});

/** The files whose imports hold the moved file's name as a word. By name alone: rather one too many than one too few. */
async function importersOf(path: string, { workspace }: Pick<ToolContext, "workspace">): Promise<string[]> {
  const { name } = posix.parse(path);
  const packageName = /^(__init__|index|mod)$/.test(name) ? posix.basename(posix.dirname(path)) : name;
  const word = new RegExp(`(?<!\\w)${RegExp.escape(packageName)}(?!\\w)`);
  const users: string[] = [];
  for (const other of (await workspace.list()).slice(0, MOST_SEARCHED)) {
    const read = other === path ? null : await workspace.read(other);
    if (!read?.ok || !word.test(read.file.text)) continue;
    const parsed = await parse(other, read.file.text);
    if (parsed?.importStatements.some((statement) => word.test(statement))) users.push(other);
  }
  return users;
}
