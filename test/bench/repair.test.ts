/**
 * The repair bench from its command line: the real binary, a scripted server, real tasks where they are at hand. What a task
 * folder holds and what is sent never has a line that only the reference solution has.
 */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTasks, layTask, type Task } from "../../bench/repair/task.ts";
import { type Row, type ScriptedServer, startServer } from "../harness/server.ts";
import { makeFolder } from "./tasks.ts";

setDefaultTimeout(240_000);
const QUIXBUGS = join(import.meta.dir, "..", "..", "..", "shared", "data", "quixbugs");
const BENCH = join(import.meta.dir, "..", "..", "bench", "repair.ts");
const root = mkdtempSync(join(tmpdir(), "repair-test-"));
afterAll(() => rmSync(root, { recursive: true }));
const here = test.skipIf(!existsSync(QUIXBUGS));

async function bench(...args: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([process.execPath, BENCH, ...args], { stdin: "ignore", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { exit: await child.exited, stdout, stderr };
}

/** Lines of the reference that neither the program nor its tests have, without their indentation. */
function referenceOnly(folder: string, task: Task): string[] {
  const lines = (path: string): string[] =>
    readFileSync(join(folder, path), "utf8")
      .split("\n")
      .map((line) => line.trim());
  const known = new Set([...lines(task.program), ...lines(task.tests)]);
  return lines(task.program.replace("python_programs/", "correct_python_programs/")).filter(
    (line) => !known.has(line),
  );
}

/** Those of the lines that stand in the text as a line of their own; in a diff, too. */
function leaked(text: string, secrets: string[]): string[] {
  const lines = new Set(text.split("\n").flatMap((line) => [line.trim(), line.slice(1).trim()]));
  return secrets.filter((secret) => lines.has(secret));
}

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Everything in the folder that a program could read: the files as they are, and what strings of JSON in them say. */
const textsOf = (place: string): string[] =>
  filesBelow(place).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    return [text, text.replaceAll("\\n", "\n").replaceAll('\\"', '"')];
  });

/** Code that a scripted model sends for each program; none of it is a line of a reference. */
const REPLIES: Record<string, string> = {
  kth: `def kth(arr, k):
    ordered = list(arr)
    ordered.sort()
    return ordered[k]`,
  to_base: `def to_base(num, b):
    return "junk"`,
  double: `def double(n):
    return n * 2`,
};

/** Answers each part of a call in the manner of the request, without end. */
function model(server: () => ScriptedServer): Row {
  const row: Row = {
    reply: ({ body, raw }) => {
      server().queue(row);
      const name = /python_programs\/(\w+)\.py so that its tests pass/.exec(raw)?.[1] ?? "";
      const { messages, response_format } = body as {
        messages: { content: string }[];
        response_format?: unknown;
      };
      if (response_format !== undefined)
        return {
          text: JSON.stringify({
            tool: "rewrite_symbol",
            target: `python_programs/${name}.py::${name}`,
            text: "",
          }),
        };
      const thinks = messages.at(-1)?.content.endsWith("Think.") === true;
      return { text: thinks ? "The last case is wrong." : `\`\`\`python\n${REPLIES[name]}\n\`\`\`` };
    },
  };
  return row;
}

here("two tasks, one repaired and one not: the counts, the trees, and nothing of a reference", async () => {
  const server: ScriptedServer = await startServer({ models: ["tiny-it"] });
  server.queue(model(() => server));
  const keep = join(root, "keep");
  const flags = ["--only", "kth,to_base", "--endpoint", server.endpoint, "--keep", keep];
  const { exit, stdout, stderr } = await bench(QUIXBUGS, ...flags);
  await expect(server.close()).rejects.toThrow("1 queued replies");

  expect(stdout.trimEnd().split("\n").at(-1)).toBe('{"tasks":2,"solved":1,"damaged":0,"false_done":0}');
  expect(exit).toBe(0);
  expect(stderr).toMatch(/^tiny-it at http:\/\/127\.0\.0\.1:\d+\/v1 \(schema\)$/m);
  expect(stderr).toMatch(/^kth +1 +yes +0 +1 +1 +[\d.]+ +\d+ +\d+ +\d+ +model {2}Verified/m);
  expect(stderr).toMatch(/^to_base +1 +no +[16] /m);

  const solved = join("python_programs", "kth.py");
  expect(readFileSync(join(keep, "kth-1", "task", solved), "utf8")).toContain("ordered.sort()");
  const failed = join("python_programs", "to_base.py");
  expect(readFileSync(join(keep, "to_base-1", "task", failed))).toEqual(readFileSync(join(QUIXBUGS, failed)));

  const sent = server.completions().flatMap(({ body }) => {
    const { messages } = body as { messages: { content: string }[] };
    return messages.map(({ content }) => content);
  });
  expect(sent.length).toBeGreaterThan(4);
  for (const task of findTasks(QUIXBUGS).filter(({ name }) => name in REPLIES)) {
    const secrets = referenceOnly(QUIXBUGS, task);
    expect(secrets.length).toBeGreaterThan(0);
    for (const text of [...sent, ...textsOf(join(keep, `${task.name}-1`))])
      expect(leaked(text, secrets)).toEqual([]);
  }
});

here("no task folder holds a line that only its reference has", () => {
  for (const task of findTasks(QUIXBUGS)) {
    const secrets = referenceOnly(QUIXBUGS, task);
    expect(secrets.length).toBeGreaterThan(0);
    const place = join(root, `laid-${task.name}`);
    layTask(QUIXBUGS, task, place);
    expect(filesBelow(place).length).toBeGreaterThan(2);
    for (const text of textsOf(place)) expect(leaked(text, secrets)).toEqual([]);
    // The look itself: it would find the reference.
    const reference = join(QUIXBUGS, "correct_python_programs", `${task.name}.py`);
    expect(leaked(readFileSync(reference, "utf8"), secrets)).toEqual(secrets);
  }
});

test("what cannot be tried ends with a sentence and no tally", async () => {
  const folder = join(root, "folder");
  makeFolder(folder);
  const refused = async (exit: number, words: string, ...args: string[]): Promise<void> => {
    const end = await bench(...args);
    expect(end.stderr).toContain(words);
    expect({ exit: end.exit, stdout: end.stdout }).toEqual({ exit, stdout: "" });
  };
  const nobody = ["--endpoint", "http://127.0.0.1:9/v1"];
  await refused(2, "One folder of tasks is needed");
  await refused(2, "has no python_testcases", root);
  await refused(2, "Unknown option '--sed'", folder, "--sed", "1");
  await refused(2, "--seeds must be a whole number above 0.", folder, "--seeds", "0");
  await refused(2, "No task nope; there are: double, other.", folder, "--only", "double,nope");
  await refused(5, "There is no file", folder, "--model", "some/tiny.gguf");
  await refused(2, "is not empty", folder, "--keep", folder);
  await refused(5, "http://127.0.0.1:9/v1", folder, "--only", "double", ...nobody);
});

test("seeds repeat each task in a folder of its own, with the model of one's choice", async () => {
  const folder = join(root, "again");
  makeFolder(folder);
  const server: ScriptedServer = await startServer({ models: ["other-it", "tiny-it"] });
  server.queue(model(() => server));
  const keep = join(root, "keep-again");
  const flags = ["--only", "double", "--seeds", "2", "--endpoint", server.endpoint, "--model", "tiny-it"];
  const { stdout, stderr } = await bench(folder, ...flags, "--keep", keep);
  await expect(server.close()).rejects.toThrow("1 queued replies");
  expect(stdout).toBe('{"tasks":2,"solved":2,"damaged":0,"false_done":0}\n');
  expect(stderr).toStartWith("tiny-it at ");
  expect(readdirSync(keep).sort()).toEqual(["double-1", "double-2"]);
});
