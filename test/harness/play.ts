/** Plays one row of the script in reply to one request, in the voice of the API that it came by. */
import { setTimeout as sleep } from "node:timers/promises";
import { flood, hang, noise, sendLine, told } from "./faults.ts";
import { isChat } from "./openai.ts";
import type { Counts, Row, TextRow } from "./rows.ts";
import { type Spoken, tokensOf, type Voice } from "./voice.ts";
import type { Chop, RecordedRequest, Shape, Wire } from "./wire.ts";

/** What is known of a reply before it is made. `read`: the tokens of the prompt; `cached`: those that an earlier one began with, too. */
export interface Setting {
  request: RecordedRequest;
  voice: Voice;
  read: number;
  cached: number;
  wire(shape: Shape): Wire;
  chop: Chop | undefined;
}

async function sendPieces(
  wire: Wire,
  frame: (piece: string) => string,
  row: Pick<TextRow, "chunk" | "pace">,
  text: string,
): Promise<boolean> {
  const size = row.chunk ?? 7;
  for (let at = 0; at < text.length; at += size) {
    if (row.pace !== undefined) await sleep(row.pace);
    if (!(await wire.part(frame(text.slice(at, at + size))))) return false;
  }
  return true;
}

/** The text and the thinking as they go out: the thinking may stand in the text. */
function spoken(row: TextRow): { text: string; thinking: string; field: string | undefined } {
  const thinking = row.thinking ?? "";
  const inside = row.thinkingIn;
  if (inside === "tags")
    return { text: `<think>${thinking}</think>${row.text}`, thinking: "", field: undefined };
  if (inside === "unfinished") return { text: `<think>${thinking}`, thinking: "", field: undefined };
  return { text: row.text, thinking, field: inside };
}

function countsOf({ read, cached }: Setting, written: number): Counts {
  return { prompt: read, cached, generated: tokensOf(" ".repeat(written)) };
}

/** Reads the prompt in steps; a server that tells of them tells of the first and the last in any case. */
async function prefill(wire: Wire, setting: Setting, row: TextRow): Promise<boolean> {
  const { voice, read, cached } = setting;
  const { steps, pace } = row.prefill ?? { steps: 1, pace: 0 };
  for (let n = 0; n <= steps; n += 1) {
    if (n > 0 && pace > 0) await sleep(pace);
    const event = voice.progress(cached + Math.round(((read - cached) * n) / steps), read, cached);
    if (event !== null && !(await wire.part(voice.frame(event)))) return false;
    if (wire.gone) return false;
  }
  return true;
}

async function sendText(wire: Wire, setting: Setting, row: TextRow): Promise<void> {
  const { voice } = setting;
  const { text, thinking, field } = spoken(row);
  const calls = row.calls ?? [];
  const called = calls.reduce((sum, { arguments: given }) => sum + JSON.stringify(given).length, 0);
  const counts = told(row, countsOf(setting, thinking.length + text.length + called));
  const finish = row.finish === undefined ? (calls.length > 0 ? "tool_calls" : "stop") : row.finish;
  const said: Spoken = { text, thinking, finish, counts };
  if (row.unstreamed || !voice.streamed) return wire.json(200, voice.whole(said, row));
  await wire.streamHead(voice.type);
  if (!(await prefill(wire, setting, row))) return;
  const thought = (piece: string): string => voice.frame(voice.thought(piece, field));
  if (!(await sendPieces(wire, thought, row, thinking))) return;
  if (!(await sendPieces(wire, (piece) => voice.frame(voice.text(piece)), row, text))) return;
  for (const event of [...voice.calls(row), ...voice.ending(said)])
    if (!(await wire.part(voice.frame(event)))) return;
  await wire.finish();
}

/** The first of `texts` has read the prompt, the others have copied it. llama-server's shapes. */
async function sendSeveral(wire: Wire, { request, voice, read }: Setting, texts: string[]): Promise<void> {
  const timings = (index: number, predicted_n: number) => ({
    timings: { prompt_n: index === 0 ? read : 1, cache_n: index === 0 ? 0 : read - 1, predicted_n },
  });
  const choice = (index: number, text: string, finish_reason: string | null) => ({
    choices: [{ index, finish_reason, ...(isChat(request) ? { delta: { content: text } } : { text }) }],
  });
  const send = (event: unknown): Promise<boolean> => wire.part(voice.frame(event));
  const pieces = texts.map((text) => text.match(/[\s\S]{1,7}/g) ?? []);
  const rounds = Math.max(...pieces.map(({ length }) => length));
  for (let n = 0; n < rounds; n += 1)
    for (const [index, own] of pieces.entries())
      if (n < own.length) await send({ ...choice(index, own[n] ?? "", null), ...timings(index, n + 1) });
  for (const [index, own] of pieces.entries()) {
    await send({ ...choice(index, "", "stop"), ...timings(index, own.length) });
    await send({ choices: [], usage: { prompt_tokens: read, completion_tokens: own.length } });
  }
  await send("[DONE]");
  await wire.finish();
}

async function sendPadded(
  wire: Wire,
  setting: Setting,
  row: { pad: string; with?: string; toLimit?: true },
): Promise<void> {
  const { voice } = setting;
  if (!(await sendPieces(wire, (piece) => voice.frame(voice.text(piece)), {}, row.pad))) return;
  const padding = row.with ?? " \n";
  const room = row.toLimit ? Math.max(0, (voice.limit ?? 0) - tokensOf(row.pad)) : undefined;
  if (!(await flood(wire, voice.frame(voice.text(padding)), room))) return;
  if (row.toLimit) {
    const counts = { ...countsOf(setting, 0), generated: voice.limit ?? 0 };
    for (const event of voice.ending({ text: "", thinking: "", finish: "length", counts }))
      await wire.part(voice.frame(event));
  }
  await wire.finish();
}

/** Rows that are a whole HTTP reply; false: the row is a stream. */
async function playWhole(wire: Wire, { voice }: Setting, row: Row): Promise<boolean> {
  if ("status" in row) await wire.json(row.status, row.body, row.headers);
  else if ("html" in row) await wire.whole(200, "text/html; charset=utf-8", row.html);
  else if ("errorIn200" in row) await wire.json(200, voice.error(row.errorIn200));
  else if ("dieAfter" in row && row.dieAfter === 0) wire.break();
  else if ("hang" in row && row.ping === undefined && row.next === undefined) {
    await hang(wire, row, null);
    wire.break();
  } else return false;
  return true;
}

async function playStream(wire: Wire, setting: Setting, row: Exclude<Row, TextRow>): Promise<void> {
  const { voice } = setting;
  const frame = (piece: string): string => voice.frame(voice.text(piece));
  await wire.streamHead(voice.type);
  if ("several" in row) return sendSeveral(wire, setting, row.several);
  if ("repeat" in row) return void ((await flood(wire, frame(row.repeat))) && (await wire.finish()));
  if ("oneLine" in row) return sendLine(wire, voice, row.oneLine);
  if ("pad" in row) return sendPadded(wire, setting, row);
  if ("dieAfter" in row) {
    const text = (row.text ?? "the quick brown fox ".repeat(500)).slice(0, row.dieAfter);
    await sendPieces(wire, frame, {}, text);
    return wire.die();
  }
  if ("events" in row) {
    const last = voice.type === "text/event-stream" ? ["[DONE]"] : [];
    for (const event of [...row.events, ...last]) await wire.part(voice.frame(event));
  } else if ("errorInStream" in row) {
    if (row.after !== undefined) await wire.part(frame(row.after));
    const event = voice.frame(voice.error(row.errorInStream));
    await wire.part(row.named ? `event: error\n${event}` : event);
  } else if ("garbage" in row) await wire.part(row.garbage === true ? noise() : row.garbage);
  await wire.finish();
}

export async function play(setting: Setting, row: Row, shape: Shape = {}): Promise<void> {
  if ("reply" in row) return play(setting, await row.reply(setting.request), shape);
  if ("of" in row) return play(setting, row.of, { chop: row.chop, dieAtByte: row.dieAtByte });
  const wire = setting.wire({ ...shape, chop: shape.chop ?? setting.chop });
  if (await playWhole(wire, setting, row)) return;
  if ("hang" in row) return playLate(wire, setting, row);
  return "text" in row && !("dieAfter" in row)
    ? sendText(wire, setting, row)
    : playStream(wire, setting, row);
}

/** Silence in a stream that has begun. */
async function playLate(wire: Wire, setting: Setting, row: Extract<Row, { hang: number }>): Promise<void> {
  await wire.streamHead(setting.voice.type);
  await hang(wire, row, setting.voice.ping);
  return row.next === undefined ? wire.break() : sendText(wire, setting, row.next);
}
