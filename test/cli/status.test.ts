/** The line at the bottom of the terminal. */
import { expect, test } from "bun:test";
import { Status } from "../../src/cli/status.ts";
import type { Generation, Model, Reply } from "../../src/model/model.ts";

function watched(columns = 100): { status: Status; shown: () => string; lines: () => string[] } {
  let shown = "";
  const status = new Status({
    out: {
      write: (text) => {
        shown += text;
      },
    },
    columns: () => columns,
    paint: (text) => text,
  });
  const lines = (): string[] => shown.split("\r\x1b[2K").filter((line) => line !== "");
  return { status, shown: () => shown, lines };
}

const REPLY = { ok: false, kind: "cancelled", reason: "" } as const satisfies Reply;

/** A model whose only request does this. */
const doing = (work: (g: Generation) => Promise<unknown>): Model =>
  ({
    read: null,
    chat: async (_, g) => {
      await work(g);
      return REPLY;
    },
  }) as Partial<Model> as Model;

const G: Generation = { maxTokens: 1, temperature: 0 };
const ask = { type: "request", n: 1, purpose: "answer", tokens: 700 } as const;

test("a text that the model reads along shows a line while that lasts", async () => {
  const { status, shown } = watched();
  const read: Model["read"] = async () => {
    await Bun.sleep(900);
    return null;
  };
  const counting = status.counting({ read } as Model);
  await counting.read?.("prompt", "text", G);
  status.hide();
  expect(shown()).toMatch(/^(\r\x1b\[2Kreading \d+ tokens, 0 s)+\r\x1b\[2K$/);
});

test("a prompt that the server tells of is a bar, and a reply counts its tokens", async () => {
  const { status, lines } = watched();
  const model = status.counting(
    doing(async (g) => {
      g.onRead?.(100, 1000);
      await Bun.sleep(300);
      g.onRead?.(550, 1000);
      await Bun.sleep(600);
      for (let n = 0; n < 3; n += 1) g.onEvent?.({});
      await Bun.sleep(300);
    }),
  );
  status.listen(ask);
  await model.chat([{ role: "user", content: "x" }], G);
  status.hide();
  expect(lines().join("\n")).toMatch(/reading █{11}░{9} 55% of 1,000 tokens, 1,[45]\d\d tokens\/s, 1 s left/);
  expect(lines().at(-1)).toBe("writing, 3 tokens, 1 s");
});

test("a thought has its own tokens and time, until something is said", async () => {
  const { status, lines } = watched();
  status.listen(ask);
  await Bun.sleep(600);
  status.listen({ type: "thinking", text: "one two three four" });
  await Bun.sleep(300);
  expect(lines().at(-1)).toMatch(/^thinking… \d tokens, 0 s$/);
  status.listen({ type: "text", text: "5" });
  await Bun.sleep(300);
  status.hide();
  expect(lines().at(-1)).toStartWith("reading 700 tokens");
});

test("a narrow terminal: never more than a line", async () => {
  const { status, lines } = watched(30);
  const model = status.counting(
    doing(async (g) => {
      g.onRead?.(100, 1000);
      await Bun.sleep(800);
    }),
  );
  status.listen(ask);
  await model.chat([], G);
  status.hide();
  expect(lines().length).toBeGreaterThan(0);
  expect(lines().filter(({ length }) => length > 29)).toEqual([]);
});

test("a stronger model is waited for by its name", async () => {
  const { status, lines } = watched();
  status.listen(ask);
  status.listen({ type: "escalation", endpoint: "https://a", model: "big", sent: "{}", redacted: 0 });
  await Bun.sleep(800);
  status.hide();
  expect(lines()[0]).toBe("asking big, 0 s");
});
