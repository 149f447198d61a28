/** Questions on a real pseudo-terminal, and without one. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MODULE = join(import.meta.dir, "../../src/cli/ask.ts");
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smallcode-ask-"));
  script = join(folder, "ask.ts");
  await writeFile(
    script,
    `import { ask } from ${JSON.stringify(MODULE)};
const question = { text: "Run \\x1b[2Jit\\u202e?", remember: "always here" };
process.stdout.write("ANSWER " + (await ask(question, { input: process.stdin, output: process.stderr, dumb: process.argv[2] === "dumb" })) + "\\n");
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything the terminal showed when `keys` were typed once the question stood there. */
async function typed(keys: string, ...args: string[]): Promise<string> {
  let shown = "";
  let sent = false;
  const child = Bun.spawn([process.execPath, script, ...args], {
    terminal: {
      cols: 80,
      rows: 24,
      data(terminal, data) {
        shown += new TextDecoder().decode(data);
        if (!sent && shown.includes("always here")) {
          sent = true;
          setTimeout(() => terminal.write(keys), 20);
        }
      },
    },
  });
  await child.exited;
  while (!shown.includes("ANSWER")) await Bun.sleep(5);
  return shown;
}

test.each([
  ["return alone is no", "\r", "no"],
  ["one down", "\x1b[B\r", "yes"],
  ["two down", "\x1b[B\x1b[B\r", "always"],
  ["ctrl-c", "\x03", "interrupted"],
])("%s", async (_, keys, answer) => {
  const shown = await typed(keys);
  expect(shown).toContain(`ANSWER ${answer}\r\n`);
  expect(shown).toContain("Run it?");
  expect(shown).not.toMatch(/\x1b\[2J|\u202e/);
});

test.each([
  ["return alone is no", "\n", "no"],
  ["y", "y\n", "yes"],
  ["Always", "Always\n", "always"],
  ["anything else is no", "yet\n", "no"],
  ["ctrl-d", "\x04", "interrupted"],
])("on a dumb terminal, in plain lines: %s", async (_, keys, answer) => {
  const shown = await typed(keys, "dumb");
  expect(shown).toContain(`ANSWER ${answer}\r\n`);
  expect(shown).toContain("Run it? n (no), y (yes, this once), a (always here): ");
  expect(shown).not.toMatch(/\x1b|\u202e/);
});

test("without a terminal the answer is no, at once", async () => {
  const child = Bun.spawn([process.execPath, script], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("ANSWER no\n");
  expect(await new Response(child.stderr).text()).toBe("");
});
