/** What every request to a model shares, and how its stream is opened. */
import type { Calibration } from "../calibration.ts";
import type { PromptWatch } from "../cuts.ts";
import { fromPayload, fromThrown, htmlInstead, malformed, type Place } from "../errors.ts";
import type { ChatMessage, ChatOptions, Generation } from "../model.ts";
import type { Profile } from "../profile.ts";
import { boundedText, failureOf, isHtml, jsonOrText, send } from "../transport.ts";
import type { Wire } from "./bytes.ts";
import type { Departure } from "./departure.ts";
import type { StreamEvent } from "./events.ts";

/** A model at its endpoint, and how it is spoken to. */
export interface Context {
  place: Place;
  /** Requests may learn more: it is one object for the session. */
  profile: Profile;
  silenceMs: number;
  /** Whether the session goes on after this task, so that the model should stay loaded. */
  stays: boolean;
  speak: Speak;
  calibration: Calibration;
  watch: PromptWatch;
  departure: Departure;
}

export type Request = {
  generation: Generation & ChatOptions;
  /** Whether the model may think; false is sent only to those who would. */
  think: boolean;
  /** Further fields of the body, for one kind of server. */
  extra?: Record<string, unknown>;
} & ({ kind: "chat"; messages: ChatMessage[] } | { kind: "complete"; prompt: string });

/** One reply on its way. */
export interface Exchange {
  wire: Wire;
  signal: AbortSignal;
  /** To be called for everything that comes. */
  alive: () => void;
}

/** Sends a request as an API takes it, and gives the events of its reply, read and as they came. Throws EndpointError. */
export type Speak = (
  context: Context,
  request: Request,
  exchange: Exchange,
) => AsyncGenerator<{ event: StreamEvent; raw: unknown }>;

/** Posts a request and gives the stream of its reply; throws EndpointError for everything that is none. */
export async function openStream(
  { place }: Context,
  { signal, alive }: Exchange,
  { url, ...what }: { url: string; body: string; accept: string; headers?: Record<string, string> },
): Promise<{ body: ReadableStream<Uint8Array>; headers: Headers }> {
  let response: Response;
  try {
    response = await send(url, { method: "POST", key: place.key, signal, ...what });
  } catch (thrown) {
    throw fromThrown(place, thrown);
  }
  alive();
  if (!response.ok) throw await failureOf(place, response);
  if (response.body === null) throw malformed(place, "sent an empty reply");
  const type = response.headers.get("content-type") ?? "";
  if (!/(?:\/|\+)json\b|html/i.test(type)) return { body: response.body, headers: response.headers };
  const text = await boundedText(response);
  if (isHtml(response, text)) throw htmlInstead(place);
  const told = jsonOrText(text);
  if (typeof told === "object" && told !== null && "error" in told) throw fromPayload(place, told);
  throw malformed(place, "answered without streaming");
}
