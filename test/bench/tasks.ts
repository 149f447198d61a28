/** A small folder of QuixBugs' layout, and stand-ins for the program under test, for the tests of the bench. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const BUGGY = 'def double(n):\n    return n + n + 1\n\n"""\nDouble\n\nTwice n.\n"""\n';
export const FIXED = BUGGY.replace(" + 1", "");

const FILES: Record<string, string> = {
  "conftest.py":
    "import pytest\n\n\ndef pytest_configure(config):\n    pytest.use_correct = False\n    pytest.run_slow = False\n",
  "python_programs/double.py": BUGGY,
  "python_programs/other.py": "def other():\n    return 0\n",
  "python_programs/node.py": "class Node:\n    pass\n",
  "correct_python_programs/double.py": "def double(n):\n    return 2 * n\n",
  "correct_python_programs/node.py": "class Node:\n    reference = True\n",
  "python_testcases/test_double.py": `import pytest
from load_testdata import load_json_testcases
from node import Node

if pytest.use_correct:
    from correct_python_programs.double import double
else:
    from python_programs.double import double


@pytest.mark.parametrize("input_data,expected", load_json_testcases("double"))
def test_double(input_data, expected):
    assert Node and double(*input_data) == expected
`,
  "python_testcases/load_testdata.py": `import json
from pathlib import Path


def load_json_testcases(name):
    path = Path(__file__).parent / ".." / "json_testcases" / f"{name}.json"
    return [json.loads(line) for line in path.read_text().splitlines()]
`,
  "python_testcases/node.py": "class Node:\n    pass\n",
  "python_testcases/test_other.py": "def test_other():\n    pass\n",
  "json_testcases/double.json": "[[1], 2]\n[[4], 8]\n[[0], 0]\n",
  "json_testcases/other.json": "[]\n",
};

/** Makes the folder `root`: the task `double` with three tests, and `other`. */
export function makeFolder(root: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** An executable that does `lines` (sh) in the folder of its task, where `FIXED` is a file's path, and ends with `exit`. */
export function standIn(path: string, lines: string, exit: number): string {
  const fixed = `${path}.fixed.py`;
  writeFileSync(fixed, FIXED);
  const end = JSON.stringify({
    type: "end",
    outcome: "verified",
    exit,
    message: "All said.",
    account: {
      by: "model",
      requests: 3,
      candidates: 1,
      resets: 0,
      tokens: { prompt: 9, cached: 4, generated: 2 },
      ms: 1,
      local: 1,
    },
  });
  writeFileSync(
    path,
    `#!/bin/sh\nset -e\nwhile [ "$1" != --cwd ]; do shift; done\ncd "$2"\nFIXED='${fixed}'\nP=python_programs/double.py\n${lines}\necho '${end}'\nexit ${exit}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}
