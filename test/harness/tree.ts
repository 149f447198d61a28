/**
 * Whether the requests of a session form a tree: head -> trunk -> attempt tail, each request beginning with its parent's bytes.
 * Only a turn's begin and a declared `context_reset` start again from a head, with what they keep behind it.
 */
import { HEADS } from "../../src/model/examples.ts";
import type { TurnEvent } from "../../src/types.ts";
import type { RecordedRequest } from "./wire.ts";

interface Message {
  role: string;
  content: string;
}

interface Chat {
  messages: Message[];
  tools?: unknown;
}

/** What the last message of a request may end with; it is asked again with another one where a reply could not be used. */
const ASKED = /(\n\nNote: [^\n]*)?(\n\nThink\.)?$/;
const bare = ({ role, content }: Message): string => JSON.stringify([role, content.replace(ASKED, "")]);

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
/** What stands before everything else in a prompt. */
const headOf = ({ messages, tools }: Chat): string => JSON.stringify([tools ?? null, messages[0]]);

/** Whether `later` goes on from all of `earlier`, or asks the same node again. */
function descends(later: Chat, earlier: Chat): boolean {
  const { length } = earlier.messages;
  const [last, same] = [earlier.messages.at(-1), later.messages[length - 1]];
  if (last === undefined || same === undefined || headOf(later) !== headOf(earlier)) return false;
  if (!equal(earlier.messages.slice(0, -1), later.messages.slice(0, length - 1))) return false;
  return equal(last, same) || (later.messages.length === length && bare(last) === bare(same));
}

/** The requests, by number from 1, in which a mark of a reply stands anywhere but in the complaint about it. */
export function tracesOf(requests: RecordedRequest[], mark: string): number[] {
  return requests.flatMap(({ body }, index) => {
    const { messages = [], prompt = "" } = body as Partial<Chat> & { prompt?: string };
    const kept = messages.map(({ content, ...rest }) => JSON.stringify(rest) + content.replace(ASKED, ""));
    return [prompt, ...kept].some((text) => text.includes(mark)) ? [index + 1] : [];
  });
}

export interface Tree {
  /** What breaks it, each a sentence; none where it holds. */
  broken: string[];
  /** The reasons of declared new starts. */
  resets: string[];
  /** The heads that were sent, each once. */
  heads: string[];
}

/** `requests`: those for completions, in order; `events`: of the same turns. */
export function treeOf(requests: RecordedRequest[], events: TurnEvent[]): Tree {
  const tree: Tree = { broken: [], resets: [], heads: [] };
  let context: Chat[] = [];
  let n = 0;
  for (const event of events) {
    if (event.type === "context_reset") tree.resets.push(event.why);
    if (event.type === "context_reset" || event.type === "model") context = [];
    if (event.type !== "request") continue;
    const body = requests[n]?.body as (Partial<Chat> & { prompt?: string }) | undefined;
    n += 1;
    if (body?.prompt !== undefined) {
      const { prompt } = body;
      if (!HEADS.some((head) => prompt.startsWith(head))) tree.broken.push(`${n}: not behind the exercises`);
    } else if (body?.messages !== undefined) {
      const chat: Chat = { messages: body.messages, tools: body.tools };
      if (!tree.heads.includes(headOf(chat))) tree.heads.push(headOf(chat));
      const rooted = context.length === 0 && chat.messages[0]?.role === "system";
      if (!rooted && !context.some((earlier) => descends(chat, earlier)))
        tree.broken.push(
          `${n} (${event.purpose}): does not begin with an earlier request of its conversation`,
        );
      context.push(chat);
    } else tree.broken.push(`${n}: an event without its request`);
  }
  if (n !== requests.length) tree.broken.push(`${requests.length - n} requests without an event`);
  return tree;
}
