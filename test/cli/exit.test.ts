/** Exit codes: the whole table, from every outcome there is. */
import { expect, test } from "bun:test";
import { exitCode } from "../../src/cli/exit.ts";
import { PAGES } from "../../src/cli/manual.ts";
import { Outcome } from "../../src/types.ts";

test("every outcome has its code", () => {
  const codes = Object.fromEntries(
    Outcome.options.map((outcome) => [outcome, exitCode(outcome, { waived: false })]),
  );
  expect(codes).toEqual({
    verified: 0,
    answered: 0,
    failed: 1,
    usage: 2,
    unverified: 3,
    denied: 4,
    no_model: 5,
    limit: 6,
    interrupted: 130,
  });
});

test("waived proof makes an unverified end a good one, and nothing else", () => {
  const changed = Outcome.options.filter(
    (o) => exitCode(o, { waived: true }) !== exitCode(o, { waived: false }),
  );
  expect(changed).toEqual(["unverified"]);
  expect(exitCode("unverified", { waived: true })).toBe(0);
});

test("the manual lists every code", () => {
  const page = PAGES.find(({ name }) => name === "exit")?.text ?? "";
  for (const outcome of Outcome.options) {
    expect(page).toMatch(new RegExp(`^  ${exitCode(outcome, { waived: false })} `, "m"));
  }
});
