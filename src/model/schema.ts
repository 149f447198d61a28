/** The texts and the schema of the rung that is bound by one: think in prose, choose from closed lists, send code verbatim in a fence. */
import { REPLACE_FORM } from "./head.ts";

/** Tools that take the same targets, by their labels. `needsText`: they cannot do without one. */
export interface ChoiceList {
  tools: string[];
  targets: string[];
  needsText: boolean;
}

/** The label that asks for a second list: the tool gets search words in its place. */
export const OTHER = "other";

/** Characters of a choice's text: search words, a path, a summary. A small model that is not stopped fills the reply. */
const MOST_TEXT = 160;

export const THINK = "Think.";
export const CHOOSE = "Choose: the JSON object.";

/**
 * A choice that its tool can take. Only what the converters of llama.cpp, Ollama, LM Studio, vLLM and node-llama-cpp all
 * compile: flat objects of required strings, two of them enums, the third bounded; one object for each list.
 */
export function choiceSchema(lists: ChoiceList[]): object {
  const objects = lists.map(({ tools, targets, needsText }) => ({
    type: "object",
    properties: {
      tool: { type: "string", enum: tools },
      target: { type: "string", enum: targets },
      text: { type: "string", ...(needsText ? { minLength: 1 } : {}), maxLength: MOST_TEXT },
    },
    required: ["tool", "target", "text"],
    additionalProperties: false,
  }));
  const [only] = objects;
  return only !== undefined && objects.length === 1 ? only : { oneOf: objects };
}

/** What asks for the body of a call. `what` names it: a symbol, a path. */
export function codeRequest(body: "code" | "replace", what: string): string {
  if (body === "code") return `Code: the whole of ${what} in one fenced block, nothing else.`;
  return `Code: the change to ${what}, in this form and nothing else:
${REPLACE_FORM}`;
}
