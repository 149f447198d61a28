/** The bench of a session: what counts as read again, what the proxy keeps and changes, and the script of the simulation. */
import { expect, test } from "bun:test";
import { commonBeginning, type Exchange, measure } from "../../bench/session/measure.ts";
import { FILES, MESSAGES } from "../../bench/session/project.ts";
import { capped, startProxy, timingsReader } from "../../bench/session/proxy.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import { startServer } from "../harness/server.ts";

const asked = (prompt: number[], processed: number | null, generated = 0): Exchange => ({
  prompt,
  processed,
  cached: processed === null ? null : prompt.length - processed,
  generated,
});

test("tokens are read again where an earlier request began with them and they are computed all the same", () => {
  expect(commonBeginning([1, 2, 3], [1, 2, 4])).toBe(2);
  expect(commonBeginning([], [1])).toBe(0);
  const { first, later, untold, uneven } = measure([
    asked([1, 2, 3, 4], 4),
    // Continues the first: two new ones.
    asked([1, 2, 3, 4, 5, 6], 2, 9),
    // The same beginning, read from the start.
    asked([1, 2, 3, 4, 7], 5),
    // The reply was cached, too: less is read than is new.
    asked([1, 2, 3, 4, 5, 6, 8, 9], 1),
    asked([1, 2], null),
  ]);
  expect(first).toEqual({ requests: 1, sent: 4, processed: 4, fresh: 4, reread: 0, generated: 0 });
  expect(later).toEqual({ requests: 3, sent: 19, processed: 8, fresh: 5, reread: 4, generated: 9 });
  expect([untold, uneven]).toEqual([1, 0]);
  expect(measure([{ prompt: [1, 2], processed: 3, cached: 0, generated: 0 }]).uneven).toBe(1);
});

test("a reply is capped, and what is asked stays as it is", () => {
  const body = { messages: [{ role: "user", content: "Hello" }], temperature: 0 };
  expect(capped(body, 9)).toEqual({ ...body, max_tokens: 9, timings_per_token: true });
  expect(capped({ max_completion_tokens: 5 }, 9)).toMatchObject({ max_completion_tokens: 5 });
  expect(capped({ n_predict: -1 }, 9)).toMatchObject({ n_predict: 9 });
  expect(capped({ max_tokens: 50 }, 9)).toMatchObject({ max_tokens: 9 });
});

test("timings are found in a whole reply and in events, wherever these are split", () => {
  const event = (n: number): string =>
    `data: ${JSON.stringify({ choices: [], timings: { prompt_n: n, cache_n: 2, predicted_n: 3 } })}\n\n`;
  const stream = `data: {"choices":[]}\n\n${event(1)}${event(7)}data: [DONE]\n\n`;
  for (let at = 0; at < stream.length; at += 1) {
    const reader = timingsReader();
    for (const part of [stream.slice(0, at), stream.slice(at)]) reader.push(part);
    expect(reader.end()).toEqual({ prompt_n: 7, cache_n: 2, predicted_n: 3 });
  }
  const whole = timingsReader();
  whole.push('{"timings":{"prompt_n":4}}');
  expect(whole.end()).toEqual({ prompt_n: 4, cache_n: 0, predicted_n: 0 });
});

test("the proxy passes on, records, and is quiet again", async () => {
  const server = await startServer({ models: ["tiny-it"] }, { text: "Good day" }, { text: "Again" });
  const proxy = startProxy(server.url, { reply: 9 });
  try {
    const models = await fetch(`${proxy.endpoint}/models`);
    expect(await models.json()).toMatchObject({ data: [{ id: "tiny-it" }] });
    const body = { messages: [{ role: "user", content: "Hello" }], stream: true };
    const send = () =>
      fetch(`${proxy.endpoint}/chat/completions`, { method: "POST", body: JSON.stringify(body) });
    const text = await (await send()).text();
    expect(text).toContain("[DONE]");
    expect(server.completions()[0]?.body).toEqual({ ...body, max_tokens: 9, timings_per_token: true });
    expect(proxy.recorded).toMatchObject([{ path: "/v1/chat/completions", body, status: 200 }]);
    // Left before its end.
    await (await send()).body?.cancel();
    expect(proxy.recorded.length).toBe(2);
    expect(proxy.quiet()).toBeTrue();
  } finally {
    await proxy.close();
    await server.close();
  }
});

test("a request that the script takes is never passed on", async () => {
  const server = await startServer();
  const proxy = startProxy(server.url, {
    reply: 9,
    stand: (one) => {
      one.timings = { prompt_n: 3, cache_n: 1, predicted_n: 0 };
      return Promise.resolve(Response.json({ choices: [] }));
    },
  });
  const sent = await fetch(`${proxy.endpoint}/chat/completions`, { method: "POST", body: "{}" });
  expect(await sent.json()).toEqual({ choices: [] });
  expect(proxy.recorded[0]?.timings).toEqual({ prompt_n: 3, cache_n: 1, predicted_n: 0 });
  await proxy.close();
  await server.close();
});

test("the edits of the session fit the files one after the other", async () => {
  const files = new Map(Object.entries(FILES));
  for (const { path, edit } of MESSAGES) {
    const text = files.get(path) ?? "";
    if (edit === undefined) continue;
    expect(text.split(edit.old).length).toBe(2);
    const changed = text.replace(edit.old, edit.fresh);
    const parsed = await parse(path, changed);
    expect(parsed?.errors).toEqual([]);
    expect(parsed?.symbols.map(({ name }) => name)).toContain(edit.symbol);
    files.set(path, changed);
  }
  expect(MESSAGES.length).toBe(20);
});
