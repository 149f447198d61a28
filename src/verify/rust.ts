/**
 * Checks for Rust: `cargo test`, whose compiler speaks JSON; its errors end it as soon as a check of its own would. `cargo
 * check` only where there is no test yet.
 */

import { join } from "node:path";
import { below, outward } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import { type RunResult, shellCommand } from "../workspace/run.ts";
import { readLibtest, testsOf } from "./cargo-test.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear } from "./packages.ts";
import { firstOf, plain, report, stopped } from "./report.ts";
import { readRustc } from "./rustc.ts";

const OPTIONS = "--offline --message-format=json --color=never";
/** Stacks of panics, not of errors that are values. */
const ENVIRONMENT = {
  CARGO_TERM_COLOR: "never",
  RUST_BACKTRACE: "1",
  RUST_LIB_BACKTRACE: "0",
  CARGO_NET_OFFLINE: "true",
};
const LITTER = ["Cargo.lock", "target"];
/** Of a package with more files than this it is taken that some hold a test. */
const MOST_READ = 200;

/** The package that the task is about. What is built stays out of the workspace. */
export async function rustChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const folders = await packagesNear({ files, near, manifest: /^Cargo\.toml$/ });
  const checks: Check[] = [];
  for (const folder of folders) {
    // The compiler names files from the folder of the whole workspace of crates.
    const crates = await cratesOf(place, files, folder);
    const crate = { root: place.root, folder, crates, files };
    if (!(await hasTests(place, files, folder))) checks.push(compileCheck(crate));
    checks.push(testCheck(crate));
  }
  return checks;
}

interface Crate {
  root: string;
  folder: string;
  crates: string;
  files: string[];
}

function cargo({ root, folder, crates }: Crate, verb: "check" | "test") {
  const all = crates === folder ? " --workspace" : "";
  const line = `cargo ${verb} ${OPTIONS}${all}`;
  return {
    id: idIn(`cargo ${verb}`, folder),
    command: (more: string): string[] =>
      shellCommand(`CARGO_TARGET_DIR="\${CARGO_TARGET_DIR:-$CHECK_CACHE/cargo}" exec ${line}${more}`),
    shown: `cargo ${verb} --offline${folder === "" ? "" : ` --manifest-path ${folder}/Cargo.toml`}`,
    where: { root, cwd: join(root, crates) },
    base: { cwd: join(root, folder), builds: true, litter: LITTER, env: ENVIRONMENT },
  };
}

function compileCheck(crate: Crate): Check {
  const { id, command, shown, where, base } = cargo(crate, "check");
  const parse = (run: RunResult): CheckReport =>
    stopped(id, run) ?? absent(id, run) ?? readCompile(id, run, where);
  return { ...base, id, command: command(""), shown, kind: "command", parse };
}

function readCompile(id: string, run: RunResult, where: Where): CheckReport {
  const diagnostics = readRustc(run.output.split("\n"), where);
  if (run.end.kind === "exited" && run.end.code === 0)
    return report(id, run, { status: "passed", diagnostics, summary: "It exited with code 0." });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return withoutReport(id, readable(run), { tool: "cargo check", where });
  return report(id, run, { status: "failed", diagnostics, summary: firstOf(errors, errors.length) });
}

function testCheck(crate: Crate): Check {
  const { id, command, shown, where, base } = cargo(crate, "test");
  const { folder, files } = crate;
  const held = (targets: string[], names: string[]) => {
    const exact = names.length === 0 ? "" : ` -- --exact ${names.join(" ")}`;
    return {
      command: command(` --no-fail-fast ${targets.join(" ")}${exact}`),
      shown: shownWith(shown, [...targets, ...(names.length === 0 ? [] : ["--", "--exact", ...names])]),
    };
  };
  return {
    ...base,
    id,
    command: command(" --no-fail-fast"),
    shown,
    kind: "test",
    parse: (run) => stopped(id, run) ?? absent(id, run) ?? readCargo(id, run, where),
    narrow(paths) {
      const targets = targetsOf(paths, folder, files);
      return targets === null ? null : held(targets, []);
    },
    narrowTests(ids) {
      const known = testsOf(ids);
      const targets =
        known === null ? null : targetsOf(known.paths, "", known.hasLibrary ? ["src/lib.rs"] : []);
      return known === null || targets === null ? null : held(targets, known.names);
    },
  };
}

function absent(id: string, run: RunResult): CheckReport | null {
  const said = run.end.kind === "exited" && run.end.code === 127;
  return said
    ? report(id, run, { status: "unavailable", summary: "cargo is not installed or not in PATH." })
    : null;
}

/** Compiler messages are read up to the first program of tests: what these print is their own. */
function readCargo(id: string, run: RunResult, where: Where): CheckReport {
  const result = readLibtest(id, run, where);
  if (result !== null) return result;
  const diagnostics = readRustc(run.output.split("\n"), where);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return withoutReport(id, readable(run), { tool: "cargo test", where });
  const summary = `No test was run: ${firstOf(errors, errors.length)}`;
  return report(id, run, { status: "error", diagnostics: errors, summary });
}

/** The run without the lines that are for programs. */
function readable(run: RunResult): RunResult {
  const lines = plain(run.output).split("\n");
  return { ...run, output: lines.filter((line) => !line.startsWith('{"reason":')).join("\n") };
}

/** Arguments for the programs of tests that these files are in; null where one of them may be in another crate. */
function targetsOf(paths: string[], folder: string, files: string[]): string[] | null {
  const chosen = new Set<string>();
  for (const path of paths) {
    const inner = innerPath(path, folder);
    const [, name] = /^tests\/([\w-]+)(?:\.rs|\/main\.rs)$/.exec(inner ?? "") ?? [];
    if (name !== undefined) chosen.add(`--test ${name}`);
    else if (inner?.startsWith("src/") !== true) return null;
    else chosen.add(files.includes(below(folder, "src/lib.rs")) ? "--lib" : "--bins");
  }
  return chosen.size === 0 ? null : [...chosen];
}

/** Whether some file of a package holds a test, by what stands in it: an attribute, or an example in the documentation. */
async function hasTests(place: Place, files: string[], folder: string): Promise<boolean> {
  const sources = files.filter((path) => path.endsWith(".rs") && innerPath(path, folder) !== null);
  if (sources.length > MOST_READ) return true;
  for (const path of sources) {
    const read = await place.read(path);
    if (read.ok && /#\[(\w+::)*\w*test\b|^\s*\/\/[/!]\s*```/m.test(read.file.text)) return true;
  }
  return false;
}

/** The folder of the workspace of crates that a crate belongs to; its own where it stands alone. */
async function cratesOf(place: Place, files: string[], folder: string): Promise<string> {
  for (const around of outward(folder)) {
    const path = below(around, "Cargo.toml");
    const read = files.includes(path) ? await place.read(path) : null;
    if (read?.ok && /^\s*\[workspace\]/m.test(read.file.text)) return around;
  }
  return folder;
}
