/** The syntax check: parses the changed files, and says no more than that. */
import { expect, test } from "bun:test";
import { checkSyntax } from "../../src/verify/syntax.ts";

test("files that parse pass, one that does not is named with its line", async () => {
  expect(
    await checkSyntax([{ path: "a.py", text: "def f():\n    return 1\n" }], { builds: false }),
  ).toMatchObject({
    check: "syntax",
    status: "passed",
    passed: null,
  });
  const broken = await checkSyntax(
    [
      { path: "a.py", text: "x = 1\n" },
      { path: "b.py", text: "x = 1\ndef f(:\n    return 1\n" },
    ],
    { builds: true },
  );
  expect(broken.status).toBe("failed");
  expect(broken.diagnostics[0]).toMatchObject({ path: "b.py", line: 2, severity: "error" });
});

test("without a grammar there is no verdict", async () => {
  expect(await checkSyntax([{ path: "a.unknown-kind", text: "x" }], { builds: false })).toMatchObject({
    status: "unavailable",
  });
});

test("what only a compiler reads exactly is left to it where one runs", async () => {
  const files = [{ path: "a.rs", text: "fn f( {\n" }];
  expect(await checkSyntax(files, { builds: true })).toMatchObject({ status: "unavailable" });
  expect(await checkSyntax(files, { builds: false })).toMatchObject({ status: "failed" });
});
