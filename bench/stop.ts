/** How a benchmark ends early: with a sentence for a person on stderr and an exit code. */
export class Stop extends Error {
  constructor(
    message: string,
    readonly exit: number,
  ) {
    super(message);
  }
}

/** Says what stopped the benchmark; anything but a `Stop` is a bug, and thrown again. */
export function stopped(error: unknown): void {
  if (!(error instanceof Stop)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exit;
}
