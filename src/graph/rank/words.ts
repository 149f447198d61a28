/** Words of a task and of identifiers, made comparable: `parseHTMLFile`, `parse_html_file` and "parse html file" share theirs. */
import { languageOf } from "../syntax/languages.ts";

const COMMON = new Set(
  "the a an and or of to in on is are be it its this that for with as by from at not no when then if else so do does should must can will fix bug make add change please function method class file code test tests return returns value error fails failing wrong instead into all any each which where use used using i we you also only now but was were has have had just more than there they them these those because after before while would could been being get gets set see via e.g i.e etc new old fixes fixed closes issue issues problem def self".split(
    " ",
  ),
);

/** The parts of one identifier in lower case: split at `_`, `-`, digits' edges and humps. */
export function partsOf(identifier: string): string[] {
  return identifier
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part.length > 0);
}

/** What a word has in common with its other forms: `parsing`, `parsed` and `parses` are `pars`, as `parse` is. */
export function stemOf(word: string): string {
  if (word.length < 4) return word;
  const single = word.replace(/(?:ies|ied)$/, "y").replace(/(?<![su])s$/, "");
  const bare = single.replace(/(?:ing|ed|er|ion|able)$/, (end) =>
    single.length - end.length >= 4 ? "" : end,
  );
  return bare.length > 3 ? bare.replace(/e$/, "").replace(/([bdfgklmnprt])\1$/, "$1") : bare;
}

export interface Words {
  /** Identifiers as written, in lower case: `kth`, `find_all`, `stack.push`. */
  whole: Set<string>;
  /** Their parts without the common words of any task. */
  parts: Set<string>;
  /** The common ones, which say something only where a symbol is called so (`add`, `change`). */
  common: Set<string>;
  /** Those that are written as only code is: `find_all`, `HttpClient`, `stack.push`, and what stands in backquotes. */
  code: Set<string>;
  /** Texts in quotes that are more than a word: messages. */
  quoted: string[];
}

const WORD = /[\p{L}\p{N}_$][\p{L}\p{N}_$.-]*/gu;
const MOST_QUOTED = 8;
/** More than a word, in quotes that do not stand within a word. */
const QUOTED = [
  /(?<!\w)"([^"\n]{8,200})"/g,
  /(?<!\w)'([^'\n]{8,200})'(?!\w)/g,
  /`([^`\n]{8,200})`/g,
  /“([^”\n]{8,200})”/g,
];

const looksLikeCode = (word: string): boolean =>
  /[a-z0-9]_[a-z0-9]|^_+\w|[a-z][A-Z]|\w\.[A-Za-z_]/.test(word);

function add(found: Words, word: string, code: boolean): void {
  const plain = word.toLowerCase();
  if (code) found.code.add(plain);
  if (COMMON.has(plain) && !code) {
    found.common.add(plain);
    return;
  }
  found.whole.add(plain);
  for (const part of partsOf(word)) if (part.length > 1 && !COMMON.has(part)) found.parts.add(part);
}

/** The words of a task that say something about code. */
export function wordsOf(words: string[]): Words {
  const found: Words = { whole: new Set(), parts: new Set(), common: new Set(), code: new Set(), quoted: [] };
  for (const text of words) {
    const marked = new Set(
      [...text.matchAll(/`+([^`\n]+)`+/g)].flatMap(([, code = ""]) => code.match(WORD) ?? []),
    );
    for (const [, name = ""] of text.matchAll(/([\p{L}_][\p{L}\p{N}_.]*)\(/gu)) marked.add(name);
    for (const written of text.match(WORD) ?? []) {
      const word = written.replace(/[.-]+$/, "");
      const code = marked.has(written) || looksLikeCode(word);
      add(found, word, code);
      // `iterutils.get_path` speaks of `get_path`, `shape.py` of no `py`.
      const last = word.slice(word.lastIndexOf(".") + 1);
      if (last !== word && last !== "" && languageOf(word) === null) add(found, last, code);
    }
    found.quoted.push(
      ...QUOTED.flatMap((quotes) => [...text.matchAll(quotes)].map(([, quoted = ""]) => quoted)).filter(
        (quoted) => /\w\s+\w/.test(quoted),
      ),
    );
  }
  found.quoted.splice(MOST_QUOTED);
  return found;
}
