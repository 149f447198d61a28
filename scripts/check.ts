/** `bun run check`: everything that has to hold before a commit. Stops at the first failure with its exit code. */
const steps: [string, string[]][] = [
  ["typecheck", ["bun", "run", "--silent", "typecheck"]],
  ["lint and format", ["bun", "run", "--silent", "lint"]],
  ["layers", ["bun", "run", "--silent", "layers"]],
  ["tests", ["bun", "test"]],
];

for (const [name, command] of steps) {
  const started = performance.now();
  const child = Bun.spawnSync(command, { stdout: "inherit", stderr: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${name}: ${child.success ? "ok" : "FAILED"} (${seconds} s)\n`);
  if (!child.success) process.exit(child.exitCode ?? 1);
}
