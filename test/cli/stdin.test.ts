/** The rules of stdin with real processes and real pipes. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIRST_BYTE_MS, MAX_STDIN, readStdin } from "../../src/cli/stdin.ts";

const MODULE = join(import.meta.dir, "../../src/cli/stdin.ts");
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smallcode-stdin-"));
  script = join(folder, "read.ts");
  await writeFile(
    script,
    `import { readStdin } from ${JSON.stringify(MODULE)};
const [wait, maxTimeMs] = process.argv.slice(2);
const started = performance.now();
const read = await readStdin({ isTTY: false, wait: wait === "wait", maxTimeMs: Number(maxTimeMs) });
const text = read.ok ? read.text : null;
const shown = text !== null && text.length > 100 ? { length: text.length } : { text };
console.log(JSON.stringify({ ...read, ...shown, ms: performance.now() - started }));
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Seen {
  ok: boolean;
  text: string | null;
  length?: number;
  notice: string | null;
  reason?: string;
  outcome?: string;
  ms: number;
}

/** Runs the reader with stdin set up by a shell line, in which READ stands for the reader's command. */
async function shell(line: string, mode: { wait?: boolean; maxTimeMs?: number } = {}): Promise<Seen> {
  const read = `${process.execPath} ${script} ${mode.wait ? "wait" : "auto"} ${mode.maxTimeMs ?? 20_000}`;
  const child = Bun.spawn(["sh", "-c", line.replaceAll("READ", read)], { cwd: folder, stderr: "inherit" });
  const out = await new Response(child.stdout).text();
  return JSON.parse(out);
}

test.concurrent("a file is read, without its byte order mark", async () => {
  await writeFile(join(folder, "in.txt"), "\ufeffé\nb");
  expect(await shell("READ < in.txt")).toMatchObject({ ok: true, text: "é\nb", notice: null });
});

test.concurrent("a pipe is read to its end, however slow it is once it began", async () => {
  const seen = await shell("(printf a; sleep 1.3; printf b) | READ");
  expect(seen).toMatchObject({ ok: true, text: "ab", notice: null });
});

test.concurrent("an open pipe that sends nothing is left after a second, and the process ends", async () => {
  const seen = await shell("sleep 2 | READ");
  expect(seen).toMatchObject({ ok: true, text: null, notice: expect.stringContaining("sent nothing") });
  expect(seen.ms).toBeGreaterThanOrEqual(FIRST_BYTE_MS - 20);
  expect(seen.ms).toBeLessThan(1800);
});

test("a caller that keeps the pipe open does not keep the process", async () => {
  const child = Bun.spawn([process.execPath, script, "auto", "20000"], { stdin: "pipe", stdout: "pipe" });
  expect(await child.exited).toBe(0);
  expect(await new Response(child.stdout).json()).toMatchObject({ ok: true, text: null });
  await child.stdin.end();
});

test.concurrent('"-" waits longer than a second', async () => {
  const seen = await shell("(sleep 1.3; printf late) | READ", { wait: true });
  expect(seen).toMatchObject({ ok: true, text: "late", notice: null });
});

test.concurrent("nothing at all is said", async () => {
  for (const line of ["READ < /dev/null", "true | READ", "READ <&-"]) {
    const seen = await shell(line);
    expect(seen).toMatchObject({ ok: true, text: null, notice: expect.stringContaining("empty") });
    expect(seen.ms).toBeLessThan(FIRST_BYTE_MS);
  }
});

test.concurrent("the time limit holds before the first byte and after it", async () => {
  for (const [line, wait] of [
    ["sleep 1.5 | READ", true],
    ["(printf a; sleep 1.5) | READ", false],
  ] as const) {
    const seen = await shell(line, { wait, maxTimeMs: 400 });
    expect(seen).toMatchObject({
      ok: false,
      outcome: "limit",
      reason: expect.stringContaining("--max-time"),
    });
    expect(seen.ms).toBeLessThan(1300);
  }
});

test.concurrent("an endless stream is cut at 1 MB and left", async () => {
  const seen = await shell("yes | READ");
  expect(seen).toMatchObject({ ok: true, length: MAX_STDIN, notice: expect.stringContaining("1 MB") });
});

test.concurrent("a cut inside a character is no error", async () => {
  await writeFile(join(folder, "long.txt"), `a${"é".repeat(MAX_STDIN)}`);
  const seen = await shell("READ < long.txt");
  expect(seen).toMatchObject({ ok: true, length: 1 + (MAX_STDIN - 2) / 2 });
});

test.concurrent("what is not UTF-8 text is refused", async () => {
  for (const line of ["printf '\\377\\376a' | READ", "printf 'a\\303' | READ", "printf 'a\\000b' | READ"]) {
    expect(await shell(line)).toMatchObject({
      ok: false,
      outcome: "usage",
      reason: expect.stringContaining("UTF-8"),
    });
  }
});

test.concurrent("a folder is refused", async () => {
  expect(await shell("READ < .")).toMatchObject({
    ok: false,
    outcome: "usage",
    reason: expect.stringContaining("EISDIR"),
  });
});

test("a terminal is not read", async () => {
  const open = (): never => {
    throw new Error("opened");
  };
  expect(await readStdin({ isTTY: true, wait: false, maxTimeMs: 100, open })).toEqual({
    ok: true,
    text: null,
    notice: null,
  });
});

test("an interrupt ends the wait", async () => {
  const open = (): ReadableStream<Uint8Array> => new ReadableStream();
  const signal = AbortSignal.timeout(20);
  expect(await readStdin({ isTTY: false, wait: true, maxTimeMs: 5000, signal, open })).toMatchObject({
    outcome: "interrupted",
  });
  expect(await readStdin({ isTTY: false, wait: true, maxTimeMs: 5000, signal, open })).toMatchObject({
    outcome: "interrupted",
  });
});
