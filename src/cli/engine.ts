/** `smallcode engine install [--from ARCHIVE]` and `engine packages`: the only commands that may fetch anything, and only when told to. */
import { resolve } from "node:path";
import { environment, type Host } from "../config.ts";
import { PACKAGE_FILES, pins } from "../model/engine/packages.ts";
import type { Result } from "../types.ts";
import { layTexts, replaceFolder, runInstaller, unpack } from "../workspace/unpack.ts";
import type { ParsedArgs } from "./args.ts";
import { complain, SENTENCE } from "./complain.ts";
import { engineFolder } from "./reach.ts";
import { oneLine } from "./sanitize.ts";

const INSTALL = ["install", "--frozen-lockfile", "--ignore-scripts", "--omit=optional", "--production"];

/** With the package manager inside the program, which knows the user's own registry and proxy; the lock file's hashes hold. */
async function fetchPackages(folder: string, host: Host): Promise<Result<object>> {
  layTexts(folder, PACKAGE_FILES);
  const given = Object.entries(host.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  const env = { ...Object.fromEntries(given), BUN_BE_BUN: "1" };
  const done = await runInstaller([process.execPath, ...INSTALL], { cwd: folder, env });
  if (done.ok) return done;
  return {
    ok: false,
    reason: `The engine's packages cannot be fetched (${done.reason}): without a network, use --from ARCHIVE.`,
  };
}

/** Gives the exit code. */
export async function runEngineCommand(parsed: Extract<ParsedArgs, { command: "engine" }>): Promise<number> {
  const host = environment();
  const packages = pins(process.platform, process.arch);
  if (parsed.what === "packages") {
    const needed = packages.filter(({ optional }) => !optional).map(({ id }) => id);
    process.stdout.write(`${[...new Set(needed)].join("\n")}\n`);
    return 0;
  }
  const folder = engineFolder(host);
  if (folder === null)
    return complain("There is no home folder to install the engine in: set XDG_DATA_HOME.", 2);
  const { from } = parsed.flags;
  if (from === undefined) process.stderr.write("Fetching the engine's packages...\n");
  const done = await replaceFolder(folder, (draft) =>
    from === undefined ? fetchPackages(draft, host) : unpack(resolve(from), packages, draft),
  );
  if (!done.ok) return complain(done.reason, 1);
  process.stdout.write(
    `The engine is installed in ${oneLine(folder, SENTENCE)}: use it with --model FILE.gguf.\n`,
  );
  return 0;
}
