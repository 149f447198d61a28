/**
 * The heads of prompts, which are the same in every turn, kept on disk as the model has read them: a new engine takes them
 * from there, in milliseconds, where reading takes seconds. The folder holds the state of these fixed texts and nothing of
 * any project.
 */
import { Shelf } from "../../../workspace/shelf.ts";
import { promptTokens } from "./chat.ts";
import type { Loaded, LoadOptions, Sequence } from "./llama.ts";

export interface HeadOptions {
  /** Where they are kept; null: nowhere. */
  folder: string | null;
  /** Each is the beginning of prompts, behind what a chat template puts in front. */
  texts: string[];
}

/** One prompt's head: its number of tokens, and how a sequence comes to hold it. */
export interface Head {
  tokens: number;
  /** The sequence holds the head afterwards, or, where it is not on disk, nothing that it did not hold. */
  load(sequence: Sequence): Promise<void>;
  /** Keeps it; the sequence holds the head and nothing else, the reading of which took so long. */
  keep(sequence: Sequence, ms: number): Promise<void>;
}

/** Characters that a chat template puts in front. */
const MOST_BEFORE = 400;
/** Reading that took less is not worth a file. */
const WORTH_MS = 250;
/** A token of a model with 4 billion parameters takes about 150 kB. */
const MOST_BYTES = 512e6;

export class Heads {
  private readonly shelf: Shelf | null;
  private readonly model: string;

  constructor(
    private readonly loaded: Loaded,
    private readonly options: LoadOptions & { heads: HeadOptions },
  ) {
    const { folder } = options.heads;
    this.shelf = folder === null ? null : new Shelf(folder, MOST_BYTES);
    const { size, lastModified } = Bun.file(options.model);
    const { contextSize } = loaded.context;
    this.model = JSON.stringify([
      options.folder,
      options.model,
      size,
      lastModified,
      contextSize,
      options.swaFull,
    ]);
  }

  /** The head that a prompt, given as text and as tokens, begins with; null where it has none. */
  of(text: string, tokens: number[]): Head | null {
    const { shelf } = this;
    const ends = this.options.heads.texts
      .map((head) => ({ at: text.indexOf(head), length: head.length }))
      .filter(({ at }) => at >= 0 && at < MOST_BEFORE)
      .map(({ at, length }) => at + length);
    if (shelf === null || ends.length === 0) return null;
    const alone = promptTokens(this.loaded, text.slice(0, Math.max(...ends)));
    // Its last token may be another one with what follows.
    const differs = alone.findIndex((token, i) => token !== tokens[i]);
    const head = differs < 0 ? alone : alone.slice(0, differs);
    const key = new Bun.CryptoHasher("sha256").update(`${this.model}${head}`).digest("hex").slice(0, 32);
    return {
      tokens: head.length,
      load: async (sequence) => {
        const path = await shelf.find(key);
        if (path !== null) await load(sequence, path, head);
      },
      keep: async (sequence, ms) => {
        if (ms >= WORTH_MS) await shelf.put(key, (path) => sequence.saveStateToFile(path));
      },
    };
  }
}

/** A file that does not hold exactly this leaves the sequence empty. */
async function load(sequence: Sequence, path: string, head: number[]): Promise<void> {
  try {
    await sequence.loadStateFromFile(path, { acceptRisk: true });
    const held = sequence.contextTokens;
    if (held.length === head.length && held.every((token, i) => token === head[i])) return;
  } catch (error) {
    // The library's word for a file that another process has just removed or another build of it has written.
    if (!(error instanceof Error)) throw error;
  }
  await sequence.clearHistory();
}
