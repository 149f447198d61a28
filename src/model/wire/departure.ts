/**
 * Leaving a reply before its end. A server sees that only by its next token; a request that comes before is given another
 * slot, which has read nothing of its prompt, or waits for work that nobody wants. So the next request waits until the server
 * has stopped: llama-server tells so at `/slots`, elsewhere a moment has to do.
 */
import { z } from "zod";
import { EndpointError, type Place } from "../errors.ts";
import { getJson } from "../transport.ts";
import { pause } from "./pause.ts";

const MOMENT_MS = 100;
const LOOK_MS = 25;
const ASK_MS = 1000;
/** How long a server may take to stop: a batch of a prompt, in which it does not look, can take as long. */
const PATIENCE_MS = 2000;
/** After it once took longer: then its work may be somebody else's. */
const LITTLE_PATIENCE_MS = 300;

const Slots = z.array(z.object({ is_processing: z.boolean() }));

/** Whether any slot of a llama-server is at work; null where it does not tell. */
async function isBusy(place: Place): Promise<boolean | null> {
  try {
    const answer = await getJson(`${place.endpoint.replace(/\/v1$/, "")}/slots`, { place, ms: ASK_MS });
    return Slots.safeParse(answer).data?.some((slot) => slot.is_processing) ?? null;
  } catch (thrown) {
    if (!(thrown instanceof EndpointError)) throw thrown;
    // Older ones answer only between two batches: who does not answer in time is at work.
    return thrown.kind === "silence" ? true : null;
  }
}

export class Departure {
  private leftAt: number | null = null;
  private patience = PATIENCE_MS;

  /** `tells`: whether the server may have `/slots`; cleared once it turns out that it has not. */
  constructor(
    private readonly place: Place,
    private tells: boolean,
  ) {}

  /** A reply was left now. */
  left(): void {
    this.leftAt = performance.now();
  }

  /** Resolves once the server has stopped, or was given its time; the first time that it has not, with a sentence about it. */
  async settled(signal: AbortSignal | undefined): Promise<string | null> {
    const { leftAt } = this;
    if (leftAt === null) return null;
    this.leftAt = null;
    const end = performance.now() + this.patience;
    while (this.tells && !signal?.aborted) {
      const busy = await isBusy(this.place);
      if (busy === false) return null;
      if (busy === null) this.tells = false;
      else if (performance.now() > end) return this.goesOn();
      else await pause(LOOK_MS, signal);
    }
    const rest = leftAt + MOMENT_MS - performance.now();
    if (rest > 0) await pause(rest, signal);
    return null;
  }

  private goesOn(): string | null {
    if (this.patience === LITTLE_PATIENCE_MS) return null;
    this.patience = LITTLE_PATIENCE_MS;
    return `${this.place.endpoint} still computes ${PATIENCE_MS / 1000} s after its last reply was given up: the next one may be slow.`;
  }
}
