/** Graphers on real folders, with real worker processes, and what the index of one holds as plain values. */
import { onTestFinished } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CodeGraph, type Grapher, type GrapherOptions, openGrapher } from "../../src/graph/graph.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";

/** This program as a worker, from its sources. */
export const WORKER = [
  process.execPath,
  join(import.meta.dir, "..", "..", "src", "main.ts"),
  "--index-worker",
];

/** A grapher that ends with the test. It reads in this process, unless `worker` is given. */
export async function grapherOf(
  root: string,
  options: GrapherOptions & { ignore?: string[]; allowRead?: (path: string) => boolean } = {},
): Promise<Grapher> {
  const { ignore = [], allowRead = () => true, ...rest } = options;
  const opened = await openWorkspace(root, { ignore, allowWrite: () => false, allowRead });
  if (!opened.ok) throw new Error(opened.reason);
  const grapher = openGrapher(opened.workspace, rest);
  onTestFinished(() => grapher.close());
  return grapher;
}

/** Everything that an index says of its files, by path. */
export function contents({ index }: CodeGraph): Record<string, object> {
  return Object.fromEntries(
    index.files.map(({ path, kind, size }, id) => [
      path,
      { kind, size, definitions: index.definitionsIn(id), imports: index.importsIn(id) },
    ]),
  );
}

/** Paths of the files that hold a definition of this name. */
export const definers = ({ index }: CodeGraph, name: string): (string | undefined)[] =>
  index.definitionsNamed(name).map(({ file }) => index.files[file]?.path);

/** What a new grapher, which knows nothing, makes of the folder. */
export async function afresh(root: string): Promise<Record<string, object>> {
  const grapher = await grapherOf(root, { store: null });
  return contents(await grapher.current());
}

/** The running child processes of this one that are workers. */
export function workers(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const [, state, parent] = /\) (\w) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
        const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
        return Number(parent) === process.pid && state !== "Z" && command.includes("--index-worker");
      } catch (error) {
        // Gone between two looks.
        if (error instanceof Error && "code" in error) return false;
        throw error;
      }
    });
}

/** So many Python files of about 4 KB that are quickly read; from 70 on they are too much for one process. */
export function manyFiles(count: number): Record<string, string> {
  const words = `"""\n${"Some words about what is done here.\n".repeat(100)}"""\n`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, file) => [
      `pkg${file % 7}/module_${file}.py`,
      `${words}${[0, 1, 2, 3, 4].map((n) => `def work_${file}_${n}(value):\n    return help_${n}(value)\n`).join("\n")}`,
    ]),
  );
}
