/**
 * Settings: defaults < the user's file < the project's `smallcode.json` < environment < flags. This file and `main.ts`
 * are the only readers of the environment. Every setting remembers where it comes from, and a key goes only to the
 * endpoint that it came with.
 */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Connection, connection } from "./config/connection.ts";
import { type Escalation, escalation } from "./config/escalation.ts";
import { type ProjectFile, readProjectFile, readUserFile, type UserFile } from "./config/file.ts";
import type { Flags, GrantFlag } from "./config/flags.ts";
import { type Layer, type Pick, picker, SettingError, type Sources } from "./config/layers.ts";
import { MECHANISMS, type Mechanisms, readMechanisms } from "./config/mechanisms.ts";
import { type Host, realPath, userConfigPath } from "./config/place.ts";

export { formatDuration } from "./config/duration.ts";
export type { Escalation, EscalationMode, Price, StrongerModel } from "./config/escalation.ts";
export type { Flags, GrantFlag } from "./config/flags.ts";
export { staysNear } from "./config/hosts.ts";
export type { Sources } from "./config/layers.ts";
export {
  type Host,
  isTrusted,
  realPath,
  trust,
  trustedFolders,
  userCachePath,
  userConfigPath,
  userDataPath,
  userStatePath,
} from "./config/place.ts";

/** What is allowed and what is not; a denial wins. Paths are real and absolute; commands are as they were written. */
export interface Grant {
  allow: GrantFlag;
  deny: GrantFlag;
}
export interface Permissions {
  run: Grant;
  write: Grant;
  read: Grant;
}

export interface Settings {
  /** Whom to ask. Without an endpoint the usual local ports are tried; without a model the endpoint's own. */
  connection: Connection;
  /** What proves a change: the command of this call, the project's named commands, or nothing at all (`waived`). */
  checks: { command: string | null; project: { id: string; command: string }[]; waived: boolean };
  workspace: {
    /** Absolute and real. */
    root: string;
    /** Globs of files to leave alone, besides what git ignores. */
    ignore: string[];
  };
  limits: {
    /** The whole turn. */
    maxTimeMs: number;
    /** Generated tokens in the whole turn; null: no limit. */
    maxTokens: number | null;
    /** Candidates judged in the whole turn; null: no limit but those of the steps. */
    maxAttempts: number | null;
    /** One run of one check. */
    checkTimeMs: number;
    /** How long an endpoint may send nothing. */
    silenceMs: number;
  };
  /** Whom else to ask, and when. */
  escalation: Escalation;
  mode: {
    /** null: decided from the task. */
    intent: "ask" | "edit" | null;
    json: boolean;
    /** Answers every question with yes. */
    yes: boolean;
    dryRun: boolean;
    showPrompt: boolean;
    verbose: boolean;
    /** Where the random numbers of every request start; null: only samples get one, and that from their place in the turn. */
    seed: number | null;
  };
  /** For the bench alone: all on, unless SMALLCODE_MECHANISMS says otherwise. */
  mechanisms: Mechanisms;
  permissions: Permissions;
  /** `color`: it is wanted, where the stream is a terminal. `dumb`: the terminal takes no escape codes at all. */
  terminal: { color: boolean; dumb: boolean };
}

export type Loaded = { ok: true; settings: Settings; sources: Sources } | { ok: false; reason: string };

/** The process's own surroundings. */
export function environment(): Host {
  return { env: process.env, home: homedir() || null, platform: process.platform };
}

interface Inputs {
  flags: Flags;
  env: (name: string) => string | undefined;
  cwd: string;
  root: string;
  user: UserFile;
  userPath: string;
  project: ProjectFile;
  projectPath: string;
}

function limits({ flags, user, userPath, project, projectPath }: Inputs, pick: Pick): Settings["limits"] {
  const layers = (name: keyof NonNullable<UserFile["limits"]>): Layer<number>[] => [
    [projectPath, project.limits?.[name]],
    [userPath, user.limits?.[name]],
  ];
  return {
    maxTimeMs: pick("limits.maxTime", [["--max-time", flags.maxTimeMs], ...layers("maxTime")], 30 * 60_000),
    maxTokens: pick("limits.maxTokens", [["--max-tokens", flags.maxTokens], ...layers("maxTokens")], null),
    maxAttempts: pick(
      "limits.maxAttempts",
      [["--max-attempts", flags.maxAttempts], ...layers("maxAttempts")],
      null,
    ),
    checkTimeMs: pick(
      "limits.checkTime",
      [["--check-time", flags.checkTimeMs], ...layers("checkTime")],
      300_000,
    ),
    silenceMs: pick("limits.silence", layers("silence"), 300_000),
  };
}

/** Everything that either source allows or denies: a flag adds to the file. */
function both(a: GrantFlag | undefined, b: GrantFlag | undefined): GrantFlag {
  return a === true || b === true ? true : [...(a ?? []), ...(b ?? [])];
}

async function realPaths(folder: string, grant: GrantFlag | undefined): Promise<GrantFlag | undefined> {
  if (grant === undefined || grant === true) return grant;
  return Promise.all(
    grant.map(async (path) => {
      try {
        return await realPath(resolve(folder, path));
      } catch {
        throw new SettingError(
          `The path ${resolve(folder, path)} in the permissions is a link that leads to itself.`,
        );
      }
    }),
  );
}

/** A path on the command line is taken from the process's folder, one in the user's file from the root. */
async function permissions(inputs: Inputs, sources: Sources): Promise<Permissions> {
  const { flags, user, userPath, cwd, root } = inputs;
  const own = user.permissions ?? {};
  const given = Object.keys(flags).some((name) => /^(allow|deny)/.test(name));
  const named = [given ? "flags" : null, user.permissions ? userPath : null].filter((name) => name !== null);
  sources.permissions = named.join(" and ") || "default";
  const paths = async (name: "allowWrite" | "denyWrite" | "allowRead" | "denyRead"): Promise<GrantFlag> =>
    both(await realPaths(cwd, flags[name]), await realPaths(root, own[name]));
  return {
    run: { allow: both(flags.allowRun, own.allowRun), deny: both(flags.denyRun, own.denyRun) },
    write: { allow: await paths("allowWrite"), deny: await paths("denyWrite") },
    read: { allow: await paths("allowRead"), deny: await paths("denyRead") },
  };
}

function mode(flags: Flags, pick: Pick): Settings["mode"] {
  return {
    intent: pick("mode.intent", [[`--${flags.intent ?? "ask"}`, flags.intent]], null),
    json: pick("mode.json", [["--json", flags.json]], false),
    yes: pick("mode.yes", [["--yes", flags.yes]], false),
    dryRun: pick("mode.dryRun", [["--dry-run", flags.dryRun]], false),
    showPrompt: pick("mode.showPrompt", [["--show-prompt", flags.showPrompt]], false),
    verbose: pick("mode.verbose", [["--verbose", flags.verbose]], false),
    seed: pick("mode.seed", [["--seed", flags.seed]], null),
  };
}

async function assemble(inputs: Inputs): Promise<{ settings: Settings; sources: Sources }> {
  const { flags, env, user, userPath, project, projectPath } = inputs;
  const sources: Sources = {};
  const pick = picker(sources);
  const named = Object.entries(project.checks ?? {}).map(([id, command]) => ({ id, command }));
  const noColor = env("NO_COLOR");
  const dumb = env("TERM") === "dumb" ? true : null;
  const mechanisms = readMechanisms(env(MECHANISMS));
  if (!mechanisms.ok) throw new SettingError(mechanisms.reason);
  const settings: Settings = {
    connection: connection(inputs, pick),
    checks: {
      command: pick("checks.command", [["--check", flags.check]], null),
      project: pick("checks.project", [[projectPath, project.checks && named]], []),
      waived: pick("checks.waived", [["--no-check", flags.noCheck]], false),
    },
    workspace: {
      root: pick("workspace.root", [["--cwd", flags.cwd === undefined ? null : inputs.root]], inputs.root),
      ignore: [...(user.ignore ?? []), ...(project.ignore ?? [])],
    },
    limits: limits(inputs, pick),
    escalation: escalation(inputs, pick),
    mode: mode(flags, pick),
    mechanisms: mechanisms.mechanisms,
    permissions: await permissions(inputs, sources),
    terminal: {
      color: !pick(
        "terminal.color",
        [
          ["NO_COLOR", noColor === undefined ? null : true],
          ["TERM", dumb],
        ],
        false,
      ),
      dumb: dumb === true,
    },
  };
  const ignoring = [user.ignore ? userPath : null, project.ignore ? projectPath : null];
  sources["workspace.ignore"] = ignoring.filter((name) => name !== null).join(" and ") || "default";
  return { settings, sources };
}

/**
 * Every setting of this call and where it comes from. A failure is one sentence for the user and always one of
 * configuration (exit 2). `cwd` is the folder of the process; `--cwd` is taken from it.
 */
export async function loadSettings(from: Host & { flags: Flags; cwd: string }): Promise<Loaded> {
  const folder = resolve(from.cwd, from.flags.cwd ?? ".");
  try {
    if (!(await stat(folder)).isDirectory()) return { ok: false, reason: `${folder} is not a folder.` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = code === "ENOENT" ? "does not exist" : `cannot be opened (${code})`;
    return { ok: false, reason: `The folder ${folder} ${why}.` };
  }
  const root = await realPath(folder);
  const userPath = userConfigPath(from);
  const projectPath = join(root, "smallcode.json");
  const [user, project] = await Promise.all([readUserFile(userPath), readProjectFile(projectPath, userPath)]);
  if (!user.ok) return user;
  if (!project.ok) return project;
  const env = (name: string): string | undefined => from.env[name]?.trim() || undefined;
  try {
    const loaded = await assemble({
      flags: from.flags,
      env,
      cwd: from.cwd,
      root,
      user: user.value,
      userPath: userPath ?? "",
      project: project.value,
      projectPath,
    });
    return { ok: true, ...loaded };
  } catch (error) {
    if (error instanceof SettingError) return { ok: false, reason: error.message };
    throw error;
  }
}
