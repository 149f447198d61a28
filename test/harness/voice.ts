/** What the APIs have in common: how one request wants its reply put, and what a server of some kind answers by itself. */
import type { Counts, Row, ServerOptions, TextRow } from "./rows.ts";
import type { RecordedRequest } from "./wire.ts";

/** A reply's parts before they are put into events. `counts`: null where they are not told. */
export interface Spoken {
  text: string;
  thinking: string;
  finish: string | null;
  counts: Told | null;
}

/** Counts as they are told, which may be wrong. */
export type Told = Record<keyof Counts, unknown>;

/** The shapes of one reply. Each event is a value; `frame` gives it its bytes. */
export interface Voice {
  /** The content type of a stream. */
  type: string;
  /** Whether the request asks for a stream. */
  streamed: boolean;
  frame(event: unknown): string;
  /** What a silent server may send; null where the format knows nothing of the kind. */
  ping: string | null;
  /** The tokens it may generate; null where it does not say. */
  limit: number | null;
  text(piece: string): unknown;
  /** `field`: where it goes in place of the server's usual one, where the API has fields for it. */
  thought(piece: string, field?: string): unknown;
  calls(row: TextRow): unknown[];
  /** How far the prompt is read; null where the server does not tell. */
  progress(done: number, all: number, cached: number): unknown;
  /** The last events. `finish` null: none but the counts. */
  ending(said: Spoken): unknown[];
  /** The reply in one value. */
  whole(said: Spoken, row: TextRow): unknown;
  /** An error inside HTTP 200, or in the stream. */
  error(error: unknown): unknown;
}

/** A server of some kind, as far as it answers without the script. */
export interface Host {
  /** The voice of a request that the script answers; null for every other. */
  voice(request: RecordedRequest): Voice | null;
  /** What the model reads, as one text. */
  prompt(request: RecordedRequest): string;
  /** The window that holds for this request; null: none. */
  window(request: RecordedRequest): number | null;
  /** What the server answers in place of the script; null: nothing. `prompt` in tokens. */
  refusal(request: RecordedRequest, prompt: number): Row | null;
  /** Whether a prompt that is too long is cut to the window. */
  cuts: boolean;
  routes: Record<string, unknown>;
  /** The answer to a path that it does not know. */
  unknown(request: RecordedRequest): Row;
}

export interface ModelEntry extends Record<string, unknown> {
  id: string;
}

export const fields = (request: RecordedRequest): Record<string, unknown> =>
  typeof request.body === "object" && request.body !== null ? (request.body as Record<string, unknown>) : {};

export const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** Four characters are a token. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);

export interface Message {
  role: string;
  content: string;
}

export const messagesIn = (request: RecordedRequest): Message[] => {
  const { messages } = fields(request);
  return Array.isArray(messages) ? messages : [];
};

export const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Messages in ChatML, behind the tools where the model reads them. */
export function chatml(messages: Message[], tools: unknown): string {
  const head = tools === undefined ? "" : `<|im_start|>tools\n${JSON.stringify(tools)}<|im_end|>\n`;
  const said = messages.map(({ role, content }) => `<|im_start|>${role}\n${content ?? ""}<|im_end|>\n`);
  return `${head}${said.join("")}<|im_start|>assistant\n`;
}

/** What the model reads of a request to a server that is played: a prompt as it is, or messages by the template. */
export function rendered(request: RecordedRequest, options: ServerOptions): string {
  const { prompt, tools } = fields(request);
  if (typeof prompt === "string") return prompt;
  return chatml(messagesIn(request), options.tools === "dropped" ? undefined : tools);
}

export function entries(options: ServerOptions, more: Record<string, unknown> = {}): ModelEntry[] {
  const models = options.models ?? ["scripted"];
  return models.map((model) => {
    const own = typeof model === "string" ? { id: model } : model;
    return { object: "model", ...more, ...own, id: String(own.id) };
  });
}
