/**
 * Which tool a written name means, and which parameter. Alike but for case, separators, a Tool suffix, a namespace in front
 * or a stuttered letter counts as the same where one alone is alike; nothing is guessed by distance.
 */
import type { Field } from "./draft.ts";
import type { OfferedTool } from "./index.ts";

/** Words that stand for the same parameter, if a tool has just one of them open. */
const ALIASES: string[][] = [
  [
    "path",
    "filepath",
    "file",
    "filename",
    "targetfile",
    "absolutepath",
    "relativepath",
    "pathname",
    "filepathname",
  ],
  ["path", "directory", "dir", "folder", "directorypath", "dirpath", "folderpath", "dirname"],
  ["content", "contents", "filecontent", "filecontents", "text", "filetext", "body", "newcontent"],
  ["command", "cmd", "shellcommand", "commandline", "bashcommand", "script", "shell"],
  ["code", "source", "sourcecode", "script", "snippet", "pythoncode", "program"],
  ["query", "q", "search", "searchquery", "searchterm", "keyword", "keywords", "searchtext"],
  ["pattern", "regex", "regexp", "searchpattern", "regularexpression"],
  ["oldstring", "oldstr", "old", "oldtext", "original", "searchtext", "oldcode"],
  ["newstring", "newstr", "new", "newtext", "replacement", "replacewith", "newcode"],
  ["url", "uri", "link", "href", "webpage"],
  ["diff", "patch", "unifieddiff"],
  ["message", "msg"],
];

const plainName = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
const suffixless = (name: string): string => name.replace(/(?:tool)+$/, "") || name;
const unstuttered = (name: string): string => name.replace(/(.)\1+/gu, "$1");

const only = <T>(found: T[]): T | null => (found.length === 1 ? (found[0] ?? null) : null);

function alike(written: string, tools: OfferedTool[]): OfferedTool | null {
  const steps = [
    plainName,
    (name: string) => suffixless(plainName(name)),
    (name: string) => unstuttered(suffixless(plainName(name))),
  ];
  for (const step of steps) {
    const wanted = step(written);
    const found = tools.filter(({ name }) => step(name) === wanted);
    if (wanted === "" || found.length > 1) return null;
    if (found.length === 1) return only(found);
  }
  return null;
}

/** A written name without quotes, tokens, an index behind it or brackets. */
export function cleanName(written: string): string {
  return written
    .replace(/<\|[^|>]{0,40}\|>.*$/su, "")
    .replace(/<[/]?\w*>?.*$/su, "")
    .trim()
    .replace(/^["'`“”]+|["'`“”]+$/g, "")
    .replace(/\(\s*\)$/, "")
    .trim();
}

/** The tool that a name means; null where none does, or more than one. */
export function toolOf(written: string, tools: OfferedTool[]): OfferedTool | null {
  if (written.length > 300) return null;
  const exact =
    tools.find(({ name }) => name === written) ?? tools.find(({ name }) => name === cleanName(written));
  if (exact !== undefined) return exact;
  const name = cleanName(written).replace(/:\d+$/, "");
  const whole = alike(name, tools);
  if (whole !== null) return whole;
  const parts = name.split(/[.:/]|__/).filter((part) => part !== "");
  for (let from = 1; from < parts.length; from += 1) {
    const tail = parts.slice(from).join(".");
    const found = alike(tail, tools);
    const heads = parts.slice(0, from).map((part) => alike(part, tools));
    if (found !== null) return heads.every((head) => head === null || head === found) ? found : null;
  }
  return only(tools.filter((tool) => tool.name.split(/[.:/]|__/).at(-1) === name && name !== ""));
}

export const declares = (tool: OfferedTool, key: string): boolean => tool.parameters.includes(key);

/** A written key without what tags leave on it. */
export function cleanKey(key: string): string {
  return key
    .replace(/<\/?[\w|"]*>?/g, "")
    .trim()
    .replace(/^["'`]+|["'`]+$/g, "");
}

/** The parameter of the same name, or the one alike but for case and separators; null where there is none. */
export function parameterOf(tool: OfferedTool, key: string): string | null {
  if (declares(tool, key)) return key;
  const cleaned = cleanKey(key);
  if (declares(tool, cleaned)) return cleaned;
  const wanted = plainName(cleaned);
  return wanted === "" ? null : only(tool.parameters.filter((name) => plainName(name) === wanted));
}

/** The parameter that a word of the same meaning stands for, among those still open. */
export function aliasOf(key: string, open: string[], required: string[]): string | null {
  const word = plainName(cleanKey(key));
  const groups = ALIASES.filter((group) => group.includes(word));
  const able = open.filter((name) => groups.some((group) => group.includes(plainName(name))));
  return only(able.filter((name) => required.includes(name))) ?? only(able);
}

/** Whether these are arguments of the tool by their names alone: all known, none missing. */
export function fits(tool: OfferedTool, fields: Field[]): boolean {
  const named = fields.map(({ key }) => parameterOf(tool, key));
  return named.every((name) => name !== null) && tool.required.every((name) => named.includes(name));
}
