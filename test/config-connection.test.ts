/** Which endpoint is asked, and where a key may go. */
import { expect, test } from "bun:test";
import { type Connection, connection } from "../src/config/connection.ts";
import { picker, SettingError } from "../src/config/layers.ts";
import type { Flags } from "../src/config.ts";

function settle(env: Record<string, string>, flags: Flags = {}, user: object = {}): Connection {
  return connection({ flags, env: (name) => env[name], user, userPath: "/h/config.json" }, picker({}));
}

const A = "http://a/v1";
const B = "http://b/v1";
const keys: [
  name: string,
  user: object,
  env: Record<string, string>,
  flags: Flags,
  endpoint: string | null,
  key: string | null,
][] = [
  ["a key alone selects nothing", {}, { OPENAI_API_KEY: "k" }, {}, null, null],
  ["nor does our own", {}, { SMALLCODE_KEY: "k" }, {}, null, null],
  ["a pair", {}, { OPENAI_BASE_URL: A, OPENAI_API_KEY: "k" }, {}, A, "k"],
  [
    "a stranger's key does not follow a flag",
    {},
    { OPENAI_BASE_URL: A, OPENAI_API_KEY: "k" },
    { endpoint: B },
    B,
    null,
  ],
  [
    "unless the flag says the same",
    {},
    { OPENAI_BASE_URL: A, OPENAI_API_KEY: "k" },
    { endpoint: `${A}/` },
    A,
    "k",
  ],
  [
    "nor our own variable",
    {},
    { OPENAI_BASE_URL: A, OPENAI_API_KEY: "k", SMALLCODE_ENDPOINT: B },
    {},
    B,
    null,
  ],
  ["our own pair", {}, { SMALLCODE_ENDPOINT: A, SMALLCODE_KEY: "k", OPENAI_API_KEY: "o" }, {}, A, "k"],
  ["our key is its endpoint's", {}, { SMALLCODE_ENDPOINT: A, SMALLCODE_KEY: "k" }, { endpoint: B }, B, null],
  ["our key for a flag", {}, { SMALLCODE_KEY: "k" }, { endpoint: B }, B, "k"],
  ["our key for the user's endpoint", { endpoint: A }, { SMALLCODE_KEY: "k" }, {}, A, "k"],
  ["our key never for another's variable", {}, { SMALLCODE_KEY: "k", OPENAI_BASE_URL: A }, {}, A, null],
  [
    "nor for Ollama's",
    { endpoint: A },
    { SMALLCODE_KEY: "k", OLLAMA_HOST: "h:1" },
    {},
    "http://h:1/v1",
    null,
  ],
  ["the user's pair", { endpoint: A, key: "k" }, {}, {}, A, "k"],
  ["the user's key stays home", { endpoint: A, key: "k" }, { SMALLCODE_ENDPOINT: B }, {}, B, null],
  ["a prefix is another URL", { endpoint: "http://a/v", key: "k" }, {}, { endpoint: A }, A, null],
];

test.each(keys)("%s", (_, file, env, flags, endpoint, key) => {
  const settled = settle(env, flags, file);
  expect([settled.endpoint, settled.key]).toEqual([endpoint, key]);
});

const hosts: [host: string, endpoint: string][] = [
  ["127.0.0.1", "http://127.0.0.1:11434/v1"],
  ["0.0.0.0:5000", "http://127.0.0.1:5000/v1"],
  [":5000", "http://127.0.0.1:5000/v1"],
  ["box", "http://box:11434/v1"],
  ["box:80", "http://box/v1"],
  ["https://box", "https://box/v1"],
  ["http://box:1234/", "http://box:1234/v1"],
  ["[::]:5000", "http://[::1]:5000/v1"],
];

test.each(hosts)("OLLAMA_HOST=%s", (host, endpoint) => {
  expect(settle({ OLLAMA_HOST: host }).endpoint).toBe(endpoint);
});

test("a bare host and port is an endpoint", () => {
  expect(settle({}, { endpoint: "localhost:8080" }).endpoint).toBe("http://localhost:8080");
});

test.each([
  [{ SMALLCODE_ENDPOINT: "ftp://x" }, /^SMALLCODE_ENDPOINT must be a URL/],
  [{ OPENAI_BASE_URL: "http://" }, /^OPENAI_BASE_URL must be a URL/],
  [{ SMALLCODE_ENDPOINT: "http://me:secret@x" }, /^SMALLCODE_ENDPOINT must not carry (?!.*secret)/],
  [{ SMALLCODE_RUNG: "tools" }, /^SMALLCODE_RUNG must be one of schema, native, text, plain/],
] as [Record<string, string>, RegExp][])("mistake in the environment %j", (env, says) => {
  expect(() => settle(env)).toThrow(SettingError);
  expect(() => settle(env)).toThrow(says);
});
