/**
 * The walls of a workspace: which paths may be named at all, and the plain words for what the disk refuses. Every
 * path that comes from a model, a person or a journal passes `locate` before a byte is read or written.
 */
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, posix, relative } from "node:path";
import type { Result } from "../types.ts";

/** The folder of a workspace that belongs to SmallCode; it ignores itself for git. */
export const STATE_FOLDER = ".smallcode";

/** How a file that is about to take another's place is called while it is being written. */
export const STAGED_SUFFIX = ".smallcode-tmp";

const SECRET_NAMES = [
  /^\.env/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /^\.(netrc|pgpass|npmrc|pypirc|git-credentials|htpasswd|dockercfg|vault-token)$/,
  /^(credentials|secrets?)(\.(json|ya?ml|toml|ini|cfg|csv|txt))?$/,
  /^(client_secret|service[-_]?account).*\.json$/,
];
const SECRET_FOLDERS = new Set([".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"]);

/** Whether a path names a file that holds keys or passwords by convention; such files are never listed or read. */
export function isSecret(path: string): boolean {
  const parts = path.toLowerCase().split("/");
  const name = parts.at(-1) ?? "";
  if (name.endsWith(".pub")) return false;
  return (
    SECRET_NAMES.some((pattern) => pattern.test(name)) ||
    parts.some((part, index) => (index < parts.length - 1 && SECRET_FOLDERS.has(part)) || part === ".env")
  );
}

/** Whether the path lies in git's folder (anywhere) or in SmallCode's own. */
export function isReserved(path: string): boolean {
  const parts = path.toLowerCase().split("/");
  return parts[0] === STATE_FOLDER || parts.includes(".git");
}

/** Errors of the operating system carry a code; anything else is a bug and must not be swallowed. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  throw error;
}

const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is larger than this process may write",
  EROFS: "the file system is read-only",
  EACCES: "permission was denied",
  EPERM: "permission was denied",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its symbolic links go round in a circle",
  EMFILE: "too many files are open",
  EIO: "the disk reported an error",
};

/** What the disk refused, in words that follow "because". Throws what is not an error of the operating system. */
export function diskReason(error: unknown): string {
  const code = errorCode(error);
  return REASONS[code] ?? `the system answered ${code}`;
}

/** The stat of what is at this absolute path itself (links are not followed), or null where nothing is. */
export function lstatOrNull(absolute: string): ReturnType<typeof lstatSync> | null {
  try {
    return lstatSync(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** Whether a folder above a path is a symbolic link: what is behind it is not the workspace's. */
export function isBehindLink(root: string, path: string): boolean {
  const parts = path.split("/");
  return parts.some(
    (_, n) => n > 0 && lstatOrNull(join(root, ...parts.slice(0, n)))?.isSymbolicLink() === true,
  );
}

/** The real place of a path whose last parts need not exist; null where a link leads to nothing. */
function realPlace(absolute: string): string | null {
  const missing: string[] = [];
  for (let head = absolute; ; head = dirname(head)) {
    try {
      return join(realpathSync(head), ...missing);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      if (lstatOrNull(head) !== null) return null;
      missing.unshift(basename(head));
    }
  }
}

/**
 * Checks a path against the walls and gives its one canonical spelling, with links inside the workspace resolved.
 * `root` must be a real path. Refuses absolute paths, "..", links that lead out, and what is reserved or secret.
 */
export function locate(root: string, path: string): Result<{ path: string; absolute: string }> {
  const refuse = (why: string): { ok: false; reason: string } => ({ ok: false, reason: `${path}: ${why}` });
  if (path.trim() === "" || path.includes("\0")) return { ok: false, reason: "A file path is needed." };
  if (path.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(path))
    return refuse("is an absolute path; give it relative to the workspace.");
  const plain = posix.normalize(path);
  if (plain === ".." || plain.startsWith("../")) return refuse("lies outside the workspace.");
  if (plain === "." || plain.endsWith("/")) return refuse("is a folder; name a file.");
  if (isReserved(plain)) return refuse("is not part of the project's files.");
  if (isSecret(plain)) return refuse("may hold secrets and is never read or written.");
  try {
    const absolute = realPlace(join(root, plain));
    if (absolute === null) return refuse("is a symbolic link that leads to nothing.");
    const inside = relative(root, absolute);
    if (inside === ".." || inside.startsWith("../")) return refuse("leads outside the workspace.");
    if (isReserved(inside) || inside === "")
      return refuse("leads to what is not part of the project's files.");
    if (isSecret(inside)) return refuse("leads to a file that may hold secrets.");
    return { ok: true, path: inside, absolute };
  } catch (error) {
    return refuse(`cannot be used because ${diskReason(error)}.`);
  }
}
