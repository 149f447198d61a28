/** Several replies from one reading of a prompt: which servers are asked for them, and how they are told apart and counted. */
import { describe, expect, test } from "bun:test";
import { scripted, success } from "./scripted.ts";

const { server, modelWith } = scripted();

const LLAMA = {
  models: [{ id: "m", owned_by: "llamacpp" }],
  routes: { "/props": { default_generation_settings: { n_ctx: 4096 }, total_slots: 4, chat_template: "x" } },
};
const G = { maxTokens: 50, temperature: 0.8 };
const HELLO = [{ role: "user" as const, content: "Hello" }];

describe("who makes several", () => {
  test("llama-server: as many as it has slots", async () => {
    expect((await modelWith([], LLAMA)).fan).toBe(4);
  });
  test("vLLM", async () => {
    expect((await modelWith([], { models: [{ id: "m", owned_by: "vllm" }] })).fan).toBe(8);
  });
  test("no other", async () => {
    expect((await modelWith([], { models: [{ id: "m", owned_by: "library" }] })).fan).toBe(1);
  });
});

describe("what they become", () => {
  test("interleaved replies are told apart; their prompt counts once", async () => {
    const model = await modelWith([{ several: ["the first reply", "another", "a third of them"] }], LLAMA);
    const reply = success(await model.chat(HELLO, { ...G, n: 3 }));
    expect(server().completions()[0]?.body).toMatchObject({ n: 3 });
    const texts = [reply, ...(reply.others ?? [])].map(({ text, finish }) => [text, finish]);
    expect(texts).toEqual([
      ["the first reply", "stop"],
      ["another", "stop"],
      ["a third of them", "stop"],
    ]);
    expect(reply.tokens).toEqual({ prompt: 2, cached: 0, generated: 3 + 1 + 3 });
  });

  test("each ends where its own node closes, and then the stream is left", async () => {
    const model = await modelWith([{ several: ["one. more and more", "two and so on. more"] }], LLAMA);
    const until = (text: string): number | null => (text.includes(".") ? text.indexOf(".") + 1 : null);
    const reply = success(await model.complete("count", { ...G, n: 2, until }));
    expect([reply.text, ...(reply.others ?? []).map(({ text }) => text)]).toEqual(["one.", "two and so on."]);
    expect([reply.finish, reply.others?.[0]?.finish]).toEqual(["node", "node"]);
  });

  test("a server that makes fewer than it was asked for", async () => {
    const model = await modelWith([{ text: "only one" }], LLAMA);
    const reply = success(await model.chat(HELLO, { ...G, n: 4 }));
    expect(reply.text).toBe("only one");
    expect(reply.others).toBeUndefined();
  });

  test("a stream that breaks cuts those off that were not over", async () => {
    const said = (index: number, text: string, finish_reason: string | null = null) => ({
      choices: [{ index, delta: { content: text }, finish_reason }],
    });
    const model = await modelWith(
      [
        {
          garbage: new TextEncoder().encode(
            [said(0, "done"), said(1, "half"), said(0, "", "stop")]
              .map((event) => `data: ${JSON.stringify(event)}\n\n`)
              .join(""),
          ),
        },
      ],
      LLAMA,
    );
    const reply = success(await model.chat(HELLO, { ...G, n: 2 }));
    expect([reply.finish, reply.others?.[0]?.finish]).toEqual(["stop", "cut"]);
  });

  test("one reply alone: no count is asked for", async () => {
    const model = await modelWith([{ text: "x" }], LLAMA);
    await model.chat(HELLO, { ...G, n: 1 });
    expect(server().completions()[0]?.body).not.toHaveProperty("n");
  });
});

test("how far a prompt is read is told, and is no part of the reply", async () => {
  const progress = (processed: number) => ({
    choices: [],
    prompt_progress: { total: 900, cache: 0, processed },
  });
  const said = { choices: [{ index: 0, delta: { content: "read" }, finish_reason: "stop" }] };
  const model = await modelWith([{ events: [progress(512), progress(900), said] }], LLAMA);
  const read: string[] = [];
  let events = 0;
  const reply = success(
    await model.chat(HELLO, {
      ...G,
      onRead: (done, all) => read.push(`${done}/${all}`),
      onEvent: () => {
        events += 1;
      },
    }),
  );
  expect(server().completions()[0]?.body).toMatchObject({ return_progress: true });
  expect({ text: reply.text, read, events }).toEqual({
    text: "read",
    read: ["512/900", "900/900"],
    events: 1,
  });
});
