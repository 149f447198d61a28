/**
 * How a conversation begins on each rung of chat: who the model is, what it can call, and how. Each head is a constant of its
 * rung, so that a server's cache of it stays good for a whole session; nothing of a project is in it.
 */
import type { Rung, Target } from "../types.ts";
import type { ChatMessage } from "./model.ts";

export type ChatRung = Exclude<Rung, "plain">;

/** A row of the tool table as heads and `tools` show it. The fields of its body come last: one for code, two for a replacement. */
export interface ToolLine {
  name: string;
  what: string;
  choose: string;
  /** Names, and what each holds; "" where the name says it. */
  fields: Record<string, string>;
  body: "none" | "code" | "replace";
}

const BODY_FIELDS = { none: 0, code: 1, replace: 2 };

/** The names of the fields that say where and what, and of those that hold the code. */
export function fieldsOf({ fields, body }: Pick<ToolLine, "fields" | "body">): {
  place: string[];
  body: string[];
} {
  const names = Object.keys(fields);
  const end = names.length - BODY_FIELDS[body];
  return { place: names.slice(0, end), body: names.slice(end) };
}

/** The form of a replacement, wherever one is asked for. */
export const REPLACE_FORM = `<<<<<<< SEARCH
lines as they are in the file
=======
lines as they shall be
>>>>>>> REPLACE`;

const WHO = "You repair and extend code in a repository.";
const THOUGHT = "at most three short sentences on what is wrong or missing, and what to change";
const RULES = `Rules:
- Make the smallest change that does the task. Keep names, signatures and style.
- Never change tests or what judges the code unless the task asks for it.
- Every edit is checked at once and you are told what failed.
- Use find_and_read only when the code you need is not shown.`;
const WHOLE = `- Write code whole; never write "..." for code you leave out.`;

function schemaHead(tools: readonly ToolLine[]): string {
  const list = tools.map(({ name, what, choose }) => `- ${name}: ${what}; ${choose}`).join("\n");
  return `${WHO} You work through these tools, one call at a time:
${list}

Each call has three parts, and you are asked for one part at a time:
1. Think: ${THOUGHT}.
2. Choose: one JSON object with the tool, its target from the list, and a text.
3. Code: for tools that need it, the code alone in one fenced block. Write it whole; never write "..." for code you leave out.

${RULES}`;
}

/** The tools themselves come with each request. */
const nativeHead =
  (): string => `${WHO} You work through the tools: each reply is ${THOUGHT}, and then one call.

${RULES}
${WHOLE}`;

/** What follows the JSON of a call, by its body. */
const FOLLOWED = {
  none: () => "",
  code: (line: ToolLine) => `; behind it the code: ${line.fields[fieldsOf(line).body[0] ?? ""]}`,
  replace: () => "; behind it SEARCH and REPLACE",
};

function textHead(tools: readonly ToolLine[]): string {
  const list = tools.map(
    (line) => `- ${line.name} (${fieldsOf(line).place.join(", ")}): ${line.what}${FOLLOWED[line.body](line)}`,
  );
  return `${WHO} Each reply is ${THOUGHT}, then one call, and nothing after it. A call is JSON in a fence; code for it stands behind it in a fence of its own:

\`\`\`call
{"tool": "rewrite_symbol", "path": "shop/cart.py", "symbol": "Cart.total"}
\`\`\`
\`\`\`
def total(self):
    return sum(self.prices)
\`\`\`

The tools and their fields:
${list.join("\n")}

SEARCH and REPLACE have this form:
${REPLACE_FORM}

${RULES}
${WHOLE}`;
}

const HEADS = { schema: schemaHead, native: nativeHead, text: textHead };

/** The system's message for changes on this rung. */
export function editHead(rung: ChatRung, tools: readonly ToolLine[]): ChatMessage {
  return { role: "system", content: HEADS[rung](tools) };
}

/** The system's message for a step whose place is known: the code itself is the reply, on every rung of chat. */
export const DIRECT_HEAD: ChatMessage = {
  role: "system",
  content: `${WHO} Reply with at most three short sentences on what is wrong or missing and what to change, and then the code: for each file that changes a line with its path, and behind it one fenced block:

shop/cart.py
\`\`\`python
def total(self):
    return sum(self.prices)
\`\`\`

Send a short file whole; of a long one only the definitions that change, each of them whole, with the imports they need. Never write "..." for code you leave out.

Rules:
- Make the smallest change that does the task. Keep names, signatures and style.
- Never change tests or what judges the code unless the task asks for it.
- The code is checked at once, and you are told what failed.`,
};

const MOST_TARGETS = 8;

/** What a call can name, where nothing lists it: behind the opening of a step. */
export function menuOf(targets: Target[], checks: string[]): string {
  const places = targets
    .slice(0, MOST_TARGETS)
    .map(({ path, symbol }) => (symbol === undefined ? path : `${symbol} in ${path}`));
  return [
    places.length > 0 ? `Likely targets: ${places.join("; ")}.` : "",
    checks.length > 0 ? `Checks: ${checks.join(", ")}.` : "",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** For questions, on every rung of chat. */
export const ASK_HEAD: ChatMessage = {
  role: "system",
  content:
    "You answer questions about a repository from the code that is shown. Be short and exact; name files and lines. If what is shown does not answer the question, say so.",
};
