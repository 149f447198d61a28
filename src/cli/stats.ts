/** `smallcode stats [--all] [--json]`: what the tasks of this folder, or of every trusted one, came to, and what stayed local. */
import { environment, loadSettings, trustedFolders, userStatePath } from "../config.ts";
import { addSessions, emptyTally, type Tally } from "../session/tally.ts";
import { type Origin, Origin as Origins, type Outcome, Outcome as Outcomes } from "../types.ts";
import { count, SOLVERS } from "./account.ts";
import type { ParsedArgs } from "./args.ts";
import { complain } from "./complain.ts";

import { oneLine, terminalSafeJson } from "./sanitize.ts";

/** The share of tasks, and of generated tokens, that SmallCode means to keep local. */
const CLAIM = 0.95;

const percent = (part: number, all: number): string =>
  all === 0 ? "-" : `${(Math.floor((part / all) * 1000) / 10).toFixed(1)} %`;
const plural = (n: number, one: string): string => `${count(n)} ${n === 1 ? one : `${one}s`}`;

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const OUTCOME_WORDS: Record<Outcome, string> = {
  verified: "done and verified",
  answered: "answered",
  unverified: "done, unverified",
  failed: "failed, put back",
  denied: "not permitted",
  no_model: "no model",
  limit: "a limit was reached",
  usage: "configuration",
  interrupted: "interrupted",
};

/** Rows of what occurred at all, the names in one column. */
function rows<K extends string>(
  order: readonly K[],
  counts: Partial<Record<K, number>>,
  words: Record<K, string>,
) {
  return order.flatMap((name): [string, string][] => {
    const n = counts[name] ?? 0;
    return n === 0 ? [] : [[`  ${words[name]}`, count(n)]];
  });
}

function localRows({ asked, local, localTokens, tokens }: Tally): [string, string][] {
  const holds = (part: number, all: number): string => {
    if (all === 0) return "-";
    return `${percent(part, all)} (${part / all >= CLAIM ? "at least" : "below"} the ${CLAIM * 100} % aimed at)`;
  };
  return [
    ["  of tasks", holds(local, asked)],
    ["  of generated tokens", holds(localTokens, tokens.generated)],
  ];
}

/** The report for a person. */
export function statsText(tally: Tally, where: string): string {
  if (tally.tasks === 0) return `No task has been logged ${where} yet.${notes(tally)}`;
  const { prompt, cached, generated } = tally.tokens;
  const solved = Object.keys(tally.by).length > 0;
  const table: [string, string][] = [
    [plural(tally.tasks, "task"), `in ${plural(tally.sessions, "session")} ${where}`],
    ...rows(Outcomes.options, tally.outcomes, OUTCOME_WORDS),
    ...(tally.unfinished === 0
      ? []
      : ([["  without an end", count(tally.unfinished)]] as [string, string][])),
    ...(solved ? ([["done by", ""]] as [string, string][]) : []),
    ...rows<Origin>(Origins.options, tally.by, SOLVERS),
    ["stayed local", ""],
    ...localRows(tally),
    ["tokens", `${count(prompt - cached)} new, ${count(cached)} cached, ${count(generated)} generated`],
    ["time", `${duration(tally.ms)} in all, ${duration(tally.ms / tally.tasks)} a task`],
    [
      "stronger models",
      tally.escalated === 0
        ? "never asked"
        : `${plural(tally.escalated, "request")}, ${tally.cost.toFixed(4)} spent as far as prices are known`,
    ],
  ];
  const width = Math.max(...table.map(([name]) => name.length));
  return table.map(([name, text]) => `${name.padEnd(width)}  ${text}`.trimEnd()).join("\n") + notes(tally);
}

/** What could not be read. */
function notes({ brokenLines, unreadable }: Tally): string {
  const lines = unreadable.map((reason) => `left out: ${oneLine(reason)}`);
  if (brokenLines > 0)
    lines.unshift(`left out: ${plural(brokenLines, "line")} of the logs that hold no event`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

/** The report as one object; shares are null where there is nothing to share. */
function statsJson(tally: Tally, folders: string[]): string {
  const { asked, local, localTokens, tokens, ...rest } = tally;
  return terminalSafeJson({
    v: 1,
    folders,
    ...rest,
    tokens: { new: tokens.prompt - tokens.cached, cached: tokens.cached, generated: tokens.generated },
    local: {
      tasks: asked === 0 ? null : local / asked,
      tokens: tokens.generated === 0 ? null : localTokens / tokens.generated,
      aim: CLAIM,
    },
  });
}

/** Gives the exit code. */
export async function runStats({ flags }: Extract<ParsedArgs, { command: "stats" }>): Promise<number> {
  const host = environment();
  const loaded = await loadSettings({ ...host, flags, cwd: process.cwd() });
  if (!loaded.ok) return complain(loaded.reason, 2);
  const { root } = loaded.settings.workspace;
  const trusted = flags.all === true ? await trustedFolders(userStatePath(host)) : [];
  const folders = [...new Set([root, ...trusted])];
  const tally = emptyTally();
  for (const folder of folders) addSessions(folder, tally);
  const where = flags.all === true ? `in ${plural(folders.length, "folder")}` : `in ${oneLine(root)}`;
  process.stdout.write(
    `${loaded.settings.mode.json ? statsJson(tally, folders) : statsText(tally, where)}\n`,
  );
  return 0;
}
