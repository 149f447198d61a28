/**
 * The command line as data: the flags (`flags.ts`) and one table of commands, read by `parseArgs` and printed by `help.ts`.
 * Pure, and it imports nothing heavy: `--help` and `--version` have to start at once.
 */
import type { Flags } from "../config/flags.ts";
import { nearest } from "../config/nearest.ts";
import { FLAGS, type FlagRow } from "./flags.ts";
import { type GraphQuery, readGraphWords } from "./graph/words.ts";

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
