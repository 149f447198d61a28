/** Real files with a right text and the one that it is written into: the data that the tests share, where it is there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DATA = join(import.meta.dir, "..", "..", "..", "shared", "data");

export interface Exercise {
  name: string;
  /** As it is found, and as it is to be. */
  files: { path: string; before: string; after: string }[];
}

const read = (path: string): string => readFileSync(path, "utf8").replaceAll("\r\n", "\n");

interface Config {
  files: { solution: string[]; example?: string[]; exemplar?: string[] };
}

function polyglot(): Exercise[] {
  const root = join(DATA, "polyglot");
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((language) =>
    readdirSync(join(root, language)).flatMap((name): Exercise[] => {
      const folder = join(root, language, name);
      const { files } = JSON.parse(read(join(folder, ".meta", "config.json"))) as Config;
      const examples = files.example ?? files.exemplar ?? [];
      const solutions = files.solution.filter((path) => !/Cargo\.toml$/.test(path));
      const pairs = solutions.flatMap((path) => {
        const ending = /\.\w+$/.exec(path)?.[0] ?? "";
        const stem = path.split("/").at(-1);
        const example =
          examples.find((one) => one.split("/").at(-1) === stem) ??
          examples.find((one) => one.endsWith(ending));
        const [from, to] = [join(folder, path), join(folder, example ?? "none")];
        if (example === undefined || !existsSync(from) || !existsSync(to)) return [];
        return [{ path, before: read(from), after: read(to) }];
      });
      return pairs.length === 0 ? [] : [{ name: `${language}/${name}`, files: pairs }];
    }),
  );
}

function quixbugs(): Exercise[] {
  const root = join(DATA, "quixbugs");
  if (!existsSync(root)) return [];
  return readdirSync(join(root, "python_programs"))
    .filter((name) => name.endsWith(".py"))
    .map((name) => ({
      name: `quixbugs/${name}`,
      files: [
        {
          path: name,
          before: read(join(root, "python_programs", name)),
          after: read(join(root, "correct_python_programs", name)),
        },
      ],
    }));
}

/** The HumanEval problems: a stub with its documentation, and the whole function. */
function humanEval(): Exercise[] {
  const path = join(DATA, "humaneval", "humaneval.jsonl");
  if (!existsSync(path)) return [];
  return read(path)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { task_id: string; prompt: string; canonical_solution: string })
    .map(({ task_id, prompt, canonical_solution }) => ({
      name: task_id,
      files: [{ path: "solution.py", before: `${prompt}    pass\n`, after: prompt + canonical_solution }],
    }));
}

export const EXERCISES = { polyglot: polyglot(), quixbugs: quixbugs(), humanEval: humanEval() };
