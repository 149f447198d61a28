/** Files that a task makes: the one it names, the one that fits the project's manner, and the test file of what it names. */
import { posix } from "node:path";
import type { CodeGraph } from "../graph/graph.ts";
import { isMarkup, languageOf } from "../graph/syntax/languages.ts";
import { isTestPath } from "../graph/update/classify.ts";
import type { Target } from "../types.ts";
import { namedPaths, type Scene } from "./targets.ts";

const CREATES = /\b(create|add|write|make|generate|introduce|implement)\b/i;
/** A verb of making, at most six words, a path. */
const MAKES_PATH =
  /\b(?:create|add|write|make|generate|introduce|implement)\s+(?:\S+\s+){0,6}?["'`]?(?:\.\/)?(?<path>[\w@-][\w./@-]*\.[A-Za-z]\w{0,7})\b/gi;
const NEW_THING =
  /\b(?:create|add|write|make|generate|introduce)\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:\w+\s+){0,2}?(?<kind>file|module|class|script|component)\s+(?:(?:called|named|for)\s+)?["'`]?(?<name>[\p{L}_][\p{L}\p{N}_]*)["'`]?/iu;

/** The file that the task says is to be made, by its path, else by its name and the manner of its neighbours; null: none. */
export function newFileOf({ task, files, graph }: Scene): string | null {
  if (!CREATES.test(task)) return null;
  const written = [...task.matchAll(MAKES_PATH)].flatMap(({ groups }) => groups?.path ?? []);
  // Data that code is to write is no file of the task.
  const missing = written.find((path) => namedPaths(path, files).length === 0 && isCode(path));
  if (missing !== undefined) return missing;
  const { kind, name } = NEW_THING.exec(task)?.groups ?? {};
  if (kind === undefined || name === undefined || FILLERS.has(name.toLowerCase())) return null;
  if (graph.index.definitionsNamed(name).length > 0) return null;
  return namedPaths(task, files).length > 0 ? null : conventional(name, task, files);
}

const FILLERS = new Set([
  "that",
  "which",
  "for",
  "with",
  "in",
  "to",
  "called",
  "named",
  "and",
  "of",
  "the",
  "a",
  "an",
]);

/** A path in the folder that the task names, else where most code of the main language lies, in the spelling used there. */
function conventional(name: string, task: string, files: string[]): string | null {
  const code = files.filter((path) => !isTestPath(path) && isCode(path));
  const byEnding = Map.groupBy(code, (path) => posix.extname(path));
  const [ending] = [...byEnding].sort((a, b) => b[1].length - a[1].length);
  if (ending === undefined) return null;
  const [extension, own] = ending;
  const folders = Map.groupBy(own, posix.dirname);
  const named = [...folders.keys()].find(
    (folder) =>
      folder !== "." && new RegExp(`(^|[\\s"'\`])${RegExp.escape(folder)}/?(?=$|[\\s"'\`.,])`).test(task),
  );
  const folder =
    named ?? [...folders].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? ".";
  const path = posix.join(folder, `${spelled(name, folders.get(folder) ?? own)}${extension}`);
  return files.includes(path) ? null : path;
}

/** A file of these is seldom what a new thing goes into. */
const SCRIPTS = new Set(["bash", "sql"]);
function isCode(path: string): boolean {
  const language = languageOf(path);
  if (language === null || isMarkup(language) || SCRIPTS.has(language)) return false;
  return !/^\./.test(posix.basename(path));
}

/** A name as the files around are spelled: `shopping_cart`, `shopping-cart`, `ShoppingCart`, `shoppingCart`. */
function spelled(name: string, neighbours: string[]): string {
  const stems = neighbours
    .map((path) => posix.parse(path).name)
    .filter((stem) => !/^(__init__|__main__|index|main|mod|lib)$/.test(stem));
  const words = name.split(/[_-]|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u).filter((word) => word !== "");
  const count = (pattern: RegExp): number => stems.filter((stem) => pattern.test(stem)).length;
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  if (count(/^\p{Lu}/u) > stems.length / 2) return words.map(capital).join("");
  if (count(/-/) > 0) return words.map((word) => word.toLowerCase()).join("-");
  if (count(/^\p{Ll}+\p{Lu}/u) > 0)
    return words.map((word, at) => (at === 0 ? word.toLowerCase() : capital(word))).join("");
  return words.map((word) => word.toLowerCase()).join("_");
}

const ADDS_TESTS = /\b(?:add|write|create|generate)\b[^.]{0,40}?\btests?\b/i;

/** Where the tests of the task's code belong: its test file, else a new one where the project's manner has it; null: none is asked for. */
export function testFileOf({ task, files, graph, frozen }: Scene, about: Target | undefined): string | null {
  if (!ADDS_TESTS.test(task) || about === undefined) return null;
  const named = namedPaths(task, files).filter(isTestPath);
  if (named.length > 0) return null;
  const path = existingTest(graph, about.path) ?? newTest(about.path, files);
  return path === null || frozen(path) ? null : path;
}

function existingTest({ index, links }: CodeGraph, path: string): string | null {
  const file = index.fileAt(path);
  const [test] = file === null ? [] : links.testsOf(file);
  return test === undefined ? null : (index.files[test]?.path ?? null);
}

function newTest(path: string, files: string[]): string | null {
  const { dir, name, ext } = posix.parse(path);
  const tests = files.filter((one) => isTestPath(one) && posix.extname(one) === ext);
  const folders = [...Map.groupBy(tests, posix.dirname)].sort((a, b) => b[1].length - a[1].length);
  const [folder] = folders[0] ?? [];
  if (ext === ".go") return posix.join(dir, `${name}_test.go`);
  if (ext === ".java" || ext === ".kt")
    return posix.join(dir.replace(/(^|\/)src\/main\//, "$1src/test/"), `${name}Test${ext}`);
  if (ext === ".py") return posix.join(folder ?? "tests", `test_${name}.py`);
  if (ext === ".rs") return posix.join(dir.replace(/(^|\/)src(\/.*)?$/, "$1tests"), `${name}.rs`);
  if (/^\.[cm]?[jt]sx?$/.test(ext)) {
    const mark = tests.some((one) => /\.spec\./.test(one)) ? "spec" : "test";
    return posix.join(folder ?? dir, `${name}.${mark}${ext}`);
  }
  if (/^\.(c|cc|cpp|cxx)$/.test(ext)) return posix.join(folder ?? "tests", `test_${name}${ext}`);
  return null;
}
