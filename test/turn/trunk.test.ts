/** Tasks of one conversation: each goes on from the messages of the one before, and says only what does not stand there. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { type Earlier, Trunk } from "../../src/turn.ts";
import type { Outcome } from "../../src/types.ts";
import {
  BUGGY,
  call,
  messagesOf,
  type Project,
  project,
  RIGHT,
  rewrite,
  SLOW_MS,
  stubborn,
  TASK,
} from "../harness/project.ts";
import { type Session, session } from "../harness/session.ts";

setDefaultTimeout(SLOW_MS);

const QUESTION = "What does add do?";
const ANSWER = { text: "It adds two numbers." };
const SWAP = "In calc.py: swap a and b of add";
const swapped = [
  ...rewrite("calc.py::add", "def add(a, b):\n    return b + a"),
  ...call("finish", "other", { text: "done" }),
];

/** The messages of each request for a completion. */
const sent = (p: Project): { role: string; content: string }[][] => p.server.completions().map(messagesOf);
const lastOf = (p: Project): string => sent(p).at(-1)?.at(-1)?.content ?? "";
const begins = (p: Project, later: number, earlier: number): boolean => {
  const [a, b] = [sent(p)[earlier] ?? [], sent(p)[later] ?? []];
  return a.length > 0 && JSON.stringify(b.slice(0, a.length)) === JSON.stringify(a);
};
const resets = ({ events }: Session): string[] =>
  events.flatMap((event) => (event.type === "context_reset" ? [event.why] : []));

/** The newest turn first, as the REPL tells of them. */
function earlierOf(...turns: [task: string, outcome: Outcome][]): Earlier {
  const told = turns.map(([task, outcome]) => ({ brief: `- ${task}: ${outcome}`, full: `in full: ${task}` }));
  return { turns: told, files: ["calc.py"] };
}

test("a task, a question, a task: each request begins with the last one of the turn before", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), ANSWER, ...swapped]);
  const s = await session(p, ["schema", "text"]);
  const trunk = new Trunk();
  await s.turn(TASK, { trunk });
  await s.turn(QUESTION, { trunk, earlier: earlierOf([TASK, "verified"]), ask: true });
  await s.turn(SWAP, { trunk, earlier: earlierOf([QUESTION, "answered"], [TASK, "verified"]) });
  expect(begins(p, 3, 2)).toBeTrue();
  expect(begins(p, 4, 3)).toBeTrue();
  const question = sent(p)[3]?.at(-1)?.content ?? "";
  expect(question).toContain("Code: add of calc.py stands above, as it now is.");
  expect(question).not.toContain("return");
  expect(question).toContain(`- ${TASK}: verified`);
  const swap = sent(p)[4]?.at(-1)?.content ?? "";
  expect(swap).toContain("stands above");
  expect(swap).toContain(`- ${QUESTION}: answered`);
  expect(swap).not.toContain(TASK);
  expect(resets(s)).toEqual([]);
  expect(p.text("calc.py")).toContain("return b + a");
});

test("what a person has changed since is shown again", async () => {
  const p = await project(BUGGY, [...rewrite("calc.py::add", RIGHT), ANSWER]);
  const s = await session(p, ["schema"]);
  const trunk = new Trunk();
  await s.turn(TASK, { trunk });
  p.write({ "calc.py": "def add(a, b):\n    return sum([a, b])\n" });
  await s.turn(QUESTION, { trunk, ask: true });
  expect(lastOf(p)).toContain("return sum([a, b])");
  expect(begins(p, 3, 2)).toBeTrue();
});

test("a turn that failed leaves nothing but how it ended", async () => {
  const wrong = ["add", "mul"].flatMap((name) =>
    stubborn(`calc.py::${name}`, `def ${name}(a, b):\n    return 7`, `def ${name}(a, b):\n    return 8`),
  );
  const p = await project(BUGGY, [ANSWER, ...wrong, ANSWER]);
  const s = await session(p, ["schema"]);
  const trunk = new Trunk();
  await s.turn(QUESTION, { trunk, ask: true });
  expect((await s.turn(TASK, { trunk })).outcome).toBe("failed");
  const earlier = earlierOf([TASK, "failed"], [QUESTION, "answered"]);
  await s.turn(QUESTION, { trunk, earlier, ask: true });
  const last = sent(p).at(-1) ?? [];
  expect(begins(p, sent(p).length - 1, 0)).toBeTrue();
  expect(JSON.stringify(last)).not.toContain("return 7");
  expect(lastOf(p)).toContain(`- ${TASK}: failed\n- ${QUESTION}: answered`);
});

test("a trunk that fills its share is dropped, which is said, and what went before is told in full", async () => {
  const long = { text: Array.from({ length: 200 }, (_, n) => `It adds ${n} and ${n * 7}.`).join(" ") };
  const p = await project(BUGGY, [long, ANSWER, ANSWER]);
  const s = await session(p, ["schema"], { window: 4096 });
  const trunk = new Trunk();
  const earlier = earlierOf([QUESTION, "answered"]);
  await s.turn(QUESTION, { trunk, ask: true });
  await s.turn(QUESTION, { trunk, earlier, ask: true });
  expect(resets(s)).toEqual(["The earlier tasks fill their share of the model's window."]);
  expect(sent(p)[1]).toHaveLength(2);
  expect(sent(p)[1]?.[0]).toEqual(sent(p)[0]?.[0] ?? { role: "", content: "" });
  expect(lastOf(p)).toContain(`in full: ${QUESTION}`);
  await s.turn(QUESTION, { trunk, earlier, ask: true });
  expect(begins(p, 2, 1)).toBeTrue();
  expect(resets(s)).toHaveLength(1);
});

test("nothing to go on from: after it was forgotten, on another rung, and for one task alone", async () => {
  const p = await project(BUGGY, Array(5).fill(ANSWER));
  const s = await session(p, ["schema"]);
  const trunk = new Trunk();
  await s.turn(QUESTION, { trunk, ask: true });
  trunk.forget();
  await s.turn(QUESTION, { trunk, ask: true });
  await (await session(p, ["text"])).turn(QUESTION, { trunk, ask: true });
  await (await session(p, ["native"])).turn(QUESTION, { trunk, ask: true });
  await s.turn(QUESTION, { ask: true });
  expect(sent(p).map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
});
