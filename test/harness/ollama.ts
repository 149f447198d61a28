/**
 * Ollama: the native `/api/chat` and `/api/generate` as lines of JSON, and what it tells of its models. Shapes, refusals and the
 * silent cut of a long prompt are those of a real one; `/v1` loads the model with the default window, whatever was loaded.
 */

import { isChat, openaiVoice } from "./openai.ts";
import type { Row, ServerOptions, TextRow } from "./rows.ts";
import { entries, fields, type Host, rendered, type Spoken, type Voice } from "./voice.ts";
import type { RecordedRequest } from "./wire.ts";

const NATIVE = new Set(["/api/chat", "/api/generate"]);
const DEFAULT_WINDOW = 4096;
const KEPT_MS = 5 * 60_000;

/** A template in Go's language, with or without tools. */
const template = (tools: boolean): string =>
  `${tools ? "{{- if .Tools }}<|im_start|>tools\n{{ .Tools }}<|im_end|>\n{{ end }}" : ""}{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n`;

const optionsOf = (request: RecordedRequest): Record<string, unknown> => {
  const { options } = fields(request);
  return typeof options === "object" && options !== null ? (options as Record<string, unknown>) : {};
};

/** Arguments are an object here; a text that is none goes out as it is. */
function argumentsOf(value: string | object): unknown {
  if (typeof value === "object") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

const callsOf = (row: TextRow): object[] =>
  (row.calls ?? []).map((call, n) => ({
    ...(call.id === null ? {} : { id: call.id ?? `call_${n}` }),
    function: {
      ...(row.index === "none" ? {} : { index: row.index === "zero" ? 0 : n }),
      name: call.name,
      arguments: argumentsOf(call.arguments),
    },
  }));

function nativeVoice(request: RecordedRequest): Voice {
  const { model, stream } = fields(request);
  const chat = request.path === "/api/chat";
  const line = (said: object, more: object = { done: false }): object => ({
    model,
    created_at: new Date().toISOString(),
    ...(chat ? { message: { role: "assistant", content: "", ...said } } : { response: "", ...said }),
    ...more,
  });
  const text = (piece: string): object => (chat ? { content: piece } : { response: piece });
  const last = ({ finish, counts }: Spoken): object => ({
    done: true,
    done_reason: finish === "tool_calls" ? "stop" : finish,
    total_duration: 3_000_000,
    load_duration: 1_000_000,
    ...(counts === null
      ? {}
      : {
          prompt_eval_count: counts.prompt,
          prompt_eval_duration: 1_000_000,
          eval_count: counts.generated,
          eval_duration: 1_000_000,
        }),
  });
  const { num_predict } = optionsOf(request);
  return {
    type: "application/x-ndjson",
    streamed: stream !== false,
    frame: (event) => `${JSON.stringify(event)}\n`,
    ping: null,
    limit: typeof num_predict === "number" ? num_predict : null,
    text: (piece) => line(text(piece)),
    thought: (piece) => line({ thinking: piece }),
    calls: (row) => callsOf(row).map((call) => line({ tool_calls: [call] })),
    progress: () => null,
    ending: (said) => (said.finish === null ? [] : [line({}, last(said))]),
    whole: (said, row) => {
      const calls = callsOf(row);
      const thinking = said.thinking === "" ? {} : { thinking: said.thinking };
      return line(
        { ...text(said.text), ...thinking, ...(calls.length === 0 ? {} : { tool_calls: calls }) },
        last(said),
      );
    },
    error: (error) => ({ error }),
  };
}

/** An error of the native API is a text; `/v1` wraps it. */
const refused = (request: RecordedRequest, status: number, message: string): Row => ({
  status,
  body: NATIVE.has(request.path)
    ? { error: message }
    : { error: { message, type: "api_error", param: null, code: null } },
});

const full = (name: string): string => (name.includes(":") ? name : `${name}:latest`);

export function ollama(options: ServerOptions): Host {
  const models = entries(options, { owned_by: "library" }).map((entry) => ({ ...entry, id: full(entry.id) }));
  const standard = options.window ?? DEFAULT_WINDOW;
  let loaded: { model: string; window: number; until: number } | null = null;
  const windowFor = (request: RecordedRequest): number => {
    const { num_ctx } = optionsOf(request);
    return NATIVE.has(request.path) && typeof num_ctx === "number" ? num_ctx : standard;
  };
  const details = {
    parent_model: "",
    format: "gguf",
    family: "llama",
    families: ["llama"],
    parameter_size: "4B",
    quantization_level: "Q4_K_M",
  };
  const listed = models.map(({ id }) => ({ name: id, model: id, size: 1, digest: "0".repeat(64), details }));
  const tools = options.tools ?? (options.template?.includes(".Tools") === false ? "refused" : "native");
  const capabilities = [
    "completion",
    ...(tools === "refused" ? [] : ["tools"]),
    ...(options.thinks ? ["thinking"] : []),
  ];
  const show = (): object => {
    const text = options.template ?? template(tools !== "refused");
    return {
      modelfile: `FROM scripted\nTEMPLATE "${text}"\n`,
      parameters: 'stop                           "<|im_end|>"',
      template: text === "" ? "{{ .Prompt }}" : text,
      details,
      model_info: { "general.architecture": "llama", "llama.context_length": options.trained ?? 32_768 },
      capabilities,
    };
  };
  const running = (): object[] => {
    if (loaded === null || loaded.until <= Date.now()) return [];
    const { model, window, until } = loaded;
    const more = { expires_at: new Date(until).toISOString(), size_vram: 0, context_length: window };
    return listed.filter(({ name }) => name === model).map((entry) => ({ ...entry, ...more }));
  };
  const refusal = (request: RecordedRequest): Row | null => {
    const { model, think, messages, prompt, keep_alive } = fields(request);
    const name = String(model);
    if (!models.some(({ id }) => id === full(name)))
      return refused(request, 404, `model '${name}' not found`);
    const asked = fields(request).tools;
    if (tools === "refused" && Array.isArray(asked) && asked.length > 0) {
      const message = `registry.ollama.ai/library/${full(name)} does not support tools`;
      return refused(request, 400, message);
    }
    if (think === true && options.thinks !== true) {
      return refused(request, 400, `${JSON.stringify(name)} does not support thinking`);
    }
    loaded = { model: full(name), window: windowFor(request), until: Date.now() + keptMs(keep_alive) };
    // Nothing to say: the model is loaded, or left.
    const empty = Array.isArray(messages) ? messages.length === 0 : (prompt ?? "") === "";
    if (!empty || !NATIVE.has(request.path)) return null;
    const done_reason = keptMs(keep_alive) === 0 ? "unload" : "load";
    return { status: 200, body: { model: name, response: "", done: true, done_reason } };
  };
  return {
    voice: (request) => {
      if (NATIVE.has(request.path)) return nativeVoice(request);
      return isChat(request) || request.path === "/v1/completions" ? openaiVoice(request, "ollama") : null;
    },
    prompt: (request) => rendered(request, { ...options, tools }),
    window: windowFor,
    refusal: (request, prompt) => {
      const own = refusal(request);
      if (own !== null || prompt <= windowFor(request) || options.overflow !== "refused") return own;
      return refused(request, 400, "the input length exceeds the context length");
    },
    cuts: (options.overflow ?? "cut") === "cut",
    routes: {
      "/v1/models": { object: "list", data: models },
      "/api/tags": { models: listed },
      "/api/version": { version: options.version ?? "0.12.6" },
      "/api/ps": () => ({ models: running() }),
      "/api/show": show,
    },
    unknown: () => ({ status: 404, body: "404 page not found" }),
  };
}

/** `keep_alive` in ms: seconds as a number, or a text such as "30m"; below zero for ever. */
function keptMs(value: unknown): number {
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const [, number, unit] = /^(-?\d+)(ms|s|m|h)?$/.exec(String(value ?? "")) ?? [];
  if (number === undefined) return KEPT_MS;
  return Number(number) < 0 ? 10 * 365 * 86_400_000 : Number(number) * (units[unit ?? "s"] ?? 1000);
}
