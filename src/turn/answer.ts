/** A question: one request with the code that matters, the answer streamed as it comes, nothing changed. */
import { slice } from "../graph/slice.ts";
import { charsIn, cutLines, sharesOf } from "../model/budget.ts";
import type { ChatMessage, Reply } from "../model/model.ts";
import { ASK_HEAD } from "../model/schema.ts";
import { type Ranking, rankTargets, targetsOf } from "../plan/targets.ts";
import { earlierSection, stoppedEnd, type TurnEnd, type TurnParts, type TurnRequest } from "./context.ts";
import { endOfFailure } from "./failures.ts";
import type { Meter } from "./meter.ts";

/** The question with the code and the data that belong to it. */
async function questionFor(request: TurnRequest, parts: TurnParts, room: number): Promise<string> {
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
  const { text } = await slice({ target, symbols: ranking.symbols, room: charsIn(room) }, parts.workspace);
  const sections = [
    files.length > 0
      ? `Files: ${cutLines(files.slice(0, 40).join(" "), 1200)}${files.length > 40 ? ` … ${files.length} in all` : ""}`
      : "",
    text,
    request.data === null
      ? ""
      : `Data:\n\`\`\`\n${cutLines(request.data, charsIn(shares.data)).trimEnd()}\n\`\`\``,
    earlierSection(request, charsIn(shares.answer)),
    `Question: ${request.task}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function send(meter: Meter, parts: TurnParts, content: string): Promise<Reply> {
  const { reply } = sharesOf(parts.model.window);
  const onText = (text: string): void => parts.emit({ type: "text", text });
  const g = { maxTokens: reply, temperature: 0.2, onText };
  if (parts.model.rung === "plain")
    return meter.complete("answer", `${ASK_HEAD.content}\n\n${content}\nAnswer:`, {
      ...g,
      stop: ["\nQuestion:", "\n\n\n"],
    });
  const messages: ChatMessage[] = [ASK_HEAD, { role: "user", content }];
  return meter.chat("answer", messages, g);
}

export async function answer(request: TurnRequest, parts: TurnParts, meter: Meter): Promise<TurnEnd> {
  const { code } = sharesOf(parts.model.window);
  let reply = await send(meter, parts, await questionFor(request, parts, code));
  if (!reply.ok && reply.kind === "overflow") {
    parts.emit({
      type: "context_reset",
      why: "The server's window is smaller than it told; half of the code is shown.",
    });
    reply = await send(meter, parts, await questionFor(request, parts, Math.floor(code / 3)));
  }
  const stopped = stoppedEnd(parts, meter);
  if (!reply.ok) return stopped ?? endOfFailure(reply);
  if (reply.finish === "length")
    return (
      stopped ?? {
        outcome: "limit",
        message: "The answer was cut off by the limit on its length; ask for less at once.",
      }
    );
  if (reply.finish === "cut")
    return { outcome: "no_model", message: reply.reason ?? "The answer broke off." };
  if (reply.finish === "loop")
    return { outcome: "failed", message: reply.reason ?? "The model repeated itself without end." };
  if (reply.text.trim() === "")
    return { outcome: "failed", message: "The model answered nothing; ask again, or try another model." };
  return { outcome: "answered", message: "Answered." };
}
