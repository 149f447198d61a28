/**
 * Less at a time, after whole files have failed: in a small request of its own each, the definition that a failure is most likely
 * due to, then the lines of it that are.
 */
import { type Parsed, parse } from "../graph/syntax/parse.ts";
import { estimateTokens } from "../model/estimate.ts";
import { DIRECT_HEAD } from "../model/head.ts";
import type { ChatMessage } from "../model/model.ts";
import { readCode } from "../model/reader.ts";
import type { Candidate, CodeSymbol, Grain, Suspect, ToolCall } from "../types.ts";
import { stoppedEnd } from "./context.ts";
import { failingTest } from "./direct-opening.ts";
import { AROUND_CODE, attemptsText, type DirectTalk } from "./direct-talk.ts";
import { endOfFailure } from "./failures.ts";
import { failuresIn, reportText } from "./feedback.ts";
import type { StepEnd } from "./judge.ts";
import { Sampling, temperatureAt } from "./sampling.ts";
import { suspectsOf } from "./suspects.ts";

/** Definitions that are asked for, and replies on each in one grain. */
const MOST_DEFINITIONS = 2;
const MOST_REPLIES = 3;
const AT_ONCE = 3;
/** Lines that are asked for at once, at the most. */
const MOST_LINES = 6;

/** A definition with the lines of it that are suspected, likeliest first. */
interface Suspected {
  parsed: Parsed;
  symbol: CodeSymbol;
  lines: number[];
}

/** What one request asks for. */
interface Ask {
  grain: Grain;
  prompt: string;
  /** What a reply comes to; null: nothing. */
  callFor: (text: string) => ToolCall | null;
}

const innermost = ({ symbols }: Parsed, line: number): CodeSymbol | undefined =>
  symbols.findLast(
    ({ kind, lines }) =>
      (kind === "function" || kind === "method") && lines.start <= line && line <= lines.end,
  );

/** The definitions that suspects stand in, then those that the step is about. */
async function suspectedIn({ work, step, shows }: DirectTalk): Promise<Suspected[]> {
  const suspects = await suspectsOf(work.verifier.baseline, work);
  const found: Suspected[] = [];
  const parsedOf = async (path: string): Promise<Parsed | null> => {
    const read = await work.parts.workspace.read(path);
    return read.ok ? parse(path, read.file.text) : null;
  };
  const add = (parsed: Parsed, symbol: CodeSymbol | undefined, line: number | null): void => {
    if (symbol === undefined) return;
    const same = found.find((one) => one.parsed.path === parsed.path && one.symbol.name === symbol.name);
    if (same === undefined) found.push({ parsed, symbol, lines: line === null ? [] : [line] });
    else if (line !== null) same.lines.push(line);
  };
  for (const { path, line } of suspects satisfies Suspect[]) {
    const parsed = await parsedOf(path);
    if (parsed !== null) add(parsed, innermost(parsed, line), line);
  }
  for (const { path, symbol } of step.targets.filter(({ path: one }) => shows.files.includes(one))) {
    const parsed = await parsedOf(path);
    const named = parsed?.symbols.find(
      ({ name, kind }) => name === symbol && (kind === "function" || kind === "method"),
    );
    if (parsed !== null) add(parsed, named, null);
  }
  return found.slice(0, MOST_DEFINITIONS);
}

const textOf = ({ text }: Parsed, from: number, to: number): string =>
  text
    .split("\n")
    .slice(from - 1, to)
    .join("\n");

/** The task, what fails, and what was tried: what every such request begins with. */
async function frameOf({ work, step, attempts }: DirectTalk): Promise<string> {
  const red = work.verifier.baseline.filter(({ status }) => status !== "passed");
  const failing = red.flatMap((report) => failuresIn(report)).find(({ test }) => test !== undefined);
  return [
    `Task: ${step.intent}`,
    red.map((one) => reportText(one)).join("\n"),
    await failingTest(work, failing),
    attempts.length === 0 ? "" : `Failed so far:\n${attemptsText(attempts)}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function symbolAsk(frame: string, { parsed, symbol }: Suspected): Ask {
  const { path, language } = parsed;
  const code = textOf(parsed, symbol.lines.start, symbol.lines.end);
  const name = symbol.name.split(".").at(-1) ?? symbol.name;
  return {
    grain: "symbol",
    prompt: `${frame}\n\nWhat is wrong is most likely in this:\n\n${path}\n\`\`\`${language}\n${code}\n\`\`\`\n\nSend only ${name}, whole and corrected, in one fenced block.`,
    callFor: (text) => ({ tool: "write_code", args: { text, files: [path] } }),
  };
}

/** The suspected lines that stand together around the likeliest; the first ones of the body where none is known. */
function spanOf({ symbol, lines }: Suspected): { from: number; to: number } {
  const { start, end } = symbol.lines;
  const [first = Math.min(start + 1, end)] = lines;
  const near = lines.filter((line) => Math.abs(line - first) < MOST_LINES / 2);
  return { from: Math.min(first, ...near), to: Math.max(first, ...near) };
}

function linesAsk(frame: string, suspected: Suspected): Ask {
  const { parsed, symbol } = suspected;
  const { path, language } = parsed;
  const { from, to } = spanOf(suspected);
  const { start, end } = symbol.lines;
  const shown = textOf(parsed, start, end)
    .split("\n")
    .map((line, at) =>
      `${start + at >= from && start + at <= to ? ">" : " "} ${start + at} | ${line}`.trimEnd(),
    )
    .join("\n");
  const which = from === to ? `line ${from}` : `lines ${from} to ${to}`;
  const old = `${textOf(parsed, from, to)}\n`;
  const name = symbol.name.split(".").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(old)?.[0] ?? "";
  return {
    grain: "lines",
    prompt: `${frame}\n\nWhat is wrong is most likely in the lines with a > of this:\n\n${path}\n\`\`\`${language}\n${shown}\n\`\`\`\n\nSend only what shall stand in place of ${which}, without numbers, in one fenced block.`,
    callFor: (text) => {
      const read = readCode(text);
      if (!read.ok) return null;
      // Who sends all of the definition has not kept to the lines, and is understood all the same.
      const head = parsed.text.split("\n")[start - 1]?.trim() ?? name;
      if (from > start && read.code.includes(head))
        return { tool: "write_code", args: { text, files: [path] } };
      const lines = read.code.split("\n").map((line) => line.replace(/^[> ]*\d+ \| ?/, ""));
      const bare = lines.every((line) => line === "" || line.startsWith(indent))
        ? lines
        : lines.map((line) => (line === "" ? line : indent + line));
      return {
        tool: "replace_text",
        args: { path, old, new: `${bare.join("\n")}\n`, lines: true, at: from },
      };
    },
  };
}

/** Judges the replies to one request, the likeliest first, then hotter ones; null where none of them ends the step. */
async function drawAll(
  { work }: DirectTalk,
  ask: Ask,
  { sampling, most }: { sampling: Sampling; most: number },
): Promise<StepEnd | null> {
  const { shares, meter, parts } = work;
  const user: ChatMessage = { role: "user", content: ask.prompt };
  for (let done = 0; done < most && sampling.room > 0; ) {
    const first = done === 0;
    const n = first ? 1 : Math.min(parts.model.fan, AT_ONCE, most - done);
    const heat = first ? { temperature: 0.2 } : { temperature: temperatureAt(done), seed: done };
    const reply = await meter.chat(ask.grain, [DIRECT_HEAD, user], { maxTokens: shares.reply, n, ...heat });
    const stopped = stoppedEnd(parts, meter);
    if (stopped !== null) return { kind: "stopped", end: stopped };
    if (!reply.ok && reply.kind === "overflow") return null;
    if (!reply.ok) return { kind: "stopped", end: endOfFailure(reply) };
    for (const { finish, text } of [reply, ...(reply.others ?? [])]) {
      const end = await sampling.judge(finish === "stop" || finish === "node" ? ask.callFor(text) : null);
      if (end !== null) return end;
    }
    done += n;
  }
  return null;
}

/** One request and what came of it: the step's end, a candidate that only helped and stays, or null. */
async function tryAsk(talk: DirectTalk, ask: Ask): Promise<StepEnd | Candidate | null> {
  const { work, tried } = talk;
  const { shares, meter, parts } = work;
  if (estimateTokens(ask.prompt) > shares.prompt - AROUND_CODE) return null;
  meter.reset(`Less at a time: ${ask.grain === "symbol" ? "one definition" : "some lines"}.`);
  const most = parts.settings.mechanisms.sampling ? MOST_REPLIES : 1;
  const sampling = new Sampling(work, { most, tried, grain: ask.grain });
  const end = await drawAll(talk, ask, { sampling, most });
  if (end !== null) return end;
  talk.last = sampling.last ?? talk.last;
  const kept = await sampling.keepBest();
  return kept === null || kept.kind === "stopped" ? kept : kept.candidate;
}

/** The step's end where something was proven, or the turn is over; null where less at a time did not help either. */
export async function narrower(talk: DirectTalk): Promise<StepEnd | null> {
  for (const make of [symbolAsk, linesAsk]) {
    for (const suspected of await suspectedIn(talk)) {
      const end = await tryAsk(talk, make(await frameOf(talk), suspected));
      if (end !== null && "kind" in end) return end;
      // What helped is another tree: its suspects are asked for anew.
      if (end !== null) {
        talk.attempts = [];
        break;
      }
    }
  }
  return null;
}
