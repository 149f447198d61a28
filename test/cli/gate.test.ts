/** Permission asked on a real pseudo-terminal, and without one; each question is asked once. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "smallcode-gate-"));
const script = join(folder, "gate.ts");
writeFileSync(
  script,
  `import { ask } from ${JSON.stringify(join(import.meta.dir, "../../src/cli/ask.ts"))};
import { openGate } from ${JSON.stringify(join(import.meta.dir, "../../src/cli/gate.ts"))};
const controller = new AbortController();
const none = { allow: [], deny: [] };
const gate = openGate({
  settings: {
    workspace: { root: ${JSON.stringify(folder)} },
    permissions: { run: none, write: none, read: none },
    mode: { yes: false },
    checks: { command: null },
  },
  trusted: false,
  remember: async () => ({ ok: true, file: "" }),
  emit: ({ granted, how }) => console.log(\`EVENT \${granted} \${how}\`),
  ask: async (question) => {
    const answer = await ask(question, { input: process.stdin, output: process.stderr }, controller.signal);
    if (answer === "interrupted") controller.abort("SIGINT");
    return answer;
  },
});
const granted = [await gate.permit("run", "make"), await gate.permit("run", "make"), await gate.permit("write", "a.py")];
console.log(\`GRANTED \${granted.join()} \${controller.signal.aborted}\`);
`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function typed(keys: string): Promise<string> {
  let shown = "";
  let sent = false;
  const child = Bun.spawn([process.execPath, script], {
    terminal: {
      cols: 80,
      rows: 24,
      data(terminal, data) {
        shown += new TextDecoder().decode(data);
        if (sent || !shown.includes("trust this folder")) return;
        sent = true;
        setTimeout(() => terminal.write(keys), 20);
      },
    },
  });
  await child.exited;
  while (!shown.includes("GRANTED")) await Bun.sleep(5);
  return shown;
}

test.each([
  ["no", "\r", "EVENT false asked", "GRANTED false,false,true false"],
  ["yes", "\x1b[B\r", "EVENT true asked", "GRANTED true,true,true false"],
  ["ctrl-c ends the turn", "\x03", "EVENT false asked", "GRANTED false,false,true true"],
])("%s", async (_, keys, event, granted) => {
  const shown = await typed(keys);
  expect(shown.split(event)).toHaveLength(2);
  expect(shown).toContain(granted);
});

test("without a terminal it is a no, and the turn goes on", async () => {
  const child = Bun.spawn([process.execPath, script], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  expect(await new Response(child.stdout).text()).toBe(
    "EVENT false nobody to ask\nGRANTED false,false,true false\n",
  );
});
