/**
 * The one way to a model's server: fetch with the rules of the house. A loopback address never goes through a proxy,
 * whatever the environment says; no redirect is followed; no header is sent but ours; fetch's own time limit is off.
 */
import { isLoopback } from "../config/hosts.ts";
import { type EndpointError, fromStatus, fromThrown, htmlInstead, type Place, retryAfter } from "./errors.ts";

/** What Bun's fetch knows beyond the standard: `proxy: false` (even against HTTP_PROXY) and `timeout: false`. */
type Init = RequestInit & { proxy?: false; timeout?: false };

/** An error's body, or a list of models, is not read further than this. */
const BODY_LIMIT = 4 * 1024 * 1024;

export interface Call {
  method: "GET" | "POST";
  body?: string;
  key: string | null;
  accept: string;
  signal: AbortSignal;
  /** Further headers, where an API wants its own. */
  headers?: Record<string, string>;
}

/** Sends one request and gives the reply whatever its status; throws what fetch throws. */
export function send(url: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = {
    accept: call.accept,
    // An answer in small events gains nothing from being packed, and unpacked it can be counted as it comes.
    "accept-encoding": "identity",
    "user-agent": "smallcode",
    ...call.headers,
  };
  if (call.body !== undefined) headers["content-type"] = "application/json";
  if (call.key !== null) headers.authorization = `Bearer ${call.key}`;
  const init: Init = {
    method: call.method,
    headers,
    signal: call.signal,
    redirect: "manual",
    timeout: false,
  };
  if (call.body !== undefined) init.body = call.body;
  if (isLoopback(new URL(url).hostname)) init.proxy = false;
  return fetch(url, init);
}

/** The body as text, cut at a limit of 4 MB; the rest is never received. */
export async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length > BODY_LIMIT) return text.slice(0, BODY_LIMIT);
    }
  } finally {
    await reader.cancel();
  }
}

/** The JSON value of a text, or the text itself where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

export const isHtml = (response: Response, text: string): boolean =>
  /text\/html|application\/xhtml/i.test(response.headers.get("content-type") ?? "") ||
  /^\s*<(!doctype|html)/i.test(text);

/** The failure that a reply without success stands for. */
export async function failureOf(place: Place, response: Response): Promise<EndpointError> {
  const waitMs = retryAfter(response.headers.get("retry-after"));
  return fromStatus(place, {
    status: response.status,
    body: jsonOrText(await boundedText(response)),
    waitMs,
  });
}

/** One JSON value from the server; throws EndpointError for everything else. `ms` limits the whole exchange. */
export async function getJson(
  url: string,
  options: { place: Place; ms: number; signal?: AbortSignal | undefined; post?: object },
): Promise<unknown> {
  const { place, post } = options;
  const limit = AbortSignal.timeout(options.ms);
  const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
  try {
    const call: Call = {
      method: post === undefined ? "GET" : "POST",
      key: place.key,
      accept: "application/json",
      signal,
    };
    const response = await send(url, post === undefined ? call : { ...call, body: JSON.stringify(post) });
    if (!response.ok) throw await failureOf(place, response);
    const text = await boundedText(response);
    if (isHtml(response, text)) throw htmlInstead(place);
    return jsonOrText(text);
  } catch (thrown) {
    throw fromThrown(place, thrown);
  }
}
