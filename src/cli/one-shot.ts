/** One task from the command line: settings, stdin, model and listeners are put together, one turn runs, its end is the exit code. */
import { isatty } from "node:tty";
import {
  environment,
  type Host,
  isTrusted,
  loadSettings,
  type Settings,
  trust,
  userStatePath,
} from "../config.ts";
import type { Model } from "../model/model.ts";
import { openLog } from "../session/log.ts";
import { endOfFailure } from "../turn/failures.ts";
import { runTurn, TIME_IS_UP, type TurnEnd, type TurnParts } from "../turn.ts";
import { EVENT_VERSION, type TurnEvent } from "../types.ts";
import { childEnvironment } from "../workspace/run-environment.ts";
import { openWorkspace } from "../workspace/workspace.ts";
import type { ParsedArgs } from "./args.ts";
import { exitCode } from "./exit.ts";
import { type Gate, openGate } from "./gate.ts";
import { reach } from "./reach.ts";
import { jsonRenderer, type Listener, plainRenderer, quietSink } from "./render.ts";
import { oneLine } from "./sanitize.ts";
import { showingModel } from "./show-prompt.ts";
import { readStdin } from "./stdin.ts";

type TaskArgs = Extract<ParsedArgs, { command: "task" }>;

/** Room for a sentence to the user that names files, in characters. */
const SENTENCE = 500;

/** The turn is stopped by SIGINT, SIGTERM, SIGHUP, or when its time is up. */
function stopSignal(maxTimeMs: number): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort(name));
  setTimeout(() => controller.abort(TIME_IS_UP), maxTimeMs).unref();
  return controller;
}

function listenersOf(
  settings: Settings,
  controller: AbortController,
): { listener: Listener; complain: (reason: string) => void } {
  const gone = (problem: string | null): void => {
    if (problem !== null) process.stderr.write(`smallcode: ${oneLine(problem, SENTENCE)}\n`);
    controller.abort("SIGPIPE");
  };
  const stdout = quietSink(process.stdout, gone);
  const stderr = quietSink(process.stderr, () => undefined);
  const { mode, terminal } = settings;
  const color = {
    stdout: terminal.color && process.stdout.isTTY === true,
    stderr: terminal.color && process.stderr.isTTY === true,
  };
  const listener = mode.json
    ? jsonRenderer({ stdout })
    : plainRenderer({ stdout, stderr, color, verbose: mode.verbose });
  return { listener, complain: (reason) => stderr.write(`smallcode: ${reason}\n`) };
}

const newSession = (): string =>
  `${new Date().toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${Math.random().toString(36).slice(2, 6).padEnd(4, "0")}`;

interface Surroundings {
  settings: Settings;
  gate: Gate;
  controller: AbortController;
  emit: (event: TurnEvent) => void;
}

/** The exit code of a turn's end. */
const exitOf =
  (settings: Settings) =>
  (end: TurnEnd): number =>
    exitCode(end.outcome, { waived: settings.checks.waived });

/** An end before the turn could begin, as an event like every other. */
function endEarly({ settings, emit }: Surroundings, end: TurnEnd): number {
  const exit = exitOf(settings)(end);
  const tokens = { prompt: 0, cached: 0, generated: 0 };
  emit({
    type: "end",
    ...end,
    exit,
    account: { by: null, requests: 0, candidates: 0, tokens, ms: 0, local: 1 },
  });
  return exit;
}

/** Gives the exit code. */
export async function runTask(args: TaskArgs, version: string): Promise<number> {
  const host = environment();
  const loaded = await loadSettings({ ...host, flags: args.flags, cwd: process.cwd() });
  if (!loaded.ok) {
    process.stderr.write(`smallcode: ${oneLine(loaded.reason, SENTENCE)}\n`);
    return 2;
  }
  const { settings } = loaded;
  const controller = stopSignal(settings.limits.maxTimeMs);
  const { listener, complain } = listenersOf(settings, controller);
  const stdin = await readStdin({
    isTTY: isatty(0),
    wait: args.stdin === "wait",
    maxTimeMs: settings.limits.maxTimeMs,
    signal: controller.signal,
  });
  if (!stdin.ok) {
    complain(oneLine(stdin.reason, SENTENCE));
    return exitCode(stdin.outcome, { waived: false });
  }
  const task = args.task === "" ? (stdin.text ?? "").trim() : args.task;
  if (task === "") {
    complain('There is no task: say what to do, as in smallcode "fix the failing test".');
    return 2;
  }
  const session = newSession();
  const log = settings.mode.showPrompt ? null : openLog(settings.workspace.root, session);
  const emit = (event: TurnEvent): void => {
    listener(event);
    const unlogged = log?.write(event) ?? null;
    if (unlogged !== null) listener({ type: "notice", level: "warning", text: unlogged.reason });
  };
  emit({ type: "start", v: EVENT_VERSION, session, version, cwd: settings.workspace.root, task });
  if (stdin.notice !== null) emit({ type: "notice", level: "info", text: stdin.notice });
  const state = userStatePath(host);
  const trusted = await isTrusted(settings.workspace.root, state);
  const gate = openGate({
    settings,
    trusted,
    remember: () => trust(settings.workspace.root, state),
    emit,
    signal: controller.signal,
  });
  const around: Surroundings = { settings, gate, controller, emit };
  const data = args.task === "" ? null : stdin.text;
  const exit = await oneTurn({ task, data, session, version }, around, host);
  log?.close();
  return exit;
}

async function oneTurn(
  request: { task: string; data: string | null; session: string; version: string },
  around: Surroundings,
  host: Host,
): Promise<number> {
  const { settings, gate, controller, emit } = around;
  const { signal } = controller;
  const opened = await openWorkspace(settings.workspace.root, {
    ignore: settings.workspace.ignore,
    allowWrite: gate.mayWrite,
    allowRead: gate.mayRead,
  });
  if (!opened.ok) return endEarly(around, { outcome: "usage", message: opened.reason });
  const { workspace } = opened;
  if (workspace.notice !== null) emit({ type: "notice", level: "warning", text: workspace.notice });
  const tell = (text: string): void => emit({ type: "notice", level: "info", text });
  const found = await reach(settings, { host, cwd: process.cwd(), signal, tell });
  if (!found.ok) {
    const stopped: TurnEnd =
      signal.reason === TIME_IS_UP
        ? { outcome: "limit", message: "The time of --max-time is used up." }
        : endOfFailure(found);
    return endEarly(around, stopped);
  }
  for (const text of found.notices) tell(text);
  const parts: TurnParts = {
    settings,
    workspace,
    model: found.model,
    env: childEnvironment(host.env),
    emit,
    signal,
    permit: gate.permit,
  };
  if (settings.mode.showPrompt) return showPrompt(request, parts);
  const end = await runTurn(request, parts, exitOf(settings));
  return exitOf(settings)(end);
}

/** Runs the turn up to its first request and prints that in place of sending it. */
async function showPrompt(request: Parameters<typeof runTurn>[0], parts: TurnParts): Promise<number> {
  const shown: string[] = [];
  const model: Model = showingModel(parts.model, (text) => shown.push(text));
  const silent = { ...parts, model, emit: () => undefined };
  const end = await runTurn(request, silent, () => 0);
  const [first] = shown;
  if (first === undefined) {
    process.stderr.write(`smallcode: ${oneLine(end.message, SENTENCE)}\n`);
    return exitOf(parts.settings)(end);
  }
  process.stdout.write(first);
  return 0;
}
