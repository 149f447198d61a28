/** What a chat model is told at the start of a step: each part within its share of the room. */

import type { Ranked } from "../graph/rank/rank.ts";
import { fenced, slice, type Texts } from "../graph/rank/slice.ts";
import { parse } from "../graph/syntax/parse.ts";
import { compose, lined, type Section, type Shares, whole } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { failingPlaces } from "../plan/targets.ts";
import type { Step, Target } from "../types.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { earlierSection, type Work } from "./context.ts";
import { reportText } from "./feedback.ts";
import { type Above, standsIn } from "./trunk.ts";

const MOST_NAMES = 40;
const MOST_NAME_TOKENS = 400;
/** Shorter words are everywhere. */
const LEAST_WORD = 4;
/** A word of the task points at lines where the file has it no more often than this. */
const MOST_PLACES = 3;

/** The first of the project's files by name, in at most so many tokens; "" where there are none. */
export function filesLine(files: string[], most: number): string {
  if (files.length === 0) return "";
  const count = ` (${files.length} in all)`;
  let left = Math.min(most, MOST_NAME_TOKENS) - estimateTokens(`Files:${count}`);
  let shown = "";
  for (const path of files.slice(0, MOST_NAMES)) {
    left -= estimateTokens(` ${path}`);
    if (left < 0) break;
    shown += ` ${path}`;
  }
  return left < 0 && shown === "" ? "" : `Files:${shown}${count}`;
}

/** The lines of a file that a task is about: where checks failed, else where it has words that the file seldom has. */
export function linesAbout(text: string, task: string, failing: number[]): number[] {
  if (failing.length > 0) return failing;
  const words = new Set(task.match(/\w+/g)?.filter((word) => word.length >= LEAST_WORD));
  const places = new Map<string, number[]>();
  for (const [index, line] of text.split("\n").entries())
    for (const word of new Set(line.match(/\w+/g)))
      if (words.has(word)) places.set(word, [...(places.get(word) ?? []), index + 1]);
  return [...places.values()].filter(({ length }) => length <= MOST_PLACES).flat();
}

/** The text of the first failing test, where it is known and not longer than its share; else "". */
export async function failingTest({ parts, shares, verifier }: Work, above: Above): Promise<string> {
  if (shares.test === 0) return "";
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
  const shown = `The failing test:\n${fenced(parsed.path, parsed.language, text)}`;
  if (standsIn(above, shown)) return "";
  return estimateTokens(shown) > shares.test ? "" : shown;
}

/** Whether the code of a target stands above as it now is: as it was shown, or as the model wrote it. */
async function isAbove(target: Target | null, workspace: Workspace, above: Above): Promise<boolean> {
  if (target === null || above.messages.length === 0) return false;
  const read = await workspace.read(target.path);
  if (!read.ok) return false;
  if (target.symbol === undefined) return standsIn(above, read.file.text);
  const parsed = await parse(target.path, read.file.text);
  const found = parsed?.definitions.find(({ symbol }) => symbol.name === target.symbol);
  if (!parsed || !found) return false;
  const start = parsed.text.lastIndexOf("\n", found.start - 1) + 1;
  const code = parsed.text.slice(start, found.end);
  const indent = /^[ \t]*/.exec(code)?.[0] ?? "";
  return standsIn(above, code) || standsIn(above, code.replaceAll(`\n${indent}`, "\n"));
}

/** The code that a task is about, within its share, unless it stands above; the names of the files where there is none to show. */
export async function codeSection(
  room: {
    target: Target | null;
    /** Best first: what else is shown, as signatures. */
    ranked: Ranked[];
    lines: number[];
    above: Above;
    share: number;
    rank: number;
  },
  { workspace, files, shares }: { workspace: Workspace; files: string[]; shares: Shares },
): Promise<Section> {
  const { target, ranked, lines, above, share, rank } = room;
  if (target !== null && (await isAbove(target, workspace, above)))
    return whole(`Code: ${target.symbol ?? "the text"} of ${target.path} stands above, as it now is.`, {
      share,
      rank,
    });
  const inAtMost = async (most: number): Promise<string> => {
    const code = most - estimateTokens(CODE);
    const heads = Math.min(shares.heads, Math.floor(code / 4));
    const { text } = await slice({ target, ranked, lines, most: code, heads }, textsOf(workspace));
    return text === "" ? filesLine(files, most) : `${CODE}${text}`;
  };
  const largest = await inAtMost(shares.code);
  const want = estimateTokens(largest);
  return { want, share, rank, text: (most) => (most >= want ? largest : inAtMost(most)) };
}

const CODE = "Code:\n";

const textsOf = (workspace: Workspace): Texts => ({
  text: async (path) => {
    const read = await workspace.read(path);
    return read.ok ? read.file.text : null;
  },
});

export const dataSection = (
  data: string | null,
  cap: number,
  share: { share: number; rank: number },
): Section =>
  lined(data ?? "", { ...share, cap, frame: (text) => `Data:\n\`\`\`\n${text.trimEnd()}\n\`\`\`` });

/** Where checks have failed in the target's file. */
function failingLines(work: Work, target: Target | null): number[] {
  const places = failingPlaces({ baseline: work.verifier.baseline, frozen: () => false });
  return places.filter(({ path }) => path === target?.path).map(({ line }) => line);
}

/** The first message of a step, in at most `most` tokens: task, data, what fails, the code, what went before. */
export async function openingOf(
  { step, ranked, above }: { step: Step; ranked: Ranked[]; above: Above },
  work: Work,
  most: number,
): Promise<string> {
  const { request, shares, verifier, files, parts } = work;
  const { workspace } = parts;
  const target = step.targets[0] ?? null;
  const read = target === null ? null : await workspace.read(target.path);
  const lines = read?.ok ? linesAbout(read.file.text, step.intent, failingLines(work, target)) : [];
  const red = verifier.baseline.filter(({ status }) => status !== "passed").map((one) => reportText(one));
  return compose(most, [
    lined(step.intent, { share: 0.3, rank: 0, frame: (text) => `Task: ${text}` }),
    dataSection(request.data, shares.data, { share: 0.12, rank: 4 }),
    lined(red.join("\n"), {
      share: 0.12,
      rank: 2,
      cap: shares.answer,
      frame: (text) => `Checks before any change:\n${text}`,
    }),
    whole(await failingTest(work, above), { share: 0.12, rank: 3 }),
    await codeSection({ target, ranked, lines, above, share: 0.3, rank: 1 }, { workspace, files, shares }),
    earlierSection(request, { share: 0.04, rank: 5, cap: shares.answer, above }),
  ]);
}
