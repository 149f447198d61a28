/**
 * What stands in the way of working well with a model, each with the command that mends it. The table is `doctor`'s; of a window
 * that is too small, every start tells.
 */
import { z } from "zod";
import type { Profile } from "./profile.ts";
import type { ServerKind } from "./servers.ts";

/** A window from this on is enough for everything. */
export const GOOD_WINDOW = 8192;
/** With less, no task can be worked on. */
export const LEAST_WINDOW = 4096;

/**
 * `stops`: no work is possible; `hurts`: it goes worse than it could; `note`: good to know. What mends it is a command (`run`),
 * or something to do (`advice`).
 */
export const Problem = z.object({
  level: z.enum(["stops", "hurts", "note"]),
  what: z.string(),
  run: z.string().nullable(),
  advice: z.string().nullable(),
});
export type Problem = z.infer<typeof Problem>;

/** Where the model is: at an address, or in the embedded engine. */
export interface Where {
  endpoint: string;
  engine: boolean;
}

const LEVELS = Problem.shape.level.options;
const count = (n: number): string => n.toLocaleString("en-US");
/** A name as the shell takes it. */
export const quoted = (name: string): string =>
  /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

/** How each server is started so that one request gets a window of so many tokens. */
const WIDER: Record<Exclude<ServerKind, "unknown">, (profile: Profile, wanted: number) => string> = {
  "llama.cpp": ({ model, slots }, wanted) =>
    slots === null || slots === 1
      ? `llama-server -m ${quoted(model)} --ctx-size ${wanted}`
      : `llama-server -m ${quoted(model)} --ctx-size ${wanted * slots} -np ${slots}`,
  ollama: (_, wanted) => `OLLAMA_CONTEXT_LENGTH=${wanted} ollama serve`,
  lmstudio: ({ model }, wanted) => `lms load ${quoted(model)} --context-length ${wanted}`,
  vllm: ({ model }, wanted) => `vllm serve ${quoted(model)} --max-model-len ${wanted}`,
};

function widening(profile: Profile, { engine }: Where): Pick<Problem, "run" | "advice"> {
  const wanted = Math.min(GOOD_WINDOW, profile.most ?? GOOD_WINDOW);
  if (engine) return { run: null, advice: `Set "window": ${wanted} in your settings file.` };
  if (profile.server === "unknown")
    return { run: null, advice: `Start the server with a window of ${count(wanted)} tokens.` };
  return { run: WIDER[profile.server](profile, wanted), advice: null };
}

/** A window that is too small. null where it is good, or nobody knows. */
function windowProblem(profile: Profile, where: Where): Problem | null {
  const { window, most, slots, server } = profile;
  if (window === null || window >= GOOD_WINDOW) return null;
  const level = window < LEAST_WINDOW ? "stops" : "hurts";
  if (most !== null && most <= window) {
    return {
      level,
      what: `The window is ${count(window)} tokens, the most the model was made for: longer work is cut short.`,
      run: null,
      advice: "Use a model with a window of 8,192 tokens or more: --model NAME.",
    };
  }
  const shared = server === "llama.cpp" && slots !== null && slots > 1 ? ` for each of ${slots} slots` : "";
  return {
    level,
    what: `The window is ${count(window)} tokens${shared}; longer work needs ${count(GOOD_WINDOW)}.`,
    ...widening(profile, where),
  };
}

/** The same as one sentence for the start of a session. */
export function windowNotice(profile: Profile, where: Where): string | null {
  const problem = windowProblem(profile, where);
  if (problem === null) return null;
  const mend = problem.run === null ? problem.advice : `Load it anew: ${problem.run}`;
  return `${problem.what} ${mend}`;
}

/** Ollama loads the model again for the first request that wants another window. */
function reloadProblem({ server, loaded, window }: Profile): Problem | null {
  if (server !== "ollama" || loaded === null || window === null || loaded >= window) return null;
  return {
    level: "note",
    what: `It is loaded with ${count(loaded)} tokens; SmallCode asks for ${count(window)}, which loads it again.`,
    run: `OLLAMA_CONTEXT_LENGTH=${window} ollama serve`,
    advice: null,
  };
}

function templateProblem({ server, template, rungs, model }: Profile, { engine }: Where): Problem | null {
  if (rungs[0] !== "plain") return null;
  if (template === "" && server === "llama.cpp" && !engine) {
    return {
      level: "hurts",
      what: "The model has no chat template: it only continues text, one function at a time.",
      run: `llama-server -m ${quoted(model)} --chat-template-file FILE.jinja`,
      advice: null,
    };
  }
  return {
    level: "hurts",
    what: "This is a base model: it only continues text, one function at a time.",
    run: null,
    advice: "Use one that was taught to chat (-it, -instruct, -chat): --model NAME.",
  };
}

/** Tools that do not arrive are missed only where no schema binds either. */
function toolsProblem({ tools, rungs, server, model }: Profile): Problem | null {
  if (tools !== false || rungs[0] === "plain") return null;
  const otherwise = rungs[0] === "schema" ? "calls go by JSON schema instead" : "calls are read from text";
  const parser = `vllm serve ${quoted(model)} --enable-auto-tool-choice --tool-call-parser hermes`;
  return {
    level: rungs[0] === "schema" ? "note" : "hurts",
    what: `\`tools\` do not reach the model; ${otherwise}.`,
    run: server === "vllm" ? parser : null,
    advice:
      server === "vllm" || rungs[0] === "schema"
        ? null
        : "Serve it with llama-server, Ollama, LM Studio or vLLM.",
  };
}

function branchingProblem({ branching, server, model }: Profile, { engine }: Where): Problem | null {
  if (branching !== false || engine) return null;
  const run = server === "llama.cpp" ? `llama-server -m ${quoted(model)} --swa-full` : null;
  return {
    level: "hurts",
    what: "A prompt that branches off an earlier one is read from its beginning again.",
    run,
    advice: run === null ? "Serve the model with llama-server and --swa-full." : null,
  };
}

/** The worst first. */
export const byWeight = (problems: Problem[]): Problem[] =>
  problems.toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));

/** Every problem of a profile. */
export function problemsOf(profile: Profile, where: Where): Problem[] {
  return [
    windowProblem(profile, where),
    reloadProblem(profile),
    templateProblem(profile, where),
    toolsProblem(profile),
    branchingProblem(profile, where),
  ].filter((problem) => problem !== null);
}
