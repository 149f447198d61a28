/**
 * Listeners that show a turn. Plain: the answer or the diff on stdout, progress in short lines on stderr. JSON: every
 * event on stdout, one a line. Nothing from outside reaches the screen unsanitized.
 */
import pc from "picocolors";
import { EVENT_VERSION, type Origin, type Outcome, type Step, type TurnEvent } from "../types.ts";
import { accountLine, count, seconds } from "./account.ts";
import { type Colors, colorDiff } from "./color.ts";
import { oneLine, sanitize, sanitizer, terminalSafeJson } from "./sanitize.ts";
import { type Thought, Thoughts } from "./thinking.ts";

/** Somewhere to write text; see `quietSink` for a process's own streams. */
export interface Sink {
  write(text: string): void;
}

export type Listener = (event: TurnEvent) => void;

export interface PlainOptions {
  stdout: Sink;
  stderr: Sink;
  /** Colour on each of the two: wanted and a terminal. */
  color: { stdout: boolean; stderr: boolean };
  /** Requests, responses, what the model thinks and what tools answered, too. */
  verbose: boolean;
}

const files = (n: number): string => `${n} ${n === 1 ? "file" : "files"}`;

/** Lines as sentences of one line. */
const joined = (lines: string[]): string =>
  oneLine(lines.join("\n").replace(/([\p{L}\p{N}"'`)\]])\n/gu, "$1. "));

/** Steps in a line each; the line that all of them begin with stands above them, once. */
function stepLines(title: string, steps: Step[]): string[] {
  const [first, ...others] = steps.map(({ intent }) => intent.trim().split("\n"));
  if (first === undefined) return [`${title}:`];
  if (others.length === 0) return [`${title}: ${joined(first)}`];
  const shared = others.every((one) => one[0] === first[0] && one.length > 1);
  const rows = [first, ...others].map((one, i) => `  ${i + 1}. ${joined(shared ? one.slice(1) : one)}`);
  return [shared ? `${title}: ${oneLine(first[0] ?? "")}` : `${title}:`, ...rows];
}

/** The tool that reads code out of a reply: nobody has called it, so that only what it makes is told. */
const REPLY = "write_code";

/** A call as a person reads it: the tool and its short arguments; code is only counted. */
function callLine(tool: string, args: Record<string, unknown>): string {
  const shown = Object.entries(args).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const lines = text.split("\n").length;
    return lines > 1 ? `${name}=(${lines} lines)` : `${name}=${text}`;
  });
  return `> ${oneLine([tool, ...shown].join(" "), 120)}`;
}

const GOOD: Outcome[] = ["verified", "answered"];

type Of<K extends TurnEvent["type"]> = Extract<TurnEvent, { type: K }>;

/** ` (4 passed, 3 failed)`; "" where a check does not count. */
function countsOf({ passed, failed }: { passed: number | null; failed: number | null }): string {
  const counts = [
    passed === null ? null : `${passed} passed`,
    failed === null ? null : `${failed} failed`,
  ].filter((part) => part !== null);
  return counts.length > 0 ? ` (${counts.join(", ")})` : "";
}

function checkLine({ report, when }: Of<"check_end">, c: Colors): string {
  const status = report.status === "passed" ? c.green("passed") : c.yellow(report.status.replace("_", " "));
  const why = report.status === "passed" ? "" : `: ${oneLine(report.summary)}`;
  const before = when === "baseline" ? " before the change" : "";
  return `${oneLine(report.check)}${before}: ${status}${countsOf(report)} in ${seconds(report.ms)}${why}`;
}

const TRIES: Record<Origin, string> = {
  graph: "by the code graph",
  model: "first try",
  feedback: "after feedback",
  sampling: "sample",
  decomposition: "part",
  escalation: "stronger model",
};

/** A candidate in one line; what its checks said line by line is for `--verbose`. */
function verdictLine({ origin, verdict }: Of<"verdict">, c: Colors): string {
  const status = verdict.status === "verified" ? c.green(verdict.status) : c.yellow(verdict.status);
  const counted = verdict.reports.find(({ passed }) => passed !== null);
  const counts = counted === undefined ? "" : countsOf(counted);
  return `  ${TRIES[origin]}: ${status}${counts}: ${oneLine(verdict.reason)}`;
}

const leftOut = (secrets: number): string =>
  secrets === 0 ? "" : `, without ${secrets} ${secrets === 1 ? "secret" : "secrets"}`;

const MOST_SUSPECTS = 8;

function suspectLine({ suspects }: Of<"suspects">): string {
  const places = suspects.slice(0, MOST_SUSPECTS).map(({ path, line }) => `${oneLine(path)}:${line}`);
  return `suspects: ${places.join(", ")}`;
}

function restoredLines({ files: restored, left }: Of<"restored">): string[] {
  const lines = restored.length > 0 ? [`put back ${files(restored.length)}`] : [];
  if (left.length > 0) lines.push(`left where they are: ${left.map((path) => oneLine(path)).join(", ")}`);
  return lines;
}

function endLines({ outcome, message, account }: Of<"end">, c: Colors): string[] {
  const paint = GOOD.includes(outcome) ? c.green : outcome === "unverified" ? c.yellow : c.red;
  return [paint(oneLine(message, 500)), c.dim(accountLine(account))];
}

/** The lines on stderr for an event; `text` and the patch itself go elsewhere. */
function progress(event: TurnEvent, c: Colors, verbose: boolean): string[] {
  switch (event.type) {
    case "start":
      return verbose
        ? [c.dim(`session ${event.session}, version ${event.version}, ${oneLine(event.cwd)}`)]
        : [];
    case "model": {
      const window = event.window === null ? "" : `, window ${count(event.window)}`;
      return [c.dim(`${oneLine(event.model)} at ${oneLine(event.endpoint)} (${event.rung}${window})`)];
    }
    case "intent":
      return [c.dim(`${event.intent === "ask" ? "a question" : "an edit"}: ${oneLine(event.why)}`)];
    case "plan":
      return stepLines("plan", event.steps);
    case "call":
      return verbose || event.call.tool !== REPLY ? [callLine(event.call.tool, event.call.args)] : [];
    case "result":
      return resultLines(event, verbose);
    case "check_end":
      return verbose || event.when === "baseline" ? [checkLine(event, c)] : [];
    case "verdict":
      return [verdictLine(event, c)];
    case "decompose":
      return stepLines(`split (${oneLine(event.why)})`, event.steps);
    case "escalation":
      return [
        `asking ${oneLine(event.model)} at ${oneLine(event.endpoint)} (${count(event.sent.length)} characters${leftOut(event.redacted)})`,
      ];
    case "permission":
      return [
        `${event.granted ? "permitted" : "not permitted"}: ${oneLine(event.what)} (${oneLine(event.how)})`,
      ];
    case "notice":
      return [
        event.level === "warning"
          ? c.yellow(`warning: ${oneLine(event.text, 500)}`)
          : oneLine(event.text, 500),
      ];
    case "diff":
      return event.frozen.length === 0
        ? []
        : [c.yellow(`this changes what judges it: ${event.frozen.map((path) => oneLine(path)).join(", ")}`)];
    case "restored":
      return restoredLines(event);
    case "end":
      return endLines(event, c);
    case "thinking":
    case "text":
      return [];
    case "request":
    case "response":
    case "check_start":
    case "suspects":
    case "context_reset":
      return verbose ? [detailLine(event, c)] : [];
  }
}

/** What only `--verbose` shows. */
function detailLine(
  event: Of<"request" | "response" | "check_start" | "suspects" | "context_reset">,
  c: Colors,
): string {
  switch (event.type) {
    case "request":
      return c.dim(`request ${event.n} (${oneLine(event.purpose)}): ${count(event.tokens)} tokens`);
    case "response": {
      const { prompt, cached, generated } = event.tokens;
      const tokens = `${count(prompt)} read (${count(cached)} cached), ${count(generated)} generated`;
      return c.dim(`response ${event.n}: ${tokens}, ${event.finish}, ${seconds(event.ms)}`);
    }
    case "check_start":
      return c.dim(`$ ${oneLine(event.command)}`);
    case "suspects":
      return suspectLine(event);
    case "context_reset":
      return c.dim(`context starts anew: ${oneLine(event.why)}`);
  }
}

function resultLines({ result }: Of<"result">, verbose: boolean): string[] {
  if (result.kind === "refusal") return [`refused: ${oneLine(result.reason)}`];
  if (!verbose)
    return result.kind === "candidate" && result.tool === REPLY
      ? [`> ${oneLine(result.candidate.summary)}`]
      : [];
  if (result.kind === "candidate") return [`candidate: ${oneLine(result.candidate.summary)}`];
  return result.kind === "text" ? [sanitize(result.text).trimEnd()] : [];
}

/** Shows what the model thinks: as it comes where it is wanted `aloud`; in any case one line in its place once it is over. */
function thinkingRenderer(stderr: Sink, dim: (text: string) => string, aloud: boolean) {
  const thoughts = new Thoughts();
  let clean = sanitizer();
  /** The last character on stderr of the thought that goes on. */
  let last = "\n";
  const tell = ({ ms, tokens }: Thought): void => {
    const end = last === "\n" ? "" : "\n";
    stderr.write(`${end}${dim(`thought for ${seconds(ms)} (${count(tokens)} tokens)`)}\n`);
    last = "\n";
    clean = sanitizer();
  };
  /** `first`: what to do before anything is written. */
  return (event: TurnEvent, first: () => void): void => {
    const ended = thoughts.hear(event, performance.now());
    if (ended !== null) {
      first();
      tell(ended);
    }
    if (!aloud || event.type !== "thinking") return;
    const text = clean.push(event.text);
    if (text === "") return;
    first();
    stderr.write(dim(text));
    last = text.slice(-1);
  };
}

/** Shows a turn to a person. stdout gets the answer's text or the diff and nothing else. */
export function plainRenderer({ stdout, stderr, color, verbose }: PlainOptions): Listener {
  const out = pc.createColors(color.stdout);
  const err = pc.createColors(color.stderr);
  const answer = sanitizer();
  const think = thinkingRenderer(stderr, err.dim, verbose);
  let edits = false;
  /** Something was tried: checks that run without it from now on are a means, and no news of the project. */
  let tried = false;
  /** The last character of the streamed text: a line begins only after a line end. */
  let last = "\n";

  const write = (text: string): void => {
    if (text === "") return;
    (edits ? stderr : stdout).write(text);
    last = text.slice(-1);
  };
  const finishLine = (): void => {
    write(answer.end());
    if (last !== "\n") write("\n");
  };
  return (event) => {
    think(event, finishLine);
    if (event.type === "text") return write(answer.push(event.text));
    if (event.type === "call" || event.type === "intent") tried = event.type === "call";
    const quiet = tried && !verbose && event.type === "check_end";
    const lines = quiet ? [] : progress(event, err, verbose);
    if (lines.length > 0 || event.type === "diff" || event.type === "intent") finishLine();
    if (event.type === "intent") edits = event.intent === "edit";
    if (lines.length > 0) stderr.write(`${lines.join("\n")}\n`);
    if (event.type === "diff" && event.patch !== "") {
      stdout.write(`${colorDiff(event.patch.replace(/\n*$/, ""), out)}\n`);
    }
  };
}

/** Every event as it is, one JSON object a line, `v` first; safe to show on a terminal. */
export function jsonRenderer({ stdout }: { stdout: Sink }): Listener {
  return (event) => stdout.write(`${terminalSafeJson({ v: EVENT_VERSION, ...event })}\n`);
}

/**
 * A sink on one of the process's streams. After the first write that fails nothing more is written, and `onGone` is
 * called once: with null where the reader has gone away (`| head`), which is no error, else with one sentence.
 */
export function quietSink(stream: NodeJS.WritableStream, onGone: (problem: string | null) => void): Sink {
  let gone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (gone) return;
    gone = true;
    onGone(error.code === "EPIPE" ? null : `The output cannot be written: ${error.message}.`);
  });
  return {
    write(text) {
      if (!gone) stream.write(text);
    },
  };
}
