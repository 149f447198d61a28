/** What `smallcode config` prints: every setting, its value and where it comes from; keys are never shown. */
import type { Settings, Sources } from "../config.ts";
import { formatDuration } from "../config.ts";
import { sanitize, terminalSafeJson } from "./sanitize.ts";

export interface Row {
  name: string;
  value: unknown;
  source: string;
}

/** The settings as rows in a fixed order. */
export function settingRows(settings: Settings, sources: Sources): Row[] {
  const { connection, checks, workspace, limits, mode, permissions, terminal } = settings;
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
    ["limits.checkTime", formatDuration(limits.checkTimeMs)],
    ["limits.silence", formatDuration(limits.silenceMs)],
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
