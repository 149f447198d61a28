/**
 * A SIMULATION of a chat model of 4B parameters, not one: it holds the references of its exercise and decides by rules what to
 * answer. What it may look at is the request and what it has answered before. See `bench/README.md` for its modes.
 */
import { type Files, sha } from "../tasks/task.ts";
import { nearMiss } from "./faults.ts";
import { type Knowledge, showsAssertion, unseen, withoutParts } from "./knowledge.ts";
import { styled } from "./styles.ts";

export const MODES = ["right", "third", "parts", "conditional"] as const;
export type Mode = (typeof MODES)[number];

/** Replies in which all parts are written, one after the other, at most. */
const MOST_PARTS = 4;
/** Of ten replies that could be right in the conditional mode, so many have a fault. */
const FAULTY = 3;

export interface Message {
  role: string;
  content: string;
}

/** Why a reply was what it was, for the record. */
export interface Said {
  text: string;
  what: "reference" | "part" | "near miss" | "choice" | "thought";
  why: string;
}

export class SimulatedModel {
  /** Replies with code so far. */
  private codes = 0;
  /** On the rung of choices: how many were made, the file of the last one, what was sent for it, and what stayed. */
  private choices = 0;
  private chosen: string | null = null;
  private sent: Files = {};
  private standing: Files = {};

  constructor(
    private readonly known: Knowledge,
    private readonly mode: Mode,
    private readonly seed: string,
  ) {}

  /** One reply. `schema`: what the reply has to obey; null: nothing. */
  async reply(messages: Message[], schema: unknown): Promise<Said> {
    const last = messages.at(-1)?.content ?? "";
    if (schema !== null)
      return {
        text: JSON.stringify(this.choice(schema, messages.at(-3)?.content ?? "")),
        what: "choice",
        why: "a schema",
      };
    if (/(^|\n)Think\.\s*$/.test(last))
      return {
        text: "The implementation is missing or wrong. I will write it.",
        what: "thought",
        why: "asked to think",
      };
    const { files, repeated, ...why } = await this.code(messages);
    this.codes += 1;
    const seed = `${this.seed}:${this.known.task.id}:${this.codes}`;
    if (/<<<<<<< SEARCH/.test(last)) return { ...why, text: this.replacement(files) };
    const text = await styled(this.known.task, files, seed);
    const test = repeated === undefined ? "" : `\n\n\`\`\`\n${this.known.task.files[repeated]}\n\`\`\``;
    return { ...why, text: text + test };
  }

  /** What the next reply with code holds. */
  private async code(
    messages: Message[],
  ): Promise<{ files: Files; repeated?: string } & Pick<Said, "what" | "why">> {
    const { known, mode, codes } = this;
    const right = { files: known.task.reference, what: "reference" as const };
    const seed = `${this.seed}:${known.task.id}:${codes}`;
    const wrong = async (why: string) => {
      const { fault, ...made } = await nearMiss(known, seed);
      return { ...made, what: "near miss" as const, why: `${why}: ${fault}` };
    };
    if (mode === "right") return { ...right, why: "right at once" };
    if (mode === "third") return codes < 2 ? wrong("not yet the third") : { ...right, why: "the third" };
    if (mode === "parts") {
      const all = Math.max(1, Math.min(MOST_PARTS, known.parts.length));
      const shown = Math.ceil((known.parts.length * Math.min(codes + 1, all)) / all);
      const why = `${shown} of ${known.parts.length} parts`;
      return {
        files: withoutParts(known, shown),
        what: shown >= known.parts.length ? "reference" : "part",
        why,
      };
    }
    const prompt = messages.map(({ content }) => content).join("\n");
    if (!showsAssertion(prompt, known)) return wrong("no failing assertion is shown");
    const [missing] = unseen(prompt, known);
    if (missing !== undefined) return wrong(`not shown: ${missing}`);
    if (Number.parseInt(sha(`fault:${seed}`).slice(0, 8), 16) % 10 < FAULTY) return wrong("by chance");
    return { ...right, why: "all is shown" };
  }

  /** The form of a replacement: the whole file that was chosen, as it stands, by its new text. */
  private replacement(files: Files): string {
    const path = this.chosen ?? Object.keys(files)[0] ?? "";
    const text = files[path] ?? this.known.task.reference[path] ?? "";
    const before = this.standing[path] ?? this.known.task.files[path] ?? "";
    this.sent = { [path]: text };
    return `<<<<<<< SEARCH\n${before.trimEnd()}\n=======\n${text.trimEnd()}\n>>>>>>> REPLACE`;
  }

  /** A value that the schema allows: the exercise's own files in turn where it lists places, the first of what it lists elsewhere. */
  private choice(schema: unknown, last: string): unknown {
    if (/\bstays\b/.test(last)) this.standing = { ...this.standing, ...this.sent };
    const { task } = this.known;
    const paths = Object.keys(task.reference);
    const next = paths[this.choices % paths.length] ?? "";
    this.choices += 1;
    this.chosen = next;
    const options = optionsOf(schema);
    for (const tool of next in task.files ? ["replace_text", "rewrite_symbol"] : ["create_file"]) {
      const option = options.find((one) => enumOf(one, "tool")?.includes(tool));
      const targets = enumOf(option, "target") ?? [];
      const target =
        targets.find((one) => one === next) ?? targets.find((one) => one.startsWith(`${next}::`));
      if (option !== undefined && targets[0] !== undefined)
        return { ...record(fill(option, next)), tool, target: target ?? targets[0] };
    }
    return fill(schema, next);
  }
}

type Fields = Record<string, unknown>;
const record = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function optionsOf(schema: unknown): unknown[] {
  const { oneOf, anyOf } = record(schema);
  const options = [...list(oneOf), ...list(anyOf)];
  return options.length === 0 ? [schema] : options;
}

function enumOf(schema: unknown, name: string): string[] | null {
  const { enum: values } = record(record(record(schema).properties)[name]);
  return Array.isArray(values) ? values.filter((one) => typeof one === "string") : null;
}

/** Some value that the schema allows; texts are `word`. */
function fill(schema: unknown, word: string): unknown {
  const one = record(optionsOf(schema)[0]);
  const [value] = list(one.enum);
  if (value !== undefined) return list(one.enum).find((each) => each === word) ?? value;
  if ("const" in one) return one.const;
  if (one.type === "object")
    return Object.fromEntries(
      Object.entries(record(one.properties)).map(([name, inner]) => [name, fill(inner, word)]),
    );
  if (one.type === "array") return [fill(one.items, word)];
  if (one.type === "integer" || one.type === "number") return Number(one.minimum ?? 1);
  if (one.type === "boolean") return true;
  return word.slice(0, Number(one.maxLength ?? 160)) || "x";
}
