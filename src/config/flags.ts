/**
 * The values that the command line can set, as plain data. `cli/args.ts` fills them in and `config.ts` lays them over
 * the other sources. Absent means not given. Nothing heavy is imported here: `--help` has to start at once.
 */
import type { Rung } from "../types.ts";
import type { EscalationMode } from "./escalation.ts";

/** One of Deno's grants: `true` for everything, or the commands or paths as they were written. */
export type GrantFlag = true | string[];

/** What belongs to `graph` alone. */
export interface GraphFlags {
  max?: number;
  regex?: boolean;
  why?: boolean;
  tokens?: number;
  html?: string;
}

export interface Flags {
  endpoint?: string;
  model?: string;
  rung?: Rung;
  check?: string;
  noCheck?: boolean;
  cwd?: string;
  /** For `engine install` alone: the archive or folder with its packages. */
  from?: string;
  graph?: GraphFlags;
  json?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  showPrompt?: boolean;
  intent?: "ask" | "edit";
  maxTimeMs?: number;
  checkTimeMs?: number;
  maxTokens?: number;
  maxAttempts?: number;
  /** Lays itself over the mode of the user's file; it names no model. */
  escalation?: EscalationMode;
  /** For `stats` alone: every folder that is trusted. */
  all?: boolean;
  seed?: number;
  verbose?: boolean;
  allowRun?: GrantFlag;
  allowWrite?: GrantFlag;
  allowRead?: GrantFlag;
  denyRun?: GrantFlag;
  denyWrite?: GrantFlag;
  denyRead?: GrantFlag;
}
