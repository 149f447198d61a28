/**
 * `bun bench/question.ts [RUNS]`: what a one-shot costs beside the model. A question on a repository of 20 files, against a
 * server that answers at once, each run a new process with nothing cached; and the size of the first request of a one-file
 * bug, counted with the product's own upper estimate. The last line on stdout is one JSON object, times in seconds.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBinary } from "../scripts/build.ts";
import { estimateTokens } from "../src/model/estimate.ts";
import { startServer } from "../test/harness/server.ts";

const LIMITS = { question_s: 0.35, head_tokens: 700, whole_tokens: 1200 };
const FILES = 20;
const root = mkdtempSync(join(tmpdir(), "question-"));
const binary = join(root, "smallcode");

function layQuestion(folder: string): void {
  mkdirSync(folder);
  for (let index = 0; index < FILES; index += 1) {
    const definition = (n: number): string =>
      `def handle_${index}_${n}(request):\n    """Handles part ${n} of request ${index}."""\n    value = request.get("v${n}")\n    return value * ${index}\n\n\n`;
    writeFileSync(
      join(folder, `module_${index}.py`),
      Array.from({ length: 8 }, (_, n) => definition(n)).join(""),
    );
  }
}

const BUG = "def area(width, height):\n    return width + height\n";

function layBug(folder: string): void {
  mkdirSync(join(folder, "tests"), { recursive: true });
  writeFileSync(join(folder, "shapes.py"), BUG);
  writeFileSync(
    join(folder, "tests", "test_shapes.py"),
    "from shapes import area\n\n\ndef test_area():\n    assert area(2, 3) == 6\n",
  );
}

async function run(folder: string, args: string[]): Promise<{ seconds: number; stdout: string }> {
  const started = performance.now();
  const env = { PATH: process.env.PATH ?? "", HOME: join(root, "home") };
  const child = Bun.spawn([binary, ...args], {
    cwd: folder,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stdout = await new Response(child.stdout).text();
  await child.exited;
  return { seconds: (performance.now() - started) / 1000, stdout };
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function measure(runs: number): Promise<boolean> {
  const seconds: number[] = [];
  for (let n = 0; n < runs; n += 1) {
    const folder = join(root, `ask-${n}`);
    layQuestion(folder);
    const server = await startServer({ models: ["tiny-it"] }, { text: "It multiplies." });
    const { seconds: took, stdout } = await run(folder, [
      "--endpoint",
      server.endpoint,
      "What does handle_3_1 do?",
    ]);
    await server.close();
    if (stdout !== "It multiplies.\n") throw new Error(`The question was not answered: ${stdout}`);
    seconds.push(took);
  }
  const bug = join(root, "bug");
  layBug(bug);
  const server = await startServer({ models: ["tiny-it"] });
  const shown = await run(bug, [
    "--endpoint",
    server.endpoint,
    "--yes",
    "--show-prompt",
    "Fix the bug in shapes.py",
  ]);
  await server.close();
  const head = estimateTokens(shown.stdout.slice(0, shown.stdout.indexOf("[user]")));
  const code = estimateTokens(shown.stdout.slice(shown.stdout.indexOf("Code:\n")));
  const whole = estimateTokens(shown.stdout);
  const figures = {
    question_s: median(seconds),
    worst_s: Math.max(...seconds),
    head_tokens: head,
    whole_tokens: whole,
    of_which_code: code,
  };
  const ok =
    figures.question_s <= LIMITS.question_s &&
    head <= LIMITS.head_tokens &&
    whole - code <= LIMITS.whole_tokens;
  console.log(JSON.stringify({ runs, ...figures, limits: LIMITS, ok }));
  return ok;
}

try {
  await buildBinary([join(import.meta.dir, "..", "src", "main.ts")], binary);
  process.exitCode = (await measure(Number(process.argv[2] ?? 11))) ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
