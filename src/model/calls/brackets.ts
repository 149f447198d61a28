/** Calls that begin with a square bracket: `[TOOL_CALLS]`, `[tool_call]`, `name[ARGS]`, `[bash]…[/bash]`, `[f(a=1)]`. */
import type { Found, Source } from "./draft.ts";
import { readSeparated, readToolBracket } from "./headed.ts";
import { readPythonList } from "./pythonic.ts";
import { skipSpaces } from "./tags.ts";
import { readWrapper } from "./wrapper.ts";

const BRACKET = /\[(TOOL_CALLS?|TOOL_REQUEST|tool_calls?|tool_use|function_call|tool|AVAILABLE_TOOL)\]/iy;

/** Whether the bracket at `at` begins a list of objects. */
export const isJsonList = (text: string, at: number): boolean => text[skipSpaces(text, at + 1)] === "{";

/** What the bracket at `at` begins, a list of JSON objects aside. */
export function readBracket(source: Source, at: number): Found | null {
  const { text } = source;
  BRACKET.lastIndex = at;
  const name = BRACKET.exec(text)?.[1]?.toLowerCase();
  if (name !== undefined) {
    const found = readWrapper(source, { name, from: at, body: BRACKET.lastIndex });
    if (found !== null) return found;
  }
  if (text.startsWith("[ARGS]", at) || text.startsWith("[CALL_ID]", at)) return readSeparated(source, at);
  const list = /[\p{L}_]/u.test(text[skipSpaces(text, at + 1)] ?? "") ? readPythonList(source, at) : null;
  return readToolBracket(source, at) ?? list;
}
