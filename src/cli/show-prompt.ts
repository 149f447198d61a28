/** `--show-prompt`: a model that shows the first request and sends nothing. */
import type { Model, Reply } from "../model/model.ts";

/** Every request fails as cancelled; `show` gets the text of each, exactly as it would go out. */
export function showingModel(model: Model, show: (text: string) => void): Model {
  const nothingSent: Reply = { ok: false, kind: "cancelled", reason: "Nothing was sent (--show-prompt)." };
  return {
    ...model,
    chat: async (messages, { schema, tools }) => {
      const parts = messages.map(({ role, content }) => `[${role}]\n${content}\n`);
      if (schema !== undefined) parts.push(`[schema]\n${JSON.stringify(schema)}\n`);
      if (tools !== undefined)
        parts.push(`[tools]\n${tools.map((tool) => JSON.stringify(tool)).join("\n")}\n`);
      show(parts.join("\n"));
      return nothingSent;
    },
    complete: async (prompt) => {
      show(prompt);
      return nothingSent;
    },
    read:
      model.read === null
        ? null
        : async (prompt, text) => {
            show(prompt + text);
            return { reply: nothingSent, tokens: null };
          },
  };
}
