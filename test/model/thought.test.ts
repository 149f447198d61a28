/** Thought is told from text by the marks of every family, in any pieces; a thought that is too long is ended. */
import { describe, expect, test } from "bun:test";
import { ask, scripted, success } from "./scripted.ts";

const { server, modelWith, left } = scripted();

describe("marks", () => {
  const cases: [string, string, string, string][] = [
    ["Qwen, DeepSeek", "<think>\na < b\n</think>\n\n42", "\na < b\n", "42"],
    ["<thinking>", "<thinking>a</thinking>42", "a", "42"],
    ["Mistral", "[THINK]a[0][/THINK]42", "a[0]", "42"],
    ["Gemma", "<|channel>thought\na\n<channel|>42", "\na\n", "42"],
    [
      "Harmony",
      "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>42",
      "a",
      "42",
    ],
    [
      "Harmony without a new start",
      "<|channel|>analysis<|message|>a<|end|><|channel|>final<|message|>42",
      "a",
      "42",
    ],
    ["Kimi", "◁think▷a◁/think▷42", "a", "42"],
    ["begun by the template", "I add the\nnumbers.\n</think>\n\n42", "I add the\nnumbers.", "42"],
    ["begun by the template, nothing behind it", "I add\n</think>", "I add", ""],
    ["one thought alone", "<think>a</think>b\n</think>\nc", "a", "b\n</think>\nc"],
    ["an empty thought", "<think>\n\n</think>\n\n42", "\n\n", "42"],
  ];
  for (const [name, written, thinking, text] of cases) {
    for (const chunk of [1, 5, 1000]) {
      test(`${name}, ${chunk} at a time`, async () => {
        const model = await modelWith([{ text: written, chunk }]);
        expect(success(await ask(model))).toMatchObject({ thinking, text, finish: "stop" });
      });
    }
  }

  const texts = [
    "print('</think>')\nx = 1",
    "a <think> in the middle",
    'MARKS = ["<think>",\n"</think>",\n]',
    "<thing>\n</thing>",
    "[THIN",
    "<|channel|>fin",
  ];
  for (const text of texts) {
    test(`no thought: ${JSON.stringify(text)}`, async () => {
      const model = await modelWith([{ text, chunk: 3 }]);
      expect(success(await ask(model))).toMatchObject({ thinking: "", text });
    });
  }
});

describe("a thought that is too long", () => {
  const long = Array.from({ length: 400 }, (_, i) => `Step ${i}: I look at line ${i * 7}. `).join("");
  const llama = {
    as: "llama.cpp" as const,
    template: "{% if enable_thinking %}<think>{% endif %}{{ messages }}",
  };

  test("is ended, and the question is put again without thinking", async () => {
    const model = await modelWith([{ thinking: long, text: "x", pace: 1 }, { text: "42" }], llama);
    model.profile.thinking = "optional";
    const reply = success(await ask(model, { thinkTokens: 200 }));
    expect(reply).toMatchObject({ text: "42", finish: "stop" });
    expect(reply.notices?.[0]).toMatch(/more than 200 tokens/);
    expect(reply.tokens.generated).toBeGreaterThan(200);
    const [first, second] = server().completions();
    expect(first?.aborted).toBe(true);
    expect(first?.body).not.toHaveProperty("chat_template_kwargs");
    expect(second?.body).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  });

  test("in the text as well", async () => {
    const model = await modelWith([{ text: `<think>${long}`, pace: 1 }, { text: "42" }], llama);
    model.profile.thinking = "optional";
    expect(success(await ask(model, { thinkTokens: 200 })).text).toBe("42");
  });

  test("a reply bound by a schema: a model that may think does not, any other is told nothing", async () => {
    const model = await modelWith([{ text: "{}" }, { text: "{}" }], llama);
    for (const [thinking, told] of [
      ["optional", { enable_thinking: false }],
      ["never", undefined],
    ] as const) {
      model.profile.thinking = thinking;
      success(await ask(model, { schema: {} }));
      const body = server().completions().at(-1)?.body as { chat_template_kwargs?: unknown };
      expect(body.chat_template_kwargs).toEqual(told);
    }
  });

  test("Ollama by its field", async () => {
    const ollama = { as: "ollama" as const, thinks: true };
    const model = await modelWith([{ thinking: long, text: "x", pace: 1 }, { text: "42" }], ollama);
    expect(success(await ask(model, { thinkTokens: 200 })).text).toBe("42");
    expect(server().completions()[1]?.body).toMatchObject({ think: false });
  });

  test("Qwen 3 by a word, behind the last thing the user said", async () => {
    const model = await modelWith([{ thinking: long, text: "x", pace: 1 }, { text: "42" }], {
      models: ["qwen3-4b"],
    });
    expect(success(await ask(model, { thinkTokens: 200 })).text).toBe("42");
    expect(server().completions()[1]?.body).toMatchObject({
      messages: [{ content: "Say something. /no_think" }],
    });
  });

  test("of a model that cannot stop ends the reply", async () => {
    const model = await modelWith([{ thinking: long, text: "x", pace: 1 }]);
    const reply = success(await ask(model, { thinkTokens: 200 }));
    expect(reply).toMatchObject({ text: "", finish: "length" });
    expect(reply.reason).toMatch(/thought for longer/);
    await left();
  });

  test("a shorter one is let be", async () => {
    const model = await modelWith([{ thinking: "Two and two.", text: "4" }], llama);
    expect(success(await ask(model, { thinkTokens: 200 }))).toMatchObject({
      thinking: "Two and two.",
      text: "4",
    });
  });
});
