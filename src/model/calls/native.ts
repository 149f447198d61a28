/** Calls by the server's own `tools`: the name and the text of the arguments, which may be anything. */
import type { WrittenCall } from "../model.ts";
import { type Draft, type Given, isBare, type Source } from "./draft.ts";
import { draftsOf, givenOf } from "./json.ts";
import { type Node, readNode } from "./node.ts";
import { toolOf } from "./resolve.ts";

const LEFTOVER = /^(?:\s|[}\])]|<[/|｜]?[^<>\n]{0,60}>|```)*$/;

/** The text of arguments without what a dialect left around it: a fence, `json`, control tokens. */
function cleaned(text: string): string {
  return text
    .replace(/^(?:\s|<\|[^<>\n]{0,60}\|>)+/, "")
    .replace(/^```[\w-]*\s*/, "")
    .replace(/^json\s*(?=[{[])/, "")
    .trim();
}

/** A whole object whose quotes are escaped once too often. */
function unescaped(text: string): string {
  return /^\{\s*\\"/.test(text) ? text.replace(/\\(["\\])/g, "$1") : text;
}

type Values = { ok: true; nodes: Node[] } | { ok: false; reason: string };

/** The values that a text is a row of. A last one that was cut off before any of its own values began is left out. */
function valuesOf(text: string, source: Source): Values {
  const nodes: Node[] = [];
  let at = 0;
  while (!LEFTOVER.test(text.slice(at))) {
    const read = readNode(text, at, source.work);
    const unstarted = nodes.length > 0 && /^\s*,?\s*\{\s*(?:"[^"]*"?\s*:?\s*)?$/.test(text.slice(at));
    if (unstarted) break;
    if (!read.ok) return { ok: false, reason: `The arguments are no JSON object: ${read.reason}.` };
    nodes.push(read.node);
    const gap = /[\s,;}\]]*/y;
    gap.lastIndex = read.end;
    gap.test(text);
    at = gap.lastIndex;
  }
  return { ok: true, nodes };
}

/** Different arguments are calls of their own; empty ones beside others and repetitions are none. */
function distinct(nodes: Node[]): Node[] {
  const full = nodes.filter((node) => !(node.kind === "object" && node.entries.length === 0));
  const list = full.length > 0 ? full : nodes.slice(0, 1);
  return [...new Map(list.map((node) => [node.text, node])).values()];
}

function single(node: Node, source: Source): Given {
  const only = node.kind === "array" && node.items.length === 1 ? node.items[0] : undefined;
  return givenOf(only?.kind === "object" ? only : node, source.work);
}

/** The drafts that one native call stands for; more than one where its arguments are several objects. */
export function readNative(call: WrittenCall, source: Source): Draft[] {
  const draft = (given: Given): Draft => ({ name: call.name, given, closed: true });
  const text = unescaped(cleaned(call.arguments));
  if (/^(?:|None|null|undefined|"")$/.test(text)) return [draft({ kind: "fields", fields: [] })];
  const known = toolOf(call.name, source.tools) !== null;
  if (known && isBare(text)) return [draft({ kind: "bare", text })];
  const values = valuesOf(text, source);
  if (!values.ok) return [draft({ kind: "bad", reason: values.reason })];
  const nodes = distinct(values.nodes);
  const [first] = nodes;
  const inner = !known && nodes.length === 1 && first !== undefined ? draftsOf(first, source, "prose") : null;
  return inner ?? nodes.map((node) => draft(single(node, source)));
}
