/** The texts of a graph's files for the length of one question: each is read once. */
import type { CodeGraph } from "../graph.ts";
import { type FileId, qualifiedName, signatureAt } from "../index/code-index.ts";
import type { UseRecord } from "../index/record.ts";
import { readFileRecord } from "../update/read-file.ts";
import type { Found } from "./answers.ts";
import { docLine } from "./doc-line.ts";

/** What of a line is shown. */
const MOST = 240;

interface Text {
  text: string;
  lines: string[];
}

/** A head that was written over several lines reads like one that was not. */
const tidy = (signature: string): string => signature.replace(/([([]) /g, "$1").replace(/,? ([)\]])/g, "$1");

const NONE: Text = { text: "", lines: [] };

export class Texts {
  private readonly known = new Map<string, Text>();
  private readonly used = new Map<string, readonly UseRecord[]>();

  constructor(private readonly graph: CodeGraph) {}

  /** Of a file that cannot be read: empty. */
  async of(path: string): Promise<Text> {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const text = await this.graph.text(path);
    const read = text === null ? NONE : { text, lines: text.split("\n") };
    this.known.set(path, read);
    return read;
  }

  /** A line (1-based) without its indentation, at most 240 characters. */
  async line(path: string, line: number): Promise<string> {
    const { lines } = await this.of(path);
    return (lines[line - 1] ?? "").trim().slice(0, MOST).toWellFormed();
  }

  /** All uses in a file, sorted by name. The index keeps them by name alone: the text is parsed anew, its grammar loaded if it is not yet. */
  async usesIn(path: string): Promise<readonly UseRecord[]> {
    const known = this.used.get(path);
    if (known !== undefined) return known;
    const record = await readFileRecord(path, (await this.of(path)).text);
    const uses = record?.uses ?? [];
    this.used.set(path, uses);
    return uses;
  }

  /** A definition as an answer has it; null where there is none at the position. */
  async found(file: FileId, position: number): Promise<Found | null> {
    const { index } = this.graph;
    const definitions = index.definitionsIn(file);
    const [at, one] = [index.files[file], definitions[position]];
    if (at === undefined || one === undefined) return null;
    const text = await this.of(at.path);
    return {
      path: at.path,
      line: one.start,
      end: one.end,
      name: qualifiedName(definitions, position),
      kind: one.kind,
      signature: tidy(signatureAt(text.text, one)),
      doc: docLine(text, at.language, one),
    };
  }
}
