/** What `smallcode config` prints: every setting, its value and where it comes from; keys are never shown. */
import type { Settings, Sources, StrongerModel } from "../config.ts";
import { formatDuration } from "../config.ts";
import { sanitize, terminalSafeJson } from "./sanitize.ts";

export interface Row {
  name: string;
  value: unknown;
  source: string;
}

/** Of its key only whether there is one, and where it comes from. */
function shownModel({ key, keyFrom, price, ...model }: StrongerModel): object {
  const from = keyFrom === null ? "" : ` from ${keyFrom}`;
  const shown = key === null ? `(not set${from})` : `(set${from}, not shown)`;
  const needed = key !== null || keyFrom !== null;
  return { ...model, ...(needed && { key: shown }), ...(price !== null && { price }) };
}

/** The settings as rows in a fixed order. */
export function settingRows(settings: Settings, sources: Sources): Row[] {
  const { connection, checks, workspace, limits, escalation, mode, permissions, terminal } = settings;
  const values: [name: string, value: unknown][] = [
    ["connection.endpoint", connection.endpoint],
    ["connection.key", connection.key === null ? null : "(set, not shown)"],
    ["connection.model", connection.model],
    ["connection.rung", connection.rung],
    ["connection.window", connection.window],
    ["checks.command", checks.command],
    ["checks.project", Object.fromEntries(checks.project.map(({ id, command }) => [id, command]))],
    ["checks.waived", checks.waived],
    ["workspace.root", workspace.root],
    ["workspace.ignore", workspace.ignore],
    ["limits.maxTime", formatDuration(limits.maxTimeMs)],
    ["limits.maxTokens", limits.maxTokens],
    ["limits.maxAttempts", limits.maxAttempts],
    ["limits.checkTime", formatDuration(limits.checkTimeMs)],
    ["limits.silence", formatDuration(limits.silenceMs)],
    ["escalation.mode", escalation.mode],
    ["escalation.ladder", escalation.ladder.map(shownModel)],
    ["escalation.maxCalls", escalation.maxCalls],
    ["escalation.maxTokens", escalation.maxTokens],
    ["escalation.maxCost", escalation.maxCost],
    ...Object.entries(mode).map(([name, value]): [string, unknown] => [`mode.${name}`, value]),
    ["permissions", permissions],
    ["terminal.color", terminal.color],
  ];
  return values.map(([name, value]) => ({ name, value, source: sources[name] ?? "default" }));
}

/** The report as text for a person (`userFile` is where their own settings go) or, with `json`, as one object a line. */
export function reportSettings(rows: Row[], options: { json: boolean; userFile: string | null }): string {
  if (options.json) return `${rows.map((row) => terminalSafeJson(row)).join("\n")}\n`;
  const shown = rows.map(({ name, value, source }) => {
    const text = value === null ? "-" : typeof value === "string" ? value : JSON.stringify(value);
    return [name, source === "default" ? text : `${text} (${source})`] as const;
  });
  const width = Math.max(...shown.map(([name]) => name.length));
  const lines = shown.map(([name, text]) => sanitize(`${name.padEnd(width)}  ${text.replace(/\s+/g, " ")}`));
  return `${lines.join("\n")}\nYour settings file: ${sanitize(options.userFile ?? "none, there is no home folder")}\n`;
}
