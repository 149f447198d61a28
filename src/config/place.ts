/**
 * Where SmallCode keeps a user's own files, by the XDG base directories and each platform's equivalents, and what it
 * remembers there: the folders whose checks may run.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, readlink, realpath, rename, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { Result } from "../types.ts";

/** The surroundings of the process as values, so that everything below can be tried with others. */
export interface Host {
  env: Record<string, string | undefined>;
  home: string | null;
  platform: string;
}

/** An absolute path from the environment; a relative one is ignored, as the XDG specification asks. */
function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}

function base(host: Host, xdg: string, windows: string, home: string): string | null {
  const set = absolute(host.env[xdg]) ?? (host.platform === "win32" ? absolute(host.env[windows]) : null);
  if (set !== null) return join(set, "smallcode");
  if (host.home === null || !isAbsolute(host.home)) return null;
  return host.platform === "darwin"
    ? join(host.home, "Library", "Application Support", "smallcode")
    : join(host.home, home, "smallcode");
}

/** The user's settings file; null where there is no home. It need not exist. */
export function userConfigPath(host: Host): string | null {
  const folder = base(host, "XDG_CONFIG_HOME", "APPDATA", ".config");
  return folder === null ? null : join(folder, "config.json");
}

/** The folder for what SmallCode remembers about this user; null where there is no home. It need not exist. */
export function userStatePath(host: Host): string | null {
  return base(host, "XDG_STATE_HOME", "LOCALAPPDATA", join(".local", "state"));
}

/** The folder for what SmallCode installs for this user; null where there is no home. It need not exist. */
export function userDataPath(host: Host): string | null {
  return base(host, "XDG_DATA_HOME", "LOCALAPPDATA", join(".local", "share"));
}

/** The folder for what can be made again; null where there is no home. It need not exist. */
export function userCachePath(host: Host): string | null {
  return base(host, "XDG_CACHE_HOME", "LOCALAPPDATA", ".cache");
}

/** Where a link points, as an absolute path; null where `path` is no link. */
async function linkTarget(path: string): Promise<string | null> {
  try {
    return resolve(dirname(path), await readlink(path));
  } catch {
    // Not a link, or not there: nothing to follow.
    return null;
  }
}

/** Where a write to `path` would land: every link followed, also one whose target is not there yet. Throws on a link that leads to itself. */
export async function realPath(path: string): Promise<string> {
  const rest: string[] = [];
  let at = resolve(path);
  for (let links = 0; links < 40; ) {
    try {
      return join(await realpath(at), ...rest);
    } catch (error) {
      const target = await linkTarget(at);
      if (target === null && dirname(at) === at) throw error;
      if (target === null) rest.unshift(basename(at));
      else links += 1;
      at = target ?? dirname(at);
    }
  }
  throw new Error(`${path} is a link that leads to itself`);
}

/** One file a folder, named by the folder's hash: two processes that trust at once cannot lose each other's entry. */
async function entryOf(root: string, state: string): Promise<{ folder: string; file: string }> {
  const folder = await realPath(root);
  return {
    folder,
    file: join(state, "trusted", createHash("sha256").update(folder).digest("hex").slice(0, 32)),
  };
}

/** Whether the user has said that this very folder's checks may run. Folders inside it are not meant. */
export async function isTrusted(root: string, state: string | null): Promise<boolean> {
  if (state === null) return false;
  const { folder, file } = await entryOf(root, state);
  try {
    return (await readFile(file, "utf8")) === `${folder}\n`;
  } catch {
    // Unreadable or absent: not trusted, and the question will be asked.
    return false;
  }
}

/** The folders that are trusted, in no order; those that are gone since are among them. */
export async function trustedFolders(state: string | null): Promise<string[]> {
  if (state === null) return [];
  const folder = join(state, "trusted");
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const texts = await Promise.all(
    names.filter((name) => /^[0-9a-f]{32}$/.test(name)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return texts.map((text) => text.trimEnd()).filter((path) => isAbsolute(path));
}

/** Remembers that this folder's checks may run. */
export async function trust(root: string, state: string | null): Promise<Result<{ file: string }>> {
  if (state === null) {
    return {
      ok: false,
      reason: "The folder cannot be remembered as trusted because there is no home folder.",
    };
  }
  const { folder, file } = await entryOf(root, state);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, `${folder}\n`, { mode: 0o600 });
    await rename(draft, file);
    return { ok: true, file };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `The folder cannot be remembered as trusted: ${why}.` };
  }
}
