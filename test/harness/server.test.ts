/** The scripted server fails its test where the script and the requests do not agree. */
import { expect, test } from "bun:test";
import { startServer } from "./server.ts";

const post = (endpoint: string): Promise<Response> =>
  fetch(`${endpoint}/completions`, { method: "POST", body: JSON.stringify({ prompt: "x" }) });

test("a reply that nobody asked for", async () => {
  const server = await startServer({}, { text: "a" }, { text: "b" });
  expect(await (await post(server.endpoint)).text()).toContain("[DONE]");
  await expect(server.close()).rejects.toThrow("1 queued replies were never asked for");
});

test("a request that finds no reply gets a 500", async () => {
  const server = await startServer();
  expect((await post(server.endpoint)).status).toBe(500);
  await expect(server.close()).rejects.toThrow("POST /v1/completions");
});

test("a reply made from the request; what is not part of the API is no part of the script", async () => {
  const server = await startServer(
    { routes: { "/props": { n: 1 } } },
    { reply: ({ raw }) => ({ text: raw.toUpperCase(), chunk: 100 }) },
  );
  expect(await (await post(server.endpoint)).text()).toContain("PROMPT");
  expect(await (await fetch(`${server.url}/props`)).json()).toEqual({ n: 1 });
  expect((await fetch(`${server.url}/elsewhere`)).status).toBe(404);
  expect(server.requests.map(({ path }) => path)).toEqual(["/v1/completions", "/props", "/elsewhere"]);
  await server.close();
});

test("what two prompts share at the start counts as cached", async () => {
  const server = await startServer({}, { text: "a" }, { text: "b" });
  const say = async (prompt: string): Promise<string> =>
    (
      await fetch(`${server.endpoint}/completions`, { method: "POST", body: JSON.stringify({ prompt }) })
    ).text();
  expect(await say("12345678 first")).toContain('"cached_tokens":0');
  expect(await say("12345678 other")).toContain('"cached_tokens":2');
  await server.close();
});
