/**
 * What has been learnt of models on servers, kept below the user's cache folder: one small file for each server, model and
 * version. A file that cannot be read, is of another form or of something else is as good as none, and is written anew.
 */
import { join } from "node:path";
import { z } from "zod";
import { layFile } from "../workspace/companion.ts";
import { type Profile, Traits } from "./profile.ts";

/** Raised whenever what is kept changes its form or its meaning. */
const FORM = 1;

/** What a profile is of. */
const Key = z.object({
  server: z.string(),
  /** Of a server that is not known; "" for the others, whose version says enough. */
  endpoint: z.string(),
  version: z.string().nullable(),
  model: z.string(),
  /** A hash of the chat template, or "" where there is none to be seen. */
  template: z.string(),
});
type Key = z.infer<typeof Key>;

/** What was tried or learnt, and no more: what the server tells is read anew each time. */
const Learnt = Traits.partial();
export type Learnt = z.infer<typeof Learnt>;

const Kept = z.object({ v: z.literal(FORM), key: Key, traits: Learnt });

/** A folder of profiles, and the one that is meant; `folder: null` where nothing is to be kept. */
export interface Shelf {
  folder: string | null;
  key: Key;
}

const hash = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16);

/** Where the traits of this profile are kept. */
export function shelfOf(
  folder: string | null,
  of: Pick<Profile, "server" | "version" | "model" | "template"> & { endpoint: string },
): Shelf {
  const { server, version, model, template } = of;
  const endpoint = server === "unknown" ? of.endpoint : "";
  return { folder, key: { server, endpoint, version, model, template: template ? hash(template) : "" } };
}

/** Named for people, found by the hash. */
function fileOf(folder: string, key: Key): string {
  const model = key.model
    .replace(/^.*[/\\]/, "")
    .replace(/[^\w.-]+/g, "_")
    .slice(0, 60);
  return join(folder, `${key.server}-${model}-${hash(JSON.stringify(key))}.json`);
}

/** What is kept of it; null where nothing is. */
export async function keptTraits({ folder, key }: Shelf): Promise<Learnt | null> {
  if (folder === null) return null;
  try {
    const kept = Kept.safeParse(await Bun.file(fileOf(folder, key)).json());
    return kept.success && Bun.deepEquals(kept.data.key, key) ? kept.data.traits : null;
  } catch {
    // Not there, no permission, or no JSON: it will be made again.
    return null;
  }
}

/** Keeps the traits, whole or not at all; false where the folder cannot be written, which stops nothing. */
export function keepTraits({ folder, key }: Shelf, traits: Learnt): boolean {
  if (folder === null) return false;
  try {
    const kept: z.infer<typeof Kept> = { v: FORM, key, traits: Learnt.parse(traits) };
    layFile(fileOf(folder, key), `${JSON.stringify(kept)}\n`);
    return true;
  } catch (error) {
    if (error instanceof z.ZodError) throw error;
    return false;
  }
}

/**
 * Adds what has been learnt of a profile to what is kept of it. False where nothing came of that: the folder cannot be written,
 * or a server of unknown make has not been tried yet.
 */
export async function rememberFacts(
  folder: string | null,
  profile: Profile & { endpoint: string },
  learnt: Learnt,
): Promise<boolean> {
  const shelf = shelfOf(folder, profile);
  const kept = await keptTraits(shelf);
  if (kept === null && profile.server === "unknown") return false;
  return keepTraits(shelf, { ...kept, ...learnt });
}
