/** Replies that go wrong by their bytes, their size or their time. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Counts, TextRow, WrongCounts } from "./rows.ts";
import type { Told, Voice } from "./voice.ts";
import type { Wire } from "./wire.ts";

const FLOOD = 20 * 1024 * 1024;

/** The same event again and again, until the client leaves or `most` have gone. */
export async function flood(wire: Wire, bytes: string, most = FLOOD / 100): Promise<boolean> {
  for (let n = 0; n < most; n += 1) {
    if (!(await wire.part(bytes))) return false;
    // Gives the client its turn, when both live in one process.
    if (n % 100 === 0) await sleep(0);
  }
  return true;
}

export async function hang(
  wire: Wire,
  row: { hang: number; ping?: number; next?: TextRow },
  ping: string | null,
): Promise<void> {
  const end = performance.now() + row.hang;
  while (!wire.gone && performance.now() < end) {
    await sleep(Math.min(row.ping ?? 50, Math.max(0, end - performance.now())));
    if (row.ping !== undefined && ping !== null) await wire.part(ping);
  }
}

export function noise(): Uint8Array {
  return Uint8Array.from({ length: 4096 }, (_, i) => (i * 197 + (i >> 3) * 89 + 131) & 255);
}

/** An event whose text is so long: its bytes up to the text, the text, its bytes behind it. */
export async function sendLine(wire: Wire, voice: Voice, bytes: number): Promise<void> {
  const mark = "\u0001";
  const [before = "", after = ""] = voice.frame(voice.text(mark)).split(JSON.stringify(mark).slice(1, -1));
  const block = "x".repeat(65_536);
  await wire.part(before);
  for (let sent = 0; sent < bytes; sent += block.length) if (!(await wire.part(block))) return;
  await wire.part(after);
  await wire.finish();
}

const WRONG: Record<WrongCounts, (count: number) => unknown> = {
  zero: () => 0,
  small: (count) => Math.ceil(count / 10),
  large: (count) => count * 10,
  negative: (count) => -count,
  strings: String,
};

/** Counts as a row has them told: the true ones, its own, or wrong ones; null: none. */
export function told(row: TextRow, counts: Counts): Told | null {
  if (row.usage === null) return null;
  if (row.usage === undefined) return counts;
  if (typeof row.usage === "object") return row.usage;
  const wrong = WRONG[row.usage];
  return { prompt: wrong(counts.prompt), cached: wrong(counts.cached), generated: wrong(counts.generated) };
}
