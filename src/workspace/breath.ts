/** Long work on the one thread of a process, cut into pieces, so that a key press or a reply in between is answered. */

/** Milliseconds of work in one piece. */
const PIECE_MS = 8;

export class Breath {
  private since = performance.now();

  /** Whether it is time to `take` one: to be asked in loops that would pay more for waiting than for their work. */
  get due(): boolean {
    return performance.now() - this.since >= PIECE_MS;
  }

  /** Lets everything else that waits in this process have its turn; throws the signal's reason where it was aborted. */
  async take(signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.since = performance.now();
  }
}
