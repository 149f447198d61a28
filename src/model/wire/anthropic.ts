/** The events of Anthropic's Messages API, as what every other API says by its own. */
import type { Tokens } from "../../types.ts";
import type { StreamEvent } from "./events.ts";

/** The API's version, sent in a header; the form of the events below is that of it. */
export const ANTHROPIC_VERSION = "2023-06-01";

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const string = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number | null =>
  typeof value === "number" && value >= 0 ? Math.round(value) : null;

const SILENT: StreamEvent = {
  index: 0,
  text: "",
  thinking: "",
  calls: [],
  finish: null,
  tokens: null,
  read: null,
  error: null,
};

/** How a reply ended, in the words of the other APIs. */
const FINISHES: Record<string, string> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content_filter",
};

/** Reads the events of one reply in order: its counts come in two of them. */
export class AnthropicReader {
  private tokens: Tokens = { prompt: 0, cached: 0, generated: 0 };

  read(raw: unknown): StreamEvent {
    const event = record(raw);
    switch (event.type) {
      case "message_start":
        return { ...SILENT, tokens: this.counted(record(event.message).usage) };
      case "content_block_start":
        return { ...SILENT, ...said(record(event.content_block)) };
      case "content_block_delta":
        return { ...SILENT, ...said(record(event.delta)) };
      case "message_delta": {
        const reason = string(record(event.delta).stop_reason);
        const finish = reason === "" ? null : (FINISHES[reason] ?? "stop");
        return { ...SILENT, finish, tokens: this.counted(event.usage) };
      }
      case "error":
        return { ...SILENT, error: event };
      default:
        return SILENT;
    }
  }

  /** Of a prompt the API counts apart what it wrote into its cache, what it found there, and the rest. */
  private counted(usage: unknown): Tokens {
    const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } =
      record(usage);
    const fresh = count(input_tokens);
    const cached = count(cache_read_input_tokens) ?? this.tokens.cached;
    const written = count(cache_creation_input_tokens) ?? 0;
    const prompt = fresh === null ? this.tokens.prompt : fresh + written + cached;
    this.tokens = { prompt, cached, generated: count(output_tokens) ?? this.tokens.generated };
    return this.tokens;
  }
}

function said(block: Record<string, unknown>): Pick<StreamEvent, "text" | "thinking"> {
  return { text: string(block.text), thinking: string(block.thinking) };
}
