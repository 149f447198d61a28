/** What every bad input has to end in: the right exit code, one clear sentence, the tree as it was, in time. */
import { expect } from "bun:test";
import { type Ran, sentence } from "../harness/project.ts";

const MOST_MS = 30_000;

export function expectBad(ran: Ran, exit: number, says: string | RegExp): void {
  const said = sentence(ran.stderr);
  expect({ exit: ran.exit, said, stderr: ran.stderr }).toMatchObject({
    exit,
    said: expect.stringMatching(says),
  });
  expect(said.length).toBeLessThan(500);
  expect(ran.stderr).not.toMatch(/this is a bug|^\s+at .+:\d+:\d+|Traceback/m);
  expect(ran.after).toEqual(ran.before);
  expect(ran.ms).toBeLessThan(MOST_MS);
}
