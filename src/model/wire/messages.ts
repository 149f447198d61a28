/**
 * From the messages of a conversation to what an API is sent: roles that the model's template knows, calls and their
 * answers in the form of the API. Every step goes message by message, so that a conversation that has grown by some
 * messages still begins with the bytes it had.
 */
import type { ChatMessage, ToolSpec, WrittenCall } from "../model.ts";
import type { Roles } from "../profile.ts";

const GAP = "\n\n";

/** Messages in roles that the template takes; those of calls and their answers stay as they are. */
export function shapeMessages(messages: ChatMessage[], roles: Roles): ChatMessage[] {
  const known = roles.system ? messages : withoutSystem(messages);
  return roles.alternate ? joined(known) : known;
}

/** The system's text stands at the front of the user's message that follows it, or is one where none does. */
function withoutSystem(messages: ChatMessage[]): ChatMessage[] {
  const shaped: ChatMessage[] = [];
  let head: string | null = null;
  for (const message of messages) {
    if (message.role === "system") head = head === null ? message.content : head + GAP + message.content;
    else if (head === null) shaped.push(message);
    else {
      const own = message.role === "user";
      shaped.push({ role: "user", content: own ? head + GAP + message.content : head });
      if (!own) shaped.push(message);
      head = null;
    }
  }
  return head === null ? shaped : [...shaped, { role: "user", content: head }];
}

/** Neighbours of one role become one message; answers of tools stay apart, since each belongs to its call. */
function joined(messages: ChatMessage[]): ChatMessage[] {
  const shaped: ChatMessage[] = [];
  for (const message of messages) {
    const last = shaped.at(-1);
    const joins = last?.role === message.role && message.role !== "tool" && last.calls === undefined;
    if (last === undefined || !joins) shaped.push(message);
    else shaped[shaped.length - 1] = { ...message, content: last.content + GAP + message.content };
  }
  return shaped;
}

/** Everything in messages that a model reads, for estimates. */
export function textOf(messages: ChatMessage[]): string {
  return messages
    .map(({ content, calls = [] }) =>
      [content, ...calls.map((call) => `${call.name}\n${call.arguments}`)].join("\n"),
    )
    .join("\n");
}

/** Ids of calls that have none. Nine letters and digits: the templates of Mistral's models take no others. */
const idAt = (n: number): string => `call${String(n).padStart(5, "0")}`;

/** The arguments as an object: servers parse them for the template, and refuse the whole request where they cannot. */
function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return text.trim() === "" ? {} : { unreadable: text };
}

function isObject(text: string): boolean {
  const value = objectOf(text);
  return text.trim() !== "" && !("unreadable" in value);
}

interface Linked {
  message: ChatMessage;
  /** With an id each. */
  calls: WrittenCall[];
  /** The call that a tool's message answers. */
  answers: WrittenCall | null;
}

/** Each answer with its call: by its id, else in the order of the calls. */
function linked(messages: ChatMessage[]): Linked[] {
  let made = 0;
  let open: WrittenCall[] = [];
  return messages.map((message) => {
    if (message.role === "tool") {
      const named = open.find(({ id }) => id === message.answers);
      const answers = named ?? open[0] ?? null;
      open = open.filter((call) => call !== answers);
      return { message, calls: [], answers };
    }
    const calls = (message.calls ?? []).map((call) => {
      made += 1;
      return call.id === "" ? { ...call, id: idAt(made) } : call;
    });
    if (message.role === "assistant") open = [...calls];
    return { message, calls, answers: null };
  });
}

/** For `/v1/chat/completions`. */
export function openaiMessages(messages: ChatMessage[]): object[] {
  return linked(messages).map(({ message: { role, content }, calls, answers }) => {
    if (role === "tool") return { role, content, tool_call_id: answers?.id ?? "" };
    if (calls.length === 0) return { role, content };
    const tool_calls = calls.map(({ id, name, arguments: written }) => ({
      id,
      type: "function",
      function: { name, arguments: isObject(written) ? written : JSON.stringify(objectOf(written)) },
    }));
    return { role, content, tool_calls };
  });
}

/** For Ollama's `/api/chat`. */
export function ollamaMessages(messages: ChatMessage[]): object[] {
  return linked(messages).map(({ message: { role, content }, calls, answers }) => {
    if (role === "tool") return { role, content, tool_name: answers?.name ?? "", tool_call_id: answers?.id };
    if (calls.length === 0) return { role, content };
    const tool_calls = calls.map(({ id, name, arguments: written }, index) => ({
      id,
      function: { index, name, arguments: objectOf(written) },
    }));
    return { role, content, tool_calls };
  });
}

/** Tools as both APIs take them. */
export function toolFields(tools: ToolSpec[]): object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: "function",
    function: { name, description, parameters },
  }));
}
