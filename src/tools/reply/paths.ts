/** Which file a block of code is about, by what stands around it: a line with its path, the fence's own words, its first comment. */
import type { Block } from "./fences.ts";

const PATH =
  /[\w@.+\-[\]()]*(?:[/\\][\w@.+\-[\]()]+)*\.[A-Za-z]\w{0,9}|(?:[\w@.+-]+[/\\])*(?:Makefile|Dockerfile|CMakeLists\.txt)/;
const PATHS = new RegExp(PATH.source, "g");
/** A line of nothing but a path, with what models put around one. */
const LABEL = new RegExp(
  `^[\\s#>*_\\-=(]*(?:\\d+[.)]\\s*)?[*_]*(?:(?:new|updated?|modified|changed|the|full|complete|corrected|fixed|final|in|for)\\s+)*(?:file(?:\\s*(?:name|path))?|path|code)?\\s*[:=]?\\s*[*_\`"'<[]*(${PATH.source})[*_\`"'>\\]]*\\s*(?:\\([^()]*\\))?[\\s:*_\`=-]*$`,
  "i",
);
const COMMENT = new RegExp(
  `^\\s*(?:#+|//+|--|;|%|/\\*+|<!--)\\s*(?:(?:file(?:\\s*(?:name|path))?|path)\\s*[:=]?\\s*)?[\`"']?(${PATH.source})[\`"']?\\s*(?:\\([^()]*\\))?\\s*(?:\\*/|-->)?\\s*$`,
  "i",
);
const ATTRIBUTE = new RegExp(
  `<\\w+[^>]*\\b(?:path|name|file(?:name|path)?)\\s*=\\s*["'](${PATH.source})["']`,
  "i",
);

export interface Label {
  /** As it was written. */
  path: string;
  /** The words say that the block is this file; else a sentence only names it. */
  sure: boolean;
}

const bare = (written: string): string => written.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");

/** The file that a written path means: of the known ones the same, one that ends so or that it ends with, else itself. */
export function resolve(written: string, known: string[]): { path: string; known: boolean } {
  const name = bare(written);
  const [exact] = known.filter((path) => path === name);
  if (exact !== undefined) return { path: exact, known: true };
  const longer = known.filter((path) => path.endsWith(`/${name}`));
  const shorter = known.filter((path) => name.endsWith(`/${path}`));
  const [only] =
    longer.length === 1 ? longer : longer.length === 0 ? shorter.sort((a, b) => b.length - a.length) : [];
  if (only !== undefined) return { path: only, known: true };
  return {
    path: name.replace(/^[ab]\//, (side) => (known.includes(name.slice(2)) ? "" : side)),
    known: false,
  };
}

function inInfo(info: string): string | null {
  const words = info.split(/[\s:="'{},]+/).filter((word) => word !== "");
  const found = words.find(
    (word, at) => new RegExp(`^(?:${PATH.source})$`).test(word) && (at > 0 || word.includes(".")),
  );
  return found ?? null;
}

/** What the prose just before a block says: its last line that is not blank, or the one above where that says nothing. */
function inProse(before: string[]): Label | null {
  const said = before
    .filter((line) => line.trim() !== "" && !/^[-=*_\s]+$/.test(line))
    .slice(-2)
    .reverse();
  for (const line of said) {
    const path = LABEL.exec(line)?.[1] ?? ATTRIBUTE.exec(line)?.[1];
    if (path !== undefined) return { path, sure: true };
  }
  for (const line of said) {
    const named = [...new Set(line.match(PATHS) ?? [])].filter((one) => /[\w)]\.\w/.test(one));
    const [only] = named;
    if (named.length === 1 && only !== undefined) return { path: only, sure: false };
  }
  return null;
}

/** The block's file as it is named, and the code without a first line that only names it. `keeps`: the file begins with that line. */
export function labelOf(
  block: Block,
  keeps: (line: string, path: string) => boolean,
): { label: Label | null; code: string } {
  const lines = block.code.split("\n");
  const at = lines.findIndex((line) => line.trim() !== "");
  const first = lines[at] ?? "";
  const inside = COMMENT.exec(first)?.[1] ?? null;
  const code = inside !== null && !keeps(first.trim(), inside) ? lines.slice(at + 1).join("\n") : block.code;
  const info = inInfo(block.info);
  if (info !== null) return { label: { path: info, sure: true }, code };
  const prose = inProse(block.before);
  if (prose?.sure) return { label: prose, code };
  if (inside !== null) return { label: { path: inside, sure: true }, code };
  return { label: prose, code: block.code };
}

/** What a fence says of its language; "" where nothing. */
export const languageTag = (info: string): string => {
  const tag = /^\{?\.?([\w+#-]+)/.exec(info)?.[1]?.toLowerCase() ?? "";
  return new RegExp(`^(?:${PATH.source})$`).test(info.split(/\s/)[0] ?? "") ? "" : tag;
};
