/**
 * Reads what a model wrote as part of a call. Pure. What a person could read without doubt is read; everything else is
 * refused with what to send instead. The text of a reply that was cut off never comes here.
 */
import type { Result } from "../types.ts";

const FENCE = /^([ \t]*)(`{3,}|~{3,})[^\n`]*$/;

/** The first balanced JSON object of a text; null where there is none. Braces inside strings do not count. */
function firstObject(text: string): string | null {
  const start = text.indexOf("{");
  if (start < 0) return null;
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth += 1;
    else if (char === "}") {
      depth -= 1;
      if (depth === 0) return text.slice(start, at + 1);
    }
  }
  return null;
}

/** The entry that a written name means: the same, or the only one that is alike but for case and separators. */
function entryOf(written: unknown, list: string[]): string | null {
  if (typeof written !== "string") return null;
  if (list.includes(written)) return written;
  const alike = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, "");
  const same = list.filter((name) => alike(name) === alike(written));
  return same.length === 1 ? (same[0] ?? null) : null;
}

/** The JSON object that a text is; null where it is none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A choice: `{"tool": …, "target": …, "text": …}`, also with prose or a fence around it where the server constrained nothing. */
export function readChoice(
  text: string,
  lists: { tools: string[]; targets: string[] },
): Result<{ tool: string; target: string | null; text: string }> {
  const json = firstObject(text);
  const value = json === null ? null : parseObject(json);
  if (value === null)
    return {
      ok: false,
      reason: 'That was no JSON object. Send one like {"tool": "finish", "target": "other", "text": "done"}.',
    };
  const tool = entryOf(value.tool, lists.tools);
  if (tool === null)
    return {
      ok: false,
      reason: `There is no tool ${String(JSON.stringify(value.tool)).slice(0, 60)}; choose one of ${lists.tools.join(", ")}.`,
    };
  const target = entryOf(value.target, lists.targets);
  return { ok: true, tool, target, text: typeof value.text === "string" ? value.text : "" };
}

/**
 * The blocks between fences; a last one without its closing fence counts. A fence with a language inside a block is part
 * of it, with its own closing one. `torn`: a further fence follows behind other text, so that the block may have ended
 * at a line of its own. `closed`: the last block has its closing fence.
 */
function blocksOf(text: string): { blocks: string[]; torn: boolean; closed: boolean } {
  const blocks: string[] = [];
  let open: { mark: string; indent: string; lines: string[]; inner: boolean } | null = null;
  let between = "";
  for (const line of text.split("\n")) {
    const fence = FENCE.exec(line);
    if (open === null) {
      if (fence !== null) open = { mark: fence[2] ?? "```", indent: fence[1] ?? "", lines: [], inner: false };
      else between += line.trim();
      continue;
    }
    const closes = line.trim() === open.mark;
    if (closes && !open.inner) {
      blocks.push(open.lines.join("\n"));
      open = null;
      between = "";
      continue;
    }
    open.inner = closes ? false : open.inner || fence?.[2] === open.mark;
    open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
  }
  const rest = open?.lines.join("\n") ?? "";
  const torn = open !== null && rest.trim() === "" && blocks.length > 0 && between !== "";
  const closed = open === null && blocks.length > 0;
  return { blocks: [...blocks, rest].filter((block) => block.trim() !== ""), torn, closed };
}

/** A line that may close a fence, with its end, not long ago. */
const JUST_CLOSED = /\n[ \t]*(?:`{3,}|~{3,})[ \t]*\r?\n[^\n]*$/;
/** Texts that have fences of their own. */
const MARKUP = /\.(?:md|mdx|markdown|rst|adoc|txt)$/i;

/**
 * Where a reply ends that begins with its code, as it was asked to: behind the line that closes the block. null where it is not
 * there yet, or the reply begins with something else, or the code is for a file that may hold such lines itself.
 */
export function codeEnd(text: string, path: string): number | null {
  if (MARKUP.test(path) || !JUST_CLOSED.test(text.slice(-400)) || !/^\s*(?:`{3,}|~{3,})/.test(text))
    return null;
  let end = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    end += line.length + 1;
    if (blocksOf(text.slice(0, end)).closed) return end;
  }
  return null;
}

/** The code of a reply: the one fenced block, or the whole reply where it has no fence at all. */
export function readCode(text: string): Result<{ code: string }> {
  const { blocks: found, torn } = blocksOf(text.replaceAll("\r\n", "\n"));
  const blocks = [...new Set(found)];
  const [only] = blocks;
  if (blocks.length > 1)
    return {
      ok: false,
      reason: `There were ${blocks.length} code blocks; send exactly one, with all of the code.`,
    };
  if (torn)
    return {
      ok: false,
      reason: "The fences do not match; where the code has a line of ``` itself, put ```` around all of it.",
    };
  if (only !== undefined) return { ok: true, code: only };
  if (text.trim() === "" || /^\s*(`{3,}|~{3,})/m.test(text))
    return { ok: false, reason: "There was no code; send it in one fenced block." };
  return { ok: true, code: text.replaceAll("\r\n", "\n").replace(/^\n+/, "").trimEnd() };
}
