/**
 * Checks for Rust: `cargo test`, read line by line. Each test binary says how many tests it begins and, at its end, how they went;
 * one that begins and does not end proves nothing, whatever cargo's exit code.
 */

import { join } from "node:path";
import { below, outward } from "../graph/link/paths.ts";
import type { CheckReport } from "../types.ts";
import { type RunResult, shellCommand } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { innerPath, shownWith } from "./narrow.ts";
import { failure, type TestOutcome, testReport, type Where, withoutReport } from "./outcomes.ts";
import { idIn, packagesNear } from "./packages.ts";
import { plain, report, stopped } from "./report.ts";

const ARGUMENTS = "test --offline --no-fail-fast --message-format=short --color=never";
/** Short stacks: the line of the panic is said without one. */
const ENVIRONMENT = { CARGO_TERM_COLOR: "never", RUST_BACKTRACE: "0", CARGO_NET_OFFLINE: "true" };
const LITTER = ["Cargo.lock", "target"];

/** The package that the task is about. What is built stays out of the workspace. */
export async function rustChecks(place: Place, { files, near = [] }: DetectOptions): Promise<Check[]> {
  const folders = await packagesNear({ files, near, manifest: /^Cargo\.toml$/ });
  const checks = folders.map(async (folder): Promise<Check> => {
    // The compiler names files from the folder of the whole workspace of crates.
    const crates = await cratesOf(place, files, folder);
    const where = { root: place.root, cwd: join(place.root, crates) };
    const id = idIn("cargo test", folder);
    const all = crates === folder ? " --workspace" : "";
    const command = (more: string): string[] =>
      shellCommand(
        `CARGO_TARGET_DIR="\${CARGO_TARGET_DIR:-$CHECK_CACHE/cargo}" exec cargo ${ARGUMENTS}${all}${more}`,
      );
    const shown = `cargo test --offline${folder === "" ? "" : ` --manifest-path ${folder}/Cargo.toml`}`;
    return {
      id,
      command: command(""),
      shown,
      cwd: join(place.root, folder),
      kind: "test",
      builds: true,
      litter: LITTER,
      env: ENVIRONMENT,
      parse: (run) => stopped(id, run) ?? readCargo(id, run, where),
      narrow(paths) {
        const chosen = targetsOf(paths, folder, files);
        if (chosen === null) return null;
        return { command: command(` ${chosen.join(" ")}`), shown: shownWith(shown, chosen) };
      },
    };
  });
  return Promise.all(checks);
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

/** The folder of the workspace of crates that a crate belongs to; its own where it stands alone. */
async function cratesOf(place: Place, files: string[], folder: string): Promise<string> {
  for (const around of outward(folder)) {
    const path = below(around, "Cargo.toml");
    const read = files.includes(path) ? await place.read(path) : null;
    if (read?.ok && /^\s*\[workspace\]/m.test(read.file.text)) return around;
  }
  return folder;
}

interface Section {
  /** What stands before the names of its tests: `src/lib.rs`, or the crate whose documentation is tested. */
  name: string;
  /** Tells sections of one name apart. */
  crate: string;
  began: number;
  ended: number;
  text: string;
}

const SECTION =
  /^\s+(?:Running (?:unittests )?(\S+)(?: \((?:.*[\\/])?(\S+?)-\w+(?:\.exe)?\))?|(Doc-tests \S+))$/;

function readCargo(id: string, run: RunResult, where: Where): CheckReport {
  const text = plain(run.output);
  const sections = readSections(text);
  if (run.end.kind === "exited" && run.end.code === 127)
    return report(id, run, { status: "unavailable", summary: "cargo is not installed or not in PATH." });
  if (sections.length === 0) return withoutReport(id, run, { tool: "cargo test", where });
  const cut = sections.find(({ began, ended }) => began !== ended);
  const outcomes = sections.flatMap((section) => outcomesOf(section, where));
  const result = testReport(id, run, { tool: "cargo test", outcomes, where });
  if (cut === undefined) return result;
  const summary = `The tests of ${cut.name} ended without their result, so nothing is proved.`;
  return { ...result, status: "error", summary };
}

function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split("\n")) {
    const begins = SECTION.exec(line);
    const name = begins?.[1] ?? begins?.[3];
    if (name !== undefined) sections.push({ name, crate: begins?.[2] ?? "", began: 0, ended: 0, text: "" });
    const current = sections.at(-1);
    if (current === undefined) continue;
    if (/^running \d+ tests?$/.test(line)) current.began += 1;
    if (/^test result: (ok|FAILED)\. /.test(line)) current.ended += 1;
    current.text += `${line}\n`;
  }
  const twice = (name: string): boolean => sections.filter((one) => one.name === name).length > 1;
  return sections.map((one) => (twice(one.name) ? { ...one, name: `${one.crate}: ${one.name}` } : one));
}

function outcomesOf({ name, text }: Section, where: Where): TestOutcome[] {
  const told = new Map(
    [...text.matchAll(/^---- (.+?) stdout ----\n([\s\S]*?)(?=^---- .+ stdout ----$|^failures:$)/gm)].map(
      (match) => [match[1] ?? "", match[2] ?? ""],
    ),
  );
  const ends = [...text.matchAll(/^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b/gm)];
  return ends.map(([, test = "", end]) => ({
    outcome: end === "ok" ? "passed" : end === "FAILED" ? "failed" : "skipped",
    diagnostic: diagnose(`${name}::${test}`, told.get(test) ?? "", where),
  }));
}

/** `thread 'x' panicked at src/lib.rs:6:17:` with the message below, or before it in older versions. */
function diagnose(test: string, text: string, where: Where) {
  const panic =
    /panicked at (?:'([\s\S]*?)', )?([^\s:][^:\n]*):(\d+):(\d+):?\n?((?:(?!note: |stack ).*\n)*)/.exec(text);
  if (panic === null) return failure(test, { message: text, text: "" }, where);
  const message = (panic[1] ?? panic[5] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .join(" ")
    .trim();
  return failure(test, { message, text: `${panic[2]}:${panic[3]}:${panic[4]}: panic` }, where);
}
