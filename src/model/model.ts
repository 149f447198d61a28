/** The nouns of a conversation with a model: what is asked, what comes back, and the model itself. */
import type { Tokens } from "../types.ts";
import type { Calibration } from "./calibration.ts";
import type { Failure } from "./errors.ts";
import type { Ladder } from "./ladder.ts";
import type { Profile } from "./profile.ts";
import type { Reading } from "./reading.ts";

/**
 * How a reply ended: by itself; at the token limit; because the connection broke; because it repeated itself; where the
 * caller's `until` said.
 */
export type Finish = "stop" | "length" | "cut" | "loop" | "node";

/** A call as the model wrote it by the server's own `tools`. `arguments` is the text that came; it may be no JSON. */
export interface WrittenCall {
  /** The server's name for it, "" where it gave none. */
  id: string;
  name: string;
  arguments: string;
}

/** A tool as the model is told of it; `parameters` is a JSON schema of one flat object. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: object;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  /** The calls of an assistant's message. */
  calls?: WrittenCall[];
  /** The call that a tool's message answers. */
  answers?: string;
}

/** What a chat request can ask for beyond text. */
export interface ChatOptions {
  /** The reply is one JSON value of it, and ends where the value closes. A model that may think does not. */
  schema?: object;
  /** Calls of these tools may come in place of text, or behind it. */
  tools?: ToolSpec[];
}

/** Is given each piece as it comes; where it gives a promise, nothing more is read from the server until that is kept. */
export type Shown = (delta: string) => unknown;

export interface Generation {
  maxTokens: number;
  /** Replies wanted from one reading of the prompt, at most `Model.fan`; 1 where it is not given. */
  n?: number;
  temperature: number;
  seed?: number;
  stop?: string[];
  signal?: AbortSignal;
  onText?: Shown;
  onThinking?: Shown;
  /**
   * The longest thought of a model that thinks, in tokens. Where it is longer, the question is put again without thinking;
   * where the server cannot, the reply ends there with `finish` "length". 0: no thinking from the start.
   */
  thinkTokens?: number;
  /** Given the text so far: the offset where it ends, else null. The stream is cancelled there and `finish` is "node". */
  until?: (text: string, final: boolean) => number | null;
  /** While the prompt is read, where the server tells: its tokens read so far (those found in a cache too), and all. */
  onRead?: (done: number, all: number) => void;
  /** Each event of the reply as the server sent it. */
  onEvent?: (event: unknown) => void;
}

/**
 * `finish` "cut" and "loop", and a thought that was too long, carry a `reason`: text and calls are what had come until then and
 * must never be run.
 */
export interface Said {
  text: string;
  thinking: string;
  /** The calls that came by the server's own `tools`; none where it has been given none. */
  calls: WrittenCall[];
  finish: Finish;
  reason?: string;
}

/**
 * `others`: the further replies to a request for several; `tokens` are those of all, the prompt counted once. `notices`: what a
 * person should know of the server's behaviour.
 */
export type Reply =
  | ({ ok: true; tokens: Tokens; ms: number; others?: Said[]; notices?: string[] } & Said)
  | Failure;

export interface Model {
  endpoint: string;
  /** The name the server knows it by. */
  name: string;
  /** The rung it is asked on, and those below. */
  ladder: Ladder;
  /** Tokens; null where the server does not tell. */
  window: number | null;
  /** How many replies the server makes from one reading of a prompt; 1 where it makes them one by one. */
  fan: number;
  /** What is known of the model and its server. */
  profile: Profile;
  /** How many tokens a text is, by what this model's replies have shown. */
  calibration: Calibration;
  chat(messages: ChatMessage[], g: Generation & ChatOptions): Promise<Reply>;
  /** Continues the prompt as it is, without a chat template. */
  complete(prompt: string, g: Generation): Promise<Reply>;
  /** The tokens of a text by the server's own tokenizer; null where it has none to ask. */
  count(text: string, signal?: AbortSignal): Promise<number | null>;
  /** What the model makes of a text behind a prompt, see `reading.ts`; null where the server has no such request. */
  read: ((prompt: string, text: string, g: Generation) => Promise<Reading | null>) | null;
}
