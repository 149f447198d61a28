/** One exercise with the simulated model: a server of its own, a try of the real binary, and what the recorded requests show. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stamped } from "../resolve/pool.ts";
import { nameOf, type Row, type Setting, tryTask } from "../resolve/try.ts";
import type { Task } from "../tasks/task.ts";
import { knowledgeOf } from "./knowledge.ts";
import { type Mode, type Said, SimulatedModel } from "./model.ts";
import { NAME, type SimulatedServer, serve } from "./server.ts";

export interface SimulatedRow extends Row {
  /** Steps of the plan; 0 where there was none. */
  steps: number;
  /** What each request was answered with, and why. */
  said: string[];
  /** What the gates forbid and the requests show. */
  breaches: string[];
}

export interface Simulation {
  mode: Mode;
  seed: string;
  as: "llama.cpp" | "ollama";
}

/** Tries the task; the setting's flags get the server's address. */
export async function simulate(
  setting: Setting,
  task: Task,
  { mode, seed, as }: Simulation,
): Promise<SimulatedRow> {
  const model = new SimulatedModel(await knowledgeOf(task), mode, seed);
  const simulated = await serve(model, as);
  try {
    const endpoint = as === "ollama" ? simulated.server.url : simulated.server.endpoint;
    const flags = [...setting.flags, "--endpoint", endpoint, "--model", NAME];
    const row = await tryTask({ ...setting, flags }, task);
    const events = readFileSync(join(setting.place, "events", `${nameOf(task.id)}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as Stamped).event);
    const plan = events.find((event) => event.type === "plan");
    const steps = plan?.steps.length ?? 0;
    const said = simulated.said.map(({ replies }) =>
      replies.map(({ what, why }) => `${what} (${why})`).join(" | "),
    );
    return { ...row, steps, said, breaches: breachesOf(simulated.said, { ...row, steps }, mode) };
  } finally {
    await simulated.close();
  }
}

const isCode = ({ what }: Said): boolean => what !== "choice" && what !== "thought";

/** What a chat model must not meet: worked examples, and single lines or samples before it was told what failed. */
export function breachesOf(
  said: SimulatedServer["said"],
  { pool, steps, solved }: Pick<SimulatedRow, "pool" | "steps" | "solved">,
  mode: Mode,
): string[] {
  const found: string[] = [];
  const plain = said.filter(({ request }) => !/chat/.test(request.path)).length;
  if (plain > 0) found.push(`${plain} requests with worked examples or for lines, without a chat template`);
  const fed = pool.findIndex(({ origin }) => origin === "feedback");
  const byLines = pool.findIndex(({ grain }) => grain === "lines");
  if (byLines !== -1 && (fed === -1 || byLines < fed))
    found.push("a candidate of single lines before any round of feedback");
  const early = earlySample(said);
  if (early !== null) found.push(`request ${early} draws samples before any round of feedback`);
  if (mode === "right" && steps === 1 && solved && said.length !== 1)
    found.push(`${said.length} requests for one step by a model that is right at once`);
  return found;
}

/** The number of the first request for samples that came before code was answered in a conversation; null: none. */
function earlySample(said: SimulatedServer["said"]): number | null {
  const earlier = new Set<string>();
  const codes: string[] = [];
  let fed = false;
  for (const [index, { request, replies }] of said.entries()) {
    const { messages = [], n } = request.body as {
      messages?: { role: string; content: string }[];
      n?: number;
    };
    const key = JSON.stringify(messages);
    fed ||= messages.some(
      ({ role, content }) => role === "assistant" && codes.some((code) => code.trim() === content.trim()),
    );
    fed ||= codes.length > 0 && messages.length > 0 && !earlier.has(key);
    if (!fed && (earlier.has(key) || (n ?? 1) > 1)) return index + 1;
    earlier.add(key);
    codes.push(...replies.filter(isCode).map(({ text }) => text));
  }
  return null;
}
