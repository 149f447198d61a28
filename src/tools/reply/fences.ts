/** The code in a reply as models write replies: prose, and blocks in fences. Pure. */

/** A block of code with what was said about it. */
export interface Block {
  /** What stands behind the opening mark. */
  info: string;
  code: string;
  /** The text since the block before, its lines. */
  before: string[];
  /** Its closing mark is there. */
  closed: boolean;
}

const OPEN = /^((?:[ \t]*(?:[-*>]|\d+[.)])?)[ \t]*)(`{3,}|~{3,})([^`]*)$/;
const SEARCH = /^\s*(?:<{5,9}|-{5,9})\s*(?:SEARCH|ORIGINAL)\b/i;
const REPLACE = /^\s*(?:[<>+]{5,9}|={5,9})\s*(?:REPLACE|UPDATED)\b/i;
const MARKUP = /^(?:md|mdx|markdown|rst|adoc|text)\b|\.(?:md|mdx|markdown|rst|adoc)\b/i;

interface Open extends Block {
  indent: string;
  mark: string;
  lines: string[];
  /** A block inside a block of markup is open. */
  inner: boolean;
}

const blank = (indent: string): string => indent.replace(/[^ \t]/g, " ");

/** Line by line; `deep`: a closing mark may stand deeper than its opening one. */
function read(lines: string[], deep: boolean): { blocks: Block[]; behind: string[] } {
  const blocks: Block[] = [];
  let before: string[] = [];
  let open: Open | null = null;
  const close = (closed: boolean): void => {
    if (open === null) return;
    const { info, indent, lines: own } = open;
    const code = own.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n");
    blocks.push({ info, code, before: open.before, closed });
    before = [];
    open = null;
  };
  for (const line of lines) {
    const mark = OPEN.exec(line);
    const [, indent = "", fence = "", info = ""] = mark ?? [];
    if (open === null) {
      if (mark === null) before.push(line);
      else
        open = {
          info: info.trim(),
          code: "",
          before,
          closed: false,
          indent: blank(indent),
          mark: fence,
          lines: [],
          inner: false,
        };
      continue;
    }
    const now: Open = open;
    const fits =
      mark !== null && fence[0] === now.mark[0] && (deep || indent.length <= now.indent.length + 3);
    if (fits && info.trim() === "" && fence.length >= now.mark.length && line.trim() === fence) {
      if (now.inner) now.inner = false;
      else {
        close(true);
        continue;
      }
    } else if (fits && info.trim() !== "" && fence.length >= now.mark.length) {
      if (MARKUP.test(now.info)) now.inner = true;
      else if (indent.length <= now.indent.length && /^[\w+#.-]+(?:[\s:{].*)?$/.test(info.trim())) {
        // The block before lacks its end.
        close(false);
        open = {
          info: info.trim(),
          code: "",
          before: [],
          closed: false,
          indent: blank(indent),
          mark: fence,
          lines: [],
          inner: false,
        };
        continue;
      }
    }
    now.lines.push(line);
  }
  close(false);
  return { blocks, behind: before };
}

/** Search/replace blocks outside of fences, each run of them in a block of its own. */
function fencedBlocks(lines: string[]): string[] {
  const made: string[] = [];
  let [fence, change] = [false, false];
  for (const line of lines) {
    if (OPEN.test(line) && !change) fence = !fence;
    const begins = !fence && !change && SEARCH.test(line);
    if (begins) made.push("```");
    change = begins || change;
    made.push(line);
    if (change && !fence && REPLACE.test(line)) {
      made.push("```");
      change = false;
    }
  }
  return made;
}

/** The blocks of a reply in their order, and the prose behind the last. */
export function blocksIn(text: string): { blocks: Block[]; behind: string[] } {
  const lines = fencedBlocks(text.replaceAll("\r\n", "\n").split("\n"));
  const strict = read(lines, false);
  const found = strict.blocks.every(({ closed }) => closed) ? strict : read(lines, true);
  const blocks = (found.blocks.length >= strict.blocks.length ? found : strict).blocks;
  return { blocks: blocks.filter(({ code }) => code.trim() !== ""), behind: found.behind };
}
