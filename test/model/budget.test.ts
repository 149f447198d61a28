/** The shares of a window, and the texts and schemas of the schema rung. */
import { describe, expect, test } from "bun:test";
import {
  allot,
  compose,
  cutLines,
  LEAST_WINDOW,
  lined,
  sharesOf,
  tokensOf,
  whole,
} from "../../src/model/budget.ts";
import { estimateTokens } from "../../src/model/estimate.ts";
import { editHead } from "../../src/model/head.ts";
import { choiceSchema } from "../../src/model/schema.ts";
import { TOOLS } from "../../src/tools/index.ts";

test("the shares of every window fit into it, with the head", () => {
  const head = estimateTokens(editHead("schema", TOOLS).content);
  for (const window of [null, 2048, 4096, 8192, 32768, 131072]) {
    const shares = sharesOf(window);
    expect(shares.window).toBe(window ?? 8192);
    expect(shares.prompt + shares.reply).toBe(shares.window);
    expect(shares.opening).toBeLessThan(shares.prompt);
    expect(shares.opening - head).toBeGreaterThan(450);
    expect(Object.values(shares).every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
  }
  expect(sharesOf(512).window).toBe(LEAST_WINDOW);
});

test("a small window gives up the failing test and most heads of others first", () => {
  const [small, roomy] = [sharesOf(4096), sharesOf(8192)];
  expect([small.test, small.heads < small.code / 8]).toEqual([0, true]);
  expect([roomy.test, roomy.heads]).toEqual([roomy.answer, Math.floor(roomy.code / 4)]);
});

test("what the server counts corrects the shares of prompts, and neither window nor reply", () => {
  const [plain, dense] = [sharesOf(8192), sharesOf(8192, 2)];
  expect([dense.window, dense.reply]).toEqual([plain.window, plain.reply]);
  for (const part of ["prompt", "opening", "code", "data", "answer"] as const)
    expect([part, Math.abs(dense[part] * 2 - plain[part]) <= 2]).toEqual([part, true]);
});

test("each part gets its share first, then what is left goes to the first that want more", () => {
  const part = (want: number, share: number) => ({ want, share });
  expect(allot(100, [part(50, 30), part(10, 30), part(90, 40)])).toEqual([50, 10, 40]);
  expect(allot(100, [part(20, 60), part(200, 60)])).toEqual([20, 80]);
  expect(allot(0, [part(5, 5)])).toEqual([0]);
});

describe("text is cut at lines", () => {
  test("and says how much is missing; the head and the tail are kept", () => {
    expect(cutLines("a\nb", 10)).toBe("a\nb");
    const rows = Array.from({ length: 50 }, (_, n) => `row ${n}`);
    const cut = cutLines(rows.join("\n"), 60).split("\n");
    expect(cut.slice(0, 2)).toEqual(["row 0", "row 1"]);
    expect(cut.slice(-2)[0]).toBe("row 49");
    expect(cut.at(-1)).toBe(`… (${50 - cut.length + 1} lines left out)`);
  });

  test("errors first, with what is around them, in the order of the text", () => {
    const rows = Array.from({ length: 500 }, (_, n) => `step ${n} is done`);
    rows[250] = "TypeError: x is not a function";
    rows[400] = "--- FAIL: TestTotal (0.00s)";
    const cut = cutLines(rows.join("\n"), 120).split("\n");
    expect(cut).toContain("TypeError: x is not a function");
    expect(cut.indexOf("step 249 is done")).toBe(cut.indexOf("TypeError: x is not a function") - 1);
    expect(cut.indexOf("--- FAIL: TestTotal (0.00s)")).toBeGreaterThan(cut.indexOf("step 252 is done"));
    expect(cut.at(-1)).toBe(`… (${500 - cut.length + 1} lines left out)`);
  });

  test("one line of more than half the room is clipped, with a mark", () => {
    const cut = cutLines(`short\n${"word ".repeat(5000)}\nlast`, 100);
    expect(cut).toStartWith("short\nword word ");
    expect(cut).toEndWith(" …\nlast");
  });

  test("in any room, whatever the text", () => {
    const texts = [
      "x".repeat(5000),
      "漢字".repeat(3000),
      "error\n".repeat(900),
      "\n".repeat(500),
      "1,2,3\n".repeat(900),
    ];
    for (const text of texts)
      for (const most of [0, 5, 13, 20, 60, 400])
        expect([most, estimateTokens(cutLines(text, most)) <= most]).toEqual([most, true]);
  });
});

test("sections keep to their room, whole ones are there or not", async () => {
  const frame = (text: string): string => `Title: ${text}`;
  const long = "some words\n".repeat(200);
  for (const most of [0, 10, 40, 100, 300, 2000]) {
    const text = await compose(most, [
      lined(long, { share: 0.5, rank: 1, frame }),
      whole("def f():\n    return 1", { share: 0.2, rank: 2 }),
      lined("", { share: 0.3, rank: 0, frame }),
    ]);
    expect(estimateTokens(text)).toBeLessThanOrEqual(most);
    expect(text.includes("def f")).toBe(text.includes("return 1"));
  }
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
  const list = { tools: ["a"], targets: ["b", "other"], needsText: false };
  const object = {
    type: "object",
    properties: {
      tool: { type: "string", enum: ["a"] },
      target: { type: "string", enum: ["b", "other"] },
      text: { type: "string", maxLength: 160 },
    },
    required: ["tool", "target", "text"],
    additionalProperties: false,
  };
  expect(choiceSchema([list])).toEqual(object);
  const text = { type: "string", minLength: 1, maxLength: 160 };
  expect(choiceSchema([list, { ...list, needsText: true }])).toEqual({
    oneOf: [object, { ...object, properties: { ...object.properties, text } }],
  });
});
