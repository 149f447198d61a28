/**
 * A workspace: the one door to a project's files. Reading and listing cost no more than they must; everything that
 * writes goes through a transaction, whose machinery is loaded when a turn begins.
 */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import type { Result } from "../types.ts";
import { type FileText, readText } from "./files.ts";
import { Listing, type Seen } from "./listing.ts";
import type { Transaction } from "./transaction.ts";
import { diskReason, locate, lstatOrNull } from "./walls.ts";

export type { FileText } from "./files.ts";
export type { Transaction } from "./transaction.ts";

/** `ignore`: further globs, in gitignore's language, to leave out of the list. The questions are asked with a path inside the root. */
export interface WorkspaceOptions {
  ignore: string[];
  allowWrite: (path: string) => boolean;
  allowRead?: (path: string) => boolean;
}

/** One folder, behind its walls. Paths are relative to the root with "/" separators. */
export interface Workspace {
  /** The real path of the folder. */
  root: string;
  /** A sentence for the user where the folder is too broad to list ($HOME, the root of the file system), else null. */
  notice: string | null;
  /** The project's files as they are now, sorted, at most 200,000. Empty where there is a `notice`. */
  list(): Promise<string[]>;
  /** Looks at those of the project's files whose paths are `wanted`, again and again. */
  looker(wanted: (path: string) => boolean): Looker;
  /** A text file's content. Refuses what is outside, missing, a folder, > 2 MB, binary, broken text or secret, in one sentence. */
  read(path: string): Promise<Result<{ file: FileText }>>;
  /** The same without waiting. */
  readNow(path: string): Result<{ file: FileText }>;
  /** Whether something is at a path inside the walls. */
  exists(path: string): Promise<boolean>;
  /**
   * Takes the one workspace lock, settles a turn that died (`notices` tells what was brought back and what could not
   * be), and opens a journal. Refuses while another turn is at work here.
   */
  begin(session: string): Promise<Result<{ transaction: Transaction; notices: string[] }>>;
}

/** Each look costs a question to the disk for each folder and file, and reads what has changed. */
export interface Looker {
  /** In no particular order; `complete: false` where the workspace holds more files than can be listed. */
  look(signal?: AbortSignal): Promise<{ files: Seen[]; complete: boolean }>;
}

class Folder implements Workspace {
  readonly root: string;
  readonly notice: string | null;
  private readonly options: WorkspaceOptions;
  private readonly listing: Listing;

  constructor(root: string, notice: string | null, options: WorkspaceOptions) {
    this.root = root;
    this.notice = notice;
    this.options = options;
    this.listing = this.listingOf(() => true);
  }

  private listingOf(wanted: (path: string) => boolean): Listing {
    return new Listing({ root: this.root, ignore: this.options.ignore, wanted });
  }

  private mayRead(path: string): boolean {
    return this.options.allowRead?.(path) !== false;
  }

  async list(): Promise<string[]> {
    if (this.notice !== null) return [];
    const { files } = await this.listing.list();
    return files.filter((path) => this.mayRead(path)).sort();
  }

  looker(wanted: (path: string) => boolean): Looker {
    if (this.notice !== null) return { look: async () => ({ files: [], complete: true }) };
    return this.listingOf((path) => wanted(path) && this.mayRead(path));
  }

  async read(path: string): Promise<Result<{ file: FileText }>> {
    return this.readNow(path);
  }

  readNow(path: string): Result<{ file: FileText }> {
    if (!this.mayRead(path)) return { ok: false, reason: `Reading ${path} is not allowed (--deny-read).` };
    return readText(this.root, path);
  }

  async exists(path: string): Promise<boolean> {
    const at = locate(this.root, path);
    return at.ok && lstatOrNull(at.absolute) !== null;
  }

  async begin(session: string): Promise<Result<{ transaction: Transaction; notices: string[] }>> {
    const { openTransaction } = await import("./begin.ts");
    return openTransaction(session, {
      root: this.root,
      allowWrite: this.options.allowWrite,
      list: () => this.list(),
      broad: this.notice !== null,
    });
  }
}

/** Opens a folder. Refuses one that is missing or cannot be read. The root of the file system and $HOME are never listed. */
export async function openWorkspace(
  root: string,
  options: WorkspaceOptions,
): Promise<Result<{ workspace: Workspace }>> {
  try {
    const real = realpathSync(root);
    if (!statSync(real).isDirectory()) return { ok: false, reason: `${root} is a file; give a folder.` };
    accessSync(real, constants.R_OK | constants.X_OK);
    const broad = real === "/" || real === homedir();
    const notice = broad
      ? `${real} is too broad to search; start in the project's folder, or name the files.`
      : null;
    return { ok: true, workspace: new Folder(real, notice, options) };
  } catch (error) {
    return { ok: false, reason: `${root} cannot be opened because ${diskReason(error)}.` };
  }
}

/** Undoes the last turn of the folder. */
export async function undo(root: string): Promise<Result<{ files: string[] }>> {
  return (await import("./undo.ts")).undo(root);
}

/** Brings the last undone turn of the folder back. */
export async function redo(root: string): Promise<Result<{ files: string[] }>> {
  return (await import("./undo.ts")).redo(root);
}
