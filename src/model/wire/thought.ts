/**
 * Tells thought from text where a server leaves the marks of the model's thinking in the text. A thought stands at the
 * start of a reply; each family of models has its own marks around it.
 */

interface Marks {
  open: string;
  close: string;
}

/** Marks as they stand in the text, with the family that writes them. Longer ones that begin alike come first. */
const MARKS: (Marks & { family: string })[] = [
  { family: "Qwen, DeepSeek, Granite and most others", open: "<think>", close: "</think>" },
  { family: "distillations", open: "<thinking>", close: "</thinking>" },
  { family: "EXAONE", open: "<thought>", close: "</thought>" },
  { family: "reflection models", open: "<reasoning>", close: "</reasoning>" },
  { family: "Mistral", open: "[THINK]", close: "[/THINK]" },
  { family: "Seed", open: "<seed:think>", close: "</seed:think>" },
  { family: "Kimi", open: "◁think▷", close: "◁/think▷" },
  { family: "Command", open: "<|START_THINKING|>", close: "<|END_THINKING|>" },
  { family: "Gemma", open: "<|channel>thought", close: "<channel|>" },
  { family: "gpt-oss (Harmony)", open: "<|channel|>analysis<|message|>", close: "<|end|>" },
];

/** What Harmony puts before the answer, behind the thought. */
const BEFORE_ANSWER = ["<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"];

/**
 * The end of a thought whose opening mark was part of the prompt. It stands alone on its line, so that code that speaks of
 * it is none; while more may come, the line has to be over.
 */
const LONE_CLOSE = /(?:^|\n)[ \t]*(?:<\/think(?:ing)?>|\[\/THINK\])[ \t]*\n/;
const LONE_CLOSE_AT_END = /(?:^|\n)[ \t]*(?:<\/think(?:ing)?>|\[\/THINK\])[ \t]*(?:\n|$)/;
const LONGEST_CLOSE = 32;

export interface Split {
  text: string;
  thinking: string;
}

/** Splits a leading thought off a text that comes in pieces. What may still be part of a mark is held. */
export class ThoughtSplitter {
  private state: "start" | "inside" | "after" | "text" = "start";
  private held = "";
  private close = "";

  /** `final`: no more will come, so nothing is held back. */
  push(delta: string, final: boolean): Split {
    this.held += delta;
    if (this.state === "start") this.open(final);
    const thinking = this.state === "inside" ? this.inside(final) : "";
    if (this.state === "after") this.after(final);
    if (this.state !== "text") return { text: "", thinking };
    const text = this.held;
    this.held = "";
    return { text, thinking };
  }

  /** Whether a thought was split off: then no further mark means anything. */
  get found(): boolean {
    return this.close !== "";
  }

  private open(final: boolean): void {
    const start = this.held.trimStart();
    const marks = MARKS.find(({ open }) => start.startsWith(open));
    if (marks === undefined) {
      if (final || !MARKS.some(({ open }) => open.startsWith(start))) this.state = "text";
      return;
    }
    this.state = "inside";
    this.close = marks.close;
    this.held = start.slice(marks.open.length);
  }

  private inside(final: boolean): string {
    const end = this.held.indexOf(this.close);
    const open = final ? this.held.length : Math.max(0, this.held.length - this.close.length);
    const thinking = this.held.slice(0, end >= 0 ? end : open);
    this.held = this.held.slice(end >= 0 ? end + this.close.length : open);
    if (end >= 0) this.state = "after";
    return thinking;
  }

  private after(final: boolean): void {
    this.held = this.held.trimStart();
    const harmony = this.close === "<|end|>";
    const before = harmony ? BEFORE_ANSWER.find((one) => this.held.startsWith(one)) : undefined;
    const undecided = harmony && BEFORE_ANSWER.some((one) => one !== this.held && one.startsWith(this.held));
    if (this.held === "" || (undecided && !final)) return;
    this.held = this.held.slice(before?.length ?? 0);
    this.state = "text";
  }
}

/** Whether the end of a text, from `before` on, may hold such a mark: a quick look, made for each piece. */
export function mayCloseThought(text: string, before: number): boolean {
  return /<\/think|\[\/THINK\]/.test(text.slice(Math.max(0, before - LONGEST_CLOSE)));
}

/** A text that began inside a thought: the thought, and what follows it; null where it did not. */
export function splitLateThought(text: string, final: boolean): Split | null {
  const found = (final ? LONE_CLOSE_AT_END : LONE_CLOSE).exec(text);
  if (found === null) return null;
  const before = text.slice(0, found.index);
  if (MARKS.some(({ open }) => before.includes(open))) return null;
  return { thinking: before, text: text.slice(found.index + found[0].length).trimStart() };
}
