/**
 * Drives `dist/smallcode` as a person would, after a build: the version, the help, and a bug repaired with a scripted server's
 * replies and the real tests. Prints what it tried; exits with 1 at the first thing that is not as it should be.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../package.json";
import { startServer } from "../test/harness/server.ts";

const BINARY = join(import.meta.dir, "..", "dist", "smallcode");
const BROKEN = "def add(a, b):\n    return a - b\n";
const REPAIRED = "def add(a, b):\n    return a + b\n";

async function run(args: string[], expected: { exit: number; stdout: string }): Promise<void> {
  const child = Bun.spawn([BINARY, ...args], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const exit = await child.exited;
  const shown = `smallcode ${args.join(" ")}`;
  if (exit !== expected.exit || !stdout.includes(expected.stdout))
    throw new Error(
      `${shown}: exit ${exit} (wanted ${expected.exit}), stdout without ${JSON.stringify(expected.stdout)}:\n${stdout}${stderr}`,
    );
  console.log(`ok: ${shown}`);
}

async function repair(folder: string): Promise<void> {
  mkdirSync(join(folder, "tests"));
  writeFileSync(join(folder, "calc.py"), BROKEN);
  writeFileSync(
    join(folder, "tests", "test_calc.py"),
    'import sys\n\nsys.path.insert(0, ".")\nfrom calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
  );
  const server = await startServer(
    {},
    { text: `add subtracts.\n\ncalc.py\n\`\`\`python\n${REPAIRED}\`\`\`` },
  );
  const at = ["--cwd", folder];
  await run([...at, "--endpoint", server.endpoint, "--yes", "Fix the failing test in calc.py"], {
    exit: 0,
    stdout: "+    return a + b",
  });
  await server.close();
  if (readFileSync(join(folder, "calc.py"), "utf8") !== REPAIRED) throw new Error("calc.py was not repaired");
  await run([...at, "undo"], { exit: 0, stdout: "calc.py" });
  if (readFileSync(join(folder, "calc.py"), "utf8") !== BROKEN) throw new Error("calc.py was not taken back");
}

await run(["--version"], { exit: 0, stdout: version });
await run(["--help"], { exit: 0, stdout: "--endpoint URL" });
await run(["--no-such-flag"], { exit: 2, stdout: "" });
const folder = mkdtempSync(join(tmpdir(), "smallcode-drive-"));
try {
  await repair(folder);
} finally {
  rmSync(folder, { recursive: true });
}
