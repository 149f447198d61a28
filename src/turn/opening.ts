/** What a chat model is told at the start of a step. */
import { slice } from "../graph/slice.ts";
import { charsIn, cutLines } from "../model/budget.ts";
import type { CodeSymbol, Step } from "../types.ts";
import type { Work } from "./context.ts";
import { reportText } from "./judge.ts";

/** The first message of a step: task, data, what fails, the code. */
export async function openingOf(step: Step, symbols: CodeSymbol[], work: Work): Promise<string> {
  const { request, parts, shares, verifier } = work;
  const target = step.targets[0] ?? null;
  const { text } = await slice({ target, symbols, room: charsIn(shares.code) }, parts.workspace);
  const red = verifier.baseline.filter(({ status }) => status !== "passed").map(reportText);
  const sections = [
    `Task: ${step.intent}`,
    request.data === null
      ? ""
      : `Data:\n\`\`\`\n${cutLines(request.data, charsIn(shares.data)).trimEnd()}\n\`\`\``,
    red.length > 0 ? `Checks before any change:\n${red.join("\n")}` : "",
    text === "" ? `Files: ${work.files.slice(0, 60).join(" ")}` : `Code:\n${text}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
