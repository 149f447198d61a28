/** The cheapest check: do the changed files still parse? It needs no process and proves nothing but that. */
import { parse } from "../graph/syntax/parse.ts";
import type { CheckReport, Diagnostic } from "../types.ts";
import { SYNTAX } from "./report.ts";

/** The report for these files' new texts. `unavailable` where no grammar knows any of them. */
export async function checkSyntax(files: { path: string; text: string }[]): Promise<CheckReport> {
  const started = performance.now();
  const parsed = await Promise.all(files.map(({ path, text }) => parse(path, text)));
  const known = parsed.filter((one) => one !== null);
  const diagnostics: Diagnostic[] = known.flatMap(({ errors }) => errors);
  const base = { check: SYNTAX, passed: null, failed: null, diagnostics, ms: performance.now() - started };
  if (known.length === 0)
    return { ...base, status: "unavailable", summary: "No grammar for the changed files." };
  const first = diagnostics[0];
  return first === undefined
    ? { ...base, status: "passed", summary: "Every changed file parses." }
    : { ...base, status: "failed", summary: `${first.path ?? ""}:${first.line ?? 0}: ${first.message}` };
}
