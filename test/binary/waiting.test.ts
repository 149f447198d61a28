/** What a person sees while the model reads and thinks: the real binary on a pseudo-terminal, and in pipes. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { BUGGY, eventsOf, project, SLOW_MS } from "../harness/project.ts";
import type { TextRow } from "../harness/rows.ts";
import { PROMPT, plain, talk } from "../harness/terminal.ts";

setDefaultTimeout(SLOW_MS);

const THOUGHT: TextRow = {
  thinking: "The names are short.\nIt adds two numbers, I think.",
  text: "It adds.",
  pace: 150,
};

test("llama.cpp tells how far it has read: a bar, its speed, and what is left", async () => {
  const p = await project(BUGGY, [{ text: "It adds.", prefill: { steps: 8, pace: 300 } }], {
    as: "llama.cpp",
  });
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("tokens/s, 1 s left");
  await t.see("It adds.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(plain(t.shown())).toMatch(/reading █{5,}░+ \d\d% of \d+ tokens, \d+ tokens\/s, 1 s left/);
});

test("a server that tells nothing: from the second request on an estimate that says so", async () => {
  const slow = (text: string): TextRow => ({ text, prefill: { steps: 1, pace: 2500 } });
  const p = await project(BUGGY, [slow("It adds."), slow("It multiplies.")], { as: "vllm" });
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("tokens, 1 s");
  await t.see("It adds.");
  expect(plain(t.shown())).not.toContain("about");
  // It goes on from what was read: only the paste is new.
  const trace = Array.from({ length: 80 }, (_, n) => `line ${n} of a trace`).join("\r");
  t.type(`What is this? \x1b[200~${trace}\x1b[201~`);
  await t.see("[paste 1: 80 lines]");
  t.type("\r");
  await t.see("% of ");
  await t.see("It multiplies.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
  expect(plain(t.shown())).toMatch(/reading █+░+ about \d\d% of [\d,]+ tokens, about \d s left/);
});

test("thinking is folded, and /thinking shows it in full", async () => {
  const p = await project(BUGGY, [THOUGHT], { as: "llama.cpp" });
  const t = await talk(p, []);
  t.type("What is add?\r");
  await t.see("thinking… ");
  await t.see("thought for ");
  await t.see("It adds.");
  await t.see(PROMPT);
  expect(plain(t.shown())).toMatch(
    /thinking… \d+ tokens, [01] s[\s\S]*thought for 1\.\d s \(\d+ tokens\)\r\nIt a/,
  );
  expect(t.shown()).not.toContain("names are short");
  t.type("/thinking\r");
  await t.see("The names are short.\r\nIt adds two numbers, I think.");
  await t.see(PROMPT);
  expect(await t.leave()).toBe(0);
});

test("a conversation without a thought has none to show", async () => {
  const p = await project(BUGGY, [], { as: "llama.cpp" });
  const t = await talk(p, []);
  t.type("/thinking\r");
  await t.see("has not thought aloud");
  expect(await t.leave()).toBe(0);
});

test("in pipes: no line that moves; --verbose has the whole thought on stderr, --json its events", async () => {
  const quick = { ...THOUGHT, pace: 30 };
  const p = await project(BUGGY, [quick, quick, quick], { as: "llama.cpp" });
  const usual = await p.run(["What is add?"]);
  expect(usual.stdout).toBe("It adds.\n");
  expect(usual.stderr).toMatch(/^thought for 0\.\d s \(\d+ tokens\)$/m);
  expect(usual.stderr).not.toMatch(/thinking…|names are short|[\r\x1b]/);
  const verbose = await p.run(["--verbose", "What is add?"]);
  expect(verbose.stdout).toBe("It adds.\n");
  expect(verbose.stderr).toContain(`${THOUGHT.thinking}\nthought for `);
  const json = await p.run(["--json", "What is add?"]);
  const events = eventsOf(json.stdout);
  const thoughts = events.flatMap((event) => (event.type === "thinking" ? [event.text] : []));
  expect(thoughts.length).toBeGreaterThan(1);
  expect(thoughts.join("")).toBe(THOUGHT.thinking as string);
});
