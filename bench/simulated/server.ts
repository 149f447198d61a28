/**
 * The simulated model behind real HTTP, as llama-server or Ollama would serve it: Gemma's strict template, which takes no system's
 * message and wants user and assistant in turns, and no tools. Refusals have the words and codes that the real server sends.
 */
import type { Row } from "../../test/harness/rows.ts";
import { type ScriptedServer, startServer } from "../../test/harness/server.ts";
import type { RecordedRequest } from "../../test/harness/wire.ts";
import type { Message, Said, SimulatedModel } from "./model.ts";

export const NAME = "simulated-4b-it";

/** The rules of Gemma's template in the least text that has them. */
const TEMPLATE = `{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}`;
/** The same for Ollama, which puts the system's message before the user's. */
const GO_TEMPLATE =
  '{{- range .Messages }}<start_of_turn>{{ if eq .Role "assistant" }}model{{ else }}user{{ end }}\n{{ .Content }}<end_of_turn>\n{{ end }}<start_of_turn>model\n';

const WINDOW = 8192;

export interface SimulatedServer {
  server: ScriptedServer;
  /** What was answered to each request for a completion, in order. */
  said: { request: RecordedRequest; replies: Said[] }[];
  close(): Promise<void>;
}

type Body = Record<string, unknown> & { messages?: Message[] };
const bodyOf = ({ body }: RecordedRequest): Body =>
  typeof body === "object" && body !== null ? (body as Body) : {};

/** What the template says to these messages; null: nothing against them. */
export function refusal(messages: readonly Message[]): string | null {
  if (messages[0]?.role === "system") return "System role not supported";
  const alternate = messages.every(({ role }, index) => role === (index % 2 === 0 ? "user" : "assistant"));
  return alternate ? null : "Conversation roles must alternate user/assistant/user/assistant/...";
}

const refused = (message: string): object => ({
  error: {
    code: 400,
    message: `Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression in source:\nError: Jinja Exception: ${message}`,
    type: "invalid_request_error",
  },
});

/** The schema that binds the reply, wherever this API has it; null: none. */
function schemaIn({ response_format, json_schema, format, grammar }: Body): unknown {
  if (typeof response_format === "object" && response_format !== null) {
    const { json_schema: inner, schema } = response_format as Record<string, unknown>;
    return (inner as Record<string, unknown> | undefined)?.schema ?? schema ?? {};
  }
  if (typeof grammar === "string") return {};
  return json_schema ?? (typeof format === "object" ? format : null) ?? null;
}

/** A server of its own for one exercise. */
export async function serve(
  model: SimulatedModel,
  as: "llama.cpp" | "ollama" = "llama.cpp",
): Promise<SimulatedServer> {
  const said: SimulatedServer["said"] = [];
  const answer = async (request: RecordedRequest): Promise<Row> => {
    const body = bodyOf(request);
    const { messages = [], n } = body;
    const why = as === "ollama" ? null : refusal(messages);
    if (why !== null) return { status: 400, body: refused(why) };
    if (!/chat/.test(request.path)) {
      said.push({ request, replies: [] });
      return { text: "" };
    }
    const replies: Said[] = [];
    for (let at = 0; at < (typeof n === "number" ? n : 1); at++)
      replies.push(await model.reply(messages, schemaIn(body)));
    said.push({ request, replies });
    const texts = replies.map(({ text }) => text);
    return texts.length > 1 ? { several: texts } : { text: texts[0] ?? "", chunk: 400 };
  };
  const server = await startServer({
    as,
    models: [NAME],
    window: WINDOW,
    tools: as === "ollama" ? "refused" : "dropped",
    template: as === "ollama" ? GO_TEMPLATE : TEMPLATE,
    routes: {
      ...(as === "ollama"
        ? {}
        : {
            "/props": {
              default_generation_settings: { n_ctx: WINDOW },
              total_slots: 1,
              chat_template: TEMPLATE,
              chat_template_caps: { supports_tools: false, supports_system_role: false },
              build_info: "b9000-simulated",
            },
            "/apply-template": (request: RecordedRequest) => {
              const { messages = [] } = bodyOf(request);
              const why = refusal(messages);
              const turns = messages.map(
                ({ role, content }) => `<start_of_turn>${role}\n${content}<end_of_turn>\n`,
              );
              return why === null ? { prompt: turns.join("") } : refused(why);
            },
          }),
    },
  });
  const row: Row = {
    reply: (request) => {
      server.queue(row);
      return answer(request);
    },
  };
  server.queue(row);
  return {
    server,
    said,
    close: async () => {
      // The row that answers is queued anew by each request, and one is always left.
      await server.close().catch((error: unknown) => {
        if (!(error instanceof Error && error.message.startsWith("1 queued replies"))) throw error;
      });
    },
  };
}
