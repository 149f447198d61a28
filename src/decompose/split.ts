/**
 * A step that failed -> smaller steps, computed from what is red and from the code graph: by what failing tests lead to, by tests
 * that lead to the same place, by places of other failures, by the step's own symbols (what is called comes first), by files.
 */
import { calleesFirst, type FailingGroup, failingGroups } from "../graph/failing.ts";
import type { CodeGraph } from "../graph/graph.ts";
import type { Diagnostic, Step, Target } from "../types.ts";

/** A failed step becomes at most this many. */
export const MOST_PARTS = 8;
/** Of symbols, each of which may be the place of one fault, so many are tried. */
const MOST_PLACES = 3;
/** A part of a step may be split by its tests once more; parts of that are not, nor one that is a mere place. */
const MOST_DEPTH = 2;
/** Tests that a line names. */
const MOST_NAMED = 3;
const LONGEST_WHY = 200;

export interface Split {
  step: Step;
  /** What is red on the tree as it stands. */
  red: Diagnostic[];
  /** Why the step failed, in one sentence: the parts are told. */
  why: string;
  /** Targets that were worked on. */
  tried: Target[];
  /** Whether a file only judges. */
  judges: (path: string) => boolean;
}

const depthOf = (step: Step): number => step.id.split(".").length - 1;

/** Smaller steps, what others need first; each with its own tests where it has some. Empty where there is nothing smaller. */
export async function decompose(graph: CodeGraph, split: Split): Promise<Step[]> {
  const { step, red, judges } = split;
  if (depthOf(step) >= MOST_DEPTH) return [];
  const wanted =
    step.tests === undefined
      ? red
      : red.filter(({ test }) => test !== undefined && isOf(test, step.tests ?? []));
  const groups = await failingGroups(graph, wanted, judges);
  const tests = groups.filter((group) => group.tests.length > 0);
  if (tests.length > 1)
    return parts(
      split,
      calleesFirst(graph, tests, ({ target }) => target),
    );
  const [only] = tests;
  if (only !== undefined && only.tests.length > 1) return parts(split, oneByOne(only));
  const places = groups.filter(({ tests: own, target }) => own.length === 0 && target !== null);
  if (places.length > 1)
    return parts(
      split,
      calleesFirst(graph, places, ({ target }) => target),
    );
  return depthOf(step) === 0 ? byTargets(graph, split, only ?? null) : [];
}

/** Whether a test is one of these, or in one of them that is a file. */
const isOf = (test: string, ids: string[]): boolean =>
  ids.some((id) => test === id || test.startsWith(`${id}::`));

const oneByOne = ({ tests, ...rest }: FailingGroup): FailingGroup[] =>
  tests.map((test) => ({ ...rest, tests: [test] }));

/** The last of too many parts has the tests of all that are behind it. */
function parts(split: Split, groups: FailingGroup[]): Step[] {
  const kept = groups.slice(0, MOST_PARTS);
  const rest = groups.slice(MOST_PARTS).flatMap(({ tests }) => tests);
  return kept.map(({ tests, target, first }, index) => {
    const own = index === kept.length - 1 ? [...tests, ...rest] : tests;
    return partOf(split, index, { tests: own, target, message: first.message });
  });
}

interface About {
  tests: string[];
  target: Target | null;
  message?: string;
}

function partOf(split: Split, index: number, about: About): Step {
  const { step } = split;
  const { tests, target } = about;
  const others = step.targets.filter((one) => one.path !== target?.path || one.symbol !== target?.symbol);
  return {
    id: `${step.id}.${index + 1}`,
    intent: intentOf(split, about),
    targets: target === null ? step.targets : [target, ...others],
    check: step.check,
    ...(tests.length > 0 ? { tests } : {}),
  };
}

/** The step's words, then the part, then what has failed: a line each. */
function intentOf({ step, why }: Split, { tests, target, message }: About): string {
  const where =
    target === null ? "" : target.symbol === undefined ? target.path : `${target.symbol} in ${target.path}`;
  const named = tests.slice(0, MOST_NAMED).join(", ");
  const more = tests.length > MOST_NAMED ? ` and ${tests.length - MOST_NAMED} more` : "";
  const passes = tests.length === 1 ? "passes" : "pass";
  const aim =
    tests.length > 0
      ? `so that ${named}${more} ${passes}`
      : message === undefined
        ? ""
        : `so that this is gone: ${message}`;
  const now = [where, aim].filter((text) => text !== "").join(", ");
  return [
    step.intent,
    `Only this part now: ${now}.`,
    `Tried before, without success: ${why.slice(0, LONGEST_WHY)}`,
  ].join("\n");
}

/**
 * Steps over one symbol each, or one file each, without those already tried: what the one failing test leads to, then those that
 * failures name, what is called first. Any of them may be the place of the fault.
 */
function byTargets(graph: CodeGraph, split: Split, only: FailingGroup | null): Step[] {
  const { step, red, tried, judges } = split;
  const same = (a: Target, b: Target): boolean => a.path === b.path && a.symbol === b.symbol;
  const likely = only?.target ?? null;
  const known =
    likely === null ? step.targets : [likely, ...step.targets.filter((one) => !same(one, likely))];
  const left = known.filter((target) => !tried.some((one) => same(one, target)) && !judges(target.path));
  const symbols = left.filter(({ symbol }) => symbol !== undefined);
  const named = (target: Target): boolean => red.some(({ path }) => path === target.path);
  const chosen = [...symbols.filter(named), ...symbols.filter((target) => !named(target))].slice(
    0,
    MOST_PLACES,
  );
  const places =
    chosen.length > 0 ? calleesFirst(graph, chosen, (target) => target) : left.slice(0, MOST_PLACES);
  const first = places.filter((target) => likely !== null && same(target, likely));
  return [...first, ...places.filter((target) => !first.includes(target))].map((target, index) => ({
    ...step,
    id: `${step.id}.${index + 1}`,
    intent: intentOf(split, { tests: only?.tests ?? [], target }),
    targets: [target],
  }));
}
