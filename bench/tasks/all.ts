/**
 * The tasks of a run: made once, kept in the cache by the hash of what they were made of, sampled by hash. Making one runs its
 * tests on the reference, so that every task can be done; for mutants also on what was changed, so that none is done already.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { humaneval } from "./humaneval.ts";
import { JudgeFolder, passes } from "./judge.ts";
import { mutantOf } from "./mutants.ts";
import { type Exercise, exercises, stubTask } from "./polyglot.ts";
import { quixbugs } from "./quixbugs.ts";
import { byHash, type Draft, LANGUAGES, type Language, type SetName, sha, type Task } from "./task.ts";

/** Raised whenever the same data gives other tasks: those that another version made are not taken for these. */
export const MAKER = 1;

export interface Wanted {
  /** The folder that holds `quixbugs/`, `polyglot/` and `humaneval/`. */
  data: string;
  cache: string;
  languages: readonly Language[];
  /** How many of each set; mutants and polyglot: of each language. */
  counts: Record<SetName, number>;
  say(line: string): void;
}

export const COUNTS: Record<SetName, number> = { quixbugs: 16, mutants: 6, humaneval: 24, polyglot: 0 };

/** What `make` gives, from the cache where the same was made before. */
async function kept<T extends Task>(
  { cache, say }: Wanted,
  key: string,
  make: () => Promise<T | null>,
): Promise<T | null> {
  const place = join(cache, "tasks");
  const file = join(place, `${sha(`${MAKER}:${key}`).slice(0, 24)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as T | null;
  const made = await make();
  mkdirSync(place, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(made));
  renameSync(`${file}.${process.pid}`, file);
  if (made !== null) say(`made ${made.id}: ${made.note ?? `${made.tests.judge} tests`}`);
  return made;
}

/** What is to be done may begin with a loop without end. */
const START_MS = 15_000;

/**
 * The task with its tests counted by the reference; null where the reference does not pass them, or nothing is to be done. An
 * exercise whose tests pass from the start asks for better code: its sentence says so.
 */
async function counted(draft: Draft, cache: string): Promise<Task | null> {
  const pristine = new JudgeFolder(draft, cache, "visible");
  const green = await pristine.judge({}, START_MS).then(({ end }) => end === "exit 0");
  pristine.close();
  if (green && draft.set !== "polyglot") return null;
  const count = async (which: "visible" | "judge"): Promise<number> => {
    const folder = new JudgeFolder(draft, cache, which);
    try {
      const tally = await folder.judge(draft.reference);
      return passes(tally, tally.passed) ? tally.passed : 0;
    } finally {
      folder.close();
    }
  };
  const judge = await count("judge");
  const visible = draft.hidden === null ? judge : await count("visible");
  const sentence = green
    ? `Rewrite ${draft.solution.join(" and ")}; its tests pass, and have to pass`
    : draft.sentence;
  return judge > 0 && visible > 0 ? { ...draft, sentence, tests: { visible, judge } } : null;
}

interface Made {
  tasks: Task[];
  /** Ids of those that are none here. */
  failed: string[];
}

async function countedAll(drafts: Draft[], most: number, wanted: Wanted): Promise<Made> {
  const made: Made = { tasks: [], failed: [] };
  for (const draft of byHash(drafts, ({ id }) => id)) {
    if (made.tasks.length === most) break;
    const task = await kept(wanted, JSON.stringify(draft), () => counted(draft, wanted.cache));
    if (task === null) made.failed.push(draft.id);
    else made.tasks.push(task);
  }
  return made;
}

async function mutants(all: Exercise[], most: number, wanted: Wanted): Promise<Task[]> {
  const made: Task[] = [];
  for (const one of byHash(all, ({ language, name }) => `${language}/${name}`)) {
    if (made.length === most) break;
    const task = await kept(wanted, JSON.stringify(["mutant", one]), () => mutantOf(one, wanted.cache));
    if (task !== null) made.push(task);
  }
  return made;
}

export interface Chosen extends Made {
  /** HumanEval problems without examples. */
  without: number;
}

/** The sampled tasks of a run, each set in the order of its hashes. */
export async function chooseTasks(wanted: Wanted): Promise<Chosen> {
  const { data, languages, counts } = wanted;
  const python = languages.includes("python");
  const chosen: Chosen = { tasks: [], failed: [], without: 0 };
  const add = ({ tasks, failed }: Made): void => {
    chosen.tasks.push(...tasks);
    chosen.failed.push(...failed);
  };
  if (counts.quixbugs > 0 && python)
    add(await countedAll(quixbugs(join(data, "quixbugs")), counts.quixbugs, wanted));
  if (counts.humaneval > 0 && python) {
    const { drafts, without } = humaneval(join(data, "humaneval", "humaneval.jsonl"));
    chosen.without = without;
    add(await countedAll(drafts, counts.humaneval, wanted));
  }
  for (const language of LANGUAGES.filter((one) => languages.includes(one))) {
    const all = exercises(join(data, "polyglot"), [language]);
    if (counts.mutants > 0) chosen.tasks.push(...(await mutants(all, counts.mutants, wanted)));
    if (counts.polyglot > 0) add(await countedAll(all.map(stubTask), counts.polyglot, wanted));
  }
  return chosen;
}
