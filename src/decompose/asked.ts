/** A step of which nothing smaller can be computed, split by the model: one request for a numbered list, each item with a file. */
import type { ChatMessage } from "../model/model.ts";
import type { Step } from "../types.ts";

const LEAST = 2;
const MOST = 5;
/** A choice of more files is none for a small model. */
const MOST_FILES = 24;
const LONGEST = 200;

/** Tokens of the reply. */
export const SPLIT_TOKENS = 400;

export interface SplitRequest {
  messages: ChatMessage[];
  /** The same as JSON, for servers that bind replies by a schema. */
  schema: object;
  files: string[];
}

/** `files`: those that it may be about, likeliest first. */
export function splitRequest(step: Step, why: string, files: string[]): SplitRequest {
  const shown = files.slice(0, MOST_FILES);
  const content = [
    `Task: ${step.intent}`,
    `It could not be done at once: ${why}`,
    `Files: ${shown.join(", ")}`,
    `Split the task into ${LEAST} to ${MOST} smaller tasks, in the order in which they are to be done. One line for each, like this:`,
    "1. path/of/file: what to do there",
  ].join("\n");
  const item = {
    type: "object",
    properties: {
      file: { type: "string", enum: shown },
      task: { type: "string", minLength: 1, maxLength: LONGEST },
    },
    required: ["file", "task"],
    additionalProperties: false,
  };
  const schema = {
    type: "object",
    properties: { tasks: { type: "array", items: item, minItems: LEAST, maxItems: MOST } },
    required: ["tasks"],
    additionalProperties: false,
  };
  return { messages: [{ role: "user", content }], schema, files: shown };
}

/** The parts that a reply names, JSON or a list; empty where these are fewer than two. A file that is not on offer is left out. */
export function splitFrom(reply: string, step: Step, files: string[]): Step[] {
  const items = fromJson(reply) ?? fromList(reply);
  const known = items.flatMap(({ file, task }) => {
    const path = files.find((one) => one === file) ?? files.find((one) => one.endsWith(`/${file}`));
    return task === "" ? [] : [{ path, task }];
  });
  if (known.length < LEAST) return [];
  return known.slice(0, MOST).map(({ path, task }, index) => {
    const inFile = step.targets.filter((target) => target.path === path);
    const targets = path === undefined ? step.targets : inFile.length > 0 ? inFile : [{ path }];
    const where = path === undefined ? "" : `, in ${path}`;
    return {
      id: `${step.id}.${index + 1}`,
      intent: `${step.intent}\nOnly this part now${where}: ${task.slice(0, LONGEST)}`,
      targets,
      check: step.check,
    };
  });
}

interface Item {
  file: string;
  task: string;
}

function fromJson(reply: string): Item[] | null {
  const json = /\{[\s\S]*\}/.exec(reply)?.[0];
  if (json === undefined) return null;
  try {
    const { tasks } = JSON.parse(json) as { tasks?: unknown };
    if (!Array.isArray(tasks)) return null;
    return tasks.flatMap((one: unknown): Item[] => {
      const { file, task } = (one ?? {}) as { file?: unknown; task?: unknown };
      return typeof file === "string" && typeof task === "string" ? [{ file, task: task.trim() }] : [];
    });
  } catch {
    // No JSON: it may be a list that has braces.
    return null;
  }
}

const ITEM = /^\s*(?:\d+[.)]|[-*])\s+(?:\*\*)?`?([\w./\\@-]+\.\w+)`?(?:\*\*)?\s*(?::|-|–|—)\s*(.+)$/;
const BARE = /^\s*\d+[.)]\s+(.+)$/;

function fromList(reply: string): Item[] {
  return reply.split("\n").flatMap((line): Item[] => {
    const [, file, task] = ITEM.exec(line) ?? [];
    if (file !== undefined && task !== undefined)
      return [{ file: file.replaceAll("\\", "/"), task: task.trim() }];
    const [, bare] = BARE.exec(line) ?? [];
    return bare === undefined ? [] : [{ file: "", task: bare.trim() }];
  });
}
