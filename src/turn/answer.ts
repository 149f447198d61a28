/** A question: one request with the code that matters, the answer streamed as it comes, nothing changed. */
import { slice } from "../graph/slice.ts";
import { charsIn, cutLines, sharesOf, tokensOf } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { ASK_HEAD } from "../model/head.ts";
import type { ChatMessage, Reply } from "../model/model.ts";
import { type Ranking, rankTargets, targetsOf } from "../plan/targets.ts";
import { earlierSection, stoppedEnd, type TurnEnd, type TurnParts, type TurnRequest } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { Meter } from "./meter.ts";
import { filesLine } from "./opening.ts";

/** How much of their room code and data get, tried until the whole fits. */
const PARTS = [1, 0.6, 0.3, 0.1];

/** The question with the code and the data that belong to it, in at most so many tokens where its own words leave it room. */
async function questionFor(request: TurnRequest, parts: TurnParts, most: number): Promise<string> {
  const shares = sharesOf(parts.model.window);
  const files = await parts.workspace.list();
  const scene = {
    task: request.task,
    recent: request.earlier?.files ?? [],
    workspace: parts.workspace,
    files,
    baseline: [],
    frozen: () => false,
  };
  const ranking: Ranking = await rankTargets(scene);
  const target = targetsOf(ranking, 1)[0] ?? null;
  let question = "";
  for (const part of PARTS) {
    const room = charsIn(shares.code) * part;
    const text = await slice({ target, symbols: ranking.symbols, room }, parts.workspace);
    const data = request.data === null ? "" : cutLines(request.data, charsIn(shares.data) * part).trimEnd();
    const sections = [
      filesLine(files),
      text,
      data === "" ? "" : `Data:\n\`\`\`\n${data}\n\`\`\``,
      earlierSection(request, charsIn(shares.answer) * part),
      `Question: ${request.task}`,
    ];
    question = sections.filter((section) => section !== "").join("\n\n");
    if (estimateTokens(question) <= most) break;
  }
  return question;
}

function send(meter: Meter, parts: TurnParts, content: string): Promise<Reply> {
  const { reply } = sharesOf(parts.model.window);
  let begun = false;
  const onText = (text: string): void => {
    // Behind "Answer:" a model goes on with a space.
    const shown = begun ? text : text.trimStart();
    begun ||= shown !== "";
    if (shown !== "") parts.emit({ type: "text", text: shown });
  };
  const g = { maxTokens: reply, temperature: 0.2, onText };
  if (parts.model.ladder.rung === "plain")
    return meter.complete("answer", `${ASK_HEAD.content}\n\n${content}\nAnswer:`, {
      ...g,
      stop: ["\nQuestion:", "\nAnswer:", "\n\n\n"],
    });
  const messages: ChatMessage[] = [ASK_HEAD, { role: "user", content }];
  return meter.chat("answer", messages, g);
}

export async function answer(request: TurnRequest, parts: TurnParts, meter: Meter): Promise<TurnEnd> {
  const { window, reply: longest } = sharesOf(parts.model.window);
  const question = await questionFor(request, parts, window - longest - tokensOf([ASK_HEAD]));
  let reply = await send(meter, parts, question);
  if (!reply.ok && reply.kind === "overflow") {
    parts.emit({ type: "context_reset", why: "The server's window is smaller than it told: less is shown." });
    reply = await send(meter, parts, await questionFor(request, parts, estimateTokens(question) / 3));
  }
  const stopped = stoppedEnd(parts, meter);
  if (!reply.ok) return stopped ?? endOfFailure(reply);
  if (stopped !== null && (reply.finish === "length" || reply.finish === "cut")) return stopped;
  if (reply.finish === "length")
    return {
      outcome: "limit",
      message: "The answer was cut off by the limit on its length; ask for less at once.",
    };
  if (reply.finish === "cut")
    return { outcome: "no_model", message: reply.reason ?? "The answer broke off." };
  if (reply.finish === "loop")
    return { outcome: "failed", message: reply.reason ?? "The model repeated itself without end." };
  if (reply.text.trim() === "")
    return { outcome: "failed", message: "The model answered nothing; ask again, or try another model." };
  return { outcome: "answered", message: "Answered." };
}
