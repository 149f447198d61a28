/** One task from the command line: settings, stdin, model and listeners are put together, one turn runs, its end is the exit code. */
import { isatty } from "node:tty";
import { environment, loadSettings } from "../config.ts";
import type { Model } from "../model/model.ts";
import { runTurn, TIME_IS_UP, type TurnRequest } from "../turn.ts";
import { EVENT_VERSION } from "../types.ts";
import { NO_TASK, type ParsedArgs } from "./args.ts";
import { complain } from "./complain.ts";
import { exitCode } from "./exit.ts";
import { beginEngine, type Starting } from "./reach.ts";
import { sanitize } from "./sanitize.ts";
import { openScreen } from "./screen.ts";
import { showingModel } from "./show-prompt.ts";
import { readStdin } from "./stdin.ts";
import {
  beginGraph,
  endEarly,
  exitOf,
  findModel,
  gateOf,
  openSurroundings,
  type Program,
  partsOf,
  type Surroundings,
} from "./surroundings.ts";

type TaskArgs = Extract<ParsedArgs, { command: "task" }>;

/** The turn is stopped by SIGINT, SIGTERM, SIGHUP, or when its time is up. */
function stopSignal(maxTimeMs: number): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => controller.abort(name));
  setTimeout(() => controller.abort(TIME_IS_UP), maxTimeMs).unref();
  return controller;
}

/** Gives the exit code. */
export async function runTask(args: TaskArgs, program: Program): Promise<number> {
  const host = environment();
  const loaded = await loadSettings({ ...host, flags: args.flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings } = loaded;
  const controller = stopSignal(settings.limits.maxTimeMs);
  const { signal } = controller;
  const screen = openScreen(settings, () => controller.abort("SIGPIPE"));
  // Nothing of what follows until the model's first use has to wait for the engine.
  const engine = beginEngine(settings, { host, cwd: process.cwd(), signal });
  const { maxTimeMs } = settings.limits;
  const stdin = await readStdin({ isTTY: isatty(0), wait: args.stdin === "wait", maxTimeMs, signal });
  if (!stdin.ok) {
    screen.complain(stdin.reason);
    return exitCode(stdin.outcome, { waived: false });
  }
  const task = args.task === "" ? (stdin.text ?? "").trim() : args.task;
  if (task === "") {
    screen.complain(NO_TASK);
    return 2;
  }
  const around = await openSurroundings(
    { settings, host, program, screen },
    { listener: screen.listener, logged: !settings.mode.showPrompt },
  );
  const { session, emit, version } = around;
  emit({ type: "start", v: EVENT_VERSION, session, version, cwd: settings.workspace.root, task });
  if (stdin.notice !== null) emit({ type: "notice", level: "info", text: stdin.notice });
  // Beside the model's first words; the turn waits for it where it needs it.
  void beginGraph(around, signal);
  const data = args.task === "" ? null : stdin.text;
  const request = { task, data, earlier: null, trunk: null, session, version };
  const exit = await oneTurn(request, around, { controller, engine });
  around.close();
  return exit;
}

async function oneTurn(
  request: TurnRequest,
  around: Surroundings,
  { controller, engine }: { controller: AbortController; engine: Starting | null },
): Promise<number> {
  const { settings, screen } = around;
  const { signal } = controller;
  const gate = await gateOf(around, async (question) => {
    const answer = await screen.ask(question, signal);
    if (answer === "interrupted") controller.abort("SIGINT");
    return answer;
  });
  const found = await partsOf(around, {
    signal,
    gate,
    model: () => findModel(around, { signal, stays: false, engine }),
  });
  if (!found.ok) return endEarly(around, found.end);
  if (settings.mode.showPrompt) return showPrompt(request, found.parts);
  return exitOf(settings)(await runTurn(request, found.parts, exitOf(settings)));
}

/** Runs the turn up to its first request and prints that in place of sending it. */
async function showPrompt(request: TurnRequest, parts: Parameters<typeof runTurn>[1]): Promise<number> {
  const shown: string[] = [];
  const model: Model = showingModel(parts.model, (text) => shown.push(text));
  const { stronger: _, ...local } = parts;
  const silent = { ...local, model, emit: () => undefined };
  const end = await runTurn(request, silent, () => 0);
  const [first] = shown;
  if (first === undefined) return complain(end.message, exitOf(parts.settings)(end));
  process.stdout.write(process.stdout.isTTY === true ? sanitize(first) : first);
  return 0;
}
