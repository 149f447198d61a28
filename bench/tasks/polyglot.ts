/**
 * The exercises of a folder of the polyglot benchmark's layout (`LANGUAGE/EXERCISE`, lists of files in `.meta/config.json`). The
 * folder of one is made from an allow-list; tests that are left for a learner to switch on are on.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { z } from "zod";
import { CPP_CHECK, unskipped } from "./judge.ts";
import type { Draft, Files, Language } from "./task.ts";
import { POM } from "./toolchain.ts";

const Config = z.object({
  files: z.object({
    solution: z.array(z.string()),
    test: z.array(z.string()),
    example: z.array(z.string()),
    editor: z.array(z.string()).default([]),
  }),
});

/** What belongs to an exercise of a language beside the lists of its configuration; a folder ends with "/". */
const FURTHER: Record<Language, string[]> = {
  python: [],
  javascript: ["package.json", "babel.config.js", "data/"],
  go: ["go.mod"],
  rust: ["Cargo.toml"],
  java: [],
  cpp: ["CMakeLists.txt", "test/"],
};

const IGNORED: Record<Language, string> = {
  python: "__pycache__\n.pytest_cache\n",
  javascript: "node_modules\n",
  go: "*.test\n",
  rust: "target\n",
  java: "target\n",
  cpp: "build\n",
};

export interface Exercise {
  language: Language;
  name: string;
  /** The folder as its author left it for the learner. */
  files: Files;
  solution: string[];
  /** Every file of the solution; files that the learner would have to make are new. */
  reference: Files;
  check: string | null;
}

/** The exercises of these languages, by name. */
export function exercises(folder: string, languages: readonly Language[]): Exercise[] {
  return languages.flatMap((language) => {
    const place = join(folder, language);
    return existsSync(place)
      ? readdirSync(place)
          .sort()
          .map((name) => exercise(place, language, name))
      : [];
  });
}

function below(folder: string, path: string): string[] {
  if (!path.endsWith("/")) return existsSync(join(folder, path)) ? [path] : [];
  if (!existsSync(join(folder, path))) return [];
  return readdirSync(join(folder, path)).map((name) => `${path}${name}`);
}

function exercise(place: string, language: Language, name: string): Exercise {
  const folder = join(place, name);
  const read = (path: string): string => readFileSync(join(folder, path), "utf8");
  const { files: listed } = Config.parse(JSON.parse(read(".meta/config.json")));
  const code = listed.solution.filter((path) => extname(path) !== ".toml");
  const further = FURTHER[language].flatMap((path) => below(folder, path));
  const paths = [...new Set([...code, ...listed.test, ...listed.editor, ...further])].filter((path) =>
    existsSync(join(folder, path)),
  );
  const files: Files = Object.fromEntries(
    paths.map((path) => [path, listed.test.includes(path) ? unskipped(language, read(path)) : read(path)]),
  );
  files[".gitignore"] = IGNORED[language];
  if (existsSync(join(folder, ".docs/instructions.md")))
    files[".docs/instructions.md"] = read(".docs/instructions.md");
  if (language === "java") files["pom.xml"] = POM;
  // Dependencies are declared, as they would be: what is asked for is code.
  if (existsSync(join(folder, ".meta/Cargo-example.toml")))
    files["Cargo.toml"] = read(".meta/Cargo-example.toml");
  const reference = Object.fromEntries(
    listed.example.map((path) => [solutionOf(path, language, code), read(path)]),
  );
  const editable = [...new Set([...code, ...Object.keys(reference)])].filter(
    (path) => path in files && !listed.editor.includes(path),
  );
  return {
    language,
    name,
    files,
    solution: editable.filter((path) => path in reference || files[path]?.trim() !== ""),
    reference,
    check: language === "cpp" ? CPP_CHECK : null,
  };
}

/** Which file of the exercise a file of the reference is. */
function solutionOf(path: string, language: Language, code: string[]): string {
  if (language === "java") return `src/main/java/${basename(path)}`;
  return code.find((one) => extname(one) === extname(path)) ?? code[0] ?? basename(path);
}

/** The exercise as a task: the stub is to be filled. */
export function stubTask(one: Exercise): Draft {
  const { language, name, files, solution, reference, check } = one;
  return {
    id: `polyglot/${language}/${name}`,
    set: "polyglot",
    language,
    folder: name,
    sentence: `Implement ${solution.join(" and ")} so that its tests pass`,
    files,
    solution,
    reference,
    check,
    hidden: null,
  };
}
