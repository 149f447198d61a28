/**
 * A request as Ollama's own API takes it: the only one that honours a window, and whose `format` and `think` can be relied
 * on. A window other than the loaded one makes it load the model anew, so all requests ask for that of the profile.
 */
import { malformed } from "../errors.ts";
import { jsonOrText } from "../transport.ts";
import { guardBytes } from "./bytes.ts";
import { type Context, type Exchange, openStream, type Request } from "./context.ts";
import { readOllama, type StreamEvent } from "./events.ts";
import { ollamaMessages, shapeMessages, toolFields } from "./messages.ts";
import { thinkingSwitch } from "./thinking-switch.ts";

/** How long a session's model stays loaded between two requests. */
const KEEP_ALIVE = "30m";

function bodyOf(context: Context, request: Request): Record<string, unknown> {
  const { generation: g } = request;
  const common = {
    model: context.place.model,
    stream: true,
    // An error in place of a silent cut; older versions do not know these and cut.
    truncate: false,
    shift: false,
    ...(context.stays ? { keep_alive: KEEP_ALIVE } : {}),
    options: {
      ...(context.profile.window === null ? {} : { num_ctx: context.profile.window }),
      num_predict: g.maxTokens,
      temperature: g.temperature,
      ...(g.seed === undefined ? {} : { seed: g.seed }),
      ...(g.stop === undefined || g.stop.length === 0 ? {} : { stop: g.stop }),
    },
  };
  if (request.kind === "complete") return { ...common, prompt: request.prompt, raw: true };
  const { schema, tools = [] } = g;
  return {
    ...common,
    messages: ollamaMessages(shapeMessages(request.messages, context.profile.roles)),
    ...(schema === undefined ? {} : { format: schema }),
    ...(tools.length === 0 ? {} : { tools: toolFields(tools) }),
    ...(request.think || thinkingSwitch(context.profile) === null ? {} : { think: false }),
  };
}

/** Sends the request and gives the lines of its reply as events. Throws EndpointError. */
export async function* ollamaEvents(
  context: Context,
  request: Request,
  exchange: Exchange,
): AsyncGenerator<{ event: StreamEvent; raw: unknown }> {
  yield* ollamaReply(context, exchange, {
    url: `${context.place.endpoint.replace(/\/v1$/, "")}/api/${request.kind === "chat" ? "chat" : "generate"}`,
    body: JSON.stringify(bodyOf(context, request)),
  });
}

/** The same for a body that is made already. */
export async function* ollamaReply(
  context: Context,
  exchange: Exchange,
  sent: { url: string; body: string },
): AsyncGenerator<{ event: StreamEvent; raw: unknown }> {
  const { place } = context;
  const { wire, alive } = exchange;
  const { body } = await openStream(context, exchange, { ...sent, accept: "application/x-ndjson" });
  for await (const line of lines(guardBytes(body, { place, wire, framing: "lines", alive }))) {
    const raw = jsonOrText(line);
    if (typeof raw === "object" && raw !== null) yield { event: readOllama(raw), raw };
    else if (!wire.torn) throw malformed(place, "sent a line that is not JSON");
  }
}

/** The lines of a stream, empty ones left out; the last one may lack its end. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let held = "";
  for await (const chunk of body) {
    const parts = (held + decoder.decode(chunk, { stream: true })).split("\n");
    held = parts.pop() ?? "";
    for (const line of parts) if (line.trim() !== "") yield line;
  }
  held += decoder.decode();
  if (held.trim() !== "") yield held;
}
