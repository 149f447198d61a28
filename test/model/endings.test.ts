/** Replies that a server would go on with for ever, who reads them slowly, and whether the server has stopped when one was left. */
import { describe, expect, test } from "bun:test";
import { ask, scripted, success } from "./scripted.ts";

const { server, modelWith, failure, left } = scripted();
const schema = { type: "object" };

describe("padding of a JSON value that is still open", () => {
  const pads: [string, string, string][] = [
    ["white space before it", "", " \n"],
    ["white space between two marks", '{"a": 1,', "\n  "],
    ["tabs", '{"a":', "\t"],
    ["digits", '{"a": 1', "7"],
    ["digits behind a point", '{"a": 0.', "31"],
  ];
  for (const [name, pad, filler] of pads) {
    test(name, async () => {
      const model = await modelWith([{ pad, with: filler }]);
      const reply = success(await ask(model, { schema }));
      expect(reply).toMatchObject({ finish: "loop" });
      expect(reply.reason).toMatch(/filled its reply up/);
      expect(reply.text.length).toBeLessThan(1000);
      await left();
    });
  }

  test("padding up to the token limit is no value either", async () => {
    const model = await modelWith([{ pad: '{"a": 1,', with: " ", toLimit: true }]);
    expect(success(await ask(model, { schema, maxTokens: 3000 })).finish).toBe("loop");
  });

  test("a text of spaces and digits inside a string is the model's", async () => {
    const text = JSON.stringify({ code: `${" ".repeat(300)}x = ${"1234567890".repeat(5)}`, n: -12.5e3 });
    expect(success(await ask(await modelWith([{ text }]), { schema }))).toMatchObject({
      finish: "stop",
      text,
    });
  });

  test("a value that is indented deeply", async () => {
    const text = JSON.stringify({ a: [[[[{ b: [1, 2, { c: 1234567890123456 }] }]]]] }, null, 8);
    expect(success(await ask(await modelWith([{ text }]), { schema })).finish).toBe("stop");
  });

  test("a text without a schema may have as much space as it likes", async () => {
    const text = `a\n${" ".repeat(400)}b`;
    expect(success(await ask(await modelWith([{ text }])))).toMatchObject({ finish: "stop", text });
  });
});

test("a thought that repeats for ever is stopped", async () => {
  const model = await modelWith([{ thinking: "Wait, let me look again. ".repeat(2000), text: "x" }]);
  const reply = success(await ask(model));
  expect(reply).toMatchObject({ finish: "loop", text: "" });
  expect(reply.thinking.length).toBeLessThan(3000);
});

describe("who reads slowly", () => {
  test("holds the server up: nothing is read before a piece has been taken", async () => {
    let sent = 0;
    const block = "x".repeat(40_000);
    // An event is put together when it is about to be sent.
    const events = Array.from({ length: 1000 }, (_, n) => ({
      get choices() {
        sent = n;
        return [{ index: 0, delta: { content: `${n} ${block}\n` } }];
      },
    }));
    const model = await modelWith([{ events }]);
    let taken = 0;
    let waiting = 0;
    const abort = new AbortController();
    const onText = async (): Promise<void> => {
      taken += 1;
      if (taken !== 3) return;
      await new Promise((done) => setTimeout(done, 500));
      waiting = sent;
      abort.abort();
    };
    failure(await ask(model, { onText, signal: abort.signal }));
    expect(taken).toBe(3);
    // What is under way is in the buffers of two sockets: some 10 MB of 40.
    expect(waiting).toBeLessThan(500);
  });

  test("is not taken for a silent server", async () => {
    const model = await modelWith([{ text: "one two three", chunk: 5 }], { silenceMs: 100 });
    const onText = (): Promise<void> => new Promise((done) => setTimeout(done, 150));
    expect(success(await ask(model, { onText })).text).toBe("one two three");
  });
});

describe("a reply that was left", () => {
  const until = (text: string): number | null => (text.length > 10 ? 10 : null);
  const long = { text: "word ".repeat(400), pace: 1 };
  /** A llama-server that is at work for so many more looks at its slots. */
  const busyFor = (looks: number) => {
    let left = looks;
    const asked: number[] = [];
    const slots = (): object => {
      asked.push(performance.now());
      left -= 1;
      return [{ id: 0, is_processing: left >= 0 }];
    };
    return { asked, options: { as: "llama.cpp" as const, routes: { "/slots": slots } } };
  };

  test("the next request waits until llama-server has stopped", async () => {
    const { asked, options } = busyFor(4);
    const model = await modelWith([long, { text: "b" }], options);
    success(await ask(model, { until }));
    expect(asked).toHaveLength(0);
    const reply = success(await ask(model));
    expect(reply).toMatchObject({ text: "b" });
    expect(reply.notices).toBeUndefined();
    expect(asked).toHaveLength(5);
  });

  test("after cancelling, too; a server that goes on is named once, and is not waited for that long again", async () => {
    const { options } = busyFor(Number.POSITIVE_INFINITY);
    const model = await modelWith([long, { text: "b" }, long, { text: "c" }], options);
    const abort = new AbortController();
    failure(await ask(model, { signal: abort.signal, onText: () => abort.abort() }));
    const start = performance.now();
    expect(success(await ask(model)).notices?.[0]).toMatch(/still computes/);
    expect(performance.now() - start).toBeGreaterThan(1900);
    success(await ask(model, { until }));
    const again = performance.now();
    expect(success(await ask(model)).notices).toBeUndefined();
    expect(performance.now() - again).toBeLessThan(1000);
  });

  test("a server without slots to look at is given a moment", async () => {
    const model = await modelWith([long, { text: "b" }, long, { text: "c" }], {
      as: "llama.cpp",
      routes: { "/slots": { error: { code: 501, message: "This server does not support slots endpoint." } } },
    });
    for (const text of ["b", "c"]) {
      success(await ask(model, { until }));
      const start = performance.now();
      expect(success(await ask(model)).text).toBe(text);
      expect(performance.now() - start).toBeGreaterThan(60);
    }
    expect(server().requests.filter(({ path }) => path === "/slots")).toHaveLength(1);
  });

  test("a server that is too busy to tell is busy", async () => {
    let asked = 0;
    const slots = async (): Promise<object> => {
      asked += 1;
      await new Promise((done) => setTimeout(done, asked === 1 ? 1300 : 0));
      return [{ id: 0, is_processing: false }];
    };
    const model = await modelWith([long, { text: "b" }], { as: "llama.cpp", routes: { "/slots": slots } });
    success(await ask(model, { until }));
    expect(success(await ask(model))).toMatchObject({ text: "b" });
    expect(asked).toBe(2);
  });

  test("a reply that ended by itself is not waited for", async () => {
    const { asked, options } = busyFor(0);
    const model = await modelWith([{ text: "a" }, { text: "b" }], options);
    success(await ask(model));
    success(await ask(model));
    expect(asked).toHaveLength(0);
  });
});
