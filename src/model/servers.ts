/**
 * What is known of the servers themselves: how to tell them apart by their list of models, and by which names a base
 * model (one that continues text and was never taught to chat) goes. Tables, read by discovery and handshake.
 */

export type ServerKind = "llama.cpp" | "ollama" | "lmstudio" | "vllm" | "unknown";

export interface ModelEntry {
  id: string;
  aliases: string[];
  /** The window in tokens, where the list itself tells that of the running model (vLLM); never a training size. */
  window: number | null;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const rowsOf = (payload: unknown): Record<string, unknown>[] => {
  const { data } = record(payload);
  return Array.isArray(data) ? data.map(record).filter(({ id }) => typeof id === "string" && id !== "") : [];
};

/** The entries of an answer to `/v1/models`; anything else has none. */
export function modelsOf(payload: unknown): ModelEntry[] {
  return rowsOf(payload).map(({ id, aliases, max_model_len }) => ({
    id: String(id),
    aliases: Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === "string") : [],
    window: typeof max_model_len === "number" ? max_model_len : null,
  }));
}

/** Which server gave this list. Only what it says of itself and its usual port are looked at; nothing is asked. */
export function serverKind(endpoint: string, payload: unknown): ServerKind {
  const rows = rowsOf(payload);
  const owners = rows.map(({ owned_by }) => (typeof owned_by === "string" ? owned_by : ""));
  const { port } = new URL(endpoint);
  if (owners.includes("llamacpp")) return "llama.cpp";
  if (owners.includes("vllm") || rows.some(({ max_model_len }) => typeof max_model_len === "number"))
    return "vllm";
  if (owners.some((owner) => /^organization[-_]owner$/.test(owner)) || port === "1234") return "lmstudio";
  if (owners.includes("library") || port === "11434") return "ollama";
  return "unknown";
}

/** Parts of names (between separators) that makers give to models which chat. */
const CHAT_NAMES =
  /(?:^|[-_.:/\s])(?:it|instruct|instruction|chat|assistant|sft|dpo|orpo|rlhf|thinking|reasoning|reasoner|r1|distill|oss)(?:$|[-_.:/\s\d])/i;

/** The same for base models. */
const BASE_NAMES = /(?:^|[-_.:/\s])(?:base|pt|pretrained|foundation|fim|\d+b-(?:code|text))(?:$|[-_.:/\s])/i;

/** Families that were published as base models, whatever is not called otherwise. */
const BASE_FAMILIES =
  /(?:^|[/\s])(?:gpt2|gpt-neo|gpt-j|pythia|starcoder2?|santacoder|codegen2?|stable-code-3b|phi-1|tinyllama_v1|opt-\d+m|bloom-\d+)(?:$|[-_.:/\s])/i;

/** What a model's name says: "chat", "base", or null where it says nothing. */
export function kindByName(name: string): "chat" | "base" | null {
  if (CHAT_NAMES.test(name)) return "chat";
  return BASE_NAMES.test(name) || BASE_FAMILIES.test(name) ? "base" : null;
}

/**
 * The template that llama.cpp fills in where the model file has none: ChatML, written by a loop without any of the
 * extras (default system prompt, tools) that a model's own template brings along.
 */
export function isFallbackTemplate(template: string): boolean {
  const bare = template.replace(/\\n|\s+/g, "");
  return bare.startsWith(
    "{%-formessageinmessages-%}{{-'<|im_start|>'+message.role+''+message.content+'<|im_end|>'-}}{%-endfor-%}",
  );
}
