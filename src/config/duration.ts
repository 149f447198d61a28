/** Durations as people write them, on the command line and in settings files: `500ms`, `30s`, `5m`, `1h`. */

/** How a duration is described wherever one was expected and something else was given. */
export const DURATION = "a duration from 1ms to 24h such as 30s or 5m";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds, or null where the text is not a duration from 1 ms to 24 hours. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text.trim());
  if (!match) return null;
  const ms = Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
  return ms >= 1 && ms <= 24 * UNITS.h ? ms : null;
}

/** The shortest spelling of a number of milliseconds: `90s`, `5m`. */
export function formatDuration(ms: number): string {
  for (const unit of ["h", "m", "s"] as const) {
    if (ms >= UNITS[unit] && ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`;
  }
  return `${ms}ms`;
}
