/** What the next turn is told of the earlier ones, and which change /diff means. */
import { expect, test } from "bun:test";
import { Conversation } from "../../src/cli/repl/conversation.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import type { Outcome } from "../../src/types.ts";

interface Told {
  task: string;
  outcome: Outcome;
  message?: string;
  patch?: string;
  answer?: string;
}

function after(...turns: Told[]): Conversation {
  const conversation = new Conversation();
  const tokens = { prompt: 0, cached: 0, generated: 0 };
  const account = { by: null, requests: 0, candidates: 0, resets: 0, tokens, ms: 0, local: 1 };
  for (const { task, outcome, message = "", patch, answer } of turns) {
    conversation.listen({ type: "start", v: 1, session: "s", version: "0", cwd: "/", task });
    if (answer !== undefined) conversation.listen({ type: "text", text: answer });
    if (patch !== undefined) conversation.listen({ type: "diff", patch, files: [`${patch}.py`], frozen: [] });
    conversation.listen({ type: "end", outcome, message, exit: 0, account });
  }
  return conversation;
}

test("nothing went before at the start, and after all is forgotten", () => {
  const conversation = after({ task: "A", outcome: "answered", answer: "B" });
  expect(new Conversation().earlier()).toBeNull();
  conversation.forget();
  expect(conversation.earlier()).toBeNull();
});

const fullOf = (conversation: Conversation): string =>
  conversation
    .earlier()
    ?.turns.map(({ full }) => full)
    .join("\n") ?? "";

test("newest first; the newest turn and the newest change in detail, the others in a line", () => {
  const conversation = after(
    { task: "one", outcome: "verified", message: "Verified: 1.", patch: "first" },
    { task: "two", outcome: "verified", message: "Verified: 2.", patch: "second" },
    { task: "three", outcome: "failed", message: "It is red." },
    { task: "four", outcome: "answered", answer: "42\n" },
  );
  expect(fullOf(conversation)).toBe(`- Task: four
  Answer: 42
- Task: three
  Ended: failed, nothing changed: It is red.
- Task: two
  Ended: Verified: 2.
\`\`\`diff
second
\`\`\`
- Task: one
  Ended: Verified: 1.`);
});

test("a change that was taken back is told as that, until it is brought back", () => {
  const conversation = after(
    { task: "one", outcome: "verified", patch: "first" },
    { task: "two", outcome: "unverified", patch: "second" },
  );
  expect(conversation.earlier()?.files).toEqual(["second.py"]);
  conversation.moved("undo");
  expect(conversation.lastDiff).toEqual({ task: "two", patch: "second", undone: true, kept: true });
  expect(fullOf(conversation)).toMatch(/two\n.*\n {2}The user then took that change back/);
  conversation.moved("undo");
  conversation.moved("redo");
  expect(fullOf(conversation)).toMatch(/two\n.*\n {2}The user then[\s\S]*one\n {2}Ended[^\n]*$/);
});

test("neither many turns nor long ones fill the next prompt", () => {
  const long = "word ".repeat(5000);
  const turns = Array.from({ length: 20 }, () => ({
    task: long,
    outcome: "answered" as const,
    answer: long,
    patch: long,
  }));
  const conversation = after(...turns);
  expect(estimateTokens(fullOf(conversation))).toBeLessThan(2500);
  const brief = conversation.earlier()?.turns.map((turn) => estimateTokens(turn.brief)) ?? [];
  expect(brief).toHaveLength(5);
  expect(Math.max(...brief)).toBeLessThan(150);
});
