/** Reads the calls of a reply. */
import type { WrittenCall } from "./model.ts";

export interface OfferedTool {
  name: string;
  parameters: string[];
  types: Record<string, string>;
  required: string[];
}
export interface CallSource {
  text: string;
  calls: WrittenCall[];
  complete: boolean;
}
export type CallsRead =
  | { ok: true; calls: { name: string; arguments: Record<string, unknown> }[]; prose: string }
  | { ok: false; reason: string };

function parsed(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function readCalls({ text, calls }: CallSource, tools: OfferedTool[]): CallsRead {
  const all: { name: string; arguments: Record<string, unknown> }[] = [];
  for (const { name, arguments: json } of calls) {
    const args = parsed(json);
    if (args === null) return { ok: false, reason: "The arguments are no JSON." };
    all.push({ name, arguments: args });
  }
  let prose = text;
  if (calls.length === 0) {
    const found = /\{[^\n]*\}/.exec(text);
    const value = parsed(found?.[0] ?? "");
    if (found === null || value === null)
      return { ok: false, reason: "There was no call; make one call of a tool." };
    const { tool, name, arguments: inner, ...rest } = value;
    all.push({ name: String(tool ?? name), arguments: typeof inner === "object" ? { ...inner } : rest });
    prose = text.replace(found[0], "");
  }
  const unknown = all.find(({ name }) => !tools.some((one) => one.name === name));
  if (unknown !== undefined) return { ok: false, reason: `There is no tool ${unknown.name}.` };
  return { ok: true, calls: all, prose };
}
