/** A file system of one megabyte, for tests of full disks. It needs a mount namespace of one's own; without one they skip. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const canMount =
  Bun.spawnSync(["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /mnt"], { stderr: "ignore" })
    .exitCode === 0;

/**
 * Runs a script with `root` on such a file system and gives what it prints as JSON. It has `node:fs`'s readdirSync, readFileSync,
 * writeFileSync, unlinkSync and existsSync; `fill` takes all room that is left by files named `fill...`, `empty` gives it back.
 */
export function onTinyDisk(script: string): unknown {
  const root = mkdtempSync(join(tmpdir(), "smallcode-tiny-"));
  const code = `
    import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
    const root = process.argv[1];
    const fill = () => {
      let n = 0;
      for (let size = 65536; size >= 1; size = size >> 1)
        for (;;) { try { writeFileSync(root + "/fill" + n++, "x".repeat(size)); } catch { unlinkSync(root + "/fill" + (n - 1)); break; } }
    };
    const empty = () => { for (const name of readdirSync(root)) if (name.startsWith("fill")) unlinkSync(root + "/" + name); };
    ${script}`;
  const run = Bun.spawnSync([
    "unshare",
    "-Urm",
    "sh",
    "-c",
    'mount -t tmpfs -o size=1m none "$1" && cd / && exec bun -e "$2" "$1"',
    "sh",
    root,
    code,
  ]);
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  return JSON.parse(run.stdout.toString());
}
