/** Requests that a model's server refuses, over real HTTP: one kind and one sentence each; what is tried again and what is not. */
import { describe, expect, test } from "bun:test";
import type { Row } from "../harness/server.ts";
import { ask, KEY, scripted, success } from "./scripted.ts";

const { server, modelWith, failure } = scripted();

describe("statuses", () => {
  const rows: [string, Row, string, RegExp][] = [
    [
      "401",
      { status: 401, body: { error: { message: `Incorrect API key provided: ${KEY}` } } },
      "auth",
      /asks for a key \(401\).*SMALLCODE_KEY/,
    ],
    ["403", { status: 403, body: { error: "forbidden" } }, "auth", /403/],
    [
      "404 without a word of models",
      { status: 404, body: "Not Found" },
      "protocol",
      /no OpenAI-compatible API \(404\).*\/v1/,
    ],
    [
      "404 for the model (Ollama)",
      { status: 404, body: { error: { message: 'model "scripted" not found, try pulling it first' } } },
      "model",
      /does not have "scripted".*it has scripted/,
    ],
    [
      "404 for the model (OpenAI)",
      { status: 404, body: { error: { message: "The model `x` does not exist", code: "model_not_found" } } },
      "model",
      /--model NAME/,
    ],
    [
      "400 of another kind",
      { status: 400, body: { error: { message: "failed to parse grammar" } } },
      "refused",
      /refused the request \(400\): failed to parse grammar/,
    ],
    [
      "500 for tools (llama.cpp)",
      { status: 500, body: { error: { message: "tools param requires --jinja flag", code: 500 } } },
      "refused",
      /takes no tools for this model: tools param requires --jinja flag/,
    ],
    [
      "an error inside 200 for a schema (LM Studio)",
      { errorIn200: { message: "Failed to compile JSON schema: unsupported keyword" } },
      "refused",
      /reported an error: Failed to compile JSON schema/,
    ],
    [
      "302",
      { status: 302, body: "", headers: { location: "http://example.com/" } },
      "protocol",
      /redirects elsewhere/,
    ],
  ];
  for (const [name, row, kind, sentence] of rows) {
    test(name, async () => {
      const found = failure(await ask(await modelWith([row])));
      expect(found.kind).toBe(kind);
      expect(found.reason).toMatch(sentence);
    });
  }

  test("a key that the server echoes is not shown, and a refused key is told apart from a missing one", async () => {
    const model = await modelWith(
      [
        { status: 401, body: { error: `bad ${KEY}` } },
        { status: 400, body: { error: `bad ${KEY} \u001b[31mred` } },
      ],
      { key: KEY },
    );
    expect(failure(await ask(model)).reason).toMatch(/refused the key/);
    expect(failure(await ask(model)).reason).toMatch(/bad \[key\]/);
    expect(server().requests.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
  });

  test("the window that the server names is in the sentence", async () => {
    const row = { status: 400, body: { error: "context length of only 7866 tokens" } };
    expect(failure(await ask(await modelWith([row]))).reason).toContain("(7866 tokens)");
  });
});

describe("retries", () => {
  test("a server error passes: two retries, then the reply", async () => {
    const busy = {
      status: 503,
      body: { error: { message: "Loading model" } },
      headers: { "retry-after": "0" },
    };
    const model = await modelWith([busy, busy, { text: "here" }]);
    expect(success(await ask(model)).text).toBe("here");
  });

  test("no third retry, and the last word is the server's", async () => {
    const broken = {
      status: 500,
      body: { error: { message: "CUDA out of memory" } },
      headers: { "retry-after": "0" },
    };
    const found = failure(await ask(await modelWith([broken, broken, broken])));
    expect(found).toMatchObject({ kind: "server" });
    expect(found.reason).toMatch(/500.*CUDA out of memory/);
  });

  test("Retry-After is honoured", async () => {
    const model = await modelWith([
      { status: 429, body: "", headers: { "retry-after": "1" } },
      { text: "ok" },
    ]);
    const start = performance.now();
    expect(success(await ask(model)).text).toBe("ok");
    expect(performance.now() - start).toBeGreaterThan(950);
  });

  test("a wait longer than 10 s is not taken up", async () => {
    const model = await modelWith([
      { status: 429, body: { error: "slow down" }, headers: { "retry-after": "60" } },
    ]);
    const start = performance.now();
    const found = failure(await ask(model));
    expect(found.kind).toBe("rate");
    expect(found.reason).toMatch(/429: slow down/);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("a connection that breaks before the first byte is tried again", async () => {
    expect(success(await ask(await modelWith([{ dieAfter: 0 }, { text: "again" }]))).text).toBe("again");
  });

  test("a connection that always breaks is a failure after three requests", async () => {
    const found = failure(await ask(await modelWith([{ dieAfter: 0 }, { dieAfter: 0 }, { dieAfter: 0 }])));
    expect(found.kind).toBe("server");
    expect(found.reason).toMatch(/closed the connection/);
  });

  test("cancelling ends the wait between two tries", async () => {
    const model = await modelWith([{ status: 429, body: "", headers: { "retry-after": "9" } }]);
    const start = performance.now();
    const reply = await ask(model, { signal: AbortSignal.timeout(100) });
    expect(failure(reply).kind).toBe("cancelled");
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
