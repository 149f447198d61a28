/**
 * What a dialect finds in a reply: drafts of calls, as written. Whether a draft names a tool that is on offer, and what its
 * arguments mean, is decided in `resolve.ts` and `arguments.ts` for all dialects alike.
 */
import type { OfferedTool } from "./index.ts";
import type { Node, Work } from "./node.ts";

/** One written argument. Markup gives text alone, `node` is null then; the text of a node is the one it was written as. */
export interface Field {
  key: string;
  node: Node | null;
  text: string;
}

/** The arguments of a draft: named ones; one text without a name; or something that is neither, and why. */
export type Given =
  | { kind: "fields"; fields: Field[] }
  | { kind: "bare"; text: string }
  | { kind: "bad"; reason: string };

/** `name` null: the call has none. `closed`: its markup was closed. */
export interface Draft {
  name: string | null;
  given: Given;
  closed: boolean;
}

/**
 * What was read at a place: drafts up to `end` (`from` where they begin before the place), or a call that is surely meant
 * and cannot be read.
 */
export type Found =
  | { kind: "drafts"; drafts: Draft[]; end: number; from?: number }
  | { kind: "broken"; reason: string; end: number };

/** The reply under reading, and all that the dialects need to know of it. */
export interface Source {
  text: string;
  tools: OfferedTool[];
  work: Work;
}

/** No arguments were written, not even empty ones. */
export const NONE: Given = { kind: "fields", fields: [] };

export const broken = (reason: string, end: number): Found => ({ kind: "broken", reason, end });

/** Whether a text can be the one value of a call itself: no JSON, no number or literal, and no piece of an object. */
export function isBare(text: string): boolean {
  return !/^(?:<\/|["'“{[(]|[-+]?[\d.]+$|true$|false$)|["'“][\w -]{1,60}["'”]?\s*:|\{\s*["'“]/i.test(text);
}
