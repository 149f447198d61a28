/**
 * The script of a scripted server: what a reply says, what goes wrong with it, and which server it plays. A row says the same
 * whatever API the request came by; the voice of the API (`openai.ts`, `ollama.ts`) puts it on the wire.
 */
import type { Chop, RecordedRequest } from "./wire.ts";

export type Kind = "ollama" | "lmstudio" | "llama.cpp" | "vllm" | "anthropic";

export interface Counts {
  prompt: number;
  cached: number;
  generated: number;
}

/** Counts that mislead: all 0, a tenth, ten times, below zero, or as text. */
export type WrongCounts = "zero" | "small" | "large" | "negative" | "strings";

export interface ScriptedCall {
  name: string;
  /** The text of the arguments, sent as it is; an object is sent as its JSON. */
  arguments: string | object;
  /** null: none is sent. Without it the server makes one up. */
  id?: string | null;
}

export interface TextRow {
  text: string;
  /** null: the reply just stops, without a last word. */
  finish?: "stop" | "length" | "tool_calls" | null;
  thinking?: string;
  /**
   * Where the thinking stands: in a field of its own (by that name, else the server's usual one), in `<think>` tags before the
   * text, or in a tag that is never closed, and no text after it.
   */
  thinkingIn?: "reasoning_content" | "reasoning" | "tags" | "unfinished";
  /** Calls behind the text, by the server's own `tools`. */
  calls?: ScriptedCall[];
  /** How the calls stream: one after the other in pieces; all at once, piece by piece in turn; each in one piece. Ollama: always the last. */
  order?: "turns" | "woven" | "whole";
  /** The calls' `index`: their own, 0 for all of them (LM Studio), or none. */
  index?: "own" | "zero" | "none";
  /** Characters per event; 7 without it. */
  chunk?: number;
  /** Wait before each event, in ms. */
  pace?: number;
  /** The prompt is read in so many steps of so many ms; llama.cpp tells of each where the request wants that. */
  prefill?: { steps: number; pace: number };
  /** null: no usage is reported. Without it, four characters count as a token and common prefixes as cached. */
  usage?: Counts | WrongCounts | null;
  /** One JSON value, though a stream was asked for. */
  unstreamed?: true;
}

export type Row =
  | TextRow
  | { status: number; body: unknown; headers?: Record<string, string> }
  | { html: string }
  /** HTTP 200 whose JSON body is an error. */
  | { errorIn200: unknown }
  /** An error event inside the stream, after some text. `named`: as LM Studio sends it, an `event: error`. */
  | { errorInStream: unknown; after?: string; named?: boolean }
  /** Sends n characters of text, then breaks the connection; 0: before the first byte. */
  | { dieAfter: number; text?: string }
  /** A reply whose body ends after so many bytes, wherever that is, or comes in writes of these sizes. */
  | { of: Row; dieAtByte?: number; chop?: Chop }
  /** Several replies to one prompt as llama-server sends them: interleaved, counted each, ended in their order. */
  | { several: string[] }
  /** These events, then the last word. */
  | { events: unknown[] }
  /** A stream of these bytes, as they are; true: 4 KB of noise. */
  | { garbage: Uint8Array | true }
  /** One line of so many bytes inside a stream. */
  | { oneLine: number }
  /** The text again and again until the client leaves (at most 20 MB). */
  | { repeat: string }
  /**
   * The text, then `with` (white space) until the client leaves (at most 20 MB); `toLimit`: as many pieces as the request
   * allows tokens, then an ending for length.
   */
  | { pad: string; with?: string; toLimit?: true }
  /** Silence for so many ms, with `ping` a comment each so many ms (in a stream of events alone), then `next` or the end of the connection. */
  | { hang: number; ping?: number; next?: TextRow }
  | { reply: (request: RecordedRequest) => Row | Promise<Row> };

export interface ServerOptions {
  /** The requests of a start-up trial are recorded and take rows like all others. */
  probes?: true;
  /** The server it plays: its paths, lists, events and refusals. Without it, a bare OpenAI-compatible one. */
  as?: Kind;
  /** What `/v1/models` lists: ids, or whole entries. */
  models?: (string | Record<string, unknown>)[];
  /** Further paths (`/props`, `/tokenize`, `/api/show`, ...) and their JSON; a function is given the request. They go before those of `as`. */
  routes?: Record<string, unknown>;
  port?: number;
  /** The loaded window in tokens (`as` only); 8192 without it, 4096 for Ollama. */
  window?: number;
  /** The window the model was trained with; 32768 without it. */
  trained?: number;
  slots?: number;
  /** The chat template; "": the model has none. Without it ChatML. */
  template?: string;
  /**
   * What becomes of `tools`: the model reads them (they count), nobody does and nobody says so, or an error. Without it
   * "native", and a template of Ollama without `.Tools` refuses them.
   */
  tools?: "native" | "dropped" | "refused";
  /**
   * What a prompt over the window meets: it is cut without a word and counts as the window (Ollama), HTTP 400 (llama.cpp,
   * vLLM), an error in HTTP 200 (LM Studio), or a reply without text (LM Studio, too).
   */
  overflow?: "cut" | "refused" | "errorIn200" | "empty";
  /** Whether the model is one that thinks; Ollama refuses `think` where it does not. */
  thinks?: boolean;
  version?: string;
  /** All replies come in writes of these sizes. */
  chop?: Chop;
}
