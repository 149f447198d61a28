/**
 * A conversation on the terminal, prompt by prompt; what was shown stays in the scrollback. Each message is a turn of its own,
 * told what went before. Ctrl-C stops the turn and the server's work; at an empty prompt, twice leaves.
 */
import { join } from "node:path";
import { isatty } from "node:tty";
import pc from "picocolors";
import { environment, loadSettings, type Settings, userStatePath } from "../../config.ts";
import { listModels } from "../../model/client.ts";
import { openHistory } from "../../session/history.ts";
import { modelEvent, runTurn, TIME_IS_UP } from "../../turn.ts";
import { EVENT_VERSION, type TurnEvent } from "../../types.ts";
import { NO_TASK, type ParsedArgs } from "../args.ts";
import { type Answer, choose, type Question } from "../ask.ts";
import { complain } from "../complain.ts";
import { INTERRUPTED } from "../exit.ts";
import { openToRead } from "../folder.ts";
import type { Listener } from "../render.ts";
import { oneLine, sanitize } from "../sanitize.ts";
import { openScreen } from "../screen.ts";
import {
  beginGraph,
  endEarly,
  exitOf,
  type Found,
  findModel,
  gateOf,
  openSurroundings,
  type Program,
  partsOf,
  type Surroundings,
} from "../surroundings.ts";
import { complete, type Desk, readSlash, runSlash, undoFirst } from "./commands.ts";
import { Conversation } from "./conversation.ts";
import { EditedKeys, type Keys, type Line, PlainKeys } from "./keys.ts";
import { Later } from "./later.ts";

/** Gives the exit code. Without a terminal on both sides there is nobody to talk to: a usage error. */
export async function runRepl(
  { flags }: Extract<ParsedArgs, { command: "repl" }>,
  program: Program,
): Promise<number> {
  if (!isatty(0) || !isatty(1) || flags.json || flags.showPrompt) return complain(NO_TASK, 2);
  const host = environment();
  const loaded = await loadSettings({ ...host, flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { settings } = loaded;
  const conversation = new Conversation();
  const repl: { leave: () => void } = { leave: () => undefined };
  const screen = openScreen(settings, () => repl.leave());
  let modelShown = "";
  const listener = (event: TurnEvent): void => {
    conversation.listen(event);
    const same = event.type === "model" && JSON.stringify(event) === modelShown;
    if (event.type === "model") modelShown = JSON.stringify(event);
    if (!same) screen.listener(event);
  };
  const later = new Later();
  const given = { settings, host, program, screen };
  const around = await openSurroundings(given, { listener, logged: true, trouble: later.add });
  const talk = new Repl(around, conversation, listener, later);
  repl.leave = talk.leave;
  try {
    return await talk.run();
  } finally {
    talk.close();
    around.close();
  }
}

class Repl {
  private readonly around: Surroundings;
  /** Shows and remembers an event without logging it. */
  private readonly listener: Listener;
  private readonly conversation: Conversation;
  private readonly history: ReturnType<typeof openHistory>;
  private readonly keys: Keys;
  private found: Found | null = null;
  /** The model that the user has chosen; null: that of the settings. */
  private chosen: string | null = null;
  /** The turn or command that is running. */
  private running: AbortController | null = null;
  private leaving = false;
  private readonly later: Later;
  private readonly over = new AbortController();
  private readonly signals = new Map<NodeJS.Signals, () => void>();

  constructor(around: Surroundings, conversation: Conversation, listener: Listener, later: Later) {
    this.later = later;
    this.around = around;
    this.listener = listener;
    this.conversation = conversation;
    const state = userStatePath(around.host);
    this.history = openHistory(state === null ? null : join(state, "history"));
    this.keys = this.openKeys(around.settings);
    this.keys.onInterrupt = this.interrupt;
    this.signals.set("SIGINT", () => this.keys.interrupt());
    for (const name of ["SIGTERM", "SIGHUP"] as const) this.signals.set(name, this.leave);
    for (const [name, act] of this.signals) process.on(name, act);
  }

  private openKeys(settings: Settings): Keys {
    const ends = { input: process.stdin, output: process.stdout };
    if (settings.terminal.dumb) return new PlainKeys(ends);
    const paths = async (): Promise<string[]> => {
      const opened = await openToRead(settings);
      return opened.ok ? opened.workspace.list() : [];
    };
    // Old lines may come from anywhere: what acts on a terminal goes.
    this.history.lines.splice(0, Infinity, ...this.history.lines.map((line) => sanitize(line)));
    return new EditedKeys({
      ...ends,
      history: this.history.lines,
      complete: (line) => complete(line, paths),
    });
  }

  /** Ctrl-C while something runs: once stops it, twice leaves when it has ended. */
  private interrupt = (): void => {
    if (this.running === null) return;
    if (this.running.signal.aborted) {
      if (!this.leaving) this.say("Leaving, once everything is put back.");
      this.leaving = true;
      return;
    }
    this.running.abort("SIGINT");
  };

  /** The terminal is gone, or the process is asked to end. */
  leave = (): void => {
    this.leaving = true;
    this.running?.abort("SIGTERM");
    this.keys.end();
  };

  close(): void {
    this.over.abort();
    for (const [name, act] of this.signals) process.off(name, act);
    this.keys.close();
  }

  private say = (text: string): void => this.around.screen.stdout.write(`${text}\n`);

  async run(): Promise<number> {
    const { version, screen, settings } = this.around;
    const colors = pc.createColors(screen.color.stdout);
    this.say(
      `${colors.bold(`smallcode ${version}`)} in ${oneLine(settings.workspace.root)}; /help lists commands, Ctrl-D leaves`,
    );
    // In the background: the first turn waits for it where it is not there yet.
    void beginGraph(this.around, this.over.signal).then(this.later.add);
    await this.stoppable((signal) => this.greet(signal));
    const prompt = colors.cyan("> ");
    let warned = false;
    while (!this.leaving) {
      this.later.flush(this.say);
      const line = await this.keys.line(prompt);
      if (line.kind === "end") return this.leaving ? INTERRUPTED : 0;
      if (line.kind === "interrupt") {
        if (line.empty && warned) return 0;
        if (line.empty) this.say("Ctrl-C again to leave.");
        warned = line.empty;
        continue;
      }
      warned = false;
      if (line.text !== "" && (await this.answer(line)) === "leave") return 0;
    }
    return INTERRUPTED;
  }

  /** Which model is there, or what to do about it; the conversation begins either way. */
  private async greet(signal: AbortSignal): Promise<void> {
    // No turn has begun: nothing is logged yet, and nothing made on disk.
    const found = await this.connected({ ...this.around, emit: this.listener }, signal);
    if (found.ok) this.listener(modelEvent(found.model));
    else if (!signal.aborted) this.say(sanitize(found.end.message));
  }

  private async answer(line: Extract<Line, { kind: "line" }>): Promise<"leave" | "stay"> {
    if (!line.text.includes("\n") && line.data === null) {
      const failed = this.history.add(line.text);
      if (failed !== null) this.around.screen.complain(failed.reason);
    }
    this.later.flush(this.say);
    const slash = readSlash(line.text);
    if (slash !== null) return this.stoppable((signal) => runSlash(slash, this.desk(signal)));
    await this.stoppable(async (_, controller) => {
      const text = await undoFirst(line.text, this.desk(controller.signal));
      if (text !== null) await this.turn({ ...line, text }, controller);
    });
    return "stay";
  }

  private async stoppable<T>(
    work: (signal: AbortSignal, controller: AbortController) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    this.running = controller;
    try {
      return await work(controller.signal, controller);
    } finally {
      this.running = null;
    }
  }

  private async turn(
    { text: task, data }: Extract<Line, { kind: "line" }>,
    controller: AbortController,
  ): Promise<void> {
    const { around } = this;
    const { settings, session, version, emit } = around;
    const { signal } = controller;
    const { trunk } = this.conversation;
    const earlier = this.conversation.earlier();
    const timer = setTimeout(() => controller.abort(TIME_IS_UP), settings.limits.maxTimeMs);
    emit({ type: "start", v: EVENT_VERSION, session, version, cwd: settings.workspace.root, task });
    const gate = await gateOf(around, (question) => this.ask(question, controller));
    const found = await partsOf(around, { signal, gate, model: () => this.connected(around, signal) });
    if (found.ok)
      await runTurn({ task, data, earlier, trunk, session, version }, found.parts, exitOf(settings));
    else endEarly(around, found.end);
    clearTimeout(timer);
    this.say("");
  }

  /** The model of the conversation; looked for as long as none has answered, and where its engine has ended meanwhile. */
  private async connected(around: Surroundings, signal: AbortSignal): ReturnType<typeof findModel> {
    if (this.found !== null && !this.found.engine?.ended()) return this.found;
    const found = await findModel(around, { signal, stays: true, name: this.chosen });
    if (found.ok) this.found = found;
    return found;
  }

  /** Ctrl-C at a question stops the turn that asked it. */
  private async ask(question: Question, controller: AbortController): Promise<Answer> {
    const { screen } = this.around;
    const answer = await this.keys.lend(() =>
      screen.ask(question, controller.signal, async (prompt) => {
        const line = await this.keys.line(prompt);
        return line.kind === "line" ? line.text : null;
      }),
    );
    if (answer === "interrupted") controller.abort("SIGINT");
    return answer;
  }

  private desk(signal: AbortSignal): Desk {
    const { around, conversation, say } = this;
    const { connection } = around.settings;
    return {
      around,
      conversation,
      model: this.found?.model ?? null,
      signal,
      say,
      models: () => listModels({ ...connection, signal }),
      choose: (message, options, current) => this.choose({ message, options, current }, signal),
      switchTo: async (name) => {
        const found = await findModel(around, { signal, stays: true, name });
        if (!found.ok) return say(sanitize(found.end.message));
        this.found?.engine?.end();
        this.found = found;
        conversation.trunk.forget();
        this.chosen = name;
        say(`From now on: ${oneLine(found.model.name)}.`);
      },
    };
  }

  private async choose(
    { message, options, current }: { message: string; options: string[]; current: string | null },
    signal: AbortSignal,
  ): Promise<string | null> {
    if (this.around.settings.terminal.dumb) {
      for (const name of options) this.say(`${name === current ? "* " : "  "}${oneLine(name)}`);
      this.say("Choose with /model NAME.");
      return null;
    }
    const labelled = options.map((value) => ({ value, label: value }));
    const initial = current === null ? {} : { initialValue: current };
    const ends = { input: process.stdin, output: process.stdout };
    return this.keys.lend(() => choose({ message, options: labelled, ...initial }, ends, signal));
  }
}
