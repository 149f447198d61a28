/**
 * What the engine uses of node-llama-cpp, which lies in the engine's folder and is no dependency of the project: the
 * shapes of its functions, and how a model is loaded.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { watchCores } from "./cores.ts";

export interface SampleOptions {
  temperature?: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
}

export type GrammarState = object;

export interface Grammar {
  grammar: string;
}

export interface Scored {
  next: { logits?: Map<number, number>; totalLogitWeight?: number };
}

export type Forced = [
  token: number,
  options: {
    generateNext: {
      options: SampleOptions;
      logits: { filter: { tokens: number[]; includeMax: boolean; includeTop: number } };
      totalLogitWeight: boolean;
    };
  },
];

export interface Sequence {
  nextTokenIndex: number;
  contextTokens: number[];
  compareContextTokens(tokens: number[]): { firstDifferentIndex: number };
  adaptStateToTokens(tokens: number[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  evaluate(
    tokens: number[],
    options: SampleOptions & { grammarEvaluationState?: GrammarState },
  ): AsyncGenerator<number, void>;
  controlledEvaluate(tokens: (number | Forced)[]): Promise<(Scored | undefined)[]>;
  clearHistory(): Promise<void>;
  saveStateToFile(path: string): Promise<unknown>;
  loadStateFromFile(path: string, consent: { acceptRisk: true }): Promise<void>;
  /** Takes over what another sequence has read, up to this many tokens; false where that did not come about. */
  _copyStateFromOtherSequence(other: Sequence, tokens: number): Promise<boolean>;
}

export interface LlamaContext {
  contextSize: number;
  getSequence(): Sequence;
}

export interface LlamaModel {
  trainContextSize: number;
  fileInfo: { metadata: { tokenizer?: { chat_template?: unknown } } };
  tokens: {
    bos: number | null;
    bosString: string | null;
    eosString: string | null;
    shouldPrependBosToken: boolean;
  };
  tokenize(text: string, special: boolean, options?: "trimLeadingSpace"): number[];
  detokenize(tokens: number[], special?: boolean, before?: number[]): string;
  createContext(options: {
    contextSize: number;
    sequences: number;
    swaFullCache: boolean;
    threads: number;
    ignoreMemorySafetyChecks: boolean;
  }): Promise<LlamaContext>;
}

export interface Llama {
  maxThreads: number;
  loadModel(options: {
    modelPath: string;
    gpuLayers?: number;
    ignoreMemorySafetyChecks: boolean;
  }): Promise<LlamaModel>;
  createGrammar(options: { grammar: string }): Promise<Grammar>;
  createGrammarForJsonSchema(schema: unknown): Promise<Grammar>;
}

interface Library {
  getLlama(options: Record<string, unknown>): Promise<Llama>;
  LlamaLogLevel: { error: unknown };
  LlamaGrammarEvaluationState: new (options: { model: LlamaModel; grammar: Grammar }) => GrammarState;
}

/** What renders a chat template. */
export type TemplateClass = new (text: string) => { render(values: Record<string, unknown>): string };

export interface Loaded {
  llama: Llama;
  model: LlamaModel;
  context: LlamaContext;
  sequences: Sequence[];
  Template: TemplateClass;
  grammarState(grammar: Grammar): GrammarState;
}

export interface LoadOptions {
  /** The folder with node_modules in it. */
  folder: string;
  model: string;
  /** Tokens of one sequence; null: what the model was trained for, at most 8,192. */
  window: number | null;
  /** Keeps all that was read of models with a sliding window, too, which then can be gone on from anywhere. */
  swaFull: boolean;
}

const LARGEST_DEFAULT_WINDOW = 8192;

/** Bytes of a model that leaves room for several sequences, and whose need of memory is not worth the time of an estimate. */
const SMALL = 1e9;
const SEQUENCES = 4;

/** Loads the library and the model; throws what they throw. */
export async function load(options: LoadOptions): Promise<Loaded> {
  const modules = join(options.folder, "node_modules");
  const [library, jinja] = (await Promise.all([
    import(join(modules, "node-llama-cpp", "dist", "index.js")),
    import(join(modules, "@huggingface", "jinja", "dist", "index.js")),
  ])) as [Library, { Template: TemplateClass }];
  const gpu = process.platform === "darwin" ? "auto" : false;
  const llama = await library.getLlama({
    gpu,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    logLevel: library.LlamaLogLevel.error,
    // A context made under a lower limit never gets more.
    maxThreads: availableParallelism(),
  });
  watchCores((threads) => {
    llama.maxThreads = threads;
  });
  const small = Bun.file(options.model).size <= SMALL;
  const count = small ? SEQUENCES : 1;
  const model = await llama.loadModel({
    modelPath: options.model,
    ignoreMemorySafetyChecks: small,
    ...(gpu === false ? { gpuLayers: 0 } : {}),
  });
  const contextSize = options.window ?? Math.min(model.trainContextSize, LARGEST_DEFAULT_WINDOW);
  const context = await model.createContext({
    contextSize,
    sequences: count,
    swaFullCache: options.swaFull,
    threads: availableParallelism(),
    ignoreMemorySafetyChecks: small,
  });
  return {
    llama,
    model,
    context,
    sequences: Array.from({ length: count }, () => context.getSequence()),
    Template: jinja.Template,
    grammarState: (grammar) => new library.LlamaGrammarEvaluationState({ model, grammar }),
  };
}
