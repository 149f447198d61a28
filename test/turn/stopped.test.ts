/** A turn that is stopped while it waits for the code graph ends as every other stopped one: with an event, and nothing left behind. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TIME_IS_UP } from "../../src/turn.ts";
import type { TurnEvent } from "../../src/types.ts";
import { BUGGY, project, rewrite, SLOW_MS } from "../harness/project.ts";
import { session } from "../harness/session.ts";

setDefaultTimeout(SLOW_MS);

const at =
  (type: TurnEvent["type"], reason: string) =>
  (event: TurnEvent): string | null =>
    event.type === type ? reason : null;

for (const [reason, outcome] of [
  ["SIGINT", "interrupted"],
  [TIME_IS_UP, "limit"],
] as const) {
  test(`a question, by ${reason}`, async () => {
    const s = await session(await project(BUGGY, []), ["schema"]);
    const end = await s.turn("What does add in calc.py do?", { ask: true, stop: at("intent", reason) });
    expect(end.outcome).toBe(outcome);
    expect(s.events.at(-1)).toMatchObject({ type: "end", outcome });
  });

  test(`a change between plan and first request, by ${reason}`, async () => {
    const s = await session(await project(BUGGY, []), ["schema"]);
    const end = await s.turn("Fix add in calc.py", { ask: false, stop: at("plan", reason) });
    expect(end.outcome).toBe(outcome);
    expect(s.events.at(-1)).toMatchObject({ type: "end", outcome });
  });
}

test("what earlier steps have changed is taken back", async () => {
  const p = await project(BUGGY, rewrite("calc.py::add", "def add(a, b):\n    return a + b"));
  const s = await session(p, ["schema"]);
  let seen = false;
  const end = await s.turn("1. Fix add in calc.py\n2. Rename add in calc.py to plus", {
    ask: false,
    stop: ({ type }) => {
      const first = type === "verdict" && !seen;
      seen ||= first;
      return first ? "SIGINT" : null;
    },
  });
  expect(end.outcome).toBe("interrupted");
  expect(readFileSync(join(p.root, "calc.py"), "utf8")).toBe(`${BUGGY["calc.py"]}`);
});
