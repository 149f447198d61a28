/**
 * Whom to ask: the endpoint, the key that belongs to it, the model. A key never selects an endpoint and goes only to
 * the URL that it came with, whatever other source wins.
 */
import { Rung } from "../types.ts";
import type { UserFile } from "./file.ts";
import type { Flags } from "./flags.ts";
import { type Pick, SettingError } from "./layers.ts";

export interface Connection {
  /** An http(s) URL without a slash at its end. */
  endpoint: string | null;
  /** Only ever set where it belongs to `endpoint`. */
  key: string | null;
  /** A model's name at the endpoint, or a .gguf file. */
  model: string | null;
  /** null: the handshake finds out. */
  rung: Rung | null;
  /** Tokens; null: the handshake finds out. */
  window: number | null;
}

/** The URL as it is used from here on; a bare host and port means http. */
function readEndpoint(source: string, text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const spelled = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(spelled) ? new URL(spelled) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
    throw new SettingError(`${source} must be a URL such as http://localhost:8080/v1.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new SettingError(
      `${source} must not carry a name or password: set SMALLCODE_KEY, or "key" in your own settings file.`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** OLLAMA_HOST as Ollama's own client reads it: a bare host, port or `0.0.0.0` mean this machine on port 11434. */
function readOllamaHost(text: string | undefined): string | null {
  if (text === undefined) return null;
  const scheme = /^https?:\/\//.test(text) ? "" : "http://";
  const host = text.replace(/^(https?:\/\/)?:(\d)/, "$1127.0.0.1:$2");
  const endpoint = readEndpoint("OLLAMA_HOST", scheme + host);
  if (endpoint === null) return null;
  const url = new URL(endpoint);
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  if (url.port === "" && scheme !== "" && !/:80\/?$/.test(host)) url.port = "11434";
  return `${url.href.replace(/\/+$/, "")}/v1`;
}

interface Inputs {
  flags: Flags;
  env: (name: string) => string | undefined;
  user: UserFile;
  userPath: string;
}

/** Settles the endpoint and everything that hangs on it. Throws a SettingError on a URL or rung that is none. */
export function connection(inputs: Inputs, pick: Pick): Connection {
  const { flags, env, user, userPath } = inputs;
  const own = `${userPath} "endpoint"`;
  const flag = readEndpoint("--endpoint", flags.endpoint);
  const variable = readEndpoint("SMALLCODE_ENDPOINT", env("SMALLCODE_ENDPOINT"));
  const openai = readEndpoint("OPENAI_BASE_URL", env("OPENAI_BASE_URL"));
  const ollama = readOllamaHost(env("OLLAMA_HOST"));
  const file = readEndpoint(own, user.endpoint);
  const endpoint = pick(
    "connection.endpoint",
    [
      ["--endpoint", flag],
      ["SMALLCODE_ENDPOINT", variable],
      ["OPENAI_BASE_URL", openai],
      ["OLLAMA_HOST", ollama],
      [userPath, file],
    ],
    null,
  );
  const belongs = <T>(url: string | null, key: T): T | null =>
    url !== null && url === endpoint ? key : null;
  const key = pick(
    "connection.key",
    [
      ["SMALLCODE_KEY", belongs(variable ?? flag ?? file, env("SMALLCODE_KEY"))],
      ["OPENAI_API_KEY", belongs(openai, env("OPENAI_API_KEY"))],
      [userPath, belongs(file, user.key)],
    ],
    null,
  );
  const rung = env("SMALLCODE_RUNG");
  if (rung !== undefined && !Rung.safeParse(rung).success) {
    throw new SettingError(`SMALLCODE_RUNG must be one of ${Rung.options.join(", ")}.`);
  }
  return {
    endpoint,
    key,
    model: pick(
      "connection.model",
      [
        ["--model", flags.model],
        ["SMALLCODE_MODEL", env("SMALLCODE_MODEL")],
        [userPath, user.model],
      ],
      null,
    ),
    rung: pick(
      "connection.rung",
      [
        ["--rung", flags.rung],
        ["SMALLCODE_RUNG", rung as Rung | undefined],
        [userPath, user.rung],
      ],
      null,
    ),
    window: pick("connection.window", [[userPath, user.window]], null),
  };
}
