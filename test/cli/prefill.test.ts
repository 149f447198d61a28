/** The line that tells how far a prompt is read: what the server told, or what earlier requests let expect. */
import { expect, test } from "bun:test";
import { Prefill } from "../../src/cli/prefill.ts";

const BAR = (full: number): string => `${"█".repeat(full)}${"░".repeat(20 - full)}`;

/** One that has seen 1,000 tokens read in 10 s. */
function experienced(): Prefill {
  const prefill = new Prefill();
  prefill.begin(1000, 0);
  prefill.holds("a".repeat(4000));
  prefill.answered(10_000);
  prefill.answered(60_000);
  prefill.counted({ prompt: 1000, cached: 0, generated: 500 });
  return prefill;
}

test("nothing is told and nothing known: the tokens, and the time that has passed", () => {
  const prefill = new Prefill();
  prefill.begin(1234, 5000);
  expect(prefill.line(7900)).toBe("reading 1,234 tokens, 2 s");
});

test("told: share, speed and what is left, cached tokens not taken for speed", () => {
  const prefill = new Prefill();
  prefill.begin(900, 0);
  prefill.tell(200, 1000, 1000);
  expect(prefill.line(3000)).toBe(`reading ${BAR(4)} 20% of 1,000 tokens, 3 s`);
  prefill.tell(600, 1000, 5000);
  expect(prefill.line(5000)).toBe(`reading ${BAR(12)} 60% of 1,000 tokens, 100 tokens/s, 4 s left`);
  // The rest goes on between two words of the server, but no further than to its end.
  expect(prefill.line(7500)).toBe(`reading ${BAR(12)} 60% of 1,000 tokens, 100 tokens/s, 2 s left`);
  expect(prefill.line(9500)).toBe(`reading ${BAR(12)} 60% of 1,000 tokens, 100 tokens/s, 9 s`);
  prefill.tell(1000, 1000, 9600);
  expect(prefill.line(9600)).toStartWith(`reading ${BAR(20)} 100% of 1,000 tokens, 93 tokens/s, 9 s`);
});

test("slow machines: tenths of tokens, and minutes", () => {
  const prefill = new Prefill();
  prefill.begin(900, 0);
  prefill.tell(0, 1000, 0);
  prefill.tell(10, 1000, 4000);
  expect(prefill.line(4000)).toBe(`reading ${BAR(0)} 1% of 1,000 tokens, 2.5 tokens/s, 7 min left`);
});

test("not told: about, by how fast earlier prompts were read", () => {
  const prefill = experienced();
  prefill.begin(500, 100_000);
  prefill.holds("b".repeat(2000));
  expect(prefill.line(102_000)).toBe(`reading ${BAR(8)} about 40% of 500 tokens, about 3 s left`);
  // It should have been done.
  expect(prefill.line(105_500)).toBe(`reading ${BAR(19)} about 99% of 500 tokens, 5 s`);
});

test("not told: what the last prompt held, too, is taken to be read already", () => {
  const prefill = experienced();
  prefill.begin(2000, 100_000);
  prefill.holds(`${"a".repeat(4000)}${"b".repeat(4000)}`);
  expect(prefill.line(100_000)).toBe(`reading ${BAR(10)} about 50% of 2,000 tokens, about 10 s left`);
});

test("told of the beginning alone, as by a server that reads all in one go", () => {
  const prefill = experienced();
  prefill.begin(390, 100_000);
  prefill.tell(100, 500, 100_000);
  expect(prefill.line(102_000)).toBe(`reading ${BAR(12)} about 60% of 500 tokens, about 2 s left`);
  prefill.tell(500, 500, 104_000);
  expect(prefill.line(104_000)).toBe(`reading ${BAR(20)} 100% of 500 tokens, 100 tokens/s, 4 s`);
});

test("all of it in the cache: there is nothing to estimate", () => {
  const prefill = experienced();
  prefill.begin(390, 100_000);
  prefill.tell(500, 500, 100_000);
  expect(prefill.line(101_000)).toBe(`reading ${BAR(20)} 100% of 500 tokens, 1 s`);
});

test("what is too short to measure teaches nothing; later requests count for more", () => {
  const prefill = new Prefill();
  prefill.begin(40, 0);
  prefill.answered(4000);
  prefill.counted({ prompt: 1000, cached: 960, generated: 5 });
  prefill.begin(500, 5000);
  expect(prefill.line(6000)).toBe("reading 500 tokens, 1 s");
  const taught = experienced();
  taught.begin(1000, 0);
  // Half of it was there before, though this server counts nothing as cached.
  taught.holds(`${"a".repeat(4000)}${"b".repeat(4000)}`);
  taught.answered(5000);
  taught.counted({ prompt: 2000, cached: 0, generated: 5 });
  taught.begin(450, 0);
  taught.holds("c".repeat(1800));
  // 500 + 1,000 tokens in 5 + 5 s.
  expect(taught.line(1000)).toBe(`reading ${BAR(6)} about 33% of 450 tokens, about 2 s left`);
});
