/**
 * The servers that speak `/v1` alone and tell of themselves beside it: llama.cpp (`/props`, `/slots`, `/tokenize`, `/apply-template`),
 * vLLM (`/version`, `/tokenize`) and LM Studio (`/api/v0/models`). The first as a real one answers, the others as documented.
 */
import { isChat, openaiVoice } from "./openai.ts";
import type { Kind, Row, ServerOptions } from "./rows.ts";
import { CHATML, chatml, entries, fields, type Host, messagesIn, rendered, tokensOf } from "./voice.ts";
import type { RecordedRequest } from "./wire.ts";

const WINDOW = 8192;
const TRAINED = 32_768;

type Known = Required<Pick<ServerOptions, "window" | "trained" | "slots" | "template" | "tools">> &
  ServerOptions;

const known = (options: ServerOptions): Known => ({
  window: WINDOW,
  trained: TRAINED,
  slots: 1,
  template: CHATML,
  tools: "native",
  ...options,
});

const hasTools = (request: RecordedRequest): boolean => {
  const { tools } = fields(request);
  return Array.isArray(tools) && tools.length > 0;
};

/** As many tokens as the text counts; their numbers mean nothing. */
const tokenNumbers = (text: string): number[] => Array.from({ length: tokensOf(text) }, (_, n) => n + 1);

/** What is the same for the three: `/v1` and its prompts. */
function openaiHost(kind: Kind, options: Known): Pick<Host, "voice" | "prompt" | "window" | "cuts"> {
  return {
    voice: (request) =>
      isChat(request) || request.path === "/v1/completions" ? openaiVoice(request, kind) : null,
    prompt: (request) => rendered(request, options),
    window: () => options.window,
    cuts: options.overflow === "cut",
  };
}

export function llamaCpp(given: ServerOptions): Host {
  const options = known(given);
  const { window: n_ctx, slots, template, tools } = options;
  const meta = { n_ctx, n_ctx_train: options.trained, n_params: 4_000_000_000, size: 1 };
  const data = entries(options, { owned_by: "llamacpp", meta });
  const props = {
    default_generation_settings: { n_ctx },
    total_slots: slots,
    model_alias: data[0]?.id,
    model_path: `/models/${data[0]?.id}.gguf`,
    modalities: { vision: false, audio: false },
    chat_template: template,
    chat_template_caps: { supports_tools: tools === "native", supports_system_role: true },
    bos_token: "<|im_start|>",
    eos_token: "<|im_end|>",
    build_info: options.version ?? "b7000-0a1b2c3d",
  };
  return {
    ...openaiHost("llama.cpp", options),
    refusal: (request, prompt) => {
      if (tools === "refused" && hasTools(request)) {
        const error = { code: 500, message: "tools param requires --jinja flag", type: "server_error" };
        return { status: 500, body: { error } };
      }
      if (prompt <= n_ctx || (options.overflow ?? "refused") !== "refused") return null;
      const message = `request (${prompt} tokens) exceeds the available context size (${n_ctx} tokens), try increasing it`;
      const type = "exceed_context_size_error";
      return {
        status: 400,
        body: { error: { code: 400, message, type, n_prompt_tokens: prompt, n_ctx } },
      };
    },
    routes: {
      "/v1/models": { object: "list", data },
      "/props": props,
      "/slots": Array.from({ length: slots }, (_, id) => ({ id, n_ctx, is_processing: false })),
      "/health": { status: "ok" },
      "/tokenize": (request: RecordedRequest) => ({ tokens: tokenNumbers(String(fields(request).content)) }),
      "/apply-template": (request: RecordedRequest) => ({
        prompt: chatml(messagesIn(request), tools === "native" ? fields(request).tools : undefined),
      }),
    },
    unknown: () => ({
      status: 404,
      body: { error: { message: "File Not Found", type: "not_found_error", code: 404 } },
    }),
  };
}

export function vllm(given: ServerOptions): Host {
  const options = known(given);
  const max_model_len = options.window;
  const data = entries(options, { owned_by: "vllm", max_model_len });
  const refused = (message: string): Row => ({
    status: 400,
    body: { error: { message, type: "BadRequestError", param: null, code: 400 } },
  });
  return {
    ...openaiHost("vllm", options),
    refusal: (request, prompt) => {
      if (options.tools === "refused" && hasTools(request)) {
        return refused(
          '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        );
      }
      if (prompt <= max_model_len || (options.overflow ?? "refused") !== "refused") return null;
      return refused(
        `This model's maximum context length is ${max_model_len} tokens. However, your request has ${prompt} input tokens. Please reduce the length of the input messages.`,
      );
    },
    routes: {
      "/v1/models": { object: "list", data },
      "/version": { version: options.version ?? "0.11.0" },
      "/tokenize": (request: RecordedRequest) => {
        const tokens = tokenNumbers(rendered(request, options));
        return { count: tokens.length, max_model_len, tokens, token_strs: null };
      },
    },
    unknown: () => ({ status: 404, body: { detail: "Not Found" } }),
  };
}

export function lmStudio(given: ServerOptions): Host {
  const options = known(given);
  const data = entries(options, { owned_by: "organization_owner" });
  const overflow = options.overflow ?? "errorIn200";
  const full = data.map(({ id, ...more }) => ({
    id,
    object: "model",
    type: "llm",
    arch: "llama",
    compatibility_type: "gguf",
    quantization: "Q4_K_M",
    state: "loaded",
    max_context_length: options.trained,
    loaded_context_length: options.window,
    ...(options.tools === "native" ? { capabilities: ["tool_use"] } : {}),
    ...more,
  }));
  return {
    ...openaiHost("lmstudio", options),
    refusal: (request, prompt) => {
      if (options.tools === "refused" && hasTools(request)) {
        return { status: 400, body: { error: "This model does not support tools" } };
      }
      if (prompt <= options.window || overflow === "cut") return null;
      const message =
        "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input";
      if (overflow === "empty") return { text: "" };
      if (overflow === "refused") return { status: 400, body: { error: message } };
      return fields(request).stream === false
        ? { errorIn200: message }
        : { errorInStream: { message }, named: true };
    },
    routes: { "/v1/models": { object: "list", data }, "/api/v0/models": { object: "list", data: full } },
    unknown: ({ method, path }) => ({ errorIn200: `Unexpected endpoint or method. (${method} ${path})` }),
  };
}
