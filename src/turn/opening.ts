/** What a chat model is told at the start of a step. */

import { parse } from "../graph/parse.ts";
import { slice } from "../graph/slice.ts";
import { charsIn, cutLines } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import type { CodeSymbol, Step } from "../types.ts";
import { earlierSection, type Work } from "./context.ts";
import { reportText } from "./judge.ts";

const MOST_NAMES = 40;
const MOST_NAME_CHARS = 1200;

/** The first of the project's files by name; "" where there are none. */
export function filesLine(files: string[]): string {
  if (files.length === 0) return "";
  let shown = "";
  for (const path of files.slice(0, MOST_NAMES)) {
    if (shown.length + path.length >= MOST_NAME_CHARS) break;
    shown += ` ${path}`;
  }
  return `Files:${shown} (${files.length} in all)`;
}

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

/** How much of their room code and data get, tried until the whole fits. */
const PARTS = [1, 0.7, 0.45, 0.25, 0.1];

/** The first message of a step: task, data, what fails, the code, what went before; with as much of these as fits into `most` tokens. */
export async function openingOf(
  step: Step,
  symbols: CodeSymbol[],
  work: Work,
  most: number,
): Promise<string> {
  let text = "";
  for (const part of PARTS) {
    text = await openingWith(part, step, symbols, work);
    if (estimateTokens(text) <= most) break;
  }
  return text;
}

async function openingWith(part: number, step: Step, symbols: CodeSymbol[], work: Work): Promise<string> {
  const { request, parts, shares, verifier } = work;
  const target = step.targets[0] ?? null;
  const text = await slice({ target, symbols, room: charsIn(shares.code) * part }, parts.workspace);
  const red = verifier.baseline.filter(({ status }) => status !== "passed").map(reportText);
  const sections = [
    `Task: ${step.intent}`,
    request.data === null
      ? ""
      : `Data:\n\`\`\`\n${cutLines(request.data, charsIn(shares.data) * part).trimEnd()}\n\`\`\``,
    red.length > 0 ? `Checks before any change:\n${cutLines(red.join("\n"), charsIn(shares.answer))}` : "",
    await failingTest(work),
    text === "" ? filesLine(work.files) : `Code:\n${text}`,
    earlierSection(request, charsIn(shares.answer) * part),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
