/**
 * Where a failure is most likely due to: computed from what the checks said and what the graph knows, never asked of the model.
 *
 * Four kinds of evidence, each a score of its own; of a line the highest counts. A frame of a failing test's stack, or a
 * diagnostic: the innermost line outside of the judging files 1, those further out less. What a failing test executed, where
 * that is cheap to learn (`verify/coverage.ts`): Ochiai's coefficient over the tests, 1 where the failing ones alone do, less
 * for each call that lies between. What a failing test calls by the graph, and what that calls: by distance.
 */
import type { CheckReport, Diagnostic, Suspect } from "../types.ts";
import { traced } from "../verify/coverage.ts";
import { type Called, calledSuspects } from "./called.ts";
import type { Work } from "./context.ts";

type Scene = Pick<Work, "forbids" | "parts" | "verifier">;

/** Of one answer. */
const MOST = 400;

/** What is known of a state of the work, by what its checks said. */
const known = new WeakMap<Scene["verifier"], { key: string; suspects: Suspect[] }>();

/**
 * The lines that red reports lead to, likeliest first, outside the files that judge; empty where nothing points anywhere. A
 * suspect on the first line of a definition stands for the whole of it. Found once for each state; then the event is emitted.
 */
export async function suspectsOf(reports: CheckReport[], work: Scene): Promise<Suspect[]> {
  const key = JSON.stringify(reports.map(({ check, diagnostics }) => [check, diagnostics]));
  const before = known.get(work.verifier);
  if (before?.key === key) return before.suspects;
  const failing = reports.some(({ status }) => ["failed", "error", "timeout"].includes(status));
  const found = failing ? await evidence(reports, work) : [];
  const best = new Map<string, Suspect>();
  for (const one of found) {
    if (work.forbids(one.path) !== null) continue;
    const at = `${one.path}:${one.line}`;
    if ((best.get(at)?.score ?? 0) < one.score) best.set(at, one);
  }
  const suspects = [...best.values()].sort((a, b) => b.score - a.score).slice(0, MOST);
  known.set(work.verifier, { key, suspects });
  if (suspects.length > 0) work.parts.emit({ type: "suspects", suspects });
  return suspects;
}

async function evidence(reports: CheckReport[], work: Scene): Promise<Suspect[]> {
  const errors = reports
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity === "error");
  const { graph, signal } = work.parts;
  const called = await graph.ask((now) => calledSuspects(now, errors), { signal });
  const covered: Suspect[] = [];
  for (const report of reports) covered.push(...(await executed(report, work)));
  // Of a file whose lines were watched the lines say more than its definitions, which say how near they are to the test.
  const watched = new Set(covered.map(({ path }) => path));
  const unwatched = called.flatMap(({ path, line, score }) =>
    watched.has(path) ? [] : [{ path, line, score }],
  );
  const near = covered.map((one) => ({ ...one, score: one.score * nearness(one, called) }));
  return [...errors.flatMap((error) => framesOf(error, work)), ...unwatched, ...near];
}

/** Of a line in what no failing test is known to reach by calls, as a part of one in what it calls itself. */
const UNREACHED = 0.25;

/** By the calls between a failing test and the innermost definition around the line; 1 where none is known in its file. */
function nearness({ path, line }: Suspect, called: Called[]): number {
  const inFile = called.filter((one) => one.path === path);
  if (inFile.length === 0) return 1;
  const around = inFile
    .filter((one) => one.line <= line && line <= one.end)
    .sort((a, b) => b.line - a.line)[0];
  return around === undefined ? UNREACHED : 1 / (around.calls + 1);
}

/** A check that takes longer is not run once more only to be watched. */
const QUICK_MS = 5000;
/** What the tracer may cost, as a multiple, and at the least. */
const SLOWER = 10;
const LEAST_MS = 8000;

/** The lines that failing tests execute, where the check can be traced. */
async function executed(
  { check: id, status, ms }: CheckReport,
  { verifier, parts }: Scene,
): Promise<Suspect[]> {
  const check = status === "failed" && ms <= QUICK_MS ? verifier.checkOf(id) : null;
  const tracing = check === null ? null : traced(check, parts.workspace.root);
  if (tracing === null) return [];
  await verifier.observe(tracing.check, Math.max(LEAST_MS, ms * SLOWER));
  return tracing.lines() ?? [];
}

/** The places of a stack outside the judging files, the innermost first. */
function framesOf({ frames, path, line }: Diagnostic, { forbids }: Scene): Suspect[] {
  const places = frames ?? (path === undefined || line === undefined ? [] : [{ path, line }]);
  const own = places.filter((place) => forbids(place.path) === null);
  return own.map((place, index) => ({ ...place, score: (index + 1) / own.length }));
}
