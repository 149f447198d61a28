/** What a chat model is told at the start of a step. */

import { parse } from "../graph/parse.ts";
import { slice } from "../graph/slice.ts";
import { charsIn, cutLines } from "../model/budget.ts";
import type { CodeSymbol, Step } from "../types.ts";
import { earlierSection, type Work } from "./context.ts";
import { reportText } from "./judge.ts";

/** The text of the first failing test, where it is known and not longer than an answer may be; else "". */
async function failingTest({ parts, shares, verifier }: Work): Promise<string> {
  const failing = verifier.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .find(({ test }) => test !== undefined);
  const [path] = (failing?.test ?? "").split("::");
  const name = failing?.test?.split(/::|\./).at(-1)?.replace(/\[.*$/, "");
  const read = path === undefined || path === "" ? null : await parts.workspace.read(path);
  const parsed = read?.ok ? await parse(read.file.path, read.file.text) : null;
  const symbol = parsed?.symbols.find((one) => one.name.split(".").at(-1) === name);
  if (!parsed || !symbol) return "";
  const text = parsed.text
    .split("\n")
    .slice(symbol.lines.start - 1, symbol.lines.end)
    .join("\n");
  return text.length > charsIn(shares.answer)
    ? ""
    : `The failing test:\n${path}\n\`\`\`${parsed.language}\n${text}\n\`\`\``;
}

/** The first message of a step: task, data, what fails, the code, what went before. */
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
    await failingTest(work),
    text === "" ? `Files: ${work.files.slice(0, 60).join(" ")}` : `Code:\n${text}`,
    earlierSection(request, charsIn(shares.answer)),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
