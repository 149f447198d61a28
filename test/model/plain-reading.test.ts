/** A text that is read along: its tokens with their alternatives, and what its count says of prompts. */
import { expect, test } from "bun:test";
import { estimateTokens } from "../../src/model/estimate.ts";
import type { RecordedRequest } from "../harness/wire.ts";
import { scripted } from "./scripted.ts";

const { modelWith } = scripted();
const TEXT = "def f(a):\n    return a\n";
const LLAMA = {
  models: [{ id: "m", owned_by: "llamacpp" }],
  routes: {
    "/props": { default_generation_settings: { n_ctx: 8192 }, total_slots: 1, chat_template: "" },
    "/tokenize": () => ({ tokens: [1, 2] }),
  },
};

const chunk = (token: string, more: object = {}) => ({
  choices: [
    {
      index: 0,
      text: token,
      finish_reason: null,
      logprobs: { content: [{ token, logprob: -1, top_logprobs: [{ token: " x", logprob: -2 }] }] },
    },
  ],
  ...more,
});

test("a server that counts the text as part of the prompt does not make later prompts look cut", async () => {
  const prompt = "# one two three four five\n".repeat(120);
  const counted = Math.round(estimateTokens(prompt) * 1.6);
  const model = await modelWith(
    [
      {
        reply: ({ body }: RecordedRequest) => {
          expect((body as { grammar?: string }).grammar).toBe("root ::= <[1]> <[2]>");
          const usage = { prompt_tokens: counted, completion_tokens: 0, total_tokens: counted };
          return { events: [chunk("def f(a):\n"), chunk("    return a\n"), { choices: [], usage }] };
        },
      },
    ],
    LLAMA,
  );
  const reading = await model.read?.(prompt, TEXT, { maxTokens: 9, temperature: 0 });
  expect(reading?.tokens?.map(({ text }) => text)).toEqual(["def f(a):\n", "    return a\n"]);
  expect(reading?.tokens?.[0]?.alternatives).toEqual([{ text: " x", logprob: -2 }]);
  expect(model.calibration.estimate(prompt)).toBeLessThan(counted / 1.3);
});
