/**
 * The simulation: a script answers in the model's place as a good model would, and the server reads every prompt and every
 * reply as if it had written it. SmallCode is answered on the schema rung, the others by their tools for reading and editing.
 * The first attempt at every third edit goes wrong.
 */
import { parse } from "../../src/graph/syntax/parse.ts";
import { FILES, type Message } from "./project.ts";
import type { Recorded, Stand } from "./proxy.ts";
import type { LlamaServer } from "./server.ts";

type Said = { text: string } | { name: string; args: object };

export interface Script {
  /** The next requests are about this message. */
  begin: (message: Message) => void;
  answer: Stand;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? { ...value } : {};
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);

/** The text of a message, whose content may be in parts. */
const textOf = ({ content }: Record<string, unknown>): string =>
  typeof content === "string"
    ? content
    : list(content)
        .map(({ text }) => String(text ?? ""))
        .join("");

/** What stands in the files after the edits so far, and how far the present message is. */
class State {
  readonly files = new Map(Object.entries(FILES));
  message: Message | null = null;
  /** Requests of the message that were answered with a call or with code. */
  steps = 0;
  private edits = 0;

  begin(message: Message): void {
    this.message = message;
    this.steps = 0;
    if (message.edit !== undefined) this.edits += 1;
  }

  get stumbles(): boolean {
    return this.edits % 3 === 0;
  }

  /** The new definition of the symbol of an edit. */
  async definition({ path, edit }: Message): Promise<string> {
    const text = this.files.get(path) ?? "";
    const symbol = (await parse(path, text))?.symbols.find(({ name }) => name === edit?.symbol);
    if (symbol === undefined || edit === undefined) throw new Error(`${path} has no ${edit?.symbol}.`);
    const own = text.split("\n").slice(symbol.lines.start - 1, symbol.lines.end);
    const whole = `${own.join("\n")}\n`;
    if (!whole.includes(edit.old)) throw new Error(`${path} has no "${edit.old}" in ${edit.symbol}.`);
    return whole.replace(edit.old, edit.fresh).trimEnd();
  }

  land({ path, edit }: Message): void {
    const text = this.files.get(path) ?? "";
    if (edit !== undefined) this.files.set(path, text.replace(edit.old, edit.fresh));
  }
}

/** SmallCode: a thought, a choice by the schema, code. `steps` counts codes. */
async function forSchemaRung(body: Record<string, unknown>, state: State, message: Message): Promise<Said> {
  const { edit, path, answer } = message;
  if (edit === undefined) return { text: answer };
  const landed = state.steps > Number(state.stumbles);
  const schema = record(record(record(body.response_format).json_schema).schema);
  if (Object.keys(schema).length > 0) {
    const choice = landed
      ? { tool: "finish", target: "other", text: answer }
      : { tool: "rewrite_symbol", target: `${path}::${edit.symbol}`, text: "" };
    return { text: JSON.stringify(choice) };
  }
  const last = textOf(list(body.messages).at(-1) ?? {});
  if (!/^Code: /m.test(last.slice(-400))) {
    if (landed) return { text: "The change is made and nothing is left to do." };
    return { text: `${edit.symbol} in ${path} does not do what the task asks. I rewrite it.` };
  }
  const wrong = state.stumbles && state.steps === 0;
  const code = await state.definition(message);
  state.steps += 1;
  if (!wrong) state.land(message);
  return { text: `\`\`\`python\n${wrong ? `${code}\n    )` : code}\n\`\`\`` };
}

/** The arguments under the names that a tool has for them. */
function argsFor(
  tool: Record<string, unknown>,
  values: { path: string; old?: string; fresh?: string },
): object {
  const properties = Object.keys(record(record(tool.parameters).properties));
  const put = (pattern: RegExp, value: string): [string, string][] =>
    properties
      .filter((name) => pattern.test(name))
      .slice(0, 1)
      .map((name) => [name, value]);
  const path = put(/^(file_?)?path$/i, values.path);
  const { old, fresh } = values;
  if (old === undefined || fresh === undefined) return Object.fromEntries(path);
  if (properties.includes("edits"))
    return { ...Object.fromEntries(path), edits: [{ oldText: old, newText: fresh }] };
  return Object.fromEntries([...path, ...put(/^old/i, old), ...put(/^new/i, fresh)]);
}

/** An agent with native tools: it reads the file, edits it, and says so. */
function byTools(tools: Record<string, unknown>[], root: string, state: State, message: Message): Said {
  const { edit, path, answer } = message;
  const named = (name: string): Record<string, unknown> => {
    const found = tools.map((tool) => record(tool.function)).find((tool) => tool.name === name);
    if (found === undefined) throw new Error(`The agent has no tool ${name}.`);
    return found;
  };
  const at = `${root}/${path}`;
  const step = state.steps;
  state.steps += 1;
  if (step === 0) return { name: "read", args: argsFor(named("read"), { path: at }) };
  if (edit === undefined || step > 1 + Number(state.stumbles)) return { text: answer };
  const wrong = state.stumbles && step === 1;
  const old = wrong ? `${edit.old.trimEnd()} # as it was\n` : edit.old;
  if (!wrong) state.land(message);
  return { name: "edit", args: argsFor(named("edit"), { path: at, old, fresh: edit.fresh }) };
}

/** As a model writes it, by the template of the server. */
const written = (said: Said): string =>
  "text" in said
    ? said.text
    : `<tool_call>\n${JSON.stringify({ name: said.name, arguments: said.args })}\n</tool_call>`;

function replyOf(said: Said, body: Record<string, unknown>, one: Recorded): Response {
  const id = `script-${crypto.randomUUID()}`;
  const call =
    "text" in said
      ? null
      : {
          index: 0,
          id,
          type: "function",
          function: { name: said.name, arguments: JSON.stringify(said.args) },
        };
  const message = {
    role: "assistant",
    content: "text" in said ? said.text : null,
    ...(call && { tool_calls: [call] }),
  };
  const finish_reason = call === null ? "stop" : "tool_calls";
  const { prompt_n = 0, cache_n = 0 } = one.timings ?? {};
  const usage = {
    prompt_tokens: prompt_n + cache_n,
    completion_tokens: 1,
    total_tokens: prompt_n + cache_n + 1,
    prompt_tokens_details: { cached_tokens: cache_n },
  };
  const head = { id, created: Math.floor(Date.now() / 1000), model: String(body.model ?? "scripted") };
  if (body.stream !== true) {
    const choices = [{ index: 0, message, finish_reason }];
    return Response.json({ ...head, object: "chat.completion", choices, usage });
  }
  const events = [
    { choices: [{ index: 0, delta: message, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage, timings: { ...one.timings } },
  ].map((event) => `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...event })}\n\n`);
  return new Response([...events, "data: [DONE]\n\n"].join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}

/** `root` is the agent's folder. */
export function scripted(server: LlamaServer, root: string): Script {
  const state = new State();
  return {
    begin: (message) => state.begin(message),
    async answer(one, signal) {
      const { path, body } = one;
      const { message } = state;
      if (!path.endsWith("/chat/completions") || message === null) return null;
      const prompt = await server.promptOf(path, body);
      one.timings = await server.read(prompt, signal);
      const tools = list(body.tools);
      const asksTitle = tools.length === 0 && /\btitle\b/i.test(textOf(list(body.messages)[0] ?? {}));
      const said = asksTitle
        ? { text: "Work on the shop" }
        : tools.length > 0
          ? byTools(tools, root, state, message)
          : await forSchemaRung(body, state, message);
      await server.read(prompt + written(said), signal);
      return replyOf(said, body, one);
    },
  };
}
