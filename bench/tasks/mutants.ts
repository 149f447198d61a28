/**
 * Tasks made of references: one operator of `operators.ts` applied at one place. Which operator and place is decided by hash. A
 * mutant is a task only if it builds, ends by itself, and the exercise's own tests tell it from the reference.
 */
import { extname } from "node:path";
import { JudgeFolder, passes } from "./judge.ts";
import { type Mutation, mutated, mutationsOf } from "./operators.ts";
import type { Exercise } from "./polyglot.ts";
import { byHash, lay, sha, type Task } from "./task.ts";

/** Tries at one exercise before another is taken. */
const TRIES = 12;
/** A mutant has to end within a multiple of what the reference takes, in ms and above a floor. */
const SLOWER = 3;
const FLOOR_MS = 15_000;

interface Site {
  path: string;
  mutation: Mutation;
  name: string;
}

const CODE = /^\.(py|js|go|rs|java|cpp|h)$/;

async function sites({ language, name, reference }: Exercise): Promise<Site[]> {
  const all = await Promise.all(
    Object.entries(reference)
      .filter(([path]) => CODE.test(extname(path)))
      .map(async ([path, text]) =>
        (await mutationsOf(path, text, language)).map((mutation) => ({
          path,
          mutation,
          name: [language, name, path, mutation.operator, mutation.start, mutation.by].join(":"),
        })),
      ),
  );
  return all.flat();
}

/** The first mutant of the exercise that its tests kill; null where each of some tries lives, or the reference fails here. */
export async function mutantOf(one: Exercise, cache: string): Promise<Task | null> {
  const files = { ...one.files, ...one.reference };
  const base = { language: one.language, folder: one.name, files, hidden: null };
  const folder = new JudgeFolder(base, cache, "judge");
  try {
    const right = await folder.judge({});
    const tests = right.passed;
    if (!passes(right, tests))
      throw new Error(`The reference of ${one.language}/${one.name} fails its tests.`);
    const limit = Math.max(FLOOR_MS, right.ms * SLOWER);
    let tries = 0;
    for (const { path, mutation, name } of byHash(await sites(one), ({ name }) => name)) {
      if (tries === TRIES) break;
      const text = one.reference[path] ?? "";
      const wrong = await mutated(path, text, mutation);
      if (wrong === null) continue;
      tries += 1;
      const tally = await folder.judge({ [path]: wrong }, limit);
      lay({ [path]: text }, folder.folder);
      const killed = /^exit [^0]/.test(tally.end) && tally.failed > 0;
      if (!killed) continue;
      const was = text.slice(mutation.start, mutation.end);
      return {
        id: `mutants/${one.language}/${one.name}-${sha(name).slice(0, 6)}`,
        set: "mutants",
        language: one.language,
        folder: one.name,
        sentence: `Fix the bug in ${path} so that its tests pass`,
        files: { ...files, [path]: wrong },
        solution: [path],
        reference: { [path]: text },
        check: one.check,
        hidden: null,
        tests: { visible: tests, judge: tests },
        note: `${mutation.operator}: ${JSON.stringify(was)} became ${JSON.stringify(mutation.by)} at ${path}:${mutation.line}`,
      };
    }
  } finally {
    folder.close();
  }
  return null;
}
