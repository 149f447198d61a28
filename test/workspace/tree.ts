/** Small real workspaces for the tests of this room. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openWorkspace, type Transaction, type Workspace } from "../../src/workspace/workspace.ts";

/** A new folder with these files; a content with a mode is [content, mode]. */
export function makeTree(files: Record<string, string | Uint8Array | [string, number]>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-ws-")));
  fill(root, files);
  return root;
}

export function fill(root: string, files: Record<string, string | Uint8Array | [string, number]>): void {
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), Array.isArray(value) ? value[0] : value);
    if (Array.isArray(value)) chmodSync(join(root, path), value[1]);
  }
}

/** Every file of a tree but our own folder: mode and content, or the target of a link. */
export function picture(root: string): Record<string, string> {
  const all: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (path === ".smallcode") continue;
      const absolute = join(root, path);
      if (entry.isSymbolicLink()) all[path] = `-> ${readlinkSync(absolute)}`;
      else if (entry.isDirectory()) walk(path);
      else
        all[path] = `${(lstatSync(absolute).mode & 0o7777).toString(8)} ${readFileSync(absolute, "latin1")}`;
    }
  };
  walk("");
  return Object.fromEntries(Object.entries(all).sort());
}

export async function open(root: string, ignore: string[] = []): Promise<Workspace> {
  const opened = await openWorkspace(root, { ignore, allowWrite: () => true });
  if (!opened.ok) throw new Error(opened.reason);
  return opened.workspace;
}

export async function begin(workspace: Workspace): Promise<Transaction> {
  const begun = await workspace.begin("test");
  if (!begun.ok) throw new Error(begun.reason);
  return begun.transaction;
}

/** The hash a change of this file has to be made from. */
export async function base(workspace: Workspace, path: string): Promise<string> {
  const read = await workspace.read(path);
  if (!read.ok) throw new Error(read.reason);
  return read.file.hash;
}

/** Applies a new text to an existing or new file and expects it to work. */
export async function edit(
  workspace: Workspace,
  turn: Transaction,
  path: string,
  text: string | null,
): Promise<void> {
  const from = (await workspace.exists(path)) ? await base(workspace, path) : null;
  const applied = await turn.apply([{ path, text, base: from }]);
  if (!applied.ok) throw new Error(applied.reason);
}

export const mtimeOf = (root: string, path: string): number =>
  Math.floor(lstatSync(join(root, path)).mtimeMs / 1000);
