/**
 * What is known of one model on one server: what the handshake read, what its probes tried, what requests have shown since.
 * Facts that nobody could tell are null; whoever needs one then assumes the worse.
 */
import { z } from "zod";
import { Rung } from "../types.ts";
import type { ServerKind } from "./servers.ts";

/** How a chat template treats the roles of messages. `system`: it shows a message of that role. `alternate`: user and assistant must take turns. */
export const Roles = z.object({ system: z.boolean(), alternate: z.boolean() });
export type Roles = z.infer<typeof Roles>;

export const Profile = z.object({
  server: z.enum(["llama.cpp", "ollama", "lmstudio", "vllm", "unknown"] satisfies ServerKind[]),
  /** As the server tells it. */
  version: z.string().nullable(),
  model: z.string(),
  /** Tokens of the window that one request gets: the one that is loaded, or (Ollama) the one that requests ask for. */
  window: z.int().nullable(),
  /** Tokens of the window as the server holds the model now; null where it does not hold it, or does not tell. */
  loaded: z.int().nullable(),
  /** The largest window the model was made for, in tokens. */
  most: z.int().nullable(),
  /** Requests that the server works on at once. */
  slots: z.int().nullable(),
  /** Replies from one reading of a prompt, see `Model.fan`. */
  fan: z.int(),
  /** The chat template; "" where the model has none. */
  template: z.string().nullable(),
  roles: Roles,
  /** Whether the model thinks before it answers: never, when asked, always. */
  thinking: z.enum(["never", "optional", "always"]).nullable(),
  /** Whether a streamed reply tells its counts of tokens. */
  usage: z.boolean().nullable(),
  /** Whether the server counts the tokens of a text. */
  tokenizer: z.boolean(),
  /** Whether a JSON schema binds the reply. */
  schema: z.boolean().nullable(),
  /** Whether `tools` reach the model. */
  tools: z.boolean().nullable(),
  /** Whether the server continues a prompt as it is, without a template. */
  completion: z.boolean().nullable(),
  /** Whether a prompt that leaves an earlier one in its middle finds what they share still read. Measured by `doctor`. */
  branching: z.boolean().nullable(),
  /** The rungs that this model can be asked on, best first; never empty. */
  rungs: z.array(Rung).min(1),
});
export type Profile = z.infer<typeof Profile>;

/** What is assumed of a server that tells nothing. */
export const UNKNOWN_PROFILE: Profile = {
  server: "unknown",
  version: null,
  model: "",
  window: null,
  loaded: null,
  most: null,
  slots: null,
  fan: 1,
  template: null,
  roles: { system: true, alternate: true },
  thinking: null,
  usage: null,
  tokenizer: false,
  schema: null,
  tools: null,
  completion: null,
  branching: null,
  rungs: ["schema", "text"],
};

/**
 * What stays true of a model on a server for as long as both stay the same: it is kept on disk (`profiles.ts`). The
 * window, the slots and all else that a restart changes is read anew each time.
 */
export const Traits = Profile.pick({
  roles: true,
  thinking: true,
  usage: true,
  tokenizer: true,
  schema: true,
  tools: true,
  completion: true,
  branching: true,
});
export type Traits = z.infer<typeof Traits>;

/** The rungs for a model, best first. `base`: it only continues text. A schema is believed in until it is known not to bind. */
export function rungsOf(traits: Pick<Traits, "schema" | "tools" | "completion">, base: boolean): Rung[] {
  if (base) return ["plain"];
  const rungs: Rung[] = traits.schema === false ? [] : ["schema"];
  if (traits.tools === true) rungs.push("native");
  rungs.push("text");
  if (traits.completion === true) rungs.push("plain");
  return rungs;
}
