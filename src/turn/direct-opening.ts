/** What a model is told before it writes the code of a step at once: the task, what fails, the code that matters. */
import type { Ranked } from "../graph/rank/rank.ts";
import { Rows, signatureRows, wholeRows } from "../graph/rank/signatures.ts";
import { codeText, fenced } from "../graph/rank/slice.ts";
import { isMarkup, languageOf } from "../graph/syntax/languages.ts";
import { type Parsed, parse } from "../graph/syntax/parse.ts";
import { compose, lined, type Section, whole } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { failingPlaces } from "../plan/targets.ts";
import type { Diagnostic, Step } from "../types.ts";
import { earlierSection, type Work } from "./context.ts";
import { reportText } from "./feedback.ts";
import { dataSection, filesLine, linesAbout } from "./opening.ts";
import { type Above, standsIn } from "./trunk.ts";

/** A definition of another file is shown with its body where it has at most so many lines. */
const SHORT = 12;
const MOST_BODIES = 6;
/** Judging files that are searched for the text of a failing test. */
const MOST_JUDGES = 40;
/** Lines around a failing one where no test by its name is found. */
const AROUND = 8;
const OTHERS = "Other definitions:";

export interface Shows {
  step: Step;
  /** Shown whole, else folded around the lines that matter. */
  files: string[];
  /** To be made. */
  fresh: string[];
  ranked: Ranked[];
  above: Above;
  /** Files whose code is shown, for what follows. */
  shown: string[];
}

const leafOf = (test: string): string =>
  test
    .split(/::|\.|\/|#| > /)
    .at(-1)
    ?.replace(/[[(].*$/, "")
    .trim() ?? "";

/** The test's own lines in a judging file. */
function testIn(parsed: Parsed, one: Diagnostic): { start: number; end: number } | null {
  const name = leafOf(one.test ?? "");
  const found = parsed.symbols.find(
    (symbol) => symbol.kind !== "class" && symbol.name.split(".").at(-1) === name,
  );
  if (found !== undefined) return found.lines;
  const lines = parsed.text.split("\n");
  const at =
    one.path === parsed.path && one.line !== undefined
      ? one.line
      : lines.findIndex((line) => name.length > 3 && line.includes(name)) + 1;
  return at < 1 ? null : { start: Math.max(1, at - 2), end: Math.min(lines.length, at + AROUND) };
}

/** The text of the first failing test, where it is found. */
export async function failingTest(work: Work, failing: Diagnostic | undefined): Promise<string> {
  if (failing === undefined || work.shares.test === 0) return "";
  const file = (failing.test ?? "").split("::")[0] ?? "";
  const near = [file, failing.path ?? "", ...(failing.frames ?? []).map(({ path }) => path)];
  const judges = work.files.filter(
    (path) => work.judges(path) && languageOf(path) !== null && !isMarkup(languageOf(path) ?? ""),
  );
  const paths = [...new Set([...near.filter((path) => judges.includes(path)), ...judges])].slice(
    0,
    MOST_JUDGES,
  );
  for (const path of paths) {
    const read = await work.parts.workspace.read(path);
    const parsed = read.ok ? await parse(path, read.file.text) : null;
    const lines = parsed === null ? null : testIn(parsed, failing);
    if (parsed === null || lines === null) continue;
    const all = parsed.text.split("\n");
    for (const most of [lines.end, lines.start + AROUND]) {
      const text = all.slice(lines.start - 1, Math.min(lines.end, most)).join("\n");
      const shown = `The failing test:\n${fenced(path, parsed.language, text)}`;
      if (estimateTokens(shown) <= work.shares.test) return shown;
    }
  }
  return "";
}

/** The files whole in at most so many tokens, those that are too long folded around what matters; each has its share. */
async function filesIn(shows: Shows, work: Work, most: number): Promise<string> {
  const { files, step, ranked, above } = shows;
  shows.shown = [];
  const texts: string[] = [];
  let left = most;
  for (const [at, path] of files.entries()) {
    const read = await work.parts.workspace.read(path);
    if (!read.ok) continue;
    const { text } = read.file;
    const parsed = await parse(path, text);
    const language = parsed?.language ?? "";
    if (standsIn(above, text)) {
      texts.push(`${path} stands above, as it now is.`);
      shows.shown.push(path);
      continue;
    }
    const rest = files.length - at;
    // The first has what it needs, the others share what is left.
    const room = (at === 0 ? left : Math.floor(left / rest)) - estimateTokens(fenced(path, language, ""));
    const shown = estimateTokens(text) <= room ? text : folded({ parsed, step, ranked, work }, room);
    if (shown === null) {
      const note = `${path}: ${text.split("\n").length} lines, too long to show.`;
      if (estimateTokens(note) <= left) texts.push(note);
      continue;
    }
    const one = fenced(path, language, shown.trim() === "" ? "" : shown);
    texts.push(one);
    shows.shown.push(path);
    left -= estimateTokens(`${one}\n\n`);
  }
  return texts.join("\n\n");
}

function folded(
  { parsed, step, ranked, work }: { parsed: Parsed | null; step: Step; ranked: Ranked[]; work: Work },
  room: number,
): string | null {
  if (parsed === null) return null;
  const { path } = parsed;
  const failing = failingPlaces({ baseline: work.verifier.baseline, frozen: () => false })
    .filter((place) => place.path === path)
    .map(({ line }) => line);
  const target = step.targets.find((one) => one.path === path && one.symbol !== undefined);
  const lines = linesAbout(parsed.text, step.intent, failing);
  const symbol = parsed.symbols.find(({ name }) => name === target?.symbol) ?? null;
  const order = ranked.flatMap((one) => (one.symbol.path === path ? [one.symbol.name] : []));
  return codeText(parsed, { symbol: failing.length > 0 ? null : symbol, lines, order }, room);
}

/** Definitions of other files that the change is likely to use: short ones whole, the others as signatures. */
async function othersIn(shows: Shows, work: Work, most: number): Promise<string> {
  const rows = new Rows(most - estimateTokens(`${OTHERS}\n`));
  const wanted = shows.ranked.filter(
    ({ symbol }) => !shows.files.includes(symbol.path) && !work.judges(symbol.path),
  );
  let bodies = 0;
  for (const one of wanted) {
    const { lines, kind, path } = one.symbol;
    const short = lines.end - lines.start < SHORT && kind !== "module" && lines.end > lines.start;
    const read = short && bodies < MOST_BODIES ? await work.parts.workspace.read(path) : null;
    if (read?.ok && rows.take(wholeRows(one, read.file.text), most / 3)) bodies += 1;
    else if (!rows.has(one.symbol)) rows.take(signatureRows(one));
    if (rows.full) break;
  }
  const { text } = rows.render();
  return text === "" ? "" : `${OTHERS}\n${text}`;
}

async function codeSection(shows: Shows, work: Work): Promise<Section> {
  const { shares, files } = work;
  const inAtMost = async (most: number): Promise<string> => {
    const room = most - estimateTokens("Code:\n");
    const heads = Math.min(shares.heads, Math.floor(room / 4));
    const main = await filesIn(shows, work, room - heads);
    const left = room - (main === "" ? 0 : estimateTokens(`${main}\n\n`));
    const others = await othersIn(shows, work, Math.min(left, heads));
    const text = [main, others].filter((part) => part !== "").join("\n\n");
    return text === "" ? filesLine(files, most) : `Code:\n${text}`;
  };
  const largest = await inAtMost(shares.code);
  const want = estimateTokens(largest);
  return { want, share: 0.3, rank: 1, text: (most) => (most >= want ? largest : inAtMost(most)) };
}

/** The first message, in at most `most` tokens. */
export async function directOpening(shows: Shows, work: Work, most: number): Promise<string> {
  const { request, shares, verifier } = work;
  const { step, fresh, above } = shows;
  const red = verifier.baseline.filter(({ status }) => status !== "passed").map((one) => reportText(one));
  const failing = verifier.baseline
    .flatMap(({ diagnostics }) => diagnostics)
    .find(({ test }) => test !== undefined && (step.tests === undefined || step.tests.includes(test)));
  const test = await failingTest(work, failing);
  return compose(most, [
    lined(step.intent, { share: 0.3, rank: 0, frame: (text) => `Task: ${text}` }),
    dataSection(request.data, shares.data, { share: 0.12, rank: 4 }),
    lined(red.join("\n"), {
      share: 0.12,
      rank: 2,
      cap: shares.answer,
      frame: (text) => `Checks before any change:\n${text}`,
    }),
    whole(standsIn(above, test) ? "" : test, { share: 0.12, rank: 3 }),
    await codeSection(shows, work),
    whole(fresh.length === 0 ? "" : `To be made: ${fresh.join(", ")}`, { share: 0.02, rank: 1 }),
    earlierSection(request, { share: 0.04, rank: 5, cap: shares.answer, above }),
  ]);
}
