/** Long work in slices: timers, signals and input are served between them. */
import { setImmediate } from "node:timers/promises";

const SLICE_MS = 8;

export class Breath {
  private since = performance.now();

  /** Whether the slice is used up; `take` is to be awaited then. */
  get due(): boolean {
    return performance.now() - this.since > SLICE_MS;
  }

  /** Lets the event loop go round. */
  async take(): Promise<void> {
    await setImmediate();
    this.since = performance.now();
  }
}
