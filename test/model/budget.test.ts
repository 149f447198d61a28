/** The shares of a window, and the texts and schemas of the schema rung. */
import { expect, test } from "bun:test";
import { charsIn, cutLines, LEAST_WINDOW, sharesOf, tokensOf } from "../../src/model/budget.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import { editHead } from "../../src/model/head.ts";
import { choiceSchema } from "../../src/model/schema.ts";
import { TOOLS } from "../../src/tools/index.ts";

test("the shares of every window fit into it, with the head", () => {
  const head = estimateTokens(editHead("schema", TOOLS).content);
  for (const window of [null, 2048, 4096, 8192, 32768, 131072]) {
    const shares = sharesOf(window);
    expect(shares.window).toBe(window ?? 8192);
    expect(shares.reply + shares.code + shares.data + shares.answer + head).toBeLessThan(shares.window + 300);
    expect(Object.values(shares).every((share) => Number.isInteger(share) && share > 0)).toBe(true);
  }
  expect(sharesOf(512).window).toBe(LEAST_WINDOW);
});

test("text is cut between lines, and says how much is missing", () => {
  expect(cutLines("a\nb", 10)).toBe("a\nb");
  expect(cutLines("aaa\nbbb\nccc\nddd", 8)).toBe("aaa\nbbb\n… (2 more lines left out)");
  expect(cutLines("x".repeat(50), 10)).toBe("\n… (1 more lines left out)");
  expect(charsIn(10)).toBe(30);
});

test("a conversation counts its messages, too", () => {
  const message = { role: "user" as const, content: "hello there" };
  expect(tokensOf([message, message])).toBe(2 * tokensOf([message]));
  expect(tokensOf([message])).toBeGreaterThan(estimateTokens(message.content));
});

test("the head names every tool once and is small", () => {
  const { role, content } = editHead("schema", TOOLS);
  expect(role).toBe("system");
  for (const { name } of TOOLS) expect(content.split(`- ${name}:`)).toHaveLength(2);
  expect(estimateTokens(content)).toBeLessThanOrEqual(700);
});

test("the schema of a choice holds only what every converter compiles", () => {
  expect(choiceSchema({ tools: ["a"], targets: ["b", "other"] })).toEqual({
    type: "object",
    properties: {
      tool: { type: "string", enum: ["a"] },
      target: { type: "string", enum: ["b", "other"] },
      text: { type: "string", maxLength: 160 },
    },
    required: ["tool", "target", "text"],
    additionalProperties: false,
  });
});
