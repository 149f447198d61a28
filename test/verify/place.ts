/** A small project on the disk, and a run of what is detected in it. */
import {
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
  detect(options?: { check?: string; project?: { id: string; command: string }[] }): Promise<Check[]>;
  /** Detects, runs the only check, and gives its report. */
  report(options?: { check?: string; timeoutMs?: number }): Promise<CheckReport>;
  run(check: Check, timeoutMs?: number): Promise<CheckReport>;
  remove(): void;
}

export function project(contents: Record<string, string>): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "verify-test-")));
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const place: Place = {
    root,
    exists: async (path) => existsSync(join(root, path)),
    read: async (path) => ({ ok: true, file: { text: readFileSync(join(root, path), "utf8") } }),
  };
  const runOne = (check: Check, timeoutMs = 20_000) =>
    runCheck(check, { root, timeoutMs, env, outputFile: join(root, ".smallcode", "out.txt") });
  const detect: Project["detect"] = (options = {}) =>
    detectChecks(place, { check: options.check ?? null, project: options.project ?? [], files, env });
  return {
    place,
    files,
    detect,
    run: runOne,
    report: async ({ check, timeoutMs } = {}) => {
      const checks = await detect(check === undefined ? {} : { check });
      const [only] = checks;
      if (only === undefined || checks.length !== 1) throw new Error(`${checks.length} checks were detected`);
      return runOne(only, timeoutMs);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
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
