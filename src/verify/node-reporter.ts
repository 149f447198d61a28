/**
 * The reporter that `node --test` is given as a data URL: one line of JSON for each outcome, and a last one at the end. It runs in
 * the process of the runner, so it tells what a file printed, too, and both values of an assertion with a message of its own.
 */

/** The name of the report below TMPDIR. */
export const NODE_REPORT = "smallcode-node.jsonl";

/** A file that passes as a whole although it uses `node:test` has ended before its tests. */
const NODE_REPORTER = `import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
const usesRunner = (file) => {
  try { return /["']node:test["']/.test(readFileSync(file, "utf8")); } catch { return false; }
};
const show = (value) => typeof value === "string" ? value : inspect(value, { depth: 6 });
const values = (cause) => cause?.generatedMessage !== false || !("expected" in cause) ? "" :
  "\\nExpected: " + show(cause.expected) + "\\nReceived: " + show(cause.actual);
const sourceOf = (stack) => {
  for (const [, at, line] of stack.matchAll(/^ +at (?:.* \\()?(?:async )?((?:file:\\/)?\\/[^()]+):(\\d+):\\d+\\)?$/gm)) {
    const path = at.startsWith("file:") ? fileURLToPath(at) : at;
    if (!path.startsWith(process.cwd() + "/") || path.includes("/node_modules/")) continue;
    try { return "> " + line + " | " + readFileSync(path, "utf8").split("\\n")[line - 1].trim().slice(0, 300); } catch { return ""; }
  }
  return "";
};
export default async function* (source) {
  const printed = {};
  for await (const { type, data } of source) {
    if (type === "test:stderr") printed[data.file] = (printed[data.file] ?? "") + data.message;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, nesting, file, line, details, skip = false, todo = false } = data;
    const cause = details?.error?.cause ?? details?.error;
    const whole = file !== undefined && resolve(name) === file;
    const hollow = whole && type === "test:pass" && usesRunner(file);
    const outcome = skip !== false || todo !== false ? "skipped" : type === "test:fail" || hollow ? "failed" : "passed";
    const said = whole ? printed[file] ?? "" : "";
    const message = hollow ? "It ended before its tests." : /^\\w*(Error|Exception)\\b.*/m.exec(said)?.[0] ?? String(cause?.message ?? cause) + values(cause);
    const stack = said || String(cause?.stack ?? "");
    yield JSON.stringify({ outcome, name, nesting, file, line, suite: details?.type === "suite", message, stack, source: sourceOf(stack) }) + "\\n";
  }
  yield JSON.stringify({ end: true }) + "\\n";
}`;

/** For NODE_OPTIONS, inside double quotes of a shell. */
export const NODE_OPTIONS = [
  `--test-reporter=data:text/javascript,${encodeURIComponent(NODE_REPORTER).replaceAll("'", "%27")}`,
  `--test-reporter-destination=$TMPDIR/${NODE_REPORT}`,
  "--test-reporter=spec --test-reporter-destination=stdout",
].join(" ");
