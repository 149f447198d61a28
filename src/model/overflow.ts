/** How servers say that a prompt is longer than their window, and how each is given a larger one. Tables. */
import type { ServerKind } from "./servers.ts";

/** A number in the first group is the window that the server names. */
const OVERFLOWS: { server: string; pattern: RegExp }[] = [
  { server: "llama.cpp, llamafile", pattern: /exceeds the available context size(?: \((\d+) tokens\))?/i },
  {
    server: "llama.cpp",
    pattern: /input is larger than the max context size|context size has been exceeded/i,
  },
  { server: "llama.cpp", pattern: /exceed_context_size|context shift is disabled/i },
  { server: "llama-cpp-python", pattern: /requested tokens \(\d+\) exceed context window of (\d+)/i },
  { server: "Ollama", pattern: /input length exceeds (?:the )?(?:maximum )?context length/i },
  { server: "Ollama", pattern: /input (?:after truncation )?exceeds maximum context length/i },
  { server: "LM Studio", pattern: /context length of only ([\d,]+) tokens/i },
  { server: "LM Studio", pattern: /(?:is )?(?:greater|longer) than the context length(?: of ([\d,]+))?/i },
  { server: "LM Studio", pattern: /context the overflows|reached context length of ([\d,]+)/i },
  { server: "vLLM", pattern: /longer than the maximum model length of ([\d,]+)/i },
  { server: "vLLM", pattern: /too long to fit into the model \(context length ([\d,]+)\)/i },
  { server: "vLLM", pattern: /exceeds? (?:the )?model'?s? (?:max(?:imum)? )?(?:context|model) len/i },
  { server: "SGLang", pattern: /longer than the model'?s context length \(([\d,]+) tokens\)/i },
  { server: "SGLang", pattern: /exceeds? the maximum allowed (?:input )?length (?:of )?\(?([\d,]+)/i },
  {
    server: "TGI",
    pattern: /`?inputs`?(?: tokens \+ `?max_new_tokens`?)? must (?:be|have less than) (?:<= )?([\d,]+)/i,
  },
  {
    server: "TensorRT-LLM",
    pattern: /prompt length[^.]{0,60}exceed[^.]{0,60}?max_(?:seq|input)_len \(?([\d,]+)/i,
  },
  { server: "TabbyAPI", pattern: /(?:prompt|context) length \d+ is greater than max_seq_len (\d+)/i },
  { server: "OpenAI, vLLM, OpenRouter", pattern: /maximum context length (?:is|of) ([\d,]+) tokens/i },
  {
    server: "OpenAI",
    pattern: /context_length_exceeded|string_above_max_length|exceeds the context window/i,
  },
  { server: "Anthropic", pattern: /prompt is too long: [\d,]+ tokens > ([\d,]+) maximum/i },
  {
    server: "Anthropic",
    pattern: /input length and `?max_tokens`? exceed context limit: [\d,]+ \+ [\d,]+ > ([\d,]+)/i,
  },
  { server: "Mistral", pattern: /too large for model with ([\d,]+) maximum context length/i },
  {
    server: "Google",
    pattern: /input token count[^.]{0,40}exceeds the maximum number of tokens allowed \(?([\d,]+)/i,
  },
  { server: "Groq", pattern: /reduce the length of the messages or completion/i },
  {
    server: "others",
    pattern: /prompt (?:is )?too long|(?:context|input|prompt) (?:length|window|limit|size)[^.]{0,40}exceed/i,
  },
  {
    server: "others",
    pattern:
      /exceed[^.]{0,40}(?:context (?:length|window|limit|size)|max(?:imum)?_?(?:seq|model|context)_?len)/i,
  },
];

/** Said of tokens, too, but of how many there may be in a minute. */
const RATES = /rate.?limit|too many requests|per (?:minute|hour|day)|throttl|quota/i;

/** What an error says of an overflow: the window, where it names one; null where it is about something else. */
export function overflowIn(message: string): { window: number | null } | null {
  if (RATES.test(message)) return null;
  const found = OVERFLOWS.map(({ pattern }) => pattern.exec(message)).filter((match) => match !== null);
  if (found.length === 0) return null;
  const size = found.map((match) => match[1]).find((number) => number !== undefined);
  return { window: size === undefined ? null : Number(size.replaceAll(",", "")) };
}

/** What a server is called, and what gives it a window of so many tokens for a model. */
export const SERVER_WINDOWS: Record<
  ServerKind,
  { name: string; cure: (window: number, model: string) => string }
> = {
  "llama.cpp": { name: "llama-server", cure: (window) => `start it with --ctx-size ${window}` },
  ollama: {
    name: "Ollama",
    cure: (window) => `set "window": ${window} in your settings`,
  },
  lmstudio: {
    name: "LM Studio",
    cure: (window, model) => `load it with lms load ${model} --context-length ${window}`,
  },
  vllm: { name: "vLLM", cure: (window) => `start it with --max-model-len ${window}` },
  unknown: { name: "the server", cure: (window) => `load the model with a window of ${window} tokens` },
};
