/** How a model that thinks is told not to: each server, and some models, have their own way. */
import type { ChatMessage } from "../model.ts";
import type { Profile } from "../profile.ts";

/** How the model is told not to think: by its template's own switch, by Ollama's, by a word in the prompt, or not at all. */
export type Switch = "template" | "field" | "word";

/** The word that Qwen 3 listens to. */
const NO_THINKING = " /no_think";

export function thinkingSwitch(profile: Profile): Switch | null {
  const { server, thinking, model } = profile;
  if (thinking === "always" || thinking === "never") return null;
  if (server === "ollama") return "field";
  if (server === "llama.cpp" || server === "vllm") return "template";
  return /qwen-?3/i.test(model) ? "word" : null;
}

/** The messages, with the word behind the last one of the user. */
export function withWord(messages: ChatMessage[]): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.map((one, i) => (i === last ? { ...one, content: one.content + NO_THINKING } : one));
}
