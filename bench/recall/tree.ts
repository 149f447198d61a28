/** The tree of a commit: its files' texts, and its graph, made of records that are kept from commit to commit by their blobs. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CodeGraph } from "../../src/graph/graph.ts";
import type { FileRecord } from "../../src/graph/index/record.ts";
import { linksOf } from "../../src/graph/link/links.ts";
import { languageOf } from "../../src/graph/syntax/languages.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";
import { memoryIndex } from "../../test/harness/memory-index.ts";
import { git } from "./commits.ts";

const records = new Map<string, FileRecord | null>();
const texts = new Map<string, string>();

/** Forgets what was kept of one history. */
export function forget(): void {
  records.clear();
  texts.clear();
}

/** Reads the texts of blobs that are not known yet, in one process. */
function readBlobs(gitDir: string, blobs: string[]): void {
  const fresh = [...new Set(blobs)].filter((blob) => !texts.has(blob));
  if (fresh.length === 0) return;
  const { stdout } = spawnSync("git", [`--git-dir=${gitDir}`, "cat-file", "--batch"], {
    input: fresh.join("\n"),
    maxBuffer: 1 << 30,
  });
  let at = 0;
  for (const blob of fresh) {
    const end = stdout.indexOf(10, at);
    const size = Number(stdout.toString("utf8", at, end).split(" ")[2]);
    texts.set(blob, stdout.toString("utf8", end + 1, end + 1 + size).replaceAll("\r\n", "\n"));
    at = end + size + 2;
  }
}

export interface Tree {
  /** All of its files. */
  paths: string[];
  graph: CodeGraph;
}

export async function treeOf(gitDir: string, commit: string): Promise<Tree> {
  const rows = git(gitDir, "ls-tree", "-r", "-z", commit)
    .split("\0")
    .flatMap((row) => {
      const [, blob = "", path = ""] = /^100\d+ blob (\w+)\t(.*)$/s.exec(row) ?? [];
      return path === "" ? [] : [{ path, blob }];
    });
  const code = rows.filter(({ path }) => languageOf(path) !== null);
  readBlobs(
    gitDir,
    code.map(({ blob }) => blob),
  );
  const found: FileRecord[] = [];
  const blobs = new Map<string, string>();
  for (const { path, blob } of code) {
    const key = `${blob} ${path}`;
    if (!records.has(key)) records.set(key, await readFileRecord(path, texts.get(blob) ?? ""));
    const record = records.get(key) ?? null;
    if (record === null) continue;
    found.push(record);
    blobs.set(path, blob);
  }
  const textOf = (path: string): string | null => texts.get(blobs.get(path) ?? "") ?? null;
  const index = memoryIndex(found, (path) => textOf(path)?.length ?? 0);
  return {
    paths: rows.map(({ path }) => path),
    graph: { index, links: linksOf(index, () => null), text: async (path) => textOf(path) },
  };
}

/** Lays a commit's files into a folder, changing only what differs from the commit that lies there. */
export function layOut(gitDir: string, commit: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(
    "git",
    [`--git-dir=${gitDir}`, `--work-tree=${folder}`, "read-tree", "-u", "--reset", commit],
    { env: { ...process.env, GIT_INDEX_FILE: join(folder, "..", "index") }, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`git read-tree: ${stderr}`);
}
