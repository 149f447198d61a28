/** Whether a task asks or edits, decided from its words before any request; a flag decides otherwise. */

export interface Intent {
  intent: "ask" | "edit";
  /** One sentence for the user: which words decided, and how to say otherwise. */
  why: string;
}

const EDIT_VERBS =
  /\b(fix|repair|add|implement|write|create|make|change|replace|rename|refactor|remove|delete|update|convert|move|extract|inline|optimi[sz]e|rewrite|correct|handle|support|migrate|port|generate|introduce|simplify|speed up|clean up|complete|finish|solve|resolve|let|use|set|increase|decrease|raise|lower|drop|split|merge|improve|extend|modify|edit|patch|debug|get .* to pass)\b/i;
const ASK_START =
  /^(what|why|how|where|which|who|whose|when|explain|describe|summari[sz]e|list|show|tell|review|compare|find out|is|are|was|were|does|do(?!\s+(?:this|that|it|these|the following)\b)|did|has|have|should|find|count|name|analy[sz]e|document where)\b/i;
/** Verbs that no question holds as a request of its own: "Find the bug and fix it", "Why does it fail? Repair it." */
const THEN_EDITS =
  /(\b(and|then)\s+(then\s+|please\s+)?|[.?!;:,]\s+(then\s+|please\s+|now\s+)*)(fix|repair|correct|implement|refactor|rewrite|rename|patch|solve|resolve)\s+(it|them|this|that|the|these|those|all|any|every\w*|what\w*)\b/i;
const WAYS = /^(how|should)\b/i;
const POLITE = /^((can|could|would|will) you|please|i want you to|i need you to|let's)\b[\s,]*(please\s+)?/i;

/** `forced` is what a flag said. */
export function decideIntent(task: string, forced: "ask" | "edit" | null): Intent {
  if (forced !== null) return { intent: forced, why: `--${forced} was given.` };
  const words = task.trim().replace(POLITE, "");
  const start = words.split(/\s+/).slice(0, 2).join(" ");
  const then = WAYS.test(words) ? null : THEN_EDITS.exec(words);
  if (then !== null) return { intent: "edit", why: `"${then[0].trim()}" edits; --ask only answers.` };
  if (ASK_START.test(words) && !new RegExp(`^${EDIT_VERBS.source}`, "i").test(words))
    return { intent: "ask", why: `"${start} …" asks; --edit changes the code.` };
  if (EDIT_VERBS.test(words))
    return { intent: "edit", why: `"${EDIT_VERBS.exec(words)?.[0]}" edits; --ask only answers.` };
  if (/[?？؟]$/.test(task.trim()))
    return { intent: "ask", why: "It ends with a question mark; --edit changes the code." };
  return { intent: "edit", why: "It is no question; --ask only answers." };
}
