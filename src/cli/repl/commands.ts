/** The slash commands: one table, which runs them, explains them and completes them. */
import pc from "picocolors";
import { nearest } from "../../config/nearest.ts";
import { sharesFor, sharesOf, windowOf } from "../../model/budget.ts";
import { estimateTokens } from "../../model/estimate.ts";
import type { Model } from "../../model/model.ts";
import { colorDiff } from "../color.ts";
import { moveTurn } from "../command.ts";
import { oneLine, sanitize } from "../sanitize.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Conversation } from "./conversation.ts";

/** What a command may use of the conversation it is typed into. */
export interface Desk {
  around: Surroundings;
  conversation: Conversation;
  /** null until one has answered. */
  model: Model | null;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** Prints lines on stdout. */
  say(text: string): void;
  /** The models to choose from, or why there are none. */
  models(): Promise<{ ok: true; models: string[] } | { ok: false; reason: string }>;
  /** Lets the user choose one; null where nothing was chosen. */
  choose(message: string, options: string[], current: string | null): Promise<string | null>;
  /** Talks to this model from now on; where that fails, says why and stays. */
  switchTo(name: string): Promise<void>;
}

export interface SlashCommand {
  name: string;
  /** What may follow the name. */
  words?: string;
  help: string;
  /** "leave" ends the conversation. */
  run(words: string, desk: Desk): Promise<"leave" | "stay">;
}

const count = (n: number): string => n.toLocaleString("en-US");

const stay = async (work: unknown): Promise<"stay"> => {
  await work;
  return "stay";
};

const SLASH_COMMANDS: readonly SlashCommand[] = [
  { name: "help", help: "these commands and the keys", run: (_, desk) => stay(desk.say(help())) },
  { name: "diff", help: "the last change", run: (_, desk) => stay(showDiff(desk)) },
  { name: "undo", help: "take back the last change", run: (_, desk) => stay(move("undo", desk)) },
  { name: "redo", help: "do it again", run: (_, desk) => stay(move("redo", desk)) },
  {
    name: "graph",
    words: "QUERY",
    help: "questions to the code graph; alone, which",
    run: async (words, desk) => stay((await import("./graph.ts")).askGraph(words, desk)),
  },
  { name: "thinking", help: "what the model thought last", run: (_, desk) => stay(showThought(desk)) },
  {
    name: "model",
    words: "[NAME]",
    help: "choose the model, or go on with this one",
    run: (words, desk) => stay(words === "" ? chooseModel(desk) : desk.switchTo(words)),
  },
  {
    name: "context",
    help: "what the next request holds, and tokens so far",
    run: (_, desk) => stay(showContext(desk)),
  },
  {
    name: "clear",
    help: "forget the earlier tasks; files stay as they are",
    run: (_, desk) => {
      desk.conversation.forget();
      return stay(desk.say("The next task starts without the earlier ones."));
    },
  },
  { name: "quit", help: "leave (or Ctrl-D)", run: async () => "leave" },
];

function help(): string {
  const rows = SLASH_COMMANDS.map(({ name, words, help: text }) => {
    const spelled = `/${name}${words === undefined ? "" : ` ${words}`}`;
    return `  ${spelled.padEnd(15)} ${text}`;
  });
  return [
    "Say what to do or ask; each task knows the ones before it. Commands:",
    ...rows,
    "Keys: Tab completes commands and paths, Up recalls, a paste is one message.",
    "Ctrl-C stops a running task; at an empty prompt, twice leaves.",
  ].join("\n");
}

function showDiff({ around, conversation, say }: Desk): void {
  const diff = conversation.lastDiff;
  if (diff === null) {
    say("Nothing was changed yet in this conversation.");
    return;
  }
  say(colorDiff(diff.patch.replace(/\n*$/, ""), pc.createColors(around.screen.color.stdout)));
  if (diff.undone) say("(It was taken back; /redo brings it back.)");
  else if (!diff.kept) say("(It was not kept.)");
}

function showThought({ around, conversation, say }: Desk): void {
  const { thought } = conversation;
  const { dim } = pc.createColors(around.screen.color.stdout);
  say(thought === "" ? "The model has not thought aloud in this conversation." : dim(sanitize(thought)));
}

/** Takes the last change back or brings it back, and says so; whether that was possible. */
async function move(direction: "undo" | "redo", { around, conversation, say }: Desk): Promise<boolean> {
  const moved = await moveTurn(direction, around.settings.workspace.root);
  if (moved.ok) conversation.moved(direction);
  say(moved.ok ? moved.said : oneLine(moved.reason, 500));
  return moved.ok;
}

async function chooseModel(desk: Desk): Promise<void> {
  const found = await desk.models();
  if (!found.ok) return desk.say(oneLine(found.reason, 500));
  const current = desk.model?.name ?? null;
  if (found.models.length === 0) return desk.say("The server lists no models; name one with /model NAME.");
  const chosen = await desk.choose("Model", found.models, current);
  if (chosen !== null && chosen !== current) await desk.switchTo(chosen);
}

function showContext({ model, conversation, say }: Desk): void {
  const shares = model === null ? sharesOf(null) : sharesFor(model);
  const told = conversation.earlier()?.turns.map(({ full }) => full) ?? [];
  const inWords = Math.min(estimateTokens(told.join("\n")), shares.answer);
  const { last, tokens, requests } = conversation;
  const used = ({ prompt, cached, generated }: typeof tokens): string =>
    `${count(prompt - cached)} new, ${count(cached)} cached, ${count(generated)} generated`;
  const window =
    model === null || windowOf(model) === null
      ? `${count(shares.window)} tokens (assumed)`
      : `${count(shares.window)} tokens`;
  const rows: [string, string][] = [
    ["window", window],
    ["room for", `code ${count(shares.code)}, data ${count(shares.data)}, a reply ${count(shares.reply)}`],
    ["earlier tasks", `${conversation.size}, about ${count(conversation.trunk.size || inWords)} tokens`],
    [
      "last request",
      last === null ? "none yet" : `${last.purpose}: ${count(last.tokens.prompt)} read, ${used(last.tokens)}`,
    ],
    ["so far", `${count(requests)} ${requests === 1 ? "request" : "requests"}, ${used(tokens)}`],
  ];
  say(rows.map(([name, text]) => `${name.padEnd(14)} ${text}`).join("\n"));
}

/** Other spellings, and whether the word is a command without its slash: nobody means it as a task for a model. */
const SPELLINGS: Record<string, string> = { exit: "quit", q: "quit", "?": "help", h: "help" };
const BARE = /^(help|redo|quit|exit|undo)(?:(?<=undo)\s+(?:that|it|this|the\s+(?:last\s+)?change))?[.!]?$/i;

/** The command and its words that a line is; null where it is a task. A path is no command, nor is a text of several lines. */
export function readSlash(line: string): { name: string; words: string } | null {
  const match = BARE.exec(line) ?? /^\/([A-Za-z?]*)(?:[ \t]+(.*))?$/.exec(line);
  if (match === null) return null;
  const name = (match[1] ?? "").toLowerCase();
  return { name: SPELLINGS[name] ?? name, words: (match[2] ?? "").trim() };
}

const UNDO_FIRST =
  /^(?:please\s+)?(?:undo|revert)\s+(?:that|it|this|(?:the|your)\s+(?:last\s+)?change)\s*(?:[.,;:!]\s*(?:(?:and|then|but)\s+)*|\s(?:(?:and|then|but)\s+)+)(\S.*)$/is;

/** What a message asks for once the last change is taken back; null where it asks for no such thing. */
export const readUndoFirst = (message: string): string | null => UNDO_FIRST.exec(message)?.[1] ?? null;

/**
 * "Undo that and …": the last change of the conversation is taken back here, not by the model. Gives what is left to do: after
 * "… instead" the earlier task in its new way. null: it could not be taken back, which the user was told.
 */
export async function undoFirst(message: string, desk: Desk): Promise<string | null> {
  const rest = readUndoFirst(message);
  const last = desk.conversation.lastDiff;
  if (rest === null || !last?.kept || last.undone || desk.around.settings.mode.dryRun) return message;
  if (!(await move("undo", desk))) return null;
  return /\binstead\b/i.test(rest) ? `${last.task}\nBut this time: ${rest}` : rest;
}

/** Runs a command; an unknown one is answered with the nearest there is. */
export async function runSlash(read: { name: string; words: string }, desk: Desk): Promise<"leave" | "stay"> {
  const names = SLASH_COMMANDS.map(({ name }) => name);
  const command = SLASH_COMMANDS.find(({ name }) => name === read.name);
  if (command !== undefined) return command.run(read.words, desk);
  const guess = nearest(read.name, names, 2);
  const meant = guess === null ? "" : `: did you mean /${guess}?`;
  desk.say(`There is no command /${read.name}${meant} (/help lists them.)`);
  return "stay";
}

/** What Tab makes of a line, in readline's terms: a command's name, or the path that its last word begins. */
export async function complete(line: string, paths: () => Promise<string[]>): Promise<[string[], string]> {
  if (/^\/[A-Za-z]*$/.test(line)) {
    const hits = SLASH_COMMANDS.map(({ name }) => `/${name}`).filter((name) => name.startsWith(line));
    return [hits, line];
  }
  const word = line.split(/\s/).at(-1) ?? "";
  if (word === "" || line.startsWith("/")) return [[], line];
  // Folder by folder, as a shell does.
  const hits = (await paths())
    .filter((path) => path.startsWith(word))
    .map((path) => path.slice(0, path.indexOf("/", word.length) + 1 || path.length + 1));
  return [[...new Set(hits)].slice(0, 100), word];
}
