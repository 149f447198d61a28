/**
 * The code graph of a workspace: what is defined where, who uses it, which files belong together. One `CodeGraph` is one state
 * of the project; `Grapher.current` brings it up to date with the disk and gives the next.
 */
import type { Store } from "../workspace/store.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { CodeIndex } from "./index/code-index.ts";
import { type Links, linksOf } from "./link/links.ts";
import { DamagedIndex } from "./store/shards-read.ts";
import { type Progress, Updater } from "./update/update.ts";

export type { Progress } from "./update/update.ts";

export interface CodeGraph {
  index: CodeIndex;
  links: Links;
  /** The text of one of its files, as it is now; null where it cannot be read. */
  text(path: string): Promise<string | null>;
}

/** What a call rejects with once the grapher was closed. */
export class GrapherClosed extends Error {}

export interface CurrentOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface Grapher {
  /**
   * The graph of the workspace as it is on disk now; the same object as the last time where nothing has changed. What has
   * changed is read again. Calls at the same time share one update; an aborted call rejects with the signal's reason and
   * leaves the update to the others.
   */
  current(options?: CurrentOptions): Promise<CodeGraph>;
  /**
   * Asks the current graph. A part of the index that is found damaged only now is made anew and the question asked again, from
   * its beginning.
   */
  ask<T>(question: (graph: CodeGraph) => T | Promise<T>, options?: CurrentOptions): Promise<T>;
  /** Whether the graph that was last given is on disk; false: in memory only, or there is none yet. */
  isKept(): boolean;
  /** While true, as little as possible is done at a time, for the sake of a model that works on this machine. */
  yieldTo(model: boolean): void;
  /** Stops what still runs; a call that waits rejects with `GrapherClosed`. */
  close(): void;
}

export interface GrapherOptions {
  /** This program as a worker (see `update/worker.ts`); absent: everything is read in this process. */
  worker?: string[];
  /** Where the graph is kept; null: in memory. Absent: below the workspace, in memory where it cannot be written. */
  store?: Store | null;
  /** Told, one sentence each, of what went wrong and was mended, and of what is left out. */
  trouble?: (sentence: string) => void;
  /** Milliseconds that a worker may spend on one file. */
  fileMs?: number;
}

export type GraphedWorkspace = Pick<Workspace, "root" | "notice" | "looker" | "readNow">;

/** The grapher of a workspace. Nothing happens until the first `current`. */
export function openGrapher(workspace: GraphedWorkspace, options: GrapherOptions = {}): Grapher {
  return new DiskGrapher(workspace, options);
}

/** One update, and those who wait for it. */
interface Run {
  /** Whether it has begun to look at the disk: what changes from now on it may miss. */
  looking: boolean;
  callers: Set<(progress: Progress) => void>;
  stop: AbortController;
  graph: Promise<CodeGraph>;
}

const FILE_MS = 10_000;

class DiskGrapher implements Grapher {
  private readonly workspace: GraphedWorkspace;
  private readonly updater: Updater;
  private readonly trouble: (sentence: string) => void;
  private readonly told = new Set<string>();
  private graph: CodeGraph | null = null;
  private runs: Run[] = [];
  private readonly closed = new AbortController();

  constructor(workspace: GraphedWorkspace, options: GrapherOptions) {
    this.workspace = workspace;
    const { trouble = () => undefined, worker = null, store, fileMs = FILE_MS } = options;
    this.trouble = (sentence) => {
      if (!this.told.has(sentence)) trouble(sentence);
      this.told.add(sentence);
    };
    this.updater = new Updater({ workspace, worker, store, trouble: this.trouble, fileMs });
  }

  async current({ signal, onProgress = () => undefined }: CurrentOptions = {}): Promise<CodeGraph> {
    signal?.throwIfAborted();
    this.closed.signal.throwIfAborted();
    const run = this.runs.find(({ looking, stop }) => !looking && !stop.signal.aborted) ?? this.begin();
    // One caller may come twice with the same listener.
    const caller = (progress: Progress): void => onProgress(progress);
    run.callers.add(caller);
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([run.graph, aborted.promise]);
    } finally {
      signal?.removeEventListener("abort", abort);
      run.callers.delete(caller);
      if (run.callers.size === 0) run.stop.abort(signal?.reason);
    }
  }

  async ask<T>(question: (graph: CodeGraph) => T | Promise<T>, options: CurrentOptions = {}): Promise<T> {
    return this.mended(async () => question(await this.current(options)));
  }

  isKept(): boolean {
    return this.updater.isKept;
  }

  yieldTo(model: boolean): void {
    this.updater.gentle = model;
  }

  close(): void {
    this.closed.abort(new GrapherClosed("The code graph is closed."));
    for (const { stop } of this.runs) stop.abort(this.closed.signal.reason);
  }

  /** A run that begins when those before it have ended. */
  private begin(): Run {
    const before = Promise.allSettled(this.runs.map(({ graph }) => graph));
    const stop = new AbortController();
    const work = async (): Promise<CodeGraph> => {
      await before;
      stop.signal.throwIfAborted();
      run.looking = true;
      return this.mended(() => this.update(run));
    };
    const run: Run = { looking: false, callers: new Set(), stop, graph: work() };
    const over = (): void => {
      this.runs = this.runs.filter((one) => one !== run);
    };
    run.graph.then(over, over);
    this.runs.push(run);
    return run;
  }

  private async update({ stop, callers }: Run): Promise<CodeGraph> {
    const stored = await this.updater.update(stop.signal, (progress) => {
      for (const tell of callers) tell(progress);
    });
    if (this.graph?.index === stored.index) return this.graph;
    const { index } = stored;
    const { workspace } = this;
    const now = (path: string): string | null => {
      const read = workspace.readNow(path);
      return read.ok ? read.file.text : null;
    };
    this.graph = { index, links: linksOf(index, now), text: async (path) => now(path) };
    return this.graph;
  }

  /** Does it again where the index is damaged: once with what the store holds now, which another process may have made anew, then from the sources. */
  private async mended<T>(act: () => Promise<T>): Promise<T> {
    for (const anew of [false, true]) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof DamagedIndex)) throw error;
        if (anew) this.trouble(`The stored code graph is damaged and is made anew: ${error.message}`);
        this.updater.forget({ anew });
        this.graph = null;
      }
    }
    return act();
  }
}
