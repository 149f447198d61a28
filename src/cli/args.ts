/**
 * The command line as data: one table of flags and one of commands, read by `parseArgs` and printed by `help.ts`.
 * Pure, and it imports nothing heavy: `--help` and `--version` have to start at once.
 */
import { DURATION, parseDuration } from "../config/duration.ts";
import type { EscalationMode } from "../config/escalation.ts";
import type { Flags, GraphFlags } from "../config/flags.ts";
import { nearest } from "../config/nearest.ts";
import type { Rung } from "../types.ts";
import { type GraphQuery, readGraphWords } from "./graph/words.ts";

/** One flag. `set` puts a value in its place and returns null, or what was expected instead. */
export interface FlagRow {
  name: string;
  short?: string;
  /** What stands for the value in the help text; a flag without one takes none. */
  value?: string;
  /** The value may be left out, and follows only as `--name=value`. */
  optional?: boolean;
  /** May be given more than once; the values add up. */
  repeats?: boolean;
  help: string;
  set: (flags: Flags, value: string) => string | null;
}

type TextFlag = "endpoint" | "model" | "check" | "cwd" | "from";
type SwitchFlag = "noCheck" | "json" | "yes" | "dryRun" | "showPrompt" | "verbose" | "all";
type GrantName = "allowRun" | "allowWrite" | "allowRead" | "denyRun" | "denyWrite" | "denyRead";

const text = (key: TextFlag) => (flags: Flags, value: string) => {
  flags[key] = value;
  return value.trim() === "" ? "a value" : null;
};
const on = (key: SwitchFlag) => (flags: Flags) => {
  flags[key] = true;
  return null;
};
const duration = (key: "maxTimeMs" | "checkTimeMs") => (flags: Flags, value: string) => {
  const ms = parseDuration(value);
  if (ms === null) return DURATION;
  flags[key] = ms;
  return null;
};
/** "" is the flag without a list: everything. */
const grant = (key: GrantName) => (flags: Flags, value: string) => {
  const items = value.split(",").map((item) => item.trim());
  if (value !== "" && items.includes("")) return "a list such as --allow-run=git,npm";
  const before = flags[key];
  flags[key] = value === "" || before === true ? true : [...(before ?? []), ...items];
  return null;
};
const count = (key: "maxTokens" | "maxAttempts") => (flags: Flags, value: string) => {
  if (!/^[1-9]\d{0,8}$/.test(value)) return "a whole number above 0";
  flags[key] = Number(value);
  return null;
};
const intent = (which: "ask" | "edit") => (flags: Flags) => {
  if (flags.intent !== undefined && flags.intent !== which) return "only one of --ask and --edit";
  flags.intent = which;
  return null;
};

const graph = (given: GraphFlags) => (flags: Flags) => {
  flags.graph = { ...flags.graph, ...given };
  return null;
};
const graphCount = (key: "max" | "tokens") => (flags: Flags, value: string) => {
  if (!/^[1-9]\d{0,5}$/.test(value)) return "a whole number from 1 to 999999";
  flags.graph = { ...flags.graph, [key]: Number(value) };
  return null;
};

/** Spelled out, since schemas are too heavy to load for `--help`. */
const MODES: readonly EscalationMode[] = ["ask", "always", "off"];
const RUNGS: readonly Rung[] = ["schema", "native", "text", "plain"];

const GRANT = { optional: true, repeats: true };

export const FLAGS: readonly FlagRow[] = [
  {
    name: "endpoint",
    value: "URL",
    help: "the model's server, such as http://localhost:8080/v1",
    set: text("endpoint"),
  },
  { name: "model", value: "NAME|FILE.gguf", help: "the model to use", set: text("model") },
  {
    name: "rung",
    value: "schema|native|text|plain",
    help: "how the model is asked (default: found out)",
    set: (flags, value) => {
      const rung = RUNGS.find((one) => one === value);
      if (rung === undefined) return `one of ${RUNGS.join(", ")}`;
      flags.rung = rung;
      return null;
    },
  },
  { name: "check", value: "CMD", help: "the command that proves the change", set: text("check") },
  { name: "no-check", help: "waive the proof: the end is unverified", set: on("noCheck") },
  { name: "cwd", value: "DIR", help: "work in this folder", set: text("cwd") },
  { name: "ask", help: "answer, change nothing", set: intent("ask") },
  { name: "edit", help: "change the code", set: intent("edit") },
  { name: "dry-run", help: "do it, check it, print the diff, put it back", set: on("dryRun") },
  { name: "show-prompt", help: "print the next request and send nothing", set: on("showPrompt") },
  { name: "json", help: "events (or the report) on stdout, one JSON object a line", set: on("json") },
  { name: "verbose", help: "requests, responses and thinking on stderr", set: on("verbose") },
  { name: "max-time", value: "DURATION", help: "for all of it, as 30s or 5m", set: duration("maxTimeMs") },
  { name: "check-time", value: "DURATION", help: "for one run of a check", set: duration("checkTimeMs") },
  {
    name: "max-tokens",
    value: "N",
    help: "generated tokens in all",
    set: count("maxTokens"),
  },
  { name: "max-attempts", value: "N", help: "candidates judged in all", set: count("maxAttempts") },
  {
    name: "escalation",
    value: "ask|always|off",
    help: "whether your stronger models are asked (help escalation)",
    set: (flags, value) => {
      const mode = MODES.find((one) => one === value);
      if (mode === undefined) return `one of ${MODES.join(", ")}`;
      flags.escalation = mode;
      return null;
    },
  },
  {
    name: "seed",
    value: "N",
    help: "where the model's random numbers start",
    set: (flags, value) => {
      if (!/^\d{1,6}$/.test(value)) return "a whole number below 1000000";
      flags.seed = Number(value);
      return null;
    },
  },
  { name: "yes", short: "A", help: "answer every question with yes", set: on("yes") },
  { name: "allow-run", value: "COMMANDS", ...GRANT, help: "run without asking", set: grant("allowRun") },
  { name: "allow-write", value: "PATHS", ...GRANT, help: "write without asking", set: grant("allowWrite") },
  { name: "allow-read", value: "PATHS", ...GRANT, help: "read without asking", set: grant("allowRead") },
  { name: "deny-run", value: "COMMANDS", ...GRANT, help: "never run", set: grant("denyRun") },
  { name: "deny-write", value: "PATHS", ...GRANT, help: "never write", set: grant("denyWrite") },
  { name: "deny-read", value: "PATHS", ...GRANT, help: "never read", set: grant("denyRead") },
  { name: "from", value: "ARCHIVE", help: "where engine install finds its packages", set: text("from") },
  { name: "all", help: "stats: of every folder that you trust", set: on("all") },
  { name: "max", value: "N", help: "graph: so many results", set: graphCount("max") },
  { name: "regex", help: "graph text: PATTERN is a regular expression", set: graph({ regex: true }) },
  { name: "tokens", value: "N", help: "graph slice: at most so long", set: graphCount("tokens") },
  { name: "why", help: "graph slice: why each line is in it", set: graph({ why: true }) },
  {
    name: "html",
    value: "FILE",
    help: "graph: write a page that draws the map of the code",
    set: (flags, value) => {
      flags.graph = { ...flags.graph, html: value };
      return value.trim() === "" ? "a file name" : null;
    },
  },
  { name: "help", short: "h", help: "this text", set: () => null },
  { name: "version", short: "V", help: "the version", set: () => null },
];

/** One command. Its name counts only where it stands alone, or where it takes words: anything else is a task. */
export interface CommandRow {
  name: "undo" | "redo" | "config" | "stats" | "doctor" | "index" | "graph" | "engine" | "help";
  words?: string;
  help: string;
}

export const COMMANDS: readonly CommandRow[] = [
  { name: "undo", help: "take back the last change" },
  { name: "redo", help: "do it again" },
  { name: "config", help: "the settings, and where each comes from" },
  { name: "stats", help: "what the tasks of the folder came to, and what stayed local" },
  { name: "doctor", help: "the servers and the model in reach, and what is wrong with them" },
  { name: "index", help: "read what has changed of the folder's code into the code graph" },
  { name: "graph", words: "QUERY", help: "questions to the code graph: definition, callers, find, text..." },
  { name: "engine", words: "install|packages", help: "what runs a .gguf file without a server" },
  { name: "help", words: "WORDS", help: "the manual on these words" },
];

/** `stdin: "wait"` is the argument `-`: data will come, however late. With `-` alone `task` is empty and the data is the task. */
export type ParsedArgs =
  | { command: "task"; task: string; stdin: "auto" | "wait"; flags: Flags }
  | { command: "undo" | "redo" | "config"; flags: Flags }
  | { command: "stats"; flags: Flags }
  | { command: "doctor"; flags: Flags }
  | { command: "index"; flags: Flags }
  /** No task at all: a conversation, where there is a terminal. */
  | { command: "repl"; flags: Flags }
  /** `query: null`: none was given. */
  | { command: "graph"; query: GraphQuery | null; words: string[]; flags: Flags }
  | { command: "engine"; what: "install" | "packages"; flags: Flags }
  | { command: "help"; words: string[] }
  | { command: "version" }
  | { command: "usage"; message: string };

export const NO_TASK =
  'There is no task: say what to do, as in smallcode "fix the failing test"; "-" takes it from stdin.';

/** A mistake on the command line; never leaves this file. */
class UsageError extends Error {}

function findFlag(spelled: string): FlagRow {
  const row = FLAGS.find(({ name, short }) => spelled === `--${name}` || spelled === `-${short}`);
  if (row) return row;
  const guess = nearest(
    spelled.replace(/^-+/, ""),
    FLAGS.map(({ name }) => name),
  );
  throw new UsageError(
    `Unknown flag ${JSON.stringify(spelled)}: did you mean --${guess}? (What follows "--" is text, never a flag.)`,
  );
}

/** Reads the flag at `argv[at]` into `flags` and returns how many arguments it took. */
function readFlag(argv: string[], at: number, into: { flags: Flags; seen: Set<FlagRow> }): 1 | 2 {
  const word = argv[at] ?? "";
  const equals = word.indexOf("=");
  const row = findFlag(equals < 0 ? word : word.slice(0, equals));
  let value = equals < 0 ? null : word.slice(equals + 1);
  let taken: 1 | 2 = 1;
  const wants = `--${row.name} needs ${row.optional ? "no value or " : ""}${row.value}`;
  if (row.value === undefined && value !== null) throw new UsageError(`--${row.name} takes no value.`);
  if (value === "") throw new UsageError(`${wants} after the "=".`);
  if (row.value !== undefined && !row.optional && value === null) {
    value = argv[at + 1] ?? null;
    taken = 2;
    if (value === null) throw new UsageError(`${wants} after it.`);
    if (/^-./.test(value)) {
      throw new UsageError(
        `${wants} after it (write --${row.name}=${row.value} for one that begins with "-").`,
      );
    }
  }
  if (into.seen.has(row) && row.value !== undefined && !row.repeats) {
    throw new UsageError(`--${row.name} was given twice; give it once.`);
  }
  into.seen.add(row);
  const expected = row.set(into.flags, value ?? "");
  if (expected !== null) throw new UsageError(`--${row.name} needs ${expected}.`);
  return taken;
}

function refuseContradictions(flags: Flags, words: string[]): void {
  if (flags.check !== undefined && flags.noCheck)
    throw new UsageError("--check and --no-check contradict each other; give one.");
  if (flags.from !== undefined && words.join(" ") !== "engine install")
    throw new UsageError("--from belongs to engine install and to nothing else.");
  if (flags.all && words.join(" ") !== "stats")
    throw new UsageError("--all belongs to stats and to nothing else.");
  const [of] = Object.keys(flags.graph ?? {});
  if (of !== undefined && words[0] !== "graph")
    throw new UsageError(`--${of} belongs to graph and to nothing else.`);
}

/** What follows `engine`; null where it begins a task. */
function engineCommand(what: string | undefined, flags: Flags): ParsedArgs | null {
  if (what === undefined) throw new UsageError("engine needs install or packages after it.");
  return what === "install" || what === "packages" ? { command: "engine", what, flags } : null;
}

function graphCommand(words: string[], literal: string[], flags: Flags): ParsedArgs | null {
  const read = readGraphWords(words, { literal, sure: flags.graph !== undefined });
  if (read === null || "query" in read) return read && { command: "graph", ...read, flags };
  throw new UsageError(read.mistake);
}

/** The command that the words are; null where they are a task. `literal` is what stood behind "--". */
function commandOf(words: string[], literal: string[], flags: Flags): ParsedArgs | null {
  if (words[0] === "graph") return graphCommand(words.slice(1), literal, flags);
  if (literal.length > 0) return null;
  const name = COMMANDS.find((row) => row.name === words[0])?.name;
  if (name === "help") return { command: "help", words: words.slice(1) };
  if (name === "engine") return words.length <= 2 ? engineCommand(words[1], flags) : null;
  if (name === undefined || name === "graph" || words.length > 1) return null;
  return { command: name, flags };
}

function read(argv: string[]): ParsedArgs {
  const end = argv.indexOf("--");
  const flagged = end < 0 ? argv : argv.slice(0, end);
  if (flagged.some((word) => word === "--help" || word === "-h")) return { command: "help", words: [] };
  if (flagged.some((word) => word === "--version" || word === "-V")) return { command: "version" };
  const into = { flags: {} as Flags, seen: new Set<FlagRow>() };
  const words: string[] = [];
  for (let at = 0; at < flagged.length; ) {
    const word = flagged[at] ?? "";
    if (/^-./.test(word)) at += readFlag(flagged, at, into);
    else {
      words.push(word);
      at += 1;
    }
  }
  const { flags } = into;
  refuseContradictions(flags, words);
  const literal = end < 0 ? [] : argv.slice(end + 1);
  const command = commandOf(words, literal, flags);
  if (command !== null) return command;
  if (words.length === 0 && end < 0) return { command: "repl", flags };
  const stdin = literal.length === 0 && words.at(-1) === "-" ? "wait" : "auto";
  const task = [...(stdin === "wait" ? words.slice(0, -1) : words), ...literal].join(" ").trim();
  if (task === "" && stdin === "auto") throw new UsageError(NO_TASK);
  return { command: "task", task, stdin, flags };
}

/** What the arguments (without the program's name) ask for. Never throws: a mistake is `usage`, one sentence. */
export function parseArgs(argv: string[]): ParsedArgs {
  try {
    return read(argv);
  } catch (error) {
    if (error instanceof UsageError) return { command: "usage", message: error.message };
    throw error;
  }
}
