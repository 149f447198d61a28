/** Which blocks of a reply are changes, and of which file; what is an example, an output or a quotation is left out. */
import { GRAMMARS } from "../../../grammars/manifest.ts";
import { languageOf, loadLanguage } from "../../graph/syntax/languages.ts";
import { readReplace } from "../../model/blocks.ts";
import { applyEdits } from "../match.ts";
import type { ToolContext } from "../tool.ts";
import { type Block, blocksIn } from "./fences.ts";
import { compact, namesOf, outlineOf, outlineOfPiece } from "./outline.ts";
import { labelOf, languageTag, resolve } from "./paths.ts";

export interface Chosen {
  path: string;
  /** Search/replace or a diff; else code. */
  edits: boolean;
  code: string;
  /** What was said before it. */
  before: string;
  /** The file is named with the block. */
  sure: boolean;
}

/** What is no code of a project unless its path is said. */
const OUTPUTS =
  /^(?:bash|sh|shell|zsh|console|terminal|powershell|ps1|cmd|bat|text|txt|plain|plaintext|output|log|stdout|traceback|pytest)$/;
const ALIASES: Record<string, string> = {
  python3: "python",
  py3: "python",
  golang: "go",
  "c++": "cpp",
  "c#": "c_sharp",
  csharp: "c_sharp",
  node: "javascript",
  shell: "bash",
};
/** Languages whose files hold code of one another. */
const FAMILIES = [new Set(["c", "cpp"]), new Set(["javascript", "typescript", "tsx"])];
const TEST = /^(?:test|Test|it$|describe$|Benchmark|Example)|Tests?$/;

/** How a header of C or C++ begins that is read once. */
const GUARD = /^\s*#\s*(?:ifndef\s+|if\s+!\s*defined\s*\(?\s*|pragma\s+once)(\w*)/;
const HEADER = /\.(?:h|hpp|hh|hxx)$/i;

/** The header among the files that the code is by its guard. */
function headerOf(code: string, files: string[]): string | null {
  const guard = GUARD.exec(code.replace(/^\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|\s)*/, ""));
  if (guard === null) return null;
  const headers = files.filter((path) => HEADER.test(path));
  const stem = (path: string): string => (path.split("/").at(-1) ?? "").replace(/\.\w+$/, "").toLowerCase();
  const named = headers.find((path) => guard[1]?.toLowerCase().includes(stem(path)));
  return named ?? headers[0] ?? null;
}

const languageOfTag = (tag: string): string | null =>
  ALIASES[tag] ?? GRAMMARS.find(({ id }) => id === tag)?.id ?? languageOf(`x.${tag}`);

function isKin(tag: string, path: string): boolean {
  const [said, own] = [tag === "" ? null : languageOfTag(tag), languageOf(path)];
  return (
    said === null ||
    own === null ||
    said === own ||
    FAMILIES.some((family) => family.has(said) && family.has(own))
  );
}

export const isEdits = (info: string, code: string): boolean =>
  /^\s*(?:<{5,9}|-{5,9})\s*(?:SEARCH|ORIGINAL)\b/im.test(code) ||
  /^@@ |^--- \S+.*\n\+\+\+ /m.test(code) ||
  (/^(?:diff|patch)\b/.test(info) && /^[+-]/m.test(code)) ||
  /^\*\*\* (?:Begin Patch|Update File)/m.test(code);

/** The parts of a diff over several files. */
function partsOf(code: string): string[] {
  const heads = [...code.matchAll(/^(?:diff --git .*\n(?:(?!---).*\n)*)?--- \S+.*\n\+\+\+ (\S+).*$/gm)];
  if (heads.length < 2) return [code];
  return heads.map(({ index }, at) => code.slice(index, heads[at + 1]?.index));
}

const DIFF_FILE = /^(?:\+\+\+ (?:b\/)?|\*\*\* Update File: )(\S+)/m;

interface Draft extends Chosen {
  named: string | null;
  tag: string;
  names: string[];
}

/** A file as it stands. */
interface Known {
  path: string;
  text: string | null;
  names: Set<string>;
}

export class Chooser {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly context: Pick<ToolContext, "workspace" | "earlier">,
    private readonly files: string[],
  ) {}

  private async fileAt(path: string): Promise<Known> {
    const seen = this.known.get(path);
    if (seen !== undefined) return seen;
    const read = await this.context.workspace.read(path);
    const text = read.ok ? read.file.text : null;
    const language = languageOf(path);
    const items =
      text === null || language === null ? [] : (outlineOf(await loadLanguage(language), text) ?? []);
    const known = { path, text, names: new Set(namesOf(items)) };
    this.known.set(path, known);
    return known;
  }

  private async namesIn(code: string, path: string): Promise<string[] | null> {
    const language = languageOf(path);
    if (language === null) return null;
    const piece = outlineOfPiece(await loadLanguage(language), code);
    return piece === null ? null : namesOf(piece.items);
  }

  /** The changes of a reply, in its order; a text says why there are none. */
  async choose(text: string): Promise<Chosen[] | string> {
    const all = await this.context.workspace.list();
    const known = [...new Set([...this.files, ...all])];
    const { blocks } = blocksIn(text);
    const drafts = blocks.length > 0 ? await this.drafts(blocks, known) : await this.bare(text);
    if (drafts.length === 0) return NO_CODE;
    const placed: Draft[] = [];
    const loose: Draft[] = [];
    let quoted = false;
    for (const draft of drafts) {
      const path = await this.placeOf(draft, known);
      quoted ||= path === "quote";
      if (path === "none" || path === "quote") continue;
      if (path === null) loose.push(draft);
      else placed.push({ ...draft, path });
    }
    if (placed.length === 0 && loose.length === 0 && quoted) return NO_CHANGE;
    const taken = await this.withLoose(drafts, placed, loose);
    const chosen = taken.filter((one) => this.isWanted(one, taken, all));
    const [first] = this.files;
    if (chosen.length > 0) return chosen;
    return `No block of code in the reply is a change${first === undefined ? "" : ` of ${first}`}; send the whole definitions that change, in a fence under a line with the file's path.`;
  }

  private async drafts(blocks: Block[], known: string[]): Promise<Draft[]> {
    const drafts: Draft[] = [];
    for (const block of blocks) {
      const edits = isEdits(block.info, block.code);
      const parts = edits ? partsOf(block.code) : [block.code];
      for (const part of parts) {
        const named = edits ? (DIFF_FILE.exec(part)?.[1] ?? null) : null;
        const keeps = (line: string, written: string): boolean => {
          const text = this.known.get(resolve(written, known).path)?.text;
          return text?.trimStart().startsWith(line) ?? false;
        };
        for (const written of this.files) await this.fileAt(written);
        const { label, code } = labelOf({ ...block, code: part }, keeps);
        const sure = named !== null || (label?.sure ?? false);
        drafts.push({
          path: "",
          edits,
          code: edits ? part : code,
          before: block.before.join("\n"),
          named: named ?? label?.path ?? null,
          sure,
          tag: languageTag(block.info),
          names: [],
        });
      }
    }
    return drafts.filter(
      (one, at) => drafts.findIndex(({ code, named }) => code === one.code && named === one.named) === at,
    );
  }

  /** A reply of nothing but code. */
  private async bare(text: string): Promise<Draft[]> {
    for (const path of this.files) {
      const names = await this.namesIn(text, path);
      if (names !== null && names.length > 0)
        return [{ path, edits: false, code: text, before: "", named: path, sure: true, tag: "", names }];
    }
    return [];
  }

  /** The draft's file; null: it is open; "none": it is no change; "quote": it is what the file says already. */
  private async placeOf(draft: Draft, known: string[]): Promise<string | null | "none" | "quote"> {
    const named = draft.named === null ? null : resolve(draft.named, known);
    // Where nothing else tells: the file that the words right before it lead to.
    if (named?.known && /:[\s*_]*$/.test(draft.before)) draft.path = named.path;
    if (named !== null && draft.sure) return (await this.isQuote(draft, named.path)) ? "quote" : named.path;
    if (
      OUTPUTS.test(draft.tag) &&
      !this.files.some((path) => languageOf(path) !== null && isKin(draft.tag, path))
    )
      return "none";
    if (draft.edits) return this.placeOfEdits(draft);
    return this.placeOfCode(draft, named?.known === true ? named.path : null);
  }

  /** Code that only shows what the file says. */
  private async isQuote({ code, edits }: Draft, path: string): Promise<boolean> {
    if (edits) return false;
    const { text } = await this.fileAt(path);
    const lines = (one: string): string =>
      one
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .join("\n");
    return text !== null && `\n${lines(text)}\n`.includes(`\n${lines(code)}\n`);
  }

  private async placeOfEdits({ code }: Draft): Promise<string | null> {
    const read = readReplace(code);
    if (!read.ok) return this.files[0] ?? null;
    for (const path of this.files) {
      const { text } = await this.fileAt(path);
      if (text !== null && applyEdits(text, read.edits, { path, earlier: this.context.earlier?.(path) }).ok)
        return path;
    }
    return this.files[0] ?? null;
  }

  private async placeOfCode(draft: Draft, named: string | null): Promise<string | null | "quote"> {
    let best: { path: string; score: number } | null = null;
    const header = named === null ? headerOf(draft.code, this.files) : null;
    if (header !== null) return (await this.isQuote(draft, header)) ? "quote" : header;
    const order = named === null ? this.files : [named, ...this.files.filter((path) => path !== named)];
    for (const path of order.filter((one) => isKin(draft.tag, one))) {
      if (await this.isQuote(draft, path)) return "quote";
      const names = await this.namesIn(draft.code, path);
      if (names === null) continue;
      draft.names = names;
      const file = await this.fileAt(path);
      const score = names.filter((name) => file.names.has(name)).length;
      if (score > (best?.score ?? 0)) best = { path, score };
    }
    return best?.path ?? null;
  }

  /** Of what could stand anywhere: what the rest of the reply uses, or all there is, where it could be new code. */
  private async withLoose(all: Draft[], placed: Draft[], loose: Draft[]): Promise<Draft[]> {
    const added: Draft[] = [];
    for (const draft of loose) {
      const path = [draft.path, ...this.files].find((one) => one !== "" && isKin(draft.tag, one));
      if (path === undefined) continue;
      const used = draft.names.some((name) =>
        placed.some(({ code }) => new RegExp(`\\b${RegExp.escape(name)}\\b`).test(code)),
      );
      const fresh = (await this.fileAt(path)).text;
      const alone = placed.length === 0 && added.length === 0;
      const isCode =
        draft.names.length > 0 || fresh === null || languageOf(path) === null || fresh.trim() === "";
      if (
        alone
          ? (isCode && !draft.names.every((name) => TEST.test(name) && draft.names.length > 0)) ||
            (alone && loose.length === 1)
          : used
      )
        added.push({ ...draft, path });
    }
    const order = (one: Draft): number =>
      all.findIndex(({ code, before }) => code === one.code && before === one.before);
    return [...placed, ...added].sort((a, b) => order(a) - order(b));
  }

  /** A new file that nobody asked for, and that nothing of the reply uses, is an example. */
  private isWanted(one: Draft, all: Draft[], existing: string[]): boolean {
    if (existing.includes(one.path) || this.files.includes(one.path)) return true;
    const others = all.filter(({ path }) => path !== one.path);
    if (others.length === 0) return true;
    const stem =
      one.path
        .split("/")
        .at(-1)
        ?.replace(/\.\w+$/, "") ?? "";
    return others.some(({ code }) => compact(code).includes(stem));
  }
}

/** What a reply is refused for that holds only what is there. */
export const NO_CHANGE = "The code is the same as in the files; send what changes.";
export const NO_CODE =
  "There was no code in the reply; send the code that changes in a fence, under a line with the path of its file.";
