/** A code graph of texts, in memory. */
import type { CodeGraph } from "../../src/graph/graph.ts";
import { linksOf } from "../../src/graph/link/links.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";
import { memoryIndex } from "../harness/memory-index.ts";

/** `gone` are files that were indexed and can no longer be read. */
export async function graphOf(files: Record<string, string>, gone: string[] = []): Promise<CodeGraph> {
  const read = await Promise.all(Object.entries(files).map(([path, text]) => readFileRecord(path, text)));
  const index = memoryIndex(
    read.filter((record) => record !== null),
    (path) => Buffer.byteLength(files[path] ?? ""),
  );
  const textOf = (path: string): string | null => (gone.includes(path) ? null : (files[path] ?? null));
  return { index, links: linksOf(index, textOf), text: async (path) => textOf(path) };
}
