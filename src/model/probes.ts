/**
 * What an OpenAI-compatible server of an unknown make does with requests, found out by three small ones: does a JSON schema bind
 * the reply, do `tools` reach the model, does a stream tell its counts. At most 26 tokens are generated in all. The first one
 * that is not answered in time ends the trial.
 */
import { EndpointError, fromThrown, type Place } from "./errors.ts";
import type { Traits } from "./profile.ts";
import { boundedText, failureOf, jsonOrText, send } from "./transport.ts";
import { readEvent } from "./wire/events.ts";

/** For one probe, from its sending to its last byte. */
const PROBE_MS = 8000;

/** A word that no model writes of itself. */
export const PROBE_WORD = "zebra-4711";
const MESSAGES = [{ role: "user", content: "Name a colour." }];

const SCHEMA = {
  type: "object",
  properties: { colour: { type: "string", enum: [PROBE_WORD] } },
  required: ["colour"],
  additionalProperties: false,
};
const TOOL = {
  type: "function",
  function: {
    name: "paint_the_zebra",
    description: "Paints the zebra with the number that is given in the colour that is given.",
    parameters: {
      type: "object",
      properties: { number: { type: "integer" }, colour: { type: "string" } },
      required: ["number", "colour"],
    },
  },
};

/** The bodies of the three requests, but for the name of the model. */
export const PROBES = {
  schema: {
    messages: MESSAGES,
    max_tokens: 24,
    response_format: { type: "json_schema", json_schema: { name: "reply", strict: true, schema: SCHEMA } },
  },
  without: { messages: MESSAGES, max_tokens: 1 },
  with: { messages: MESSAGES, max_tokens: 1, tools: [TOOL] },
} as const;

/** The tool's definition is longer than this in any template that shows it, in tokens. */
const TOOL_TOKENS = 12;

/** What came: the text and the counted prompt tokens; "refused" where the server does not take such a request; null: nothing. */
type Answer = { text: string; prompt: number | null } | "refused" | null;

async function probe(place: Place, body: object, signal: AbortSignal | undefined): Promise<Answer> {
  const limit = AbortSignal.timeout(PROBE_MS);
  try {
    const response = await send(`${place.endpoint}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: place.model,
        ...body,
        temperature: 0,
        stream: true,
        stream_options: { include_usage: true },
      }),
      key: place.key,
      accept: "text/event-stream",
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    if (!response.ok) throw await failureOf(place, response);
    return answerOf(await boundedText(response));
  } catch (thrown) {
    const error = fromThrown(place, thrown);
    return error.kind === "refused" && thrown instanceof EndpointError ? "refused" : null;
  }
}

function answerOf(stream: string): Answer {
  const events = stream
    .split(/\r?\n/)
    .filter((line) => /^data: ?[{]/.test(line))
    .map((line) => readEvent(jsonOrText(line.replace(/^data: ?/, ""))));
  if (events.some(({ error }) => error !== null)) return "refused";
  if (events.length === 0) return null;
  return {
    text: events.map((event) => event.text).join(""),
    prompt: events.findLast(({ tokens }) => tokens !== null)?.tokens?.prompt ?? null,
  };
}

/** Thoughts come before the value, and may use up all there is: then nothing is known. */
function binds(answer: Answer): boolean | null {
  if (answer === "refused") return false;
  if (answer === null || /<think/.test(answer.text) || answer.text.trim() === "") return null;
  return /^\s*\{\s*"colour"\s*:\s*"zebra/.test(answer.text);
}

function arrive(without: Answer, wanted: Answer): boolean | null {
  if (wanted === "refused") return false;
  if (without === null || without === "refused" || wanted === null) return null;
  if (without.prompt === null || wanted.prompt === null) return null;
  return wanted.prompt - without.prompt >= TOOL_TOKENS;
}

/** Tries the server; null where it did not answer, so that nothing was learnt. */
export async function tryServer(
  place: Place,
  signal: AbortSignal | undefined,
): Promise<Pick<Traits, "schema" | "tools" | "usage"> | null> {
  const schema = await probe(place, PROBES.schema, signal);
  if (schema === null) return null;
  const without = await probe(place, PROBES.without, signal);
  if (without === null || without === "refused") return { schema: binds(schema), tools: null, usage: null };
  const tools = await probe(place, PROBES.with, signal);
  return { schema: binds(schema), tools: arrive(without, tools), usage: without.prompt !== null };
}
