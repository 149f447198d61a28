/** The beginning of an edit: the workspace's lock and journal, the checks that may be run, the verifier. Nothing is asked yet. */
import { sharesFor } from "../model/budget.ts";
import { namedPaths } from "../plan/targets.ts";
import { type Check, detectChecks } from "../verify/checks.ts";
import { judgedBy } from "../verify/frozen.ts";
import { KnownReports } from "../verify/known.ts";
import { Verifier } from "../verify/verifier.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { affectedBy } from "./affected.ts";
import type { TurnEnd, TurnParts, TurnRequest, Work } from "./context.ts";
import { asksForAll, forbidder } from "./goal.ts";
import type { Meter } from "./meter.ts";

/** The checks that may be run here. Where running is not permitted there are none, and the user is told. */
async function permittedChecks(parts: TurnParts, files: string[], near: string[]): Promise<Check[]> {
  const { checks: wanted } = parts.settings;
  if (wanted.waived) return [];
  const { workspace, env, signal } = parts;
  const found = await detectChecks(workspace, {
    check: wanted.command,
    project: wanted.project,
    files,
    near,
    env,
    signal,
  });
  if (found.length === 0) {
    parts.emit({
      type: "notice",
      level: "warning",
      text: "No check is known here, so nothing can be proven; give one with --check CMD.",
    });
    return [];
  }
  const permitted: Check[] = [];
  for (const check of found) if (await parts.permit("run", check.shown)) permitted.push(check);
  if (permitted.length < found.length && !signal.aborted)
    parts.emit({
      type: "notice",
      level: "warning",
      text: "The checks may not be run, so only syntax is checked; allow them with --yes, --allow-run or --check.",
    });
  return permitted;
}

/** What checks have said in this session, by its workspace. */
const reports = new WeakMap<Workspace, KnownReports>();

function knownIn(workspace: Workspace): KnownReports {
  const known = reports.get(workspace) ?? new KnownReports();
  reports.set(workspace, known);
  return known;
}

/** Everything an edit needs, but the baseline. */
export async function prepare(
  request: TurnRequest,
  parts: TurnParts,
  meter: Meter,
): Promise<{ work: Work } | { end: TurnEnd }> {
  const begun = await parts.workspace.begin(request.session);
  if (!begun.ok) return { end: { outcome: "failed", message: begun.reason } };
  for (const text of begun.notices) parts.emit({ type: "notice", level: "warning", text });
  const { transaction } = begun;
  const files = await parts.workspace.list();
  const named = namedPaths(request.task, files);
  const checks = await permittedChecks(parts, files, named);
  const verifier = new Verifier({
    workspace: parts.workspace,
    transaction,
    checks,
    env: parts.env,
    checkTimeMs: parts.settings.limits.checkTimeMs,
    maxTimeMs: parts.settings.limits.maxTimeMs,
    outputFile: (check) =>
      `${parts.workspace.root}/.smallcode/sessions/${request.session}.${check.replace(/\W+/g, "-")}.log`,
    signal: parts.signal,
    onStart: ({ id, shown }, when) => parts.emit({ type: "check_start", check: id, command: shown, when }),
    onEnd: (report, when) => parts.emit({ type: "check_end", report, when }),
    onNotice: (text) => parts.emit({ type: "notice", level: "warning", text }),
    affected: affectedBy(parts.graph, parts.signal),
    named,
    asksForAll: asksForAll(request.task, named),
    known: knownIn(parts.workspace),
  });
  const judges = judgedBy(
    checks.map(({ shown }) => shown),
    files,
  );
  const forbids = forbidder(request.task, files, judges);
  const shares = sharesFor(parts.model);
  const work: Work = {
    request,
    parts,
    meter,
    shares,
    transaction,
    verifier,
    files,
    checks: checks.map(({ id }) => id),
    earlier: new Map(),
    said: null,
    get candidates() {
      return meter.tries.count;
    },
    by: null,
    allowance: null,
    finished: false,
    judges,
    forbids,
  };
  return { work };
}
