/** Which check a Python project gets, found without running anything of the project's. */
import { expect, test } from "bun:test";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Project, project } from "./place.ts";

const make = (files: Record<string, string>): Project =>
  project({ "tests/test_a.py": "def test_a(): pass\n", ...files });

test("the project's own environment is read, not run", async () => {
  for (const [files, shown] of [
    [{ ".venv/lib/python3.12/site-packages/pytest/__init__.py": "" }, ".venv/bin/python -m pytest -q"],
    [{}, ".venv/bin/python -m unittest discover -s tests"],
    [{ "conftest.py": "" }, ".venv/bin/python -m pytest -q"],
  ] as const) {
    const one = make({
      ".venv/pyvenv.cfg": "home = /usr/bin\nversion = 3.12.3\n",
      ".venv/bin/python": "",
      ...files,
    });
    const python = join(one.place.root, ".venv/bin/python");
    writeFileSync(python, `#!/bin/sh\ntouch '${one.place.root}/ran'\necho pytest\n`);
    chmodSync(python, 0o755);
    expect((await one.detect())[0]?.shown).toBe(shown);
    expect(existsSync(join(one.place.root, "ran"))).toBe(false);
  }
});
