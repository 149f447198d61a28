/** The texts and the schema of the rung that is bound by one: think in prose, choose from closed lists, send code verbatim in a fence. */
import { REPLACE_FORM } from "./head.ts";

/** What can be chosen: labels of targets and checks. */
export interface ChoiceLists {
  tools: string[];
  targets: string[];
}

/** The label that asks for a second list: the tool gets search words in its place. */
export const OTHER = "other";

/** Characters of a choice's text: search words, a path, a summary. A small model that is not stopped fills the reply. */
const MOST_TEXT = 160;

export const THINK = "Think.";
export const CHOOSE = "Choose: the JSON object.";

/** Only what every converter compiles: one flat object of required strings, two of them enums, the third bounded. */
export function choiceSchema({ tools, targets }: ChoiceLists): object {
  return {
    type: "object",
    properties: {
      tool: { type: "string", enum: tools },
      target: { type: "string", enum: targets },
      text: { type: "string", maxLength: MOST_TEXT },
    },
    required: ["tool", "target", "text"],
    additionalProperties: false,
  };
}

/** What asks for the body of a call. `what` names it: a symbol, a path. */
export function codeRequest(body: "code" | "replace", what: string): string {
  if (body === "code") return `Code: the whole of ${what} in one fenced block, nothing else.`;
  return `Code: the change to ${what}, in this form and nothing else:
${REPLACE_FORM}`;
}
