/** One candidate through permission and verification, with its events; and one check that the model asked for. */
import { toolNamed } from "../tools/index.ts";
import type { Candidate, Origin, ToolCall, ToolResult, Verdict } from "../types.ts";
import type { TurnEnd, Work } from "./context.ts";
import { endOfAttempts, stoppedEnd } from "./context.ts";
import { keyOf, treeOf } from "./progress.ts";

/** `done`: the step's work stands. `failed`: no proof; what of it helped stands until the turn ends. `stopped`: the whole turn ends. */
export type StepEnd =
  | { kind: "done"; verdict: Verdict }
  | { kind: "failed"; last: Verdict | null; reason: string }
  | { kind: "stopped"; end: TurnEnd };

/** Runs a call's tool; what its schema refuses is a refusal that names each complaint. */
export async function runTool(call: ToolCall, origin: Origin, work: Work): Promise<ToolResult> {
  const { parts, forbids, checks, shares } = work;
  parts.emit({ type: "call", call });
  const tool = toolNamed(call.tool);
  const result = await (async (): Promise<ToolResult> => {
    if (tool === undefined)
      return { kind: "refusal", tool: call.tool, reason: `There is no tool ${call.tool}.` };
    const args = tool.args.safeParse(call.args);
    if (!args.success) {
      const complaints = args.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
      return {
        kind: "refusal",
        tool: call.tool,
        reason: `The arguments are wrong: ${complaints.join("; ")}.`,
      };
    }
    return tool.run(args.data, {
      workspace: parts.workspace,
      ask: (question) => parts.graph.ask(question, { signal: parts.signal }),
      forbids,
      checks,
      origin,
      earlier: (path) => work.earlier.get(path) ?? [],
      found: async (path) => {
        const change = (await work.transaction.changes()).find((one) => one.path === path);
        return change === undefined ? null : (change.before ?? "");
      },
      room: shares.answer,
    });
  })();
  work.finished = result.kind === "finish";
  parts.emit({ type: "result", result });
  return result;
}

/** Texts of one file that are remembered. */
const MOST_EARLIER = 8;

/** Notes what the model may have in mind of the files it changes: as they are, and as the candidate makes them. */
async function remember({ changes }: Candidate, { parts, earlier }: Work): Promise<void> {
  for (const { path, text } of changes) {
    const read = await parts.workspace.read(path);
    const texts = [...(earlier.get(path) ?? []), ...(read.ok ? [read.file.text] : []), text ?? ""];
    earlier.set(path, [...new Set(texts)].slice(-MOST_EARLIER));
  }
}

/** Judges a candidate; it stays on disk until it is accepted or taken back. */
export async function judgeCandidate(
  candidate: Candidate,
  work: Work,
): Promise<{ kind: "judged"; verdict: Verdict } | { kind: "stopped"; end: TurnEnd }> {
  const { parts, verifier, meter } = work;
  const over = endOfAttempts(parts, meter);
  if (over !== null) return { kind: "stopped", end: over };
  for (const { path } of candidate.changes) {
    if (await parts.permit("write", path)) continue;
    const denied: TurnEnd = {
      outcome: "denied",
      message: `Writing ${path} was not permitted; allow it with --allow-write.`,
    };
    return { kind: "stopped", end: stoppedEnd(parts, meter) ?? denied };
  }
  await remember(candidate, work);
  meter.tries.judging(`${await treeOf(work)} ${keyOf(candidate)}`);
  const judged = await verifier.verify(candidate);
  const stopped = stoppedEnd(parts, meter);
  if (stopped !== null) return { kind: "stopped", end: stopped };
  if (!judged.ok) return { kind: "stopped", end: { outcome: "failed", message: judged.reason } };
  const { origin, grain } = candidate;
  parts.emit({ type: "verdict", origin, ...(grain && { grain }), verdict: judged.verdict });
  return { kind: "judged", verdict: judged.verdict };
}

/** Tells the user why nothing comes of a candidate. */
export function tellTried({ parts, meter }: Work): void {
  meter.tries.repeated();
  parts.emit({ type: "notice", level: "info", text: "That was tried before; it is not judged again." });
}

/** Takes the candidate off the disk; an end of the turn where that could not be done. */
export async function takeBack(work: Work): Promise<TurnEnd | null> {
  const failed = await work.verifier.takeBack();
  return failed === null ? null : { outcome: "failed", message: failed.reason };
}
