/**
 * One request for one call: a turn on a situation of its own, in a folder of its own, that is stopped at its first call or
 * where the model would have to be asked again. A recorder between turn and model tells what the requests carried.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Flags, type Host, loadSettings } from "../../src/config.ts";
import { openGrapher } from "../../src/graph/graph.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import type { Model } from "../../src/model/model.ts";
import { runTurn } from "../../src/turn.ts";
import type { TurnEvent } from "../../src/types.ts";
import { childEnvironment } from "../../src/workspace/run-environment.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import { type Carried, fits, type Outcome, outcomeOf } from "./outcome.ts";
import type { Situation } from "./situations.ts";

export interface Asked extends Outcome {
  carried: Carried;
  /** Replies bound by a schema: those that ended by themselves or where the value closed, and of them those that fit it. */
  choices: { asked: number; ended: number; fit: number };
  seconds: number;
  events: TurnEvent[];
  replies: string[];
}

type Recording = Pick<Asked, "carried" | "choices" | "replies">;

/** The model, with a recorder before it. */
function recorded(model: Model, into: Recording): Model {
  return {
    ...model,
    async chat(messages, g) {
      const { schema, tools } = g;
      if (schema !== undefined) into.carried.schema += 1;
      if (tools !== undefined && tools.length > 0) into.carried.tools += 1;
      const reply = await model.chat(messages, g);
      if (!reply.ok) return reply;
      into.replies.push(reply.text);
      if (schema === undefined) return reply;
      into.choices.asked += 1;
      if (reply.finish !== "stop" && reply.finish !== "node") return reply;
      into.choices.ended += 1;
      if (fits(reply.text, schema)) into.choices.fit += 1;
      return reply;
    },
    async complete(prompt, g) {
      into.carried.completions += 1;
      const reply = await model.complete(prompt, g);
      if (reply.ok) into.replies.push(reply.text);
      return reply;
    },
  };
}

async function symbolsOf({ files }: Situation): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const [path, text] of Object.entries(files))
    all[path] = (await parse(path, text))?.symbols.map(({ name }) => name) ?? [];
  return all;
}

function lay(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A command of the shell that fails and says so. */
const failing = (says: string): string => `echo '${says.replaceAll("'", "'\\''")}'; exit 1`;

/** Listens to a turn and stops it: at a tool's answer, and at a second request for the same. */
function stopping(events: TurnEvent[]): { emit: (event: TurnEvent) => void; signal: AbortSignal } {
  const stop = new AbortController();
  const purposes = new Set<string>();
  const emit = (event: TurnEvent): void => {
    if (stop.signal.aborted) return;
    const again = event.type === "request" && purposes.has(event.purpose);
    if (event.type === "request") purposes.add(event.purpose);
    const over = again || event.type === "context_reset";
    if (!over) events.push(event);
    if (over || event.type === "result") stop.abort("enough");
  };
  return { emit, signal: stop.signal };
}

/** Asks for one call. `place` is an existing folder; what is made below it goes again. */
export async function askOnce(
  situation: Situation,
  { model, seed, host, place }: { model: Model; seed: number; host: Host; place: string },
): Promise<Asked> {
  const root = mkdtempSync(join(place, "ask-"));
  lay(root, situation.files);
  const flags: Flags = { cwd: root, check: failing(situation.says), intent: "edit", yes: true, seed };
  const loaded = await loadSettings({ ...host, flags, cwd: root });
  if (!loaded.ok) throw new Error(loaded.reason);
  // A call is what is measured, not a step that is asked for in one request.
  const mechanisms = { ...loaded.settings.mechanisms, direct: false };
  const settings = { ...loaded.settings, mechanisms };
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => true });
  if (!opened.ok) throw new Error(opened.reason);
  const recording: Recording = {
    carried: { schema: 0, tools: 0, completions: 0 },
    choices: { asked: 0, ended: 0, fit: 0 },
    replies: [],
  };
  const events: TurnEvent[] = [];
  const { emit, signal } = stopping(events);
  const started = performance.now();
  await runTurn(
    { task: situation.task, data: null, earlier: null, trunk: null, session: "bench", version: "bench" },
    {
      settings,
      workspace: opened.workspace,
      graph: openGrapher(opened.workspace),
      model: recorded(model, recording),
      env: childEnvironment(host.env),
      emit,
      signal,
      permit: () => Promise.resolve(true),
    },
    () => 0,
  );
  const seconds = (performance.now() - started) / 1000;
  rmSync(root, { recursive: true, force: true });
  return {
    ...outcomeOf(events, await symbolsOf(situation)),
    ...recording,
    seconds,
    events,
  };
}
