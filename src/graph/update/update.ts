/**
 * Brings the stored index up to date with the disk: a look at the files, a screen that finds those to be read, the reading (here
 * where it is little, else in child processes), and the next state of the store.
 */
import { Breath } from "../../workspace/breath.ts";
import { openStore, type Store } from "../../workspace/store.ts";
import type { Looker, Workspace } from "../../workspace/workspace.ts";
import { loadStored, type Stored, updateStored } from "../store/disk.ts";
import { languageOf } from "../syntax/languages.ts";
import { MOST_WORKERS, readInCrew, type Wanted } from "./crew.ts";
import { type Entry, readEntry } from "./entry.ts";
import { MOST_BYTES } from "./read-file.ts";
import { type Difference, Screen } from "./refresh.ts";

/** How far the reading of an update is: bytes of source, and how many files have been read. */
export interface Progress {
  done: number;
  total: number;
  files: number;
}

export interface UpdaterOptions {
  workspace: Pick<Workspace, "root" | "notice" | "looker">;
  /** This program as a worker; null: everything is read in this process. */
  worker: string[] | null;
  /** null: in memory; absent: below the workspace, in memory where it cannot be written. */
  store: Store | null | undefined;
  trouble: (sentence: string) => void;
  fileMs: number;
}

/** What a process takes to start may be seconds on a busy machine. */
const START_MS = 20_000;

/** What this process reads of one update by itself, in bytes: about 80 ms of work in all. */
const MOST_HERE = 256 * 1024;

/** Bytes that the work on a file is worth: opening one takes as long as reading half a kilobyte. */
const workOf = ({ size }: Wanted): number => 512 + (size > MOST_BYTES ? 0 : size);

const sum = (files: Wanted[]): number => files.reduce((all, file) => all + workOf(file), 0);

export class Updater {
  /** Whether a model works on this machine meanwhile. */
  gentle = false;
  private readonly options: UpdaterOptions;
  private readonly looker: Looker;
  private readonly screen: Screen;
  private store: Store | null | undefined;
  private stored: Stored | null = null;
  /** Whether what the store holds has been read, or must not be. */
  private loaded = false;

  constructor(options: UpdaterOptions) {
    this.options = options;
    this.looker = options.workspace.looker((path) => languageOf(path) !== null);
    this.screen = new Screen(options.workspace.root);
  }

  /** The state of the disk now; the same object as the last time where nothing has changed. */
  async update(signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<Stored> {
    const { trouble } = this.options;
    const store = this.openStore();
    if (!this.loaded) this.stored = store === null ? null : loadStored(store, trouble);
    this.loaded = true;
    const { files, complete } = await this.looker.look(signal);
    if (!complete)
      trouble(
        `${this.options.workspace.root} holds more than ${files.length.toLocaleString("en-US")} files, and those deepest in it are left out: name folders to leave out as "ignore" in smallcode.json.`,
      );
    const before = this.stored;
    const difference = await this.screen.compare(files, before?.stamps ?? new Map(), signal);
    if (before !== null && isEmpty(difference)) return before;
    const { entries, gone } = await this.read(difference.changed, signal, onProgress);
    const removed = [...difference.removed, ...gone.filter((path) => before?.stamps.has(path))];
    const next = { changed: entries, touched: difference.touched, removed };
    const stored = await updateStored(store, before, next, trouble);
    // What was forgotten meanwhile is not to be built upon.
    if (this.stored === before) this.stored = stored;
    return stored;
  }

  get isKept(): boolean {
    return this.stored !== null && this.openStore() !== null && this.stored.inner.refused === null;
  }

  /** The state in hand is not to be relied upon: it is loaded again, or made `anew` from nothing. */
  forget({ anew }: { anew: boolean }): void {
    this.stored = null;
    this.loaded = anew;
  }

  private openStore(): Store | null {
    if (this.store !== undefined) return this.store;
    const { workspace, store, trouble } = this.options;
    if (store !== undefined || workspace.notice !== null) this.store = store ?? null;
    else {
      const opened = openStore(workspace.root, "graph");
      if (!opened.ok) trouble(opened.reason);
      this.store = opened.ok ? opened.store : null;
    }
    return this.store;
  }

  private async read(
    files: Wanted[],
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<{ entries: Entry[]; gone: string[] }> {
    const { worker, fileMs, workspace } = this.options;
    const { root } = workspace;
    const entries: Entry[] = [];
    const gone: string[] = [];
    const progress = { done: 0, total: sum(files), files: 0 };
    const work = new Map(files.map((file) => [file.path, workOf(file)]));
    const onEntry = (path: string, entry: Entry | null): void => {
      if (entry === null) gone.push(path);
      else entries.push(entry);
      progress.done += work.get(path) ?? 0;
      progress.files += 1;
      onProgress({ ...progress });
    };
    let left = files;
    if (worker !== null && progress.total > MOST_HERE) {
      const most = (): number => (this.gentle ? 1 : MOST_WORKERS);
      const crew = { command: worker, root, most, fileMs, startMs: START_MS };
      left = await readInCrew(files, crew, { signal, onEntry });
    }
    const breath = new Breath();
    for (const { path } of left) {
      if (breath.due) await breath.take(signal);
      onEntry(path, await readEntry(root, path));
    }
    return { entries, gone };
  }
}

const isEmpty = ({ changed, touched, removed }: Difference): boolean =>
  changed.length + touched.length + removed.length === 0;
