/** What a turn's account says of requests that did not come to their end. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { BUGGY, project, SLOW_MS } from "../harness/project.ts";
import { session } from "../harness/session.ts";

setDefaultTimeout(SLOW_MS);

const chunk = (text: string, more: object): object => ({
  choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
  ...more,
});
const boom = { error: { message: "boom" } };

test("a reply that is broken off counts as far as the server told", async () => {
  const p = await project(BUGGY, [
    {
      events: [
        { choices: [], prompt_progress: { total: 500, processed: 128 } },
        chunk("It", { timings: { prompt_n: 400, cache_n: 100, predicted_n: 1 } }),
        chunk(" adds", { timings: { prompt_n: 400, cache_n: 100, predicted_n: 2 } }),
        boom,
      ],
    },
    { events: [{ choices: [], prompt_progress: { total: 500, processed: 128 } }, boom] },
    { status: 401, body: {} },
  ]);
  const s = await session(p, ["schema"]);
  for (const tokens of [
    { prompt: 500, cached: 100, generated: 2 },
    { prompt: 128, cached: 0, generated: 0 },
    { prompt: 0, cached: 0, generated: 0 },
  ]) {
    await s.turn("What does add in calc.py do?");
    expect(s.events.at(-1)).toMatchObject({ type: "end", account: { requests: 1, tokens } });
  }
});
