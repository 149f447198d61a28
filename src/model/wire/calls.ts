/**
 * Puts calls together from the pieces in which servers stream them. They agree on little: an index may be missing, the same
 * for all calls, or no number; an id may come once, each time, anew each time, or never; a name whole, again, or in pieces;
 * arguments as text or as an object. Nothing that comes is an error here; the reader of calls judges what came of it.
 */
import type { WrittenCall } from "../model.ts";

/** One piece of one call. `index`: null where the server gave none; missing texts are "". */
export interface CallDelta {
  index: number | null;
  id: string;
  name: string;
  arguments: string;
}

/** More calls than this in one reply are noise. */
const MOST_CALLS = 64;

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const string = (value: unknown): string => (typeof value === "string" ? value : "");

function indexOf(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : null;
}

/** Arguments as text, whether they came so or as a value. */
function argumentText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The pieces of calls in one event: `tool_calls`, or the older `function_call`. */
export function callDeltas(message: Record<string, unknown>): CallDelta[] {
  const { tool_calls, function_call } = message;
  const older =
    typeof function_call === "object" && function_call !== null ? [{ function: function_call }] : [];
  const all: unknown[] = Array.isArray(tool_calls) ? tool_calls : older;
  return all.map((one) => {
    const { index, id, name, arguments: own, function: called } = record(one);
    const inner = record(called);
    return {
      index: indexOf(index),
      id: string(id),
      name: string(inner.name) || string(name),
      arguments: argumentText(inner.arguments ?? own),
    };
  });
}

interface Building extends WrittenCall {
  index: number | null;
}

function isWhole(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

export class CallAssembler {
  private readonly building: Building[] = [];

  /** Takes one piece; gives what it added to some call's arguments. */
  push(delta: CallDelta): string {
    const call = this.belongsTo(delta);
    if (call === null) return "";
    if (call.id === "") call.id = delta.id;
    // A server that repeats a finished call says nothing new.
    if (
      delta.id !== "" &&
      delta.id === call.id &&
      delta.arguments === call.arguments &&
      isWhole(call.arguments)
    )
      return "";
    if (call.arguments === "") call.name = joinName(call.name, delta.name);
    call.arguments += delta.arguments;
    return delta.arguments;
  }

  /** The calls so far, in the order in which they began. One without a name is none. */
  get calls(): WrittenCall[] {
    return this.building
      .filter(({ name }) => name !== "")
      .map(({ id, name, arguments: written }) => ({ id, name, arguments: written }));
  }

  /** The call that a piece goes on with, or a new one; null where there are too many. */
  private belongsTo(delta: CallDelta): Building | null {
    const known = delta.id === "" ? undefined : this.building.find(({ id }) => id === delta.id);
    const last =
      delta.index === null
        ? this.building.at(-1)
        : this.building.findLast(({ index }) => index === delta.index);
    const open = known !== undefined && (delta.index === null || known.index === delta.index) ? known : last;
    if (open !== undefined && (open === known || !begins(delta, open))) return open;
    if (
      this.building.length === MOST_CALLS ||
      (delta.name === "" && delta.arguments === "" && delta.id === "")
    )
      return null;
    const fresh: Building = { index: delta.index, id: delta.id, name: "", arguments: "" };
    this.building.push(fresh);
    return fresh;
  }
}

/** Whether a piece begins another call than `open`, which stands at its index (or is the last one). */
function begins(delta: CallDelta, open: Building): boolean {
  // A new id alone is none: some servers make one up for each piece.
  if (delta.name === "") return false;
  if (delta.id !== "" && open.id !== "" && delta.id !== open.id) return true;
  if (open.arguments === "") return false;
  return delta.name !== open.name || isWhole(open.arguments);
}

/** A name that comes whole, again, grown, or in pieces. */
function joinName(before: string, piece: string): string {
  return piece.startsWith(before) ? piece : before + piece;
}
