/** How the simulated model puts code into a reply: prose and fences as chat models write them, by a seed. */
import { parse } from "../../src/graph/syntax/parse.ts";
import { type Files, type Language, sha, type Task } from "../tasks/task.ts";

/** Numbers from 0 up to `below`, the same for the same seed. */
function* numbers(seed: string): Generator<(below: number) => number, never> {
  for (let n = 0; ; n++) {
    const value = Number.parseInt(sha(`${seed}:${n}`).slice(0, 8), 16);
    yield (below) => value % below;
  }
}

const BEFORE = [
  "",
  "Here is the corrected code:",
  "The function has to handle the cases of the tests. Here's the implementation:",
  "Sure! Let's go through what is needed.\n\n1. Read the input.\n2. Do what the tests ask for.\n\nHere is the complete code:",
  "Looking at the failing test, the implementation was missing. I've filled it in below.",
  "**Solution**",
];
const AFTER = [
  "",
  "This should make all the tests pass.",
  "**Explanation:**\n\n* The code follows the tests.\n* Edge cases are handled.",
  "Let me know if you have any questions!",
];
const TAGS: Record<Language, string[]> = {
  python: ["python", "py", ""],
  javascript: ["javascript", "js", ""],
  go: ["go", "golang", ""],
  rust: ["rust", "rs", ""],
  java: ["java", "Java", ""],
  cpp: ["cpp", "c++", ""],
};
const USAGE: Record<Language, string> = {
  python: "```bash\npython -m pytest\n```",
  javascript: "```bash\nnpm test\n```",
  go: "```bash\ngo test ./...\n```",
  rust: "```bash\ncargo test\n```",
  java: "```bash\nmvn test\n```",
  cpp: "```bash\ncmake -B build && cmake --build build\n```",
};
const COMMENT = (language: Language): string => (language === "python" ? "#" : "//");

/** One reply with these files in it, those that are as they were left out. */
export async function styled(
  task: Pick<Task, "language" | "files">,
  files: Files,
  seed: string,
): Promise<string> {
  const random = numbers(seed);
  const pick = <T>(items: readonly T[]): T => items[random.next().value(items.length)] as T;
  const written = Object.entries(files).filter(([path, text]) => task.files[path] !== text);
  const naming =
    written.length === 1
      ? pick(["heading", "comment", "absent", "bold"] as const)
      : pick(["heading", "comment", "bold"] as const);
  const tag = pick(TAGS[task.language]);
  const short = random.next().value(3) === 0;
  const blocks: string[] = [];
  for (const [path, text] of written) {
    const code = ((short ? await definitions(path, text, task.files[path]) : null) ?? text).trimEnd();
    const head = { heading: `### ${path}\n\n`, bold: `**${path}**\n`, comment: "", absent: "" }[naming];
    const first = naming === "comment" ? `${COMMENT(task.language)} ${path}\n` : "";
    blocks.push(`${head}\`\`\`${tag}\n${first}${code}\n\`\`\``);
  }
  const usage = random.next().value(4) === 0 ? [`You can run it with:\n\n${USAGE[task.language]}`] : [];
  return [pick(BEFORE), ...blocks, ...usage, pick(AFTER)].filter((one) => one !== "").join("\n\n");
}

/** Imports and top-level definitions alone; null where the file has more than these, or where it had none of them before. */
async function definitions(path: string, text: string, before: string | undefined): Promise<string | null> {
  const parsed = await parse(path, text);
  const old = before === undefined ? null : await parse(path, before);
  if (parsed === null || old === null || !/\.(py|js|go|rs)$/.test(path)) return null;
  const code = parsed.definitions.filter(
    ({ symbol }) => !symbol.name.includes(".") && symbol.kind !== "variable",
  );
  const outer = code.filter(({ start, end }) => !code.some((one) => one.start < start && one.end >= end));
  let rest = text;
  for (const { start, end } of outer.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  for (const one of parsed.importStatements) rest = rest.replace(one, "");
  const bare = rest.replace(/^\s*(\/\/.*|#(?!\[).*|package \w+|export)\s*$/gm, "").trim();
  const known = outer.some(({ symbol }) => old.symbols.some(({ name }) => name === symbol.name));
  if (bare !== "" || !known) return null;
  const imports = parsed.importStatements.length === 0 ? "" : `${parsed.importStatements.join("\n")}\n\n`;
  const exported = (start: number): string => /export\s+(default\s+)?$/.exec(text.slice(0, start))?.[0] ?? "";
  return imports + outer.map(({ start, end }) => exported(start) + text.slice(start, end)).join("\n\n");
}
