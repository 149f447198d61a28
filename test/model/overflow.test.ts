/** What servers really say of a prompt that does not fit, with the window where they name it; and what is about something else. */
import { describe, expect, test } from "bun:test";
import { ask, scripted } from "./scripted.ts";

const { server, modelWith, failure } = scripted();

/** The server, the status, the body, the window. */
const SAID: [string, number, unknown, number | null][] = [
  [
    "llama.cpp",
    400,
    {
      error: {
        code: 400,
        message:
          "request (120002 tokens) exceeds the available context size (8192 tokens), try increasing it",
        type: "exceed_context_size_error",
        n_prompt_tokens: 120002,
        n_ctx: 8192,
      },
    },
    8192,
  ],
  [
    "llama.cpp, old",
    500,
    {
      error: {
        message:
          "the request exceeds the available context size. try increasing the context size or enable context shift",
      },
    },
    null,
  ],
  [
    "llama.cpp, while it writes",
    500,
    { error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } },
    null,
  ],
  [
    "llama-cpp-python",
    400,
    { error: { message: "Requested tokens (5000) exceed context window of 4096" } },
    4096,
  ],
  ["Ollama", 400, { error: "the input length exceeds the context length" }, null],
  [
    "Ollama, embedding",
    400,
    { error: "input exceeds maximum context length and cannot be truncated further" },
    null,
  ],
  [
    "LM Studio",
    400,
    {
      error:
        "Trying to keep the first 10136 tokens when context the overflows. However, the model is loaded with context length of only 7866 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input",
    },
    7866,
  ],
  [
    "LM Studio, new",
    400,
    { error: "The number of tokens to keep from the initial prompt is greater than the context length." },
    null,
  ],
  [
    "LM Studio, while it writes",
    200,
    {
      error:
        "Reached context length of 4096 tokens with model (arch: llama) that does not currently support mid-generation context overflow.",
    },
    4096,
  ],
  [
    "vLLM",
    400,
    {
      object: "error",
      message:
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
      type: "BadRequestError",
    },
    4096,
  ],
  [
    "vLLM, the prompt alone",
    400,
    {
      error: {
        message:
          "The decoder prompt (length 10127) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens.",
      },
    },
    8192,
  ],
  [
    "vLLM, once more",
    400,
    {
      error: {
        message: "The prompt (total length 25938) is too long to fit into the model (context length 4096).",
      },
    },
    4096,
  ],
  [
    "SGLang",
    400,
    {
      object: "error",
      message: "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
      type: "BadRequestError",
    },
    40960,
  ],
  [
    "SGLang, by memory",
    400,
    { error: { message: "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens)." } },
    59862,
  ],
  [
    "TGI",
    422,
    {
      error:
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
      error_type: "validation",
    },
    4096,
  ],
  [
    "TGI, the prompt alone",
    422,
    { error: "Input validation error: `inputs` must have less than 1024 tokens. Given: 3000" },
    1024,
  ],
  ["TabbyAPI", 400, { detail: "Prompt length 9000 is greater than max_seq_len 8192" }, 8192],
  [
    "OpenAI",
    400,
    {
      error: {
        message: "Your input is too large.",
        type: "invalid_request_error",
        code: "context_length_exceeded",
      },
    },
    null,
  ],
  [
    "OpenAI, Responses",
    400,
    {
      error: {
        message:
          "Your input exceeds the context window of this model. Please adjust your input and try again.",
      },
    },
    null,
  ],
  [
    "OpenRouter",
    400,
    {
      error: {
        message:
          "This endpoint's maximum context length is 32,768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 in the output).",
        code: 400,
      },
    },
    32768,
  ],
  [
    "Anthropic",
    400,
    {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 233153 tokens > 200000 maximum" },
    },
    200000,
  ],
  [
    "Anthropic, with the reply",
    400,
    {
      type: "error",
      error: {
        type: "invalid_request_error",
        message:
          "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens`",
      },
    },
    200000,
  ],
  [
    "Google",
    400,
    {
      error: {
        message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      },
    },
    1048576,
  ],
  [
    "Mistral",
    400,
    { message: "Prompt contains 40000 tokens, too large for model with 32768 maximum context length" },
    32768,
  ],
  [
    "Groq",
    400,
    {
      error: {
        message: "Please reduce the length of the messages or completion.",
        code: "context_length_exceeded",
      },
    },
    null,
  ],
  [
    "others",
    400,
    {
      error: {
        message: "Prompt too long: 5152 tokens exceeds max_seq_len 2048 (leave room for output tokens)",
      },
    },
    null,
  ],
];

describe("an overflow", () => {
  for (const [name, status, body, window] of SAID)
    test(name, async () => {
      const found = failure(await ask(await modelWith([{ status, body }])));
      expect(found).toMatchObject({ kind: "overflow", window });
      if (window !== null) expect(found.reason).toContain(`(${window} tokens)`);
      expect(server().completions()).toHaveLength(1);
    });
});

describe("something else", () => {
  const others: [string, number, unknown, string][] = [
    [
      "a rate in tokens",
      429,
      { error: { message: "Rate limit reached: too many tokens per minute, context length 8192" } },
      "rate",
    ],
    ["a quota", 400, { error: { message: "prompt too long for your quota" } }, "refused"],
    ["a grammar", 400, { error: { message: "failed to parse grammar" } }, "refused"],
    ["a length of another kind", 400, { error: { message: "stop sequence length exceeds 16" } }, "refused"],
  ];
  for (const [name, status, body, kind] of others)
    test(name, async () => {
      const headers = { "retry-after": "60" };
      expect(failure(await ask(await modelWith([{ status, body, headers }]))).kind).toBe(kind);
    });
});
