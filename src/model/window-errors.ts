/** The failures that no server tells of: its counts, or an empty reply, show that it could not take a prompt. */
import { EndpointError, type Place } from "./errors.ts";
import { SERVER_WINDOWS } from "./overflow.ts";
import type { ServerKind } from "./servers.ts";

const counted = (n: number): string => n.toLocaleString("en-US");

/** What gives a server a window for so many tokens. */
function cureOf(place: Place, server: ServerKind, tokens: number): string {
  return SERVER_WINDOWS[server].cure(2 ** Math.ceil(Math.log2(tokens)), place.model ?? "MODEL");
}

/** The prompt was cut without a word: the server has read so many of about so many tokens. */
export function cutSilently(
  place: Place,
  server: ServerKind,
  { read, all, reply }: { read: number; all: number; reply: number },
): EndpointError {
  const cure = cureOf(place, server, all + reply);
  return new EndpointError(
    "overflow",
    `${place.endpoint} read only ${counted(read)} of about ${counted(all)} tokens, ${SERVER_WINDOWS[server].name} cut the rest: ${cure}.`,
    { window: read },
  );
}

/** The prompt is longer than the window, and the reply is empty. */
export function answeredNothing(
  place: Place,
  server: ServerKind,
  { window, all, reply }: { window: number; all: number; reply: number },
): EndpointError {
  return new EndpointError(
    "overflow",
    `${place.endpoint} answered nothing to about ${counted(all)} tokens, which are more than its window of ${counted(window)}: ${cureOf(place, server, all + reply)}.`,
    { window },
  );
}
