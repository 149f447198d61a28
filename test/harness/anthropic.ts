/** Anthropic's Messages API: its path, its headers, its events in their order, and its errors. */
import type { Row, ServerOptions, TextRow } from "./rows.ts";
import { entries, fields, type Host, messagesIn, type Spoken, type Told, type Voice } from "./voice.ts";
import type { RecordedRequest } from "./wire.ts";

const PATH = "/v1/messages";

const FINISHES: Record<string, string> = { stop: "end_turn", length: "max_tokens" };

/** What the prompt's tokens are in its counts: those from the cache are told apart. */
const inputOf = ({ prompt, cached }: Told): object => ({
  input_tokens: typeof prompt === "number" && typeof cached === "number" ? prompt - cached : prompt,
  cache_read_input_tokens: cached,
  cache_creation_input_tokens: 0,
});

function voice(request: RecordedRequest): Voice {
  const { stream, max_tokens, model } = fields(request);
  let told = 0;
  const delta = (more: object): object => ({ type: "content_block_delta", index: 0, delta: more });
  return {
    type: "text/event-stream",
    streamed: stream === true,
    frame: (event) => {
      if (typeof event === "string") return `data: ${event}\n\n`;
      const type = (event as { type?: string }).type ?? "unknown";
      return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
    },
    ping: 'event: ping\ndata: {"type": "ping"}\n\n',
    limit: typeof max_tokens === "number" ? max_tokens : null,
    text: (piece) => delta({ type: "text_delta", text: piece }),
    thought: (piece) => delta({ type: "thinking_delta", thinking: piece }),
    calls: () => [],
    // Before the text: the message begins, then its first block.
    progress: (_, prompt, cached) => {
      told += 1;
      if (told > 1)
        return { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
      const usage = { ...inputOf({ prompt, cached, generated: 1 }), output_tokens: 1 };
      const message = { id: "msg_1", type: "message", role: "assistant", content: [], model, usage };
      return { type: "message_start", message };
    },
    ending: ({ finish, counts }) => {
      if (finish === null) return [];
      const stop_reason = FINISHES[finish] ?? finish;
      return [
        { type: "content_block_stop", index: 0 },
        {
          type: "message_delta",
          delta: { stop_reason, stop_sequence: null },
          ...(counts === null ? {} : { usage: { output_tokens: counts.generated } }),
        },
        { type: "message_stop" },
      ];
    },
    whole: (said: Spoken, _row: TextRow) => ({
      type: "message",
      content: [{ type: "text", text: said.text }],
      stop_reason: "end_turn",
    }),
    error: (error) => ({ type: "error", error }),
  };
}

const missing = (what: string): Row => ({
  status: 401,
  body: { type: "error", error: { type: "authentication_error", message: what } },
});

export function anthropic(options: ServerOptions): Host {
  return {
    voice: (request) => (request.path === PATH ? voice(request) : null),
    prompt: (request) => {
      const { system } = fields(request);
      return [system, ...messagesIn(request).map(({ content }) => content)].join("\n");
    },
    window: () => null,
    refusal: ({ headers }) => {
      if (headers["x-api-key"] === undefined) return missing("x-api-key header is required");
      if (headers["anthropic-version"] === undefined) return missing("anthropic-version: header is required");
      return headers.authorization === undefined ? null : missing("two kinds of credentials");
    },
    cuts: false,
    routes: { "/v1/models": { data: entries(options) } },
    unknown: () => ({
      status: 404,
      body: { type: "error", error: { type: "not_found_error", message: "Not Found" } },
    }),
  };
}
