/**
 * The voice of `/v1/chat/completions` and `/v1/completions`, with what each server adds to it. llama.cpp's `timings` and
 * `prompt_progress`, and Ollama's events, have the shapes that the programs themselves sent.
 */
import type { Kind, ScriptedCall, TextRow } from "./rows.ts";
import { fields, record, type Spoken, type Told, type Voice } from "./voice.ts";
import type { RecordedRequest } from "./wire.ts";

export const isChat = (request: RecordedRequest): boolean => request.path.endsWith("/chat/completions");

function choiceOf(request: RecordedRequest, delta: Record<string, unknown>, text: string): object {
  return isChat(request) ? { delta } : { text };
}

function chunk(choice: object, finish: string | null = null): object {
  return { object: "chunk", choices: [{ index: 0, finish_reason: finish, ...choice }] };
}

const usageOf = (counts: Told): object => ({
  prompt_tokens: counts.prompt,
  completion_tokens: counts.generated,
  prompt_tokens_details: { cached_tokens: counts.cached },
});

/** llama.cpp counts what it has read anew, not the whole prompt. */
function timingsOf({ prompt, cached, generated }: Told): object {
  const read = typeof prompt === "number" && typeof cached === "number" ? prompt - cached : prompt;
  return { cache_n: cached, prompt_n: read, prompt_ms: 1, predicted_n: generated, predicted_ms: 1 };
}

const argumentsOf = (call: ScriptedCall): string =>
  typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments);

const idOf = (call: ScriptedCall, n: number): object =>
  call.id === null ? {} : { id: call.id ?? `call_${n}` };

/** The deltas of each call, in the order of its own stream. */
function deltasOf(call: ScriptedCall, n: number, row: TextRow): object[] {
  const place = row.index === "none" ? {} : { index: row.index === "zero" ? 0 : n };
  const start = { ...place, ...idOf(call, n), type: "function" };
  const text = argumentsOf(call);
  if (row.order === "whole") return [{ ...start, function: { name: call.name, arguments: text } }];
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${row.chunk ?? 7}}`, "g")) ?? [];
  return [
    { ...start, function: { name: call.name, arguments: "" } },
    ...pieces.map((piece) => ({ ...place, function: { arguments: piece } })),
  ];
}

function callEvents(row: TextRow): object[] {
  const each = (row.calls ?? []).map((call, n) => deltasOf(call, n, row));
  const rounds = Math.max(0, ...each.map(({ length }) => length));
  const woven = (): object[] =>
    Array.from({ length: rounds }, (_, n) => each.flatMap((own) => own.slice(n, n + 1))).flat();
  const deltas = row.order === "woven" ? woven() : each.flat();
  return deltas.map((delta) => chunk({ delta: { tool_calls: [delta] } }));
}

function wholeOf(request: RecordedRequest, said: Spoken, row: TextRow): object {
  const calls = (row.calls ?? []).map((call, n) => ({
    ...idOf(call, n),
    type: "function",
    function: { name: call.name, arguments: argumentsOf(call) },
  }));
  const message = {
    role: "assistant",
    content: said.text,
    ...(said.thinking === "" ? {} : { reasoning_content: said.thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const choice = isChat(request) ? { message } : { text: said.text };
  return {
    object: isChat(request) ? "chat.completion" : "text_completion",
    choices: [{ index: 0, finish_reason: said.finish, ...choice }],
    ...(said.counts === null ? {} : { usage: usageOf(said.counts) }),
  };
}

/** The field that a server's thinking comes in. */
const THOUGHT: Record<Kind, string> = {
  anthropic: "reasoning_content",
  "llama.cpp": "reasoning_content",
  lmstudio: "reasoning_content",
  ollama: "reasoning",
  vllm: "reasoning",
};

/** A server that is played tells its counts in a stream only where it is asked to. */
function wantsUsage(request: RecordedRequest, kind: Kind | null): boolean {
  return kind === null || record(fields(request).stream_options).include_usage === true;
}

/** The voice of `/v1` as this kind of server speaks it; null: no kind in particular. */
export function openaiVoice(request: RecordedRequest, kind: Kind | null): Voice {
  const { stream, max_tokens, return_progress } = fields(request);
  const timed = kind === "llama.cpp";
  const thoughtField = kind === null ? "reasoning_content" : THOUGHT[kind];
  return {
    type: "text/event-stream",
    streamed: stream !== false,
    frame: (event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`,
    ping: ": ping\n\n",
    limit: typeof max_tokens === "number" ? max_tokens : null,
    text: (piece) => chunk(choiceOf(request, { content: piece }, piece)),
    thought: (piece, field = thoughtField) => chunk(choiceOf(request, { [field]: piece }, "")),
    calls: (row) => callEvents(kind === "ollama" ? { ...row, order: "whole" } : row),
    progress: (done, all, cached) =>
      timed && return_progress === true
        ? {
            ...chunk(choiceOf(request, { role: "assistant", content: null }, "")),
            prompt_progress: { total: all, cache: cached, processed: done, time_ms: 1 },
          }
        : null,
    ending: ({ finish, counts }) => {
      const last = finish === null ? [] : [chunk(choiceOf(request, {}, ""), finish)];
      const timings = timed && counts !== null ? { timings: timingsOf(counts) } : {};
      const told =
        counts === null ? [] : [{ object: "chunk", choices: [], usage: usageOf(counts), ...timings }];
      const withUsage = wantsUsage(request, kind);
      // Without usage llama.cpp still times its last event.
      const ended = withUsage ? last : last.map((event) => ({ ...event, ...timings }));
      return [...ended, ...(withUsage ? told : []), ...(finish === null ? [] : ["[DONE]"])];
    },
    whole: (said, row) => wholeOf(request, said, row),
    error: (error) => ({ error }),
  };
}
