/**
 * The engine's HTTP: the part of the OpenAI-compatible API (and of llama-server's own) that SmallCode speaks, on loopback,
 * to whoever knows the token.
 */
import { Chat, Completion, failed, Refusal, Tokenize } from "./api.ts";
import { promptTokens, render, templateOf } from "./chat.ts";
import { type HeadOptions, Heads } from "./heads.ts";
import type { Loaded, LoadOptions } from "./llama.ts";
import { type Office, reply } from "./reply.ts";
import { Slots } from "./slots.ts";

export interface Order extends LoadOptions {
  /** What the model is called in the API. */
  name: string;
  /** Every request has to carry it. */
  token: string;
  /** It ends after so long without a request. */
  idleMs: number;
  heads: HeadOptions;
}

export interface Engine {
  port: number;
  use: Readonly<Office["use"]>;
}

type Answer = (body: unknown, left: AbortSignal) => Response | Promise<Response>;

/** What is answered to a request, by its path. */
function routes(office: Office): Record<string, Answer> {
  const { loaded, name } = office;
  return {
    "/v1/models": () =>
      Response.json({ object: "list", data: [{ id: name, object: "model", owned_by: "llamacpp" }] }),
    "/props": () =>
      Response.json({
        default_generation_settings: { n_ctx: loaded.context.contextSize },
        total_slots: loaded.sequences.length,
        chat_template: templateOf(loaded),
        eos_token: loaded.model.tokens.eosString,
      }),
    "/tokenize": (body) => {
      const { content, add_special } = Tokenize.parse(body);
      const tokens = add_special
        ? promptTokens(loaded, content)
        : loaded.model.tokenize(content, true, "trimLeadingSpace");
      return Response.json({ tokens });
    },
    "/v1/completions": (body, left) => {
      const asked = Completion.parse(body);
      return reply(office, asked, { text: asked.prompt, left, kind: "text" });
    },
    "/v1/chat/completions": (body, left) => {
      const asked = Chat.parse(body);
      const text = render(loaded, asked.messages);
      if (text === null) throw new Refusal(400, "this model has no chat template");
      return reply(office, asked, { text, left, kind: "chat" });
    },
  };
}

/** Starts to listen on a free port of the loopback interface. */
export function serve(loaded: Loaded, order: Order): Engine {
  const { name, token } = order;
  const use = { busy: 0, last: performance.now() };
  const answers = routes({
    name,
    loaded,
    slots: new Slots(loaded.sequences),
    heads: new Heads(loaded, order),
    use,
  });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A prompt may take longer to read than any time limit on silence.
    idleTimeout: 0,
    async fetch(request) {
      try {
        if (request.headers.get("authorization") !== `Bearer ${token}`)
          throw new Refusal(401, "this engine belongs to another process");
        const { pathname } = new URL(request.url);
        const answer = answers[pathname];
        if (answer === undefined) throw new Refusal(404, `there is no ${pathname}`);
        return await answer(request.method === "POST" ? await request.json() : null, request.signal);
      } catch (error) {
        return failed(error);
      }
    },
  });
  return { port: server.port ?? 0, use };
}
