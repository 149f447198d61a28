/**
 * task + what the graph and the checks know -> an ordered list of steps; nothing is asked of a model. A task is big where more than
 * one place has to change for it to stand, and where these can be computed: a rename (which the graph does), a signature with its
 * callers, failing tests that lead to different files, a list that the user wrote. Everything else is one step, which costs nothing.
 */
import { calleesFirst, type FailingGroup, failingGroups } from "../graph/failing.ts";
import type { Step, Target } from "../types.ts";
import { newFileOf, testFileOf } from "./creation.ts";
import { renamesIn } from "./renames.ts";
import { signatureSteps } from "./signature.ts";
import { namedPaths, rankTargets, type Scene, targetsOf } from "./targets.ts";

/** More targets than this are no choice for a small model. */
const MOST_TARGETS = 24;
const MOST_STEPS = 8;

/** The parts that the user wrote as a list (`1.`, `-`, `*`), each with what stands before the list; else the task itself. */
export function partsOf(task: string): string[] {
  const lines = task.split("\n");
  const isItem = (line: string): boolean => /^\s*(\d+[.)]|[-*])\s+\S/.test(line);
  const items = lines.filter(isItem);
  if (items.length < 2) return [task.trim()];
  const head = lines.slice(0, lines.findIndex(isItem)).join(" ").trim();
  const texts = items.map((line) => line.replace(/^\s*(\d+[.)]|[-*])\s+/, "").trim());
  return texts.map((text) => (head === "" ? text : `${head} ${text}`));
}

/** The steps of a task; each step's targets are ranked for its own words, the proof is the first check that can judge. */
export async function makePlan(scene: Scene, check: string | null): Promise<Step[]> {
  const parts = partsOf(scene.task);
  const steps: Step[] = [];
  for (const task of parts) steps.push(...(await stepsOf({ ...scene, task }, check)));
  if (parts.length === 1 && steps.length === 1 && steps[0]?.call === undefined)
    return (await byFailingFiles(scene, steps[0])) ?? steps;
  return steps.map((step, index) => ({ ...step, id: String(index + 1) }));
}

async function stepsOf(scene: Scene, check: string | null): Promise<Step[]> {
  const renames = renamesIn(scene.task, scene.graph, scene.files);
  if (renames !== null) {
    const steps = renames.renames.map(
      ({ call, target }): Step => ({ id: "1", intent: scene.task, targets: [target], check, call }),
    );
    if (renames.rest === "") return steps;
    const task = `${renames.rest} (${renames.renames.map(({ said }) => said).join(" ")})`;
    return [...steps, await oneStep({ ...scene, task }, check)];
  }
  return signatureSteps(scene, check) ?? [await oneStep(scene, check)];
}

/** A file that is to be made comes first among the targets, a test file likewise. */
async function oneStep(scene: Scene, check: string | null): Promise<Step> {
  const targets = targetsOf(await rankTargets(scene), MOST_TARGETS);
  const test = testFileOf(scene, targets[0]);
  const made = test ?? newFileOf(scene);
  const intent = test === null ? scene.task : `${scene.task}\nThe tests belong into ${test}.`;
  const first: Target[] = made === null ? [] : [{ path: made }];
  const others = targets.filter(({ path, symbol }) => path !== made || symbol !== undefined);
  return { id: "1", intent, targets: [...first, ...others].slice(0, MOST_TARGETS), check };
}

const FAILING =
  /\b(tests?|checks?|suite|specs?|build)\b[^.]*\b(pass|green|work|succeed|fail\w*|red|broken)\b|\b(fail\w*|broken|red)\b[^.]*\b(tests?|checks?|suite|specs?)\b/i;

/** "Make the failing tests pass" where these lead to different files: a step for each, what others call first. Null: it is one step. */
async function byFailingFiles(scene: Scene, whole: Step | undefined): Promise<Step[] | null> {
  const { task, graph, files, baseline, frozen } = scene;
  if (whole === undefined || !FAILING.test(task) || namedPaths(task, files).length > 0) return null;
  const red = baseline.flatMap(({ diagnostics }) => diagnostics).filter(({ test }) => test !== undefined);
  const groups = await failingGroups(graph, red, frozen);
  if (groups.length < 2 || groups.some(({ target }) => target === null)) return null;
  const ordered = calleesFirst(graph, groups, ({ target }) => target);
  // By the last of a file's own: what it calls elsewhere has come before that.
  const byPath = [...Map.groupBy(ordered, ({ target }) => target?.path ?? "")].sort(
    ([, a], [, b]) =>
      ordered.findLastIndex((one) => a.includes(one)) - ordered.findLastIndex((one) => b.includes(one)),
  );
  if (byPath.length < 2 || byPath.length > MOST_STEPS) return null;
  return byPath.map(([path, own], index) => stepFor(whole, { path, own, index }));
}

function stepFor(
  whole: Step,
  { path, own, index }: { path: string; own: FailingGroup[]; index: number },
): Step {
  const tests = own.flatMap((group) => group.tests);
  const targets = own.flatMap(({ target }) => target ?? []);
  const isNew = (one: Target): boolean =>
    !targets.some((known) => known.path === one.path && known.symbol === one.symbol);
  const others = whole.targets.filter((one) => one.path === path && isNew(one));
  return {
    ...whole,
    id: String(index + 1),
    intent: `${whole.intent}\nOnly this part now: ${path}, so that ${tests.slice(0, 3).join(", ")}${tests.length > 3 ? ` and ${tests.length - 3} more` : ""} ${tests.length === 1 ? "passes" : "pass"}.`,
    targets: [...targets, ...others].slice(0, MOST_TARGETS),
    tests,
  };
}
