/** Messages written out by the model's own chat template. */
import type { Loaded } from "./llama.ts";

export interface Message {
  role: string;
  content: string;
}

/** The template in the model's file; "" where it has none. */
export function templateOf({ model }: Loaded): string {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  return typeof template === "string" ? template : "";
}

/** Some templates know no system role: its text then opens the first message of the user. */
function withoutSystem(messages: Message[]): Message[] {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const rest = messages.filter(({ role }) => role !== "system");
  return rest.map((message, i) =>
    i === 0 ? { ...message, content: [...system, message.content].join("\n\n") } : message,
  );
}

/** The prompt; null where the model has no template. Throws where the template refuses the messages. */
export function render(loaded: Loaded, messages: Message[]): string | null {
  const text = templateOf(loaded);
  if (text === "") return null;
  const template = new loaded.Template(text);
  const { bosString, eosString } = loaded.model.tokens;
  const rendered = (some: Message[]): string =>
    template.render({
      messages: some,
      add_generation_prompt: true,
      bos_token: bosString ?? "",
      eos_token: eosString ?? "",
    });
  try {
    return rendered(messages);
  } catch (error) {
    const bare = withoutSystem(messages);
    if (bare.length === messages.length) throw error;
    return rendered(bare);
  }
}

/** The tokens of a prompt, special ones recognised, with the one that opens a text exactly once. */
export function promptTokens({ model }: Loaded, prompt: string): number[] {
  const tokens = model.tokenize(prompt, true);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}
