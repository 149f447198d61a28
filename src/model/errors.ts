/**
 * What can go wrong at a model's endpoint: one kind and one sentence each, naming the endpoint and what to do. The
 * sentences quote servers in small, cleaned pieces and never hold a key.
 */

import { overflowIn } from "./overflow.ts";

export type FailureKind =
  | "unreachable"
  | "auth"
  | "model"
  | "overflow"
  | "rate"
  | "server"
  /** The server does not take this request: its tools, its schema, a chat. */
  | "refused"
  /** What answers does not speak this API. */
  | "protocol"
  | "silence"
  | "cancelled";

/** `window`: of an overflow, the tokens that the server says it takes or has read; null where it does not say. */
export interface Failure {
  ok: false;
  kind: FailureKind;
  reason: string;
  window?: number | null;
}

/** What a sentence has to name. `key` is known so that it can be left out; `models` are those the server lists. */
export interface Place {
  endpoint: string;
  model: string | null;
  models: string[];
  key: string | null;
}

/** A failure on its way up. `retry`: the same request may work a moment later; `waitMs`: as long as the server asked to wait. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
  readonly retry: boolean;
  readonly waitMs: number | null;
  readonly window: number | null;
  /** Whether the model cannot be given tools, so that the request may work without them. */
  readonly refusesTools: boolean;

  constructor(
    readonly kind: FailureKind,
    message: string,
    options: { retry?: boolean; waitMs?: number | null; window?: number | null; refusesTools?: boolean } = {},
  ) {
    super(message);
    this.retry = options.retry ?? false;
    this.waitMs = options.waitMs ?? null;
    this.window = options.window ?? null;
    this.refusesTools = options.refusesTools ?? false;
  }

  get failure(): Failure {
    const { kind, message: reason, window } = this;
    return kind === "overflow" ? { ok: false, kind, reason, window } : { ok: false, kind, reason };
  }
}

const MODEL_MISSING =
  /model_not_found|no models? (?:is |are )?(?:currently )?loaded|model\b.{0,200}?\b(?:not found|does not exist|not loaded|is not available)|(?:unknown|invalid) model\b/is;

/** How servers say that they do not take tools or schemas, or not these: llama.cpp, Ollama, vLLM, LM Studio. */
const NOT_TAKEN =
  /does not support tools|tools? param(?:eter)? requires|requires? --jinja|tool-call-parser|tool[ _]choice[^.]{0,60}(?:requires|not supported)|(?:parse|compile|convert)[^.]{0,20} (?:grammar|(?:json[ _])?schema)|(?:response_format|json_schema|grammar)[^.]{0,40}(?:not supported|unsupported|invalid)/i;

const NO_TEMPLATE = /chat template|no template|does not support chat/i;

/** Ollama; llama.cpp; vLLM; OpenRouter. */
const NO_TOOLS =
  /does not support tools|tools param requires|tool choice requires --enable|no endpoints found that support tool/i;

/** The message inside an error body of any usual shape: `{error: {message}}`, `{error: "..."}`, `{message}`, `{detail}`. */
function messageIn(body: unknown): string {
  if (typeof body === "string") return /^\s*</.test(body) ? "" : body;
  if (typeof body !== "object" || body === null) return "";
  const fields = body as Record<string, unknown>;
  for (const name of ["error", "message", "detail"]) {
    const found = messageIn(fields[name]);
    if (found !== "") return name === "error" ? `${found}${codeIn(fields[name])}` : found;
  }
  return "";
}

/** The machine-readable code beside a message, kept for the patterns. */
function codeIn(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { code, type } = error as Record<string, unknown>;
  const known = [code, type].filter(
    (value) => typeof value === "string" && /context|length|too_large|model_not/.test(value),
  );
  return known.length === 0 ? "" : ` [${known[0]}]`;
}

/** A server's words, fit for a terminal: no control characters, no key, one line, at most 200 characters. */
function quoted(message: string, key: string | null): string {
  const safe = (key === null || key.length < 4 ? message : message.replaceAll(key, "[key]"))
    .replace(/\b(?:sk|pk|hf|gsk|key)[-_][\w*.-]{6,}|Bearer\s+\S+/gi, "[key]")
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return safe.length > 200 ? `${safe.slice(0, 199)}…` : safe;
}

const named = (model: string | null): string => (model === null ? "the model" : `"${model}"`);

function overflowError(place: Place, message: string): EndpointError | null {
  const told = overflowIn(message);
  if (told === null) return null;
  const { window } = told;
  return new EndpointError(
    "overflow",
    `The prompt does not fit the context window of ${named(place.model)} at ${place.endpoint}${window === null ? "" : ` (${window} tokens)`}: load the model with a larger window, or ask about less code.`,
    { window },
  );
}

/** The server at `place` does not have the model asked for. */
export function missingModel(place: Place): EndpointError {
  const shown = place.models.slice(0, 8).join(", ");
  const more = place.models.length > 8 ? `, and ${place.models.length - 8} more` : "";
  const advice =
    place.models.length === 0
      ? "load it there first"
      : `it has ${shown}${more}; choose one with --model NAME`;
  return new EndpointError("model", `${place.endpoint} does not have ${named(place.model)}: ${advice}.`);
}

/** An error told as JSON inside a reply that claimed success (HTTP 200, or an event of the stream). */
export function fromPayload(place: Place, body: unknown): EndpointError {
  const message = messageIn(body);
  return (
    fromWords(place, message) ??
    new EndpointError(
      NOT_TAKEN.test(message) ? "refused" : "server",
      refusal(place, "reported an error", message),
    )
  );
}

function refusal(place: Place, what: string, message: string): string {
  const words = quoted(message, place.key);
  return `${place.endpoint} ${what}${words === "" ? "" : `: ${words.replace(/[.:]$/, "")}`}; its own log may say more.`;
}

/** What the words of an error alone say, whatever its status. */
function fromWords(place: Place, message: string): EndpointError | null {
  const overflow = overflowError(place, message);
  if (overflow !== null) return overflow;
  if (NO_TOOLS.test(message)) {
    return new EndpointError("refused", refusal(place, "takes no tools for this model", message), {
      refusesTools: true,
    });
  }
  if (NO_TEMPLATE.test(message)) {
    return new EndpointError(
      "refused",
      `${place.endpoint} cannot chat with ${named(place.model)}, which has no chat template: use --rung plain.`,
    );
  }
  return MODEL_MISSING.test(message) ? missingModel(place) : null;
}

/** Seconds or an HTTP date, as milliseconds from now; null where the header is absent or unreadable. */
export function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** An HTTP status that is no success. `body` is the parsed JSON, or the text where it is none. */
export function fromStatus(
  place: Place,
  reply: { status: number; body: unknown; waitMs: number | null },
): EndpointError {
  const { status, body, waitMs } = reply;
  const { endpoint, key } = place;
  const message = messageIn(body);
  if (status === 401 || status === 403) {
    const what = key === null ? "asks for a key" : "refused the key";
    return new EndpointError(
      "auth",
      `${endpoint} ${what} (${status}): set SMALLCODE_KEY to one that it accepts.`,
    );
  }
  const said = fromWords(place, message);
  if (said !== null) return said;
  if (status === 404 || status === 405) {
    return new EndpointError(
      "protocol",
      `${endpoint} has no OpenAI-compatible API (${status}): check the address, which usually ends in /v1.`,
    );
  }
  if (status === 429) {
    const words = quoted(message, key);
    return new EndpointError(
      "rate",
      `${endpoint} limits how often it may be asked (429${words === "" ? "" : `: ${words}`}): wait a moment, then try again.`,
      { retry: true, waitMs },
    );
  }
  if (status === 503 && /loading/i.test(message)) {
    const sentence = `${endpoint} is still loading its model: try again in a moment.`;
    return new EndpointError("server", sentence, { retry: true, waitMs });
  }
  if (status >= 500 && NOT_TAKEN.test(message))
    return new EndpointError("refused", refusal(place, `refused the request (${status})`, message));
  if (status >= 500) {
    return new EndpointError("server", refusal(place, `failed (${status})`, message), {
      retry: true,
      waitMs,
    });
  }
  if (status >= 300 && status < 400) {
    return new EndpointError(
      "protocol",
      `${endpoint} redirects elsewhere (${status}), which is not followed: give the final address with --endpoint URL.`,
    );
  }
  return new EndpointError("refused", refusal(place, `refused the request (${status})`, message));
}

export function htmlInstead(place: Place): EndpointError {
  return new EndpointError(
    "protocol",
    `${place.endpoint} answered with a web page, not with a model's reply: check the address, which usually ends in /v1.`,
  );
}

export function malformed(place: Place, what: string): EndpointError {
  return new EndpointError(
    "protocol",
    `${place.endpoint} ${what}: is it an OpenAI-compatible server? Check the address and the server's log.`,
  );
}

export function silent(place: Place, ms: number): EndpointError {
  const length = ms >= 1000 ? `${Math.round(ms / 1000)} s` : `${ms} ms`;
  return new EndpointError(
    "silence",
    `${place.endpoint} sent nothing for ${length}: look whether the server is stuck, or use a smaller model or prompt.`,
  );
}

export function cancelled(place: Place): EndpointError {
  return new EndpointError("cancelled", `The request to ${place.endpoint} was cancelled.`);
}

/** Codes of fetch for a server that is not there at all, as opposed to one that hung up. */
const ABSENT =
  /ConnectionRefused|ECONNREFUSED|FailedToOpenSocket|ENOTFOUND|EAI_AGAIN|DNS|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|Timeout/i;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|TLS|SSL/i;

/** Whatever fetch threw before there was a reply. */
export function fromThrown(place: Place, thrown: unknown): EndpointError {
  if (thrown instanceof EndpointError) return thrown;
  const { code, message } =
    thrown instanceof Error ? (thrown as Error & { code?: unknown }) : { code: "", message: "" };
  if (thrown instanceof Error && thrown.name === "TimeoutError") {
    return new EndpointError(
      "silence",
      `${place.endpoint} did not answer in time: look whether the server is stuck or very busy.`,
      { retry: true },
    );
  }
  const text = `${typeof code === "string" ? code : ""} ${message}`;
  if (CERTIFICATE.test(text)) {
    return new EndpointError(
      "unreachable",
      `${place.endpoint} has a certificate that cannot be trusted (${quoted(text, place.key)}): check the address.`,
    );
  }
  if (ABSENT.test(text)) {
    return new EndpointError(
      "unreachable",
      `No server answers at ${place.endpoint}: start it, or name another with --endpoint URL.`,
    );
  }
  return new EndpointError(
    "server",
    `${place.endpoint} closed the connection without a reply: look whether the server is still running.`,
    { retry: true },
  );
}
