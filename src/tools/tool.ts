/** What a compound tool is: a row with its name, one line for the model, the schema of its arguments, and its work. */
import type { z } from "zod";
import type { CodeGraph } from "../graph/graph.ts";
import type { Origin, Result, Target, ToolResult } from "../types.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** What the model chose from closed lists. `text` is the free word of a choice: a query, a new file's path, a summary. */
export interface Choice {
  tool: string;
  target: Target | null;
  check: string | null;
  text: string;
}

/** What follows a choice, verbatim and outside JSON: nothing, a definition or file in one fence, or a search/replace pair. */
export type Body = "none" | "code" | "replace";

export interface ToolContext {
  workspace: Pick<Workspace, "root" | "read" | "exists" | "list">;
  /** Asks the code graph as it is now. */
  ask: <T>(question: (graph: CodeGraph) => Promise<T>) => Promise<T>;
  /** Why a path must not be changed, as an instruction to the model; null where it may be. */
  forbids: (path: string) => string | null;
  /** The ids of the checks that can be run. */
  checks: string[];
  origin: Origin;
  /** Texts that a file had earlier in the conversation, newest last. */
  earlier?: (path: string) => string[];
  /** A changed file's text as the turn found it, "" where it made the file; null: the turn has left it as it was. */
  found?: (path: string) => Promise<string | null>;
  /** Tokens that an answer may have, by the estimate. */
  room: number;
}

export interface Tool<Args = Record<string, unknown>> {
  name: string;
  /** What it does, in a few words for the model. */
  what: string;
  /** Behind them, where it is chosen from lists: what to choose and what to write. */
  choose: string;
  /** The name of each argument, and what it holds where the name does not say it; all are strings. Those of the body come last. */
  fields: Record<string, string>;
  args: z.ZodType<Args>;
  body: Body;
  /** The arguments that the choice settles; a refusal says what to choose instead. */
  fromChoice: (choice: Choice) => Result<{ args: Record<string, unknown> }>;
  /** Never throws for what a model can get wrong: that is a refusal, written as the next instruction. */
  run: (args: Args, context: ToolContext) => Promise<ToolResult>;
}

/** Keeps the argument type inside a tool's own file; the table holds them all as one type. */
export function defineTool<Args>(tool: Tool<Args>): Tool {
  return tool as unknown as Tool;
}

export const refusal = (tool: string, reason: string): ToolResult => ({ kind: "refusal", tool, reason });
