/** Thoughts are told apart from the events of a turn, and folded unless they are wanted in full. */
import { expect, test } from "bun:test";
import { plainRenderer } from "../../src/cli/render.ts";
import { Conversation } from "../../src/cli/repl/conversation.ts";
import { Thoughts } from "../../src/cli/thinking.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import type { TurnEvent } from "../../src/types.ts";

const think = (text: string): TurnEvent => ({ type: "thinking", text });
const say = (text: string): TurnEvent => ({ type: "text", text });
const ASK: TurnEvent = { type: "request", n: 1, purpose: "answer", tokens: 9 };

test("a thought is what comes until anything else happens", () => {
  const thoughts = new Thoughts();
  expect(thoughts.hear(ASK, 0)).toBeNull();
  expect(thoughts.hear(think("it is "), 1000)).toBeNull();
  expect(thoughts.current(1500)).toEqual({ text: "it is ", ms: 500, tokens: estimateTokens("it is ") });
  expect(thoughts.hear(think("odd\n"), 2000)).toBeNull();
  expect(thoughts.last).toBe("");
  expect(thoughts.hear(say("5"), 4000)).toEqual({
    text: "it is odd",
    ms: 3000,
    tokens: estimateTokens("it is odd"),
  });
  expect(thoughts.hear(say("6"), 5000)).toBeNull();
  expect(thoughts.current(6000)).toBeNull();
  expect(thoughts.last).toBe("it is odd");
});

test("white space is no thought", () => {
  const thoughts = new Thoughts();
  thoughts.hear(think("\n\n"), 0);
  expect(thoughts.current(1)).toBeNull();
  expect(thoughts.hear(say("5"), 1)).toBeNull();
});

/** What stdout and stderr hold, in the order of the writes. */
function shown(verbose: boolean, events: TurnEvent[]): { out: string; err: string; both: string } {
  const all: ["out" | "err", string][] = [];
  const color = { stdout: false, stderr: false };
  const sink = (name: "out" | "err") => ({ write: (text: string) => void all.push([name, text]) });
  const listener = plainRenderer({ stdout: sink("out"), stderr: sink("err"), color, verbose });
  for (const event of events) listener(event);
  const text = (name?: string): string =>
    all
      .filter(([sinkName]) => name === undefined || sinkName === name)
      .map(([, part]) => part)
      .join("");
  return { out: text("out"), err: text("err"), both: text() };
}

const TURN = [think("so \x1b[31mred"), think(", no\nblue"), say("Blue."), think("done"), ASK];

test("folded: one line in the place of a thought, the answer by itself", () => {
  const { out, both } = shown(false, TURN);
  expect(out).toBe("Blue.\n");
  expect(both).toMatch(/^thought for 0\.0 s \(\d+ tokens\)\nBlue\.\nthought for 0\.0 s \(\d+ tokens\)\n$/);
});

test("--verbose: the whole on stderr, clean, on lines of its own", () => {
  const { out, both } = shown(true, TURN);
  expect(out).toBe("Blue.\n");
  expect(both.replaceAll(/\d+ tokens\)/g, "N)")).toBe(
    "so red, no\nblue\nthought for 0.0 s (N)\nBlue.\ndone\nthought for 0.0 s (N)\nrequest 1 (answer): 9 tokens\n",
  );
});

test("a conversation keeps the last thought, whatever ended it", () => {
  const conversation = new Conversation();
  expect(conversation.thought).toBe("");
  for (const event of TURN) conversation.listen(event);
  expect(conversation.thought).toBe("done");
});
