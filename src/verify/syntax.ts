/** The cheapest check: do the changed files still parse? It needs no process and proves nothing but that. */
import { parse } from "../graph/syntax/parse.ts";
import type { CheckReport, Diagnostic } from "../types.ts";
import { SYNTAX } from "./report.ts";

/** Languages that only their compilers read exactly: macros and templates make the grammars refuse some code that is right. */
const BY_COMPILER = new Set(["c", "cpp", "rust", "kotlin", "swift", "scala", "c_sharp"]);

/**
 * The report for these files' new texts; `unavailable` where no grammar knows any of them. `builds`: a check compiles them, and is
 * then the judge of those languages.
 */
export async function checkSyntax(
  files: { path: string; text: string }[],
  { builds }: { builds: boolean },
): Promise<CheckReport> {
  const started = performance.now();
  const parsed = await Promise.all(files.map(({ path, text }) => parse(path, text)));
  const known = parsed.filter((one) => one !== null && !(builds && BY_COMPILER.has(one.language)));
  const diagnostics: Diagnostic[] = known.flatMap((one) => one?.errors ?? []);
  const base = { check: SYNTAX, passed: null, failed: null, diagnostics, ms: performance.now() - started };
  if (known.length === 0)
    return { ...base, status: "unavailable", summary: "No grammar for the changed files." };
  const first = diagnostics[0];
  return first === undefined
    ? { ...base, status: "passed", summary: "Every changed file parses." }
    : { ...base, status: "failed", summary: `${first.path ?? ""}:${first.line ?? 0}: ${first.message}` };
}
