/**
 * What came of one request for one call, read from the events of the turn that made it. A call is valid where the tool's own
 * schema accepts its arguments and every name in it exists; what the tool then makes of it is another question (`landed`).
 */
import { z } from "zod";
import { toolNamed } from "../../src/tools/index.ts";
import type { ToolCall, TurnEvent } from "../../src/types.ts";

/**
 * `refused`: a call was read, and its arguments or names are wrong. `malformed`: no call could be read. `cut`: the reply ended
 * at its limit, in a loop, or with the connection. `broken`: the server answered no request.
 */
export type Ending = "valid" | "refused" | "malformed" | "cut" | "broken";

export interface Outcome {
  ending: Ending;
  /** The tool took the call: it made a candidate, gave an answer, wants a check, or ends the step. */
  landed: boolean;
  tool: string | null;
  /** Why the call is not valid, where somebody said so. */
  reason: string;
  tokens: { prompt: number; cached: number; generated: number };
}

/** What can be named in a situation. `symbols`: those of each file, by path. */
export interface Names {
  symbols: Record<string, string[]>;
  checks: string[];
}

/** Why the arguments or names of a call are wrong; null where they are right. */
export function complaint({ tool: name, args }: ToolCall, names: Names): string | null {
  const tool = toolNamed(name);
  if (tool === undefined) return `no tool ${name}`;
  const parsed = tool.args.safeParse(args);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  const { path, symbol, check } = args;
  const known = typeof path === "string" ? names.symbols[path] : undefined;
  if (typeof path === "string" && name !== "create_file" && known === undefined) return `no file ${path}`;
  if (typeof symbol === "string" && !known?.includes(symbol)) return `no symbol ${symbol}`;
  if (typeof check === "string" && !names.checks.includes(check)) return `no check ${check}`;
  return null;
}

const UNFINISHED = new Set(["length", "cut", "loop"]);

const ofType = <T extends TurnEvent["type"]>(events: TurnEvent[], type: T) =>
  events.filter((event): event is Extract<TurnEvent, { type: T }> => event.type === type);

/** How it ended where no call was read: by the last reply. */
function withoutCall(events: TurnEvent[]): { ending: Ending; reason: string } {
  const last = ofType(events, "response").at(-1);
  const said = ofType(events, "notice").findLast(({ level }) => level === "info")?.text;
  const reason = said ?? ofType(events, "end").at(-1)?.message ?? "";
  if (last === undefined) return { ending: "broken", reason };
  return { ending: UNFINISHED.has(last.finish) ? "cut" : "malformed", reason };
}

/** Of the events up to the first call, or up to where the model had to be asked again. */
export function outcomeOf(events: TurnEvent[], symbols: Names["symbols"]): Outcome {
  const tokens = { prompt: 0, cached: 0, generated: 0 };
  for (const response of ofType(events, "response"))
    for (const kind of ["prompt", "cached", "generated"] as const) tokens[kind] += response.tokens[kind];
  const call = ofType(events, "call")[0]?.call ?? null;
  if (call === null) return { ...withoutCall(events), landed: false, tool: null, tokens };
  const checks = ofType(events, "check_end").map(({ report }) => report.check);
  const reason = complaint(call, { symbols, checks });
  const answered = ofType(events, "result").some(({ result }) => result.kind !== "refusal");
  return {
    ending: reason === null ? "valid" : "refused",
    landed: reason === null && answered,
    tool: call.tool,
    reason: reason ?? "",
    tokens,
  };
}

/** What the requests of a rung carried: that tells whether it was really asked on. */
export interface Carried {
  schema: number;
  tools: number;
  completions: number;
}

/** Why these requests were not those of the rung; null where they were. */
export function notAsked(rung: string, { schema, tools, completions }: Carried): string | null {
  const right: Record<string, boolean> = {
    schema: schema > 0 && tools === 0 && completions === 0,
    native: tools > 0 && completions === 0,
    text: schema === 0 && tools === 0 && completions === 0,
    plain: completions > 0 && schema === 0 && tools === 0,
  };
  if (right[rung] === true) return null;
  return `its requests carried ${schema} schemas and ${tools} lists of tools, and ${completions} were completions`;
}

/** Whether a reply is one JSON value that the schema allows. */
export function fits(text: string, schema: object): boolean {
  try {
    return z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(JSON.parse(text)).success;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
