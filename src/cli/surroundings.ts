/** What every way of starting turns shares: the session with its log, the gate, the workspace, the model, and an end before the beginning. */
import { type Host, isTrusted, type Settings, trust, userStatePath } from "../config.ts";
import { type Grapher, GrapherClosed, openGrapher, type Progress } from "../graph/graph.ts";
import type { RunningEngine } from "../model/engine/start.ts";
import type { Model } from "../model/model.ts";
import { openLog } from "../session/log.ts";
import { endOfFailure } from "../turn/failures.ts";
import { TIME_IS_UP, type TurnEnd, type TurnParts } from "../turn.ts";
import type { Result, TurnEvent } from "../types.ts";
import { childEnvironment, secretValues } from "../workspace/run-environment.ts";
import { openWorkspace } from "../workspace/workspace.ts";
import type { Answer, Question } from "./ask.ts";
import { exitCode } from "./exit.ts";
import { openToRead } from "./folder.ts";
import { type Gate, openGate } from "./gate.ts";
import { reach, type Starting } from "./reach.ts";
import type { Listener } from "./render.ts";
import type { Screen } from "./screen.ts";

/** This program: its version, and the command that starts it as a worker of its index. */
export interface Program {
  version: string;
  worker: string[];
}

/** One run of the program, from its first turn to its last. */
export interface Surroundings {
  settings: Settings;
  host: Host;
  version: string;
  session: string;
  screen: Screen;
  /** Of the folder, from the first turn to the last; refused where the folder cannot be opened. */
  graph: Result<{ grapher: Grapher }>;
  emit: (event: TurnEvent) => void;
  close: () => void;
}

const newSession = (): string =>
  `${new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${Math.random().toString(36).slice(2, 6).padEnd(4, "0")}`;

/**
 * `listener` is told of every event before the log; `logged: false` keeps none. `trouble` is told what is the
 * matter with the graph, at any time; by default that is a notice.
 */
export async function openSurroundings(
  given: Pick<Surroundings, "settings" | "host" | "screen"> & { program: Program },
  options: { listener: Listener; logged: boolean; trouble?: (text: string) => void },
): Promise<Surroundings> {
  const { listener, logged } = options;
  const { program, ...rest } = given;
  const session = newSession();
  const log = logged ? openLog(given.settings.workspace.root, session) : null;
  const emit = (event: TurnEvent): void => {
    if (graph.ok && isLocal(given.settings)) tellOfModel(graph.grapher, event);
    listener(event);
    const unlogged = log?.write(event) ?? null;
    if (unlogged !== null) listener({ type: "notice", level: "warning", text: unlogged.reason });
  };
  const warn = (text: string): void => emit({ type: "notice", level: "warning", text });
  const { trouble = warn } = options;
  const graph = await openGraph(given.settings, { worker: program.worker, trouble });
  const close = (): void => {
    if (graph.ok) graph.grapher.close();
    log?.close();
  };
  return { ...rest, version: program.version, session, emit, graph, close };
}

async function openGraph(
  settings: Settings,
  { worker, trouble }: { worker: string[]; trouble: (text: string) => void },
): Promise<Result<{ grapher: Grapher }>> {
  const opened = await openToRead(settings);
  if (!opened.ok) return opened;
  return { ok: true, grapher: openGrapher(opened.workspace, { worker, trouble }) };
}

/** Whether the model works on this machine, as far as the settings tell. */
function isLocal({ connection: { endpoint } }: Settings): boolean {
  return endpoint === null || /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/i.test(endpoint);
}

function tellOfModel(grapher: Grapher, { type }: TurnEvent): void {
  if (type === "request") grapher.yieldTo(true);
  else if (type === "response" || type === "end") grapher.yieldTo(false);
}

/** What a person should hear of once the graph is there. */
const LONG_MS = 2000;

/**
 * Begins to bring the graph up to date, for whoever asks for it later, and resolves when that is done. Gives a sentence where it
 * has taken long.
 */
export async function beginGraph(
  { graph, emit, screen }: Pick<Surroundings, "graph" | "emit"> & { screen: Pick<Screen, "indexing"> },
  signal: AbortSignal,
): Promise<string | null> {
  if (!graph.ok) return null;
  const started = performance.now();
  const onProgress = ({ done, total }: Progress): void =>
    screen.indexing(`reading the code, ${Math.floor((100 * done) / total)} %`);
  try {
    const { index } = await graph.grapher.current({ signal, onProgress });
    const ms = performance.now() - started;
    if (ms < LONG_MS) return null;
    return `The code graph is ready: ${index.files.length.toLocaleString("en-US")} files, ${(ms / 1000).toFixed(0)} s.`;
  } catch (error) {
    if (signal.aborted || error instanceof GrapherClosed) return null;
    const why = error instanceof Error ? error.message : String(error);
    emit({ type: "notice", level: "warning", text: `The code graph cannot be made: ${why}` });
    return null;
  } finally {
    screen.indexing(null);
  }
}

/** The exit code of a turn's end. */
export const exitOf =
  (settings: Settings) =>
  (end: TurnEnd): number =>
    exitCode(end.outcome, { waived: settings.checks.waived });

/** An end before the turn could begin, as an event like every other; gives its exit code. */
export function endEarly({ settings, emit }: Surroundings, end: TurnEnd): number {
  const exit = exitOf(settings)(end);
  const tokens = { prompt: 0, cached: 0, generated: 0 };
  emit({
    type: "end",
    ...end,
    exit,
    account: { by: null, requests: 0, candidates: 0, resets: 0, tokens, ms: 0, local: 1 },
  });
  return exit;
}

/** What one turn may do; answers are remembered for the turn. */
export async function gateOf(
  { settings, host, emit, screen }: Surroundings,
  ask: (question: Question) => Promise<Answer>,
): Promise<Gate> {
  const state = userStatePath(host);
  const { root } = settings.workspace;
  const trusted = await isTrusted(root, state);
  return openGate({
    settings,
    trusted,
    remember: () => trust(root, state),
    emit,
    ask,
    show: (text) => screen.stderr.write(text),
  });
}

/** A model that answers; `engine` is the process that was started for it, if one was. */
export interface Found {
  ok: true;
  model: Model;
  engine: RunningEngine | null;
}

/** The model of the settings, or of this name, in the engine that may have been begun for it; else how a turn without one ends. */
export async function findModel(
  { settings, host, emit, screen }: Surroundings,
  options: { signal: AbortSignal; stays?: boolean; name?: string | null; engine?: Starting | null },
): Promise<Found | { ok: false; end: TurnEnd }> {
  const { name = null, ...rest } = options;
  const model = name ?? settings.connection.model;
  const tell = (text: string): void => emit({ type: "notice", level: "info", text });
  const wanted = { ...settings, connection: { ...settings.connection, model } };
  const found = await reach(wanted, { host, cwd: process.cwd(), tell, ...rest });
  if (!found.ok) {
    const end: TurnEnd =
      rest.signal.reason === TIME_IS_UP
        ? { outcome: "limit", message: "The time of --max-time is used up; give more, or a smaller task." }
        : endOfFailure(found);
    return { ok: false, end };
  }
  for (const text of found.notices) tell(text);
  return { ok: true, model: screen.counting(found.model), engine: found.engine };
}

/** Everything a turn needs; `model` is asked for once the folder is open. */
export async function partsOf(
  { settings, host, emit, graph }: Surroundings,
  { signal, gate, model }: { signal: AbortSignal; gate: Gate; model: () => ReturnType<typeof findModel> },
): Promise<{ ok: true; parts: TurnParts } | { ok: false; end: TurnEnd }> {
  const opened = await openWorkspace(settings.workspace.root, {
    ignore: settings.workspace.ignore,
    allowWrite: gate.mayWrite,
    allowRead: gate.mayRead,
  });
  if (!opened.ok) return { ok: false, end: { outcome: "usage", message: opened.reason } };
  if (!graph.ok) return { ok: false, end: { outcome: "usage", message: graph.reason } };
  const { workspace } = opened;
  if (workspace.notice !== null) emit({ type: "notice", level: "warning", text: workspace.notice });
  const found = await model();
  if (!found.ok) return found;
  const env = childEnvironment(host.env);
  const { permit, consent } = gate;
  const { grapher } = graph;
  const stronger = { consent, secrets: secretValues(host.env), home: host.home };
  const { model: local } = found;
  const parts = { settings, workspace, graph: grapher, model: local, env, emit, signal, permit, stronger };
  return { ok: true, parts };
}
