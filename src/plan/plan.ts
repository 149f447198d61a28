/** task + what the graph knows -> an ordered list of steps. A task of one part costs no model call. */
import type { Step } from "../types.ts";
import { rankTargets, type Scene, targetsOf } from "./targets.ts";

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
  return texts.slice(0, MOST_STEPS).map((text) => (head === "" ? text : `${head} ${text}`));
}

/** The steps of a task; each step's targets are ranked for its own words, the proof is the first check that can judge. */
export async function makePlan(scene: Scene, check: string | null): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [index, intent] of partsOf(scene.task).entries()) {
    const ranking = await rankTargets({ ...scene, task: intent });
    steps.push({ id: String(index + 1), intent, targets: targetsOf(ranking, MOST_TARGETS), check });
  }
  return steps;
}
