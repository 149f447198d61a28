/** A stub may be filled without proof, so that nothing with a line of its own may be taken for one. */
import { expect, test } from "bun:test";
import { isStub } from "../../src/turn/plain-subjects.ts";

const PYTHON = "def f(a):\n";
const JS = "function f(a) {\n";

test("a body that only holds the place of one", () => {
  for (const [opening, body] of [
    [PYTHON, "    pass\n"],
    [PYTHON, "    # TODO\n    ...\n"],
    [PYTHON, "    raise NotImplementedError('later')"],
    [`${PYTHON}    """What it does."""\n`, "    pass"],
    [JS, '  throw new Error("later");\n}\n'],
    ["fn f() {\n", "    todo!()\n}"],
  ] as const)
    expect({ body, stub: isStub({ opening, code: opening + body }) }).toEqual({ body, stub: true });
});

test("code in which such a line stands is none", () => {
  for (const [opening, body] of [
    [PYTHON, "    try:\n        g(a)\n    except ValueError:\n        pass\n"],
    [PYTHON, "    if a:\n        raise NotImplementedError\n    return a\n"],
    [PYTHON, "    a += 1\n    pass\n"],
    [JS, '  if (a) return 1;\n  throw new Error("no");\n}\n'],
    [PYTHON, ""],
  ] as const)
    expect({ body, stub: isStub({ opening, code: opening + body }) }).toEqual({ body, stub: false });
});
