/** The simulation itself: what it answers to which prompt, its faults and styles, and the refusals of its template. */
import { afterEach, describe, expect, test } from "bun:test";
import { FAULTS, nearMiss } from "../../bench/simulated/faults.ts";
import { knowledgeOf, showsAssertion, unseen, withoutParts } from "../../bench/simulated/knowledge.ts";
import { type Mode, SimulatedModel } from "../../bench/simulated/model.ts";
import { breachesOf } from "../../bench/simulated/run.ts";
import { type SimulatedServer, serve } from "../../bench/simulated/server.ts";
import { styled } from "../../bench/simulated/styles.ts";
import { parse } from "../../src/graph/syntax/parse.ts";
import { SMALL } from "./exercises.ts";

const [{ task }] = SMALL as [(typeof SMALL)[number]];
const rust = SMALL.find(({ task: one }) => one.language === "rust")?.task ?? task;
const known = await knowledgeOf(task);
const ASSERTION = 'E       assert total(["apple", "bread"]) == 8';
const PROMPT = `Implement shop.py\n\n${ASSERTION}\n\ndef price_of(item):\n    ...`;
const ask = (content: string) => [{ role: "user", content }];
const model = (mode: Mode, seed = "1"): SimulatedModel => new SimulatedModel(known, mode, seed);

describe("what a prompt shows", () => {
  test("a failing assertion: a line of a test, or its name beside what was expected", async () => {
    expect(showsAssertion(PROMPT, known)).toBe(true);
    expect(showsAssertion("test_total_of_two_items: assert None == 8", known)).toBe(true);
    expect(showsAssertion("test_total_of_two_items failed", known)).toBe(false);
    expect(showsAssertion("from shop import receipt, total", known)).toBe(false);
    expect(showsAssertion('3 |     assert!(!dear(&["apple"], 3));', await knowledgeOf(rust))).toBe(true);
  });

  test("the definitions of other files that the reference uses", async () => {
    expect(known.uses).toEqual(["def price_of(item)"]);
    expect(unseen(PROMPT, known)).toEqual([]);
    expect(unseen("price_of", known)).toEqual(["def price_of(item)"]);
    expect((await knowledgeOf(rust)).uses).toEqual(["pub fn price_of(item: &str) -> u32"]);
  });
});

describe("the modes", () => {
  const what = async (mode: Mode, prompts: string[], seed = "1"): Promise<string[]> => {
    const one = model(mode, seed);
    const found: string[] = [];
    for (const prompt of prompts) found.push((await one.reply(ask(prompt), null)).what);
    return found;
  };

  test("right, third, parts", async () => {
    expect(await what("right", ["x"])).toEqual(["reference"]);
    expect(await what("third", ["x", "x", "x"])).toEqual(["near miss", "near miss", "reference"]);
    expect(await what("parts", ["x", "x"])).toEqual(["part", "reference"]);
  });

  test("conditional: the reference only where the prompt shows what it takes, and not always then", async () => {
    expect(await what("conditional", ["Implement shop.py", ASSERTION, "def price_of(item):"])).toEqual([
      "near miss",
      "near miss",
      "near miss",
    ]);
    const many = await Promise.all(
      Array.from({ length: 60 }, async (_, seed) => (await what("conditional", [PROMPT], String(seed)))[0]),
    );
    const right = many.filter((one) => one === "reference").length;
    expect(right).toBeGreaterThan(30);
    expect(right).toBeLessThan(55);
  });

  test("a schema is obeyed, a thought is one", async () => {
    const schema = {
      oneOf: [
        {
          type: "object",
          properties: {
            tool: { type: "string", enum: ["finish"] },
            target: { type: "string", enum: ["other"] },
          },
        },
        {
          type: "object",
          properties: {
            tool: { type: "string", enum: ["replace_text"] },
            target: { type: "string", enum: ["shop_test.py", "shop.py::total", "shop.py"] },
            text: { type: "string", maxLength: 3 },
          },
        },
      ],
    };
    const said = await model("right").reply(ask("Choose"), schema);
    expect(JSON.parse(said.text)).toEqual({ tool: "replace_text", target: "shop.py", text: "sho" });
    expect((await model("right").reply(ask("Code\n\nThink."), null)).what).toBe("thought");
    const other = {
      type: "object",
      properties: { a: { type: "array", items: { enum: ["x"] } }, b: { type: "integer" } },
    };
    expect(JSON.parse((await model("right").reply(ask(""), other)).text)).toEqual({ a: ["x"], b: 1 });
  });
});

describe("faults and styles", () => {
  test("each kind of fault comes about, and none is the reference", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { fault, files } = await nearMiss(known, String(seed));
      seen.add(fault);
      expect(files).not.toEqual(task.reference);
    }
    expect([...seen].sort()).toEqual([...FAULTS].sort());
  });

  test("parts left out still parse, in both languages", async () => {
    for (const one of [task, rust]) {
      const all = await knowledgeOf(one);
      expect(all.parts).toHaveLength(2);
      for (const [path, text] of Object.entries(withoutParts(all, 1)))
        expect({ path, errors: (await parse(path, text))?.errors }).toEqual({ path, errors: [] });
    }
  });

  test("code stands whole in every style; files and tags are named or not", async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, seed) => styled(task, task.reference, String(seed))),
    );
    for (const reply of replies)
      expect(reply).toContain("    return sum(price_of(item) for item in items)\n");
    const some = (pattern: RegExp): number => replies.filter((reply) => pattern.test(reply)).length;
    for (const pattern of [
      /^### shop\.py$/m,
      /^\*\*shop\.py\*\*$/m,
      /^# shop\.py$/m,
      /^```$\nfrom|^```\n/m,
      /```python/,
      /python -m pytest/,
    ])
      expect({ pattern, some: some(pattern) > 0 && some(pattern) < 40 }).toEqual({ pattern, some: true });
  });
});

describe("the server", () => {
  let simulated: SimulatedServer | null = null;
  afterEach(() => simulated?.close());
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${simulated?.server.url}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const user = { role: "user", content: PROMPT };

  test("refuses a system's message and two of the user's in a row, as llama-server does", async () => {
    simulated = await serve(model("right"));
    for (const messages of [
      [{ role: "system", content: "x" }, user],
      [user, user],
      [{ role: "assistant", content: "x" }],
    ]) {
      const { status, body } = await post("/v1/chat/completions", { messages, stream: false });
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toContain("Jinja Exception");
      expect((await post("/apply-template", { messages })).body.prompt).toBeUndefined();
    }
    const { status, body } = await post("/v1/chat/completions", { messages: [user], stream: false });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain("price_of");
    expect(simulated.said).toHaveLength(1);
  });

  test("several replies to one request, each of them another one", async () => {
    simulated = await serve(model("third"));
    const answer = await fetch(`${simulated.server.endpoint}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ messages: [user], n: 3, stream: true }),
    });
    expect(await answer.text()).toContain('"index":2');
    expect(simulated.said[0]?.replies.map(({ what }) => what)).toEqual([
      "near miss",
      "near miss",
      "reference",
    ]);
  });
});

describe("breaches", () => {
  const at = (path: string, messages: object[], n = 1) => ({
    request: { path, body: { messages, n } } as unknown as SimulatedServer["said"][number]["request"],
    replies: [{ text: "code", what: "near miss" as const, why: "" }],
  });
  const chat = "/v1/chat/completions";
  const first = { role: "user", content: "a" };
  const fed = [first, { role: "assistant", content: "code" }, { role: "user", content: "That failed." }];
  const none = { pool: [], steps: 1, solved: true };

  test("samples before feedback, the plain rung, lines, a second request", () => {
    expect(breachesOf([at(chat, [first]), at(chat, fed), at(chat, fed, 4)], none, "third")).toEqual([]);
    expect(breachesOf([at(chat, [first], 4)], none, "third")).toHaveLength(1);
    expect(breachesOf([at(chat, [first]), at(chat, [first])], none, "third")).toHaveLength(1);
    expect(breachesOf([at("/v1/completions", [])], none, "third")).toHaveLength(1);
    expect(breachesOf([at(chat, [first]), at(chat, fed)], none, "right")).toHaveLength(1);
    const lines = [{ grain: "lines" }] as unknown as typeof none.pool;
    expect(breachesOf([at(chat, [first])], { ...none, pool: lines }, "right")).toHaveLength(1);
  });
});
