/** A small project on the disk, which goes with the test that made it, and a run of what is detected in it. */
import { onTestFinished } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CheckReport } from "../../src/types.ts";
import { type Check, detectChecks, type Place, runCheck } from "../../src/verify/checks.ts";
import { childEnvironment, run } from "../../src/workspace/run.ts";

export const env = childEnvironment(process.env);

export interface Project {
  place: Place;
  files: string[];
  detect(options?: {
    check?: string;
    project?: { id: string; command: string }[];
    near?: string[];
  }): Promise<Check[]>;
  /** Detects, runs the only check, and gives its report. */
  report(options?: { check?: string; timeoutMs?: number }): Promise<CheckReport>;
  /** Runs the check of this id. */
  reportOf(id: string, near?: string[]): Promise<CheckReport>;
  run(check: Check, timeoutMs?: number): Promise<CheckReport>;
  write(contents: Record<string, string>): void;
}

function fill(root: string, contents: Record<string, string>): void {
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    if (text.startsWith("#!")) chmodSync(join(root, path), 0o755);
  }
}

export function project(contents: Record<string, string>): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "verify-test-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  fill(root, contents);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const place: Place = {
    root,
    exists: async (path) => existsSync(join(root, path)),
    read: async (path) =>
      existsSync(join(root, path))
        ? { ok: true, file: { text: readFileSync(join(root, path), "utf8") } }
        : { ok: false, reason: `${path} is not there.` },
  };
  const runOne = (check: Check, timeoutMs = 60_000) =>
    runCheck(check, { root, timeoutMs, env, outputFile: join(root, ".smallcode", "out.txt") });
  const detect: Project["detect"] = (options = {}) =>
    detectChecks(place, { check: null, project: [], ...options, files, env });
  return {
    place,
    files,
    detect,
    run: runOne,
    write: (more) => fill(root, more),
    reportOf: async (id, near = []) => {
      const checks = await detect({ near });
      const check = checks.find((one) => one.id === id);
      if (check === undefined) throw new Error(`There is no ${id} among ${checks.map((one) => one.id)}.`);
      return runOne(check);
    },
    report: async ({ check, timeoutMs } = {}) => {
      const checks = await detect(check === undefined ? {} : { check });
      const [only] = checks;
      if (only === undefined || checks.length !== 1) throw new Error(`${checks.length} checks were detected`);
      return runOne(only, timeoutMs);
    },
  };
}

const importable = async (module: string): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), "verify-probe-"));
  const result = await run(["python3", "-c", `import ${module}`], {
    cwd: folder,
    root: folder,
    timeoutMs: 20_000,
    env,
    outputFile: join(folder, "out.txt"),
  });
  rmSync(folder, { recursive: true, force: true });
  return result.end.kind === "exited" && result.end.code === 0;
};
export const hasPytest = await importable("pytest");
export const hasPython = hasPytest || (await importable("unittest"));
