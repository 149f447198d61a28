/** Packages of known content, unpacked into a folder: all of them or nothing. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Result } from "../types.ts";

export interface Part {
  id: string;
  path: string;
  integrity: string;
  optional: boolean;
}

/** Makes `folder` through a draft beside it, which `fill` fills; what was there is replaced only where that went well. */
export async function replaceFolder(
  folder: string,
  fill: (draft: string) => Promise<Result<object>>,
): Promise<Result<object>> {
  const draft = `${folder}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true, mode: 0o700 });
    const filled = await fill(draft);
    if (!filled.ok) return filled;
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { ok: false, reason: `${folder} cannot be written: ${error.message}.` };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Puts texts into a folder, by file name. */
export function layTexts(folder: string, texts: Record<string, string>): void {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
}

/** The .tgz files of a folder, or of an archive (.tar, .tar.gz, .tgz) of such files. */
async function* tarballs(from: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (statSync(from).isDirectory()) {
    for (const name of readdirSync(from))
      if (name.endsWith(".tgz")) yield new Uint8Array(readFileSync(join(from, name)));
    return;
  }
  const files = await new Bun.Archive(new Uint8Array(readFileSync(from))).files();
  for (const [name, file] of files) if (name.endsWith(".tgz")) yield new Uint8Array(await file.arrayBuffer());
}

async function unpackOne(tarball: Uint8Array<ArrayBuffer>, folder: string): Promise<void> {
  for (const [name, file] of await new Bun.Archive(tarball).files()) {
    // The first folder's name is the packer's own choice.
    const path = name.split("/").slice(1).join("/");
    if (path === "" || path.split("/").includes("..")) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), new Uint8Array(await file.arrayBuffer()));
  }
}

/** Unpacks each part from the tarball with its hash; a tarball that is no part is left alone. */
export async function unpack(from: string, parts: Part[], folder: string): Promise<Result<object>> {
  if (!existsSync(from)) return { ok: false, reason: `There is no ${from}.` };
  const missing = new Set(parts);
  try {
    for await (const tarball of tarballs(from)) {
      const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
      for (const part of parts.filter((one) => one.integrity === integrity)) {
        await unpackOne(tarball, join(folder, part.path));
        missing.delete(part);
      }
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: `${from} cannot be unpacked: ${error.message}.` };
  }
  const needed = [...missing].filter(({ optional }) => !optional).map(({ id }) => id);
  if (needed.length === 0) return { ok: true };
  const more = needed.length > 3 ? ` and ${needed.length - 3} more` : "";
  return {
    ok: false,
    reason: `${from} lacks ${needed.slice(0, 3).join(", ")}${more}, or has other files under these names than the pinned ones.`,
  };
}

/** Runs a command of ours to its end in a folder of ours; its output is told where it fails. */
export async function runInstaller(
  command: string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<Result<object>> {
  const child = Bun.spawn(command, { ...options, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exit === 0) return { ok: true };
  const said = `${err}\n${out}`.split("\n").find((line) => /error/i.test(line)) ?? `it ended with ${exit}`;
  return {
    ok: false,
    reason: said
      .trim()
      .replace(/^error:\s*/i, "")
      .replace(/\.$/, ""),
  };
}
