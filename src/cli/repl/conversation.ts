/** What a conversation remembers: its turns, heard from their events, and what the next turn is told of them. */
import { cutLines } from "../../model/budget.ts";
import { type Earlier, Trunk } from "../../turn.ts";
import type { Outcome, Tokens, TurnEvent } from "../../types.ts";
import { Thoughts } from "../thinking.ts";

interface Turn {
  task: string;
  answer: string;
  patch: string | null;
  files: string[];
  /** null while it runs. */
  end: { outcome: Outcome; message: string } | null;
  undone: boolean;
}

interface Request {
  purpose: string;
  tokens: Tokens;
}

/** Turns that are told; only the newest, and the newest change, in detail. */
const MOST_TOLD = 5;
const MOST_TASK = 300;
/** Tokens of an answer, or of a change. */
const MOST_DETAIL = 700;

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()} …`;

export class Conversation {
  private turns: Turn[] = [];
  /** What the next task goes on from. */
  readonly trunk = new Trunk();
  requests = 0;
  tokens: Tokens = { prompt: 0, cached: 0, generated: 0 };
  last: Request | null = null;
  private purpose = "";
  private readonly thoughts = new Thoughts();

  listen(event: TurnEvent): void {
    this.thoughts.hear(event, performance.now());
    const turn = this.turns.at(-1);
    if (event.type === "start")
      this.turns.push({ task: event.task, answer: "", patch: null, files: [], end: null, undone: false });
    else if (event.type === "request") this.purpose = event.purpose;
    else if (event.type === "response") this.count(event.tokens);
    else if (turn === undefined) return;
    else if (event.type === "text") turn.answer += event.text;
    else if (event.type === "plan")
      turn.files = [
        ...new Set(event.steps.flatMap(({ targets }) => targets.slice(0, 1).map(({ path }) => path))),
      ];
    else if (event.type === "diff") {
      turn.patch = event.patch;
      turn.files = event.files;
    } else if (event.type === "end") turn.end = { outcome: event.outcome, message: event.message };
  }

  private count({ prompt, cached, generated }: Tokens): void {
    this.requests += 1;
    this.last = { purpose: this.purpose, tokens: { prompt, cached, generated } };
    this.tokens = {
      prompt: this.tokens.prompt + prompt,
      cached: this.tokens.cached + cached,
      generated: this.tokens.generated + generated,
    };
  }

  /** The turns that the next one is told of. */
  get size(): number {
    return Math.min(this.turns.length, MOST_TOLD);
  }

  /** The last change that a turn made, whether it is still there or not; null where none did. */
  get lastDiff(): { task: string; patch: string; undone: boolean; kept: boolean } | null {
    const turn = this.turns.findLast(({ patch }) => patch !== null);
    if (!turn?.patch) return null;
    return { task: turn.task, patch: turn.patch, undone: turn.undone, kept: isKept(turn) };
  }

  /** What the model thought last, in full; "" where it has not. */
  get thought(): string {
    return this.thoughts.last;
  }

  /** The user took the last kept change back, or brought the first one that was taken back. */
  moved(direction: "undo" | "redo"): void {
    const turn =
      direction === "undo"
        ? this.turns.findLast((one) => isKept(one) && !one.undone)
        : this.turns.find(({ undone }) => undone);
    if (turn !== undefined) turn.undone = direction === "undo";
    this.trunk.forget();
  }

  forget(): void {
    this.turns = [];
    this.trunk.forget();
  }

  earlier(): Earlier | null {
    const told = this.turns
      .filter(({ end }) => end !== null)
      .slice(-MOST_TOLD)
      .reverse();
    const [newest] = told;
    if (newest === undefined) return null;
    const changed = told.find(({ patch }) => patch !== null);
    const turns = told.map((turn) => {
      const brief = tell(turn, false);
      return { brief, full: turn === newest || turn === changed ? tell(turn, true) : brief };
    });
    return { turns, files: newest.files };
  }
}

const isKept = ({ patch, end }: Turn): boolean =>
  patch !== null && (end?.outcome === "verified" || end?.outcome === "unverified");

/** A turn in a few lines: its task, how it ended, and in detail what it said or changed. */
function tell(turn: Turn, inDetail: boolean): string {
  const { task, answer, patch, end, undone } = turn;
  const ended = isKept(turn) ? end?.message : `${end?.outcome}, nothing changed: ${end?.message}`;
  const lines = [`- Task: ${cut(task, MOST_TASK).replace(/\s+/g, " ")}`];
  if (end?.outcome !== "answered") lines.push(`  Ended: ${ended}`);
  if (undone) lines.push("  The user then took that change back.");
  if (!inDetail) return lines.join("\n");
  if (end?.outcome === "answered") lines.push(`  Answer: ${cutLines(answer.trim(), MOST_DETAIL)}`);
  if (patch !== null) lines.push(`\`\`\`diff\n${cutLines(patch.trimEnd(), MOST_DETAIL)}\n\`\`\``);
  return lines.join("\n");
}
