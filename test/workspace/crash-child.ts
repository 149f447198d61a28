/**
 * A process to be killed: it runs turn after turn on the folder given as its argument. State n of the tree is
 * `stateOf(n)`; each line "at N" or "toward N" on stdout says which whole state the tree has, or is on its way to.
 */
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  openWorkspace,
  redo,
  type Transaction,
  undo,
  type Workspace,
} from "../../src/workspace/workspace.ts";

/** The files of state n: one is rewritten each time, one of four comes or goes, one is never touched. */
export function stateOf(n: number): Record<string, [string, number]> {
  const files: Record<string, [string, number]> = {
    "counter.sh": [`${n}\n${"line\n".repeat(200 + (n % 7))}`, 0o755],
    "quiet/still.txt": ["still\n", 0o640],
  };
  for (let i = 0; i < 4; i += 1) {
    const flips = Math.floor((n + 3 - i) / 4);
    if (flips % 2 === 1) files[`made/${i}/file.txt`] = [`slot ${i}\nend`, 0o644];
  }
  return files;
}

/** Turns the tree from state `from` into state `to` by one batch of changes. */
async function change(workspace: Workspace, turn: Transaction, to: number): Promise<void> {
  const goal = stateOf(to);
  const paths = new Set([...Object.keys(goal), ...(await workspace.list())]);
  const changes = [];
  for (const path of paths) {
    const read = await workspace.read(path);
    const text = goal[path]?.[0] ?? null;
    if ((read.ok ? read.file.text : null) === text) continue;
    changes.push({ path, text, base: read.ok ? read.file.hash : null });
  }
  const applied = await turn.apply(changes);
  if (!applied.ok) throw new Error(applied.reason);
}

const say = (word: string, n: number): void => {
  writeSync(1, `${word} ${n}\n`);
};

async function main(root: string): Promise<void> {
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => true });
  if (!opened.ok) throw new Error(opened.reason);
  const { workspace } = opened;
  for (let n = Number.parseInt(readFileSync(join(root, "counter.sh"), "utf8"), 10); ; n += 1) {
    say("at", n);
    const begun = await workspace.begin("crash");
    if (!begun.ok) throw new Error(begun.reason);
    const turn = begun.transaction;
    await turn.protect();
    await change(workspace, turn, n + 4);
    await turn.watch(async () => undefined);
    await turn.clean([]);
    await turn.revert([]);
    await change(workspace, turn, n + 1);
    say("toward", n + 1);
    await turn.commit();
    say("at", n + 1);
    if (n % 2 === 1) continue;
    say("toward", n);
    const undone = await undo(root);
    if (!undone.ok) throw new Error(undone.reason);
    say("at", n);
    say("toward", n + 1);
    const redone = await redo(root);
    if (!redone.ok) throw new Error(redone.reason);
  }
}

if (import.meta.main) await main(process.argv[2] ?? "");
