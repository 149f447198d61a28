/**
 * What a chat template says by its text: which roles it takes, whether it has a place for tools, whether its model thinks. It is
 * Jinja as model files hold it, or the Go template of an Ollama model. Where a server renders messages itself, that is the
 * better witness; this reads what there is to read.
 */
import type { Roles, Traits } from "./profile.ts";

export type FromTemplate = Pick<Traits, "roles" | "thinking" | "tools">;

const isGo = (template: string): boolean =>
  !template.includes("{%") && /\{\{-?\s*(?:if|range|\.|\$)/.test(template);

/** Gemma 1 and 2, early Mistral and others end with an exception where the first message is the system's. */
const REFUSES_SYSTEM =
  /raise_exception\(\s*["'][^"']*(?:system role not supported|system (?:role|message)s? (?:is|are) not|only user and assistant roles(?![^"']*exception))/i;
const SHOWS_SYSTEM = /system|message(?:\.|\[["'])role|\.Role\b|\.System\b/;
/** Gemma's and Mistral's own words; what they compare is that a user's message stands at each even place. */
const MUST_ALTERNATE = /must alternate|roles should alternate|index0? ?% ?2/i;

function jinjaRoles(template: string): Roles {
  const system = !REFUSES_SYSTEM.test(template) && SHOWS_SYSTEM.test(template);
  return { system, alternate: MUST_ALTERNATE.test(template) };
}

/** A variable that the caller sets: Qwen 3, GLM and SmolLM3; DeepSeek 3.1 and Granite; LFM. */
const THINKING_SWITCH =
  /\benable_thinking\b|\bthinking\s+is\s+defined|\bif\s+thinking\b|\breasoning_mode\b|\bthinking_budget\b/;
/** What is written for the model to go on from begins its thoughts: DeepSeek R1, QwQ, Qwen3-Thinking. */
const BEGINS_THOUGHTS = /add_generation_prompt[\s\S]{0,200}<think>(?![\s\S]{0,40}<\/think>)/;
/** Harmony (gpt-oss) always has a channel for analysis. */
const HARMONY = /<\|channel\|>analysis|<\|start\|>assistant<\|channel\|>/;

function thinkingOf(template: string): Traits["thinking"] {
  if (HARMONY.test(template)) return "always";
  if (THINKING_SWITCH.test(template)) return "optional";
  if (BEGINS_THOUGHTS.test(template)) return "always";
  // Thoughts taken out of the history say nothing of whether there will be any.
  return /<\/?think(?:ing)?>|\[\/?THINK\]|reasoning_content|\.Thinking\b/.test(template) ? null : "never";
}

/** Reads a template that is not empty. */
export function readTemplate(template: string): FromTemplate {
  if (isGo(template)) {
    return {
      // Ollama itself joins messages of one role that follow each other.
      roles: { system: SHOWS_SYSTEM.test(template), alternate: false },
      thinking: /\.Thinking\b|\$\.Think\b|\.Think\b/.test(template) ? "optional" : thinkingOf(template),
      tools: /\.Tools\b/.test(template),
    };
  }
  return {
    roles: jinjaRoles(template),
    thinking: thinkingOf(template),
    tools: /\b(?:custom_)?tools\b/.test(template),
  };
}

/** The messages by which a server that renders templates is asked what it makes of them. The words stand in no template. */
export const TRIAL = {
  system: "zebra-one",
  tool: "zebra_two",
  user: "Hello.",
} as const;

const TOOL = {
  type: "function",
  function: {
    name: TRIAL.tool,
    description: "Counts.",
    parameters: { type: "object", properties: { a: { type: "string" } } },
  },
};
const USER = { role: "user", content: TRIAL.user };

/** What to render: a system's message; two of the user's, one behind the other; tools. */
export const TRIALS = {
  system: { messages: [{ role: "system", content: TRIAL.system }, USER] },
  twice: { messages: [USER, USER] },
  tools: { messages: [USER], tools: [TOOL] },
} as const;

/** What renderings say; each null where the server refused to make it. `text`: what the template says by its text. */
export function readRenderings(
  of: Record<keyof typeof TRIALS, string | null>,
  text: Pick<FromTemplate, "thinking">,
): Partial<FromTemplate> {
  // Where thoughts can be switched off, they may still be the default.
  const begins =
    text.thinking !== "optional" &&
    /<\|?(?:start_)?think(?:ing)?\|?>\s*$/i.test(of.system ?? of.twice ?? of.tools ?? "");
  return {
    roles: { system: of.system?.includes(TRIAL.system) === true, alternate: of.twice === null },
    tools: of.tools?.includes(TRIAL.tool) === true,
    ...(begins ? { thinking: "always" as const } : {}),
  };
}
