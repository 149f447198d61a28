/**
 * What stands in the way of working well with a model, each with the command that mends it. The table is `doctor`'s; of a window
 * that is too small, every start tells.
 */
import type { Profile } from "./profile.ts";
import type { ServerKind } from "./servers.ts";

/** A window from this on is enough for everything. */
export const GOOD_WINDOW = 8192;
/** With less, no task can be worked on. */
export const LEAST_WINDOW = 4096;

/** `stops`: no work is possible; `hurts`: it goes worse than it could. `fix` is a command, or a sentence where there is none. */
export interface Problem {
  level: "stops" | "hurts";
  what: string;
  fix: string;
}

const count = (n: number): string => n.toLocaleString("en-US");
/** A name as the shell takes it. */
const quoted = (name: string): string =>
  /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
const fileName = (name: string): string => name.replace(/^.*[/\\]/, "");

/** How each server is started so that one request gets a window of so many tokens. */
const WIDER: Record<ServerKind, (profile: Profile, wanted: number) => string> = {
  "llama.cpp": ({ model, slots }, wanted) =>
    slots === null || slots === 1
      ? `llama-server -m ${quoted(model)} --ctx-size ${wanted}`
      : `llama-server -m ${quoted(model)} --ctx-size ${wanted * slots} -np ${slots}`,
  ollama: (_, wanted) => `OLLAMA_CONTEXT_LENGTH=${wanted} ollama serve`,
  lmstudio: ({ model }, wanted) => `lms load ${quoted(model)} --context-length ${wanted}`,
  vllm: ({ model }, wanted) => `vllm serve ${quoted(model)} --max-model-len ${wanted}`,
  unknown: (_, wanted) => `Start the server with a context window of ${wanted} tokens.`,
};

/** A window that is too small, or is smaller than the model could have. null where it is good, or nobody knows. */
export function windowProblem(profile: Profile, endpoint: string): Problem | null {
  const { window, most, slots, server } = profile;
  if (window === null || window >= GOOD_WINDOW) return null;
  const level = window < LEAST_WINDOW ? "stops" : "hurts";
  const shown = `"${fileName(profile.model)}" at ${endpoint}`;
  if (most !== null && most <= window) {
    return {
      level,
      what: `The window of ${shown} is ${count(window)} tokens, the most it was made for: longer work is cut short.`,
      fix: "Use a model with a window of 8,192 tokens or more (--model NAME).",
    };
  }
  const shared = server === "llama.cpp" && slots !== null && slots > 1 ? `, for each of ${slots} slots` : "";
  return {
    level,
    what: `The window of ${shown} is ${count(window)} tokens${shared}; 8,192 are needed for longer work.`,
    fix: WIDER[server](profile, Math.min(GOOD_WINDOW, most ?? GOOD_WINDOW)),
  };
}

/** Ollama loads the model again for the first request that wants another window. */
function reloadProblem({ server, loaded, window }: Profile): Problem | null {
  if (server !== "ollama" || loaded === null || window === null || loaded >= window) return null;
  return {
    level: "hurts",
    what: `It is loaded with ${count(loaded)} tokens; SmallCode asks for ${count(window)}, which loads it again.`,
    fix: `OLLAMA_CONTEXT_LENGTH=${window} ollama serve`,
  };
}

function templateProblem({ server, template, rungs, model }: Profile): Problem | null {
  if (rungs[0] !== "plain") return null;
  const none = template === "";
  return {
    level: "hurts",
    what: none
      ? "The model has no chat template: it can only continue text, one function at a time."
      : "This is a base model: it only continues text, one function at a time.",
    fix:
      server === "llama.cpp" && none
        ? `If it does chat: llama-server -m ${quoted(model)} --chat-template-file FILE`
        : "Use one that was taught to chat: names with -it, -instruct or -chat (--model NAME).",
  };
}

function toolsProblem({ tools, rungs }: Profile): Problem | null {
  if (tools !== false || rungs[0] === "plain" || rungs[0] === "schema") return null;
  return {
    level: "hurts",
    what: "The server drops `tools`, and no JSON schema binds: calls are read from text.",
    fix: "Serve the model with llama-server, Ollama, LM Studio or vLLM.",
  };
}

function branchingProblem({ branching, server, model }: Profile): Problem | null {
  if (branching !== false) return null;
  return {
    level: "hurts",
    what: "After a branch in a prompt everything is read again, also what both share.",
    fix:
      server === "llama.cpp"
        ? `llama-server -m ${quoted(model)} --swa-full`
        : "Serve the model with: llama-server -m FILE.gguf --swa-full",
  };
}

/** Every problem of a profile, those that stop work first. */
export function problemsOf(profile: Profile, endpoint: string): Problem[] {
  const all = [
    windowProblem(profile, endpoint),
    reloadProblem(profile),
    templateProblem(profile),
    toolsProblem(profile),
    branchingProblem(profile),
  ].filter((problem) => problem !== null);
  return all.sort((a, b) => Number(b.level === "stops") - Number(a.level === "stops"));
}
