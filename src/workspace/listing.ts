/**
 * The project's files below a root, and what a look at each sees. A second look asks the disk only whether each folder, ignore
 * file and file is still the one that it was, and reads again what is not.
 */
import { join } from "node:path";
import { Breath } from "./breath.ts";
import { entriesOf, Kept, type Sight, sightOf } from "./entries.ts";
import {
  type IgnoreFile,
  ignoreFilesAbove,
  isDependencyFolder,
  isNever,
  matches,
  parseRules,
  type Rule,
  readRules,
} from "./ignore.ts";

/**
 * More files than this are not a project but a disk: the Linux kernel has 90,000, a list of 200,000 paths takes 30 MB. Those
 * nearest to the root are kept.
 */
export const MAX_FILES = 200_000;

export interface ListingOptions {
  /** The real path of the folder. */
  root: string;
  /** Further globs to leave out, in gitignore's language; they outrank the ignore files. */
  ignore: string[];
  /** Asked once for each path: whether it is listed. */
  wanted: (path: string) => boolean;
}

/** `complete: false`: the folder holds more files than are listed. */
export interface Listed {
  files: string[];
  complete: boolean;
}

/** A file that is there, and what the look at it saw. */
export interface Seen {
  path: string;
  sight: Sight;
}

/** One folder ("" or with a "/" at the end) as it was last read. */
interface Folder {
  entries: Kept<{ name: string; isFolder: boolean }[]>;
  rules: Kept<Rule[]>;
  /** What came of these entries under these rules. */
  sorted: { entries: unknown; above: Rule[]; own: Rule[] | null; here: Rule[]; found: Found } | null;
}

/** Paths below the root, folders without "/" at the end. */
interface Found {
  files: string[];
  folders: string[];
}

const NONE: Rule[] = [];

export class Listing {
  private readonly options: ListingOptions;
  private readonly settings: Rule[];
  private folders = new Map<string, Folder>();
  private readonly above = new Map<string, Kept<Rule[]>>();
  private rulesAbove: Rule[] = NONE;

  constructor(options: ListingOptions) {
    this.options = options;
    this.settings = parseRules(options.ignore.join("\n"), { base: "", above: "" });
  }

  /** The files in no particular order, those near the root first. Symbolic links are neither listed nor followed; unreadable folders are passed over. */
  async list(signal?: AbortSignal): Promise<Listed> {
    const breath = new Breath();
    const files: string[] = [];
    const folders = new Map<string, Folder>();
    let level: { path: string; rules: Rule[] }[] = [{ path: "", rules: this.readAbove() }];
    while (level.length > 0 && files.length <= MAX_FILES) {
      const next: typeof level = [];
      for (const { path, rules } of level) {
        if (breath.due) await breath.take(signal);
        const folder = this.folders.get(path) ?? this.open(path);
        folders.set(path, folder);
        const { found, here } = this.sort(path, folder, rules);
        for (const file of found.files) files.push(file);
        for (const inner of found.folders)
          if (!isDependencyFolder(this.options.root, inner)) next.push({ path: `${inner}/`, rules: here });
      }
      level = next;
    }
    this.folders = folders;
    return { files: files.slice(0, MAX_FILES), complete: files.length <= MAX_FILES };
  }

  /** The same, each with what is seen of it now; what is no plain file any more is left out. */
  async look(signal?: AbortSignal): Promise<{ files: Seen[]; complete: boolean }> {
    const { files, complete } = await this.list(signal);
    const breath = new Breath();
    const seen: Seen[] = [];
    for (const path of files) {
      if (breath.due) await breath.take(signal);
      const sight = sightOf(`${this.options.root}/${path}`);
      if (sight?.isFile) seen.push({ path, sight });
    }
    return { files: seen, complete };
  }

  private open(path: string): Folder {
    const absolute = join(this.options.root, path);
    const read = (): { name: string; isFolder: boolean }[] =>
      entriesOf(absolute).flatMap((entry) => {
        const isFolder = entry.isDirectory();
        const plain = isFolder || entry.isFile();
        return plain && !isNever(path + entry.name, isFolder) ? [{ name: entry.name, isFolder }] : [];
      });
    const file = join(absolute, ".gitignore");
    return {
      entries: new Kept(absolute, read),
      rules: new Kept(file, () => readRules({ absolute: file, base: path, above: "" })),
      sorted: null,
    };
  }

  /** What of a folder's entries counts, under the rules from above it and its own. */
  private sort(path: string, folder: Folder, above: Rule[]): { found: Found; here: Rule[] } {
    const entries = folder.entries.get();
    const own = entries.some(({ name }) => name === ".gitignore") ? folder.rules.get() : null;
    const { sorted } = folder;
    if (sorted?.entries === entries && sorted.above === above && sorted.own === own) return sorted;
    const here = own === null ? above : [...above, ...own];
    const found: Found = { files: [], folders: [] };
    for (const { name, isFolder } of entries) {
      const full = path + name;
      if (matches(this.settings, full, isFolder) || matches(here, full, isFolder)) continue;
      if (isFolder) found.folders.push(full);
      else if (this.options.wanted(full)) found.files.push(full);
    }
    folder.sorted = { entries, above, own, here, found };
    return folder.sorted;
  }

  /** The rules from above the root; the same list as long as nothing has changed. */
  private readAbove(): Rule[] {
    const lists = ignoreFilesAbove(this.options.root).map((file) => this.keptAbove(file).get());
    const rules = lists.flat();
    const same = rules.length === this.rulesAbove.length && rules.every((r, at) => r === this.rulesAbove[at]);
    if (!same) this.rulesAbove = rules;
    return this.rulesAbove;
  }

  private keptAbove(file: IgnoreFile): Kept<Rule[]> {
    const known = this.above.get(file.absolute);
    if (known !== undefined) return known;
    const kept = new Kept(file.absolute, () => readRules(file));
    this.above.set(file.absolute, kept);
    return kept;
  }
}
