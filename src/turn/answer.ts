/** A question: one request with the code that matters, the answer streamed as it comes, nothing changed. */
import { compose, lined, sharesFor, tokensOf, whole } from "../model/budget.ts";
import { ASK_HEAD, DIRECT_HEAD } from "../model/head.ts";
import type { ChatMessage, Reply } from "../model/model.ts";
import { rankTargets, targetsOf } from "../plan/targets.ts";
import { earlierSection, stoppedEnd, type TurnEnd, type TurnParts, type TurnRequest } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { Meter } from "./meter.ts";
import { codeSection, dataSection, filesLine, linesAbout } from "./opening.ts";
import { begunOn } from "./talk.ts";
import { type Above, aboveOf, type Form, NOTHING_ABOVE, standsIn } from "./trunk.ts";
import { shrinkWindow } from "./window.ts";

/** What a prompt has around its question: the second message, or "Answer:". */
const FRAME = 12;

/** Where the question comes behind the head of a conversation, which tells of calls. */
const IN_PROSE = "\nAnswer in a few sentences, without a call.";

/** What the request begins with: in a conversation the head of its tasks and what they said, else a short head of its own. */
interface Begun {
  form: Form;
  head: ChatMessage;
  above: Above;
  /** Whether the answer becomes part of what the next task goes on from. */
  stays: boolean;
}

function begin(request: TurnRequest, parts: TurnParts, meter: Meter): Begun {
  const { rung } = parts.model.ladder;
  if (request.trunk === null || rung === "plain" || rung === "native")
    return { form: rung, head: ASK_HEAD, above: NOTHING_ABOVE, stays: false };
  // A task is most likely to go on in the direct form: what it begins with, a question begins with, too.
  const direct = parts.settings.mechanisms.direct;
  const form = direct ? "direct" : rung;
  const head = direct ? DIRECT_HEAD : begunOn(rung).head;
  return { form, head, above: aboveOf(request, parts, meter, form), stays: true };
}

/** The question with the code and the data that belong to it, in at most so many tokens. */
async function questionFor(
  request: TurnRequest,
  parts: TurnParts,
  { above, stays, most }: Begun & { most: number },
): Promise<string> {
  const shares = sharesFor(parts.model);
  const { workspace } = parts;
  const files = await workspace.list();
  const { target, ranked } = await parts.graph.ask(
    async (graph) => {
      const recent = request.earlier?.files ?? [];
      const scene = { task: request.task, recent, graph, files, baseline: [], frozen: () => false };
      const [first = null] = targetsOf(await rankTargets(scene), 1);
      return { target: first, ranked: (await rankTargets(scene, first ?? undefined)).ranked };
    },
    { signal: parts.signal },
  );
  const read = target === null ? null : await workspace.read(target.path);
  const lines = read?.ok ? linesAbout(read.file.text, request.task, []) : [];
  const names = filesLine(files, most * 0.1);
  return compose(most, [
    whole(standsIn(above, names) ? "" : names, { share: 0.1, rank: 3 }),
    await codeSection(
      { target, ranked, lines, above, share: 0.35, rank: 1 },
      { workspace, files: [], shares },
    ),
    dataSection(request.data, shares.data, { share: 0.2, rank: 2 }),
    earlierSection(request, { share: 0.05, rank: 4, cap: shares.answer, above }),
    lined(request.task, {
      share: 0.3,
      rank: 0,
      frame: (text) => `Question: ${text}${stays ? IN_PROSE : ""}`,
    }),
  ]);
}

async function send(meter: Meter, parts: TurnParts, messages: ChatMessage[]): Promise<Reply> {
  const { reply } = sharesFor(parts.model);
  let begun = false;
  const onText = (text: string): void => {
    // Behind "Answer:" a model goes on with a space.
    const shown = begun ? text : text.trimStart();
    begun ||= shown !== "";
    if (shown !== "") parts.emit({ type: "text", text: shown });
  };
  const g = { maxTokens: reply, temperature: 0.2, onText };
  if (parts.model.ladder.rung === "plain") {
    const prompt = messages.map(({ content }) => content).join("\n\n");
    return meter.complete("answer", `${prompt}\nAnswer:`, {
      ...g,
      stop: ["\nQuestion:", "\nAnswer:", "\n\n\n"],
    });
  }
  return meter.chat("answer", messages, g);
}

/** Asks in what the window has room for; where the server then says that it has less, once more. */
async function ask(request: TurnRequest, parts: TurnParts, meter: Meter): Promise<Reply> {
  const once = async (): Promise<Reply> => {
    const begun = begin(request, parts, meter);
    const { head, above, form, stays } = begun;
    const most = sharesFor(parts.model).prompt - tokensOf([head, ...above.messages]) - FRAME;
    const question: ChatMessage = {
      role: "user",
      content: await questionFor(request, parts, { ...begun, most }),
    };
    const reply = await send(meter, parts, [head, ...above.messages, question]);
    if (stays && reply.ok && reply.finish === "stop" && reply.text.trim() !== "")
      request.trunk?.keep(form, [
        ...above.messages,
        question,
        { role: "assistant", content: reply.text.trim() },
      ]);
    return reply;
  };
  const reply = await once();
  if (reply.ok || reply.kind !== "overflow" || stoppedEnd(parts, meter) !== null) return reply;
  if (shrinkWindow(reply, meter.sent, parts) !== null) return reply;
  meter.reset("The server's window is smaller than it told: less is shown.");
  return once();
}

export async function answer(request: TurnRequest, parts: TurnParts, meter: Meter): Promise<TurnEnd> {
  const reply = await ask(request, parts, meter);
  const stopped = stoppedEnd(parts, meter);
  if (!reply.ok) return stopped ?? endOfFailure(reply);
  if (stopped !== null && (reply.finish === "length" || reply.finish === "cut")) return stopped;
  if (reply.finish === "length")
    return {
      outcome: "limit",
      message: "The answer was cut off by the limit on its length; ask for less at once.",
    };
  if (reply.finish === "cut")
    return { outcome: "no_model", message: reply.reason ?? "The answer broke off; ask again." };
  if (reply.finish === "loop")
    return {
      outcome: "failed",
      message: `${reply.reason ?? "The model repeated itself without end."} Ask in other words, or try a larger model.`,
    };
  if (reply.text.trim() === "")
    return { outcome: "failed", message: "The model answered nothing; ask again, or try another model." };
  return { outcome: "answered", message: "Answered." };
}
