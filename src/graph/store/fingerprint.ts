/** What a stored graph depends on besides the sources: a graph with another fingerprint is made anew. */
import { EMBEDDED } from "../../../grammars/embedded.ts";
import { GRAMMARS } from "../../../grammars/manifest.ts";
import { EXTRACTION } from "../index/record.ts";
import { FORMAT, shardHash } from "./shards.ts";

let known: string | null = null;

/** A hash over the format of the shards, the version of the extraction, every grammar and every query. */
export function fingerprint(): string {
  const queries = GRAMMARS.map(({ id }) => EMBEDDED[id]?.query ?? "");
  known ??= shardHash(JSON.stringify([FORMAT, EXTRACTION, GRAMMARS, queries]));
  return known;
}
