/**
 * The write-ahead log of a turn: `.smallcode/undo/<turn>/journal.jsonl`. A record is on the disk before the tree is
 * touched. The last whole state record says where the turn stands; a line that was cut off by a crash does not count,
 * so every change of state is atomic.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { syncFolder } from "./durable.ts";
import { keptFolder } from "./kept.ts";
import { Entry } from "./snapshot.ts";
import { diskReason, errorCode } from "./walls.ts";

/** One path's change: what it held before and what it holds after; null is nothing. */
const Step = z.object({ path: z.string(), before: Entry.nullable(), after: Entry.nullable() });
export type Step = z.infer<typeof Step>;

/** `steps` of a committed record are the whole turn's; `folders` are those it made, outermost first. */
const JournalRecord = z.discriminatedUnion("op", [
  z.object({ op: z.literal("begin"), session: z.string(), at: z.number() }),
  z.object({ op: z.literal("write"), steps: z.array(Step), folders: z.array(z.string()) }),
  z.object({ op: z.literal("check"), from: z.number() }),
  /** The check that is about to run cannot write to the tree: its time says nothing about who has changed a file. */
  z.object({ op: z.literal("apart") }),
  z.object({ op: z.literal("checked"), to: z.number() }),
  z.object({ op: z.literal("committed"), steps: z.array(Step), folders: z.array(z.string()) }),
  z.object({ op: z.enum(["undoing", "undone", "redoing", "redone", "reverted"]) }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;

/** A stretch of time (ms since 1970) in which a check ran; `to` is null while it does. */
export interface Window {
  from: number;
  to: number | null;
  /** The check wrote to a layer over the tree, so that every change of the tree is the user's. */
  apart?: boolean;
  /** Files that the check could not change. Not journalled: a recovery keeps both versions anyway. */
  sealed?: string[];
}

export type TurnState = "open" | "committed" | "undoing" | "undone" | "redoing" | "reverted";

/** A turn as its journal tells it. */
export interface Turn {
  id: number;
  folder: string;
  state: TurnState;
  /** Of a committed turn: what it changed. */
  steps: Step[];
  folders: string[];
  /** Of every path the turn wrote: what it held before the turn, and each content the turn gave it. */
  touched: Map<string, { origin: Entry | null; written: (Entry | null)[] }>;
  windows: Window[];
}

const FILE = "journal.jsonl";
const SNAPSHOT = "snapshot.json";
const RESERVE = "reserve";
const RESERVE_BYTES = 64 * 1024;

/** The file that says what stood in the workspace before the first check of an open turn. */
export const snapshotFile = (folder: string): string => join(folder, SNAPSHOT);

/**
 * Appends a record as one line of its own; with `sync` it is on the disk when this returns. On a full disk the turn's
 * reserve is given up for it, so that a turn can still end.
 */
export function append(folder: string, record: JournalRecord, sync = true): void {
  try {
    appendLine(folder, record, sync);
  } catch (error) {
    const reserve = join(folder, RESERVE);
    if (errorCode(error) !== "ENOSPC" || !existsSync(reserve)) throw error;
    rmSync(reserve);
    appendLine(folder, record, sync);
  }
}

/** Writes down when checks run, for a recovery. A check may have filled the disk; its result counts all the same. */
export function noteCheck(
  folder: string,
  record: Extract<JournalRecord, { op: "check" | "apart" | "checked" }>,
): void {
  try {
    append(folder, record, false);
  } catch (error) {
    diskReason(error);
  }
}

function appendLine(folder: string, record: JournalRecord, sync: boolean): void {
  const fd = openSync(join(folder, FILE), "a", 0o600);
  try {
    const line = Buffer.from(`\n${JSON.stringify(record)}\n`);
    const written = writeSync(fd, line);
    if (written < line.length) throw Object.assign(new Error("journal cut off"), { code: "ENOSPC" });
    if (sync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Starts the journal of a new turn and gives its folder. */
export function createTurn(undoFolder: string, session: string): string {
  const last = turnNames(undoFolder).at(-1);
  const folder = join(undoFolder, String(Number(last ?? 0) + 1).padStart(6, "0"));
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, RESERVE), Buffer.alloc(RESERVE_BYTES));
  append(folder, { op: "begin", session, at: Date.now() });
  for (const named of [folder, undoFolder, dirname(undoFolder)]) syncFolder(named);
  return folder;
}

function turnNames(undoFolder: string): string[] {
  return readdirSync(undoFolder)
    .filter((name) => /^\d{6,}$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
}

function parseLine(line: string): JournalRecord | null {
  if (line === "") return null;
  try {
    return JournalRecord.safeParse(JSON.parse(line)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function replay(turn: Turn, record: JournalRecord): void {
  if (record.op === "write") {
    turn.folders.push(...record.folders);
    for (const { path, before, after } of record.steps) {
      const known = turn.touched.get(path) ?? { origin: before, written: [] };
      const ours = [known.origin, ...known.written];
      // What the turn has not left there is the user's.
      if (!ours.some((one) => one?.hash === before?.hash)) known.origin = before;
      known.written.push(after);
      turn.touched.set(path, known);
    }
  } else if (record.op === "check") {
    turn.windows.push({ from: record.from, to: null });
  } else if (record.op === "apart") {
    if (turn.windows.at(-1)?.to === null) turn.windows.pop();
  } else if (record.op === "checked") {
    const open = turn.windows.at(-1);
    if (open?.to === null) open.to = record.to;
  } else if (record.op === "committed") {
    Object.assign(turn, { state: "committed", steps: record.steps, folders: record.folders });
  } else if (record.op !== "begin") {
    turn.state = record.op === "redone" ? "committed" : record.op;
  }
}

/** Every turn of the undo folder, oldest first. */
export function readTurns(undoFolder: string): Turn[] {
  return turnNames(undoFolder).map((name) => {
    const folder = join(undoFolder, name);
    const turn: Turn = {
      id: Number(name),
      folder,
      state: "open",
      steps: [],
      folders: [],
      touched: new Map(),
      windows: [],
    };
    const file = join(folder, FILE);
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    for (const line of lines) {
      const record = parseLine(line);
      if (record) replay(turn, record);
    }
    return turn;
  });
}

/** Takes a turn out of the history, at once and for good. */
export function forget(turn: { folder: string }): void {
  const gone = `${turn.folder}.gone`;
  if (!existsSync(turn.folder)) return;
  rmSync(gone, { recursive: true, force: true });
  renameSync(turn.folder, gone);
  // Else a power cut could bring it back behind a later turn.
  syncFolder(dirname(gone));
  rmSync(gone, { recursive: true, force: true });
}

/** Ends a turn whose changes are not in the tree. Only what it kept for the user stays of it. */
export function endReverted(turn: { folder: string }): void {
  if (existsSync(keptFolder(turn.folder))) {
    append(turn.folder, { op: "reverted" });
    for (const name of [SNAPSHOT, RESERVE]) rmSync(join(turn.folder, name), { force: true });
  } else {
    forget(turn);
  }
}

/** Ends a turn whose changes stay: from this record on it can be undone. */
export function endCommitted(turn: { folder: string }, steps: Step[], folders: string[]): void {
  append(turn.folder, { op: "committed", steps, folders });
  for (const name of [SNAPSHOT, RESERVE]) rmSync(join(turn.folder, name), { force: true });
}

/** Every blob the turn may still need. */
export function blobsOf(turn: Turn): string[] {
  const entries = [
    ...turn.steps.flatMap(({ before, after }) => [before, after]),
    ...[...turn.touched.values()].flatMap(({ origin, written }) => [origin, ...written]),
  ];
  return entries.flatMap((entry) => (entry ? [entry.hash] : []));
}
