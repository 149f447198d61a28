/** From a proposed change to a step that can be journalled: the walls, the permission and the file's bytes are checked first. */
import { readFileSync, type Stats } from "node:fs";
import { relative } from "node:path";
import type { Change, Failed } from "../types.ts";
import type { Blobs } from "./blobs.ts";
import { decode, whyNotText } from "./encoding.ts";
import { encode, hashOf, MAX_TEXT_BYTES } from "./files.ts";
import type { Step } from "./journal.ts";
import { keep } from "./kept.ts";
import type { Entry } from "./snapshot.ts";
import { locate, lstatOrNull } from "./walls.ts";

/** `folder`: the turn's, where ours is kept when the file is not what the change was made from. */
export interface PrepareParts {
  root: string;
  folder: string;
  blobs: Blobs;
  allowWrite: (path: string) => boolean;
  /** What was at a path before the turn touched it; null: nothing; undefined: the turn has not touched it. */
  origin: (path: string) => Entry | null | undefined;
}

/**
 * What a new file takes line ends, BOM and mode from: the file the change names, or itself as it was before the turn removed
 * it. Null where there is neither.
 */
function likeness(path: string, like: string | undefined, parts: PrepareParts): Likeness | null {
  if (like === undefined) {
    const entry = parts.origin(path);
    const bytes = entry && !entry.link ? parts.blobs.get(entry.hash) : null;
    return entry && bytes ? { bytes, mode: entry.mode } : null;
  }
  const at = locate(parts.root, like);
  const stat = at.ok ? (lstatOrNull(at.absolute) as Stats | null) : null;
  return at.ok && stat?.isFile() ? { bytes: readFileSync(at.absolute), mode: stat.mode & 0o7777 } : null;
}

interface Likeness {
  bytes: Uint8Array;
  mode: number;
}

/**
 * The step a change stands for, with both contents in the blobs and on the disk, or a refusal in one sentence. Throws
 * what the disk refuses.
 */
export function prepare(change: Change, parts: PrepareParts): Step | Failed {
  const { root, blobs, folder, allowWrite } = parts;
  const at = locate(root, change.path);
  if (!at.ok) return at;
  const refuse = (why: string): Failed => ({ ok: false, reason: `${change.path} ${why}` });
  if (!allowWrite(at.path)) return refuse("may not be written: no permission covers it.");
  const stat = lstatOrNull(at.absolute) as Stats | null;
  if (stat && !stat.isFile()) return refuse("is a folder or a special file; name a file.");
  if (!stat && change.base !== null) return refuse("no longer exists; it was left alone.");
  if (stat && change.base === null) return refuse("exists already; change it instead of creating it.");
  if (stat && stat.size > MAX_TEXT_BYTES) return refuse("is larger than 2 MB and was left alone.");
  const bytes = stat && readFileSync(at.absolute);
  if (bytes && hashOf(bytes) !== change.base) {
    const ours = relative(root, keep(folder, at.path, Buffer.from(change.text ?? "")));
    return refuse(`was changed by someone else since it was read and was left alone; ours is in ${ours}.`);
  }
  if (bytes && decode(bytes) === null) return refuse(whyNotText(bytes));
  const model = bytes && stat ? { bytes, mode: stat.mode & 0o7777 } : likeness(at.path, change.like, parts);
  const mode = model?.mode ?? 0o666 & ~process.umask();
  const entry = (content: Uint8Array): Entry => ({ hash: blobs.put(content, true), mode, link: false });
  const fresh = change.text === null ? null : encode(change.text, model?.bytes ?? null);
  if (fresh?.ok === false) return refuse(fresh.reason);
  return { path: at.path, before: bytes && entry(bytes), after: fresh && entry(fresh.bytes) };
}
