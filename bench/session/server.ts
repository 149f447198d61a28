/** llama-server's own view of a request: its prompt through the template, its tokens, and reading a prompt without replying. */
import type { Timings } from "./proxy.ts";

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** What of a chat request the template sees. */
const SEEN = ["messages", "tools", "tool_choice", "chat_template_kwargs", "add_generation_prompt"];

export class LlamaServer {
  private constructor(
    /** Without "/v1". */
    readonly root: string,
    readonly model: string,
    /** Tokens of one slot. */
    readonly window: number,
  ) {}

  /** The server at an endpoint; null where none of llama.cpp answers. */
  static async at(endpoint: string): Promise<LlamaServer | null> {
    const root = endpoint.replace(/\/+$/, "").replace(/\/v1$/, "");
    try {
      const props = record(await (await fetch(`${root}/props`)).json());
      const models = record(await (await fetch(`${root}/v1/models`)).json());
      const window = record(props.default_generation_settings).n_ctx;
      const [first] = Array.isArray(models.data) ? models.data.map(record) : [];
      if (typeof window !== "number" || typeof first?.id !== "string") return null;
      return new LlamaServer(root, first.id, window);
    } catch (error) {
      if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) return null;
      throw error;
    }
  }

  private async post(path: string, body: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.root}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      timeout: false,
      ...(signal === undefined ? {} : { signal }),
    } as RequestInit);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
    return record(JSON.parse(text));
  }

  /** The text that the model reads for a request. */
  async promptOf(path: string, body: Record<string, unknown>): Promise<string> {
    if (!path.endsWith("/chat/completions")) return String(body.prompt);
    const seen = SEEN.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]);
    const { prompt } = await this.post("/apply-template", Object.fromEntries(seen));
    return String(prompt);
  }

  async tokensOf(path: string, body: Record<string, unknown>): Promise<number[]> {
    const content = await this.promptOf(path, body);
    const { tokens } = await this.post("/tokenize", { content, add_special: true, parse_special: true });
    return Array.isArray(tokens) ? tokens.map(Number) : [];
  }

  /** Reads a prompt into the cache, and tells what that took. */
  async read(prompt: string, signal: AbortSignal): Promise<Timings> {
    const { timings } = await this.post("/completion", { prompt, n_predict: 0, cache_prompt: true }, signal);
    const { prompt_n, cache_n } = record(timings);
    return { prompt_n: Number(prompt_n), cache_n: Number(cache_n), predicted_n: 0 };
  }
}
