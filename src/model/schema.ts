/**
 * The JSON-schema rung: think in prose, choose from closed lists in JSON, send code verbatim in a fence. This file holds
 * the texts and schemas; the head is one constant, so that a server's cache of it stays good for a whole session.
 */
import type { ChatMessage } from "./model.ts";

/** A row of the tool table as the head shows it. */
export interface ToolLine {
  name: string;
  purpose: string;
}

/** What can be chosen: labels of targets and checks. */
export interface ChoiceLists {
  tools: string[];
  targets: string[];
}

/** The label that asks for a second list: the tool gets search words in its place. */
export const OTHER = "other";

export function editHead(tools: readonly ToolLine[]): ChatMessage {
  const list = tools.map(({ name, purpose }) => `- ${name}: ${purpose}`).join("\n");
  return {
    role: "system",
    content: `You repair and extend code in a repository. You work through these tools, one call at a time:
${list}

Each call has three parts, and you are asked for one part at a time:
1. Think: at most three short sentences on what is wrong or missing, and what to change.
2. Choose: one JSON object with the tool, its target from the list, and a text.
3. Code: for tools that need it, the code alone in one fenced block. Write it whole; never write "..." for code you leave out.

Rules:
- Make the smallest change that does the task. Keep names, signatures and style.
- Never change tests or what judges the code unless the task asks for it.
- Every edit is checked at once and you are told what failed.
- Use find_and_read only when the code you need is not shown.`,
  };
}

export const ASK_HEAD: ChatMessage = {
  role: "system",
  content:
    "You answer questions about a repository from the code that is shown. Be short and exact; name files and lines. If what is shown does not answer the question, say so.",
};

/** Characters of a choice's text: search words, a path, a summary. A small model that is not stopped fills the reply. */
const MOST_TEXT = 160;

export const THINK = "Think.";
export const CHOOSE = "Choose: the JSON object.";

/** Only what every converter compiles: one flat object of required strings, two of them enums. */
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
<<<<<<< SEARCH
lines as they are in the file
=======
lines as they shall be
>>>>>>> REPLACE`;
}
