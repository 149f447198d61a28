/** How far something is, on stderr: one line that is redrawn where somebody looks, else a line now and then. */
import { oneLine } from "./sanitize.ts";

const REDRAW_MS = 100;
const SPARSE_MS = 10_000;
const CLEAR = "\r\x1b[2K";

export interface ProgressLine {
  tell(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** `plain`: no line that is redrawn, whatever stderr is. */
export function progressLine({ plain }: { plain: boolean }): ProgressLine {
  const redrawn = process.stderr.isTTY === true && !plain;
  const pause = redrawn ? REDRAW_MS : SPARSE_MS;
  let last = redrawn ? 0 : performance.now();
  let shown = false;
  return {
    tell: (text) => {
      const now = performance.now();
      if (now - last < pause) return;
      last = now;
      shown = redrawn;
      const line = oneLine(text, Math.max(10, (process.stderr.columns ?? 80) - 1));
      process.stderr.write(redrawn ? `${CLEAR}${line}` : `${line}\n`);
    },
    clear: () => {
      if (shown) process.stderr.write(CLEAR);
      shown = false;
    },
  };
}
