/**
 * One watched check in the folder given, on a layer over it; prints what came of it as JSON. `ways`: "any", "user" (namespaces of a
 * user alone) or "bare" (no layer). `line` is the check. The user's doing meanwhile is a program of its own, `theirs`, that runs
 * when the check has made `.smallcode/cache/now`; the check goes on when there is `.smallcode/cache/go`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { confinements, refuse } from "../../src/workspace/confine.ts";
import { childEnvironment, run, shellCommand } from "../../src/workspace/run.ts";
import { begin, edit, open } from "./tree.ts";

const [root = "", ways = "any", line = "true", theirs = "true", timeout = "20000"] = process.argv.slice(2);
const folder = realpathSync(tmpdir());
const layer = { folder, upper: folder, work: folder, stage: folder, cover: folder };
const places = {
  ...{ root, sealed: [], temporary: folder, coverTmp: false, devices: folder, home: null, writable: [] },
  cache: join(root, ".smallcode", "cache"),
  layer,
};
for (const way of confinements({ places, network: false, folder }))
  if ((ways === "bare" && way.layered) || (ways === "user" && !way.name.includes(" user"))) refuse(way);

const workspace = await open(root);
const turn = await begin(workspace);
await turn.protect();
await edit(workspace, turn, "ours.py", "ours\n");
const cache = join(root, ".smallcode", "cache");
let ran: { end: unknown; output: string; confinement: string } | null = null;
let over = false;
const user = async (): Promise<void> => {
  while (!over && !existsSync(join(cache, "now"))) await Bun.sleep(5);
  if (existsSync(join(cache, "now"))) execFileSync("sh", ["-c", theirs], { cwd: root });
  writeFileSync(join(cache, "go"), "");
};
const doing = user();
await turn.watch(async (place) => {
  ran = await run(shellCommand(line), {
    ...{ cwd: root, root, timeoutMs: Number(timeout), env: childEnvironment(process.env) },
    ...{ outputFile: join(root, ".smallcode", "out.txt"), sealed: [join(root, "ours.py")], layer: place },
  });
});
over = true;
await doing;
const cleaned = await turn.clean(["__pycache__/"], Number(timeout) < 20_000);
const reverted = process.argv[7] === "commit" ? await turn.commit() : await turn.revert([]);
await turn.close();
console.log(JSON.stringify({ ran, cleaned, reverted }));
