/** Whole verifications of small suites in the shell: what is run, in what order, and what the verdict makes of it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KnownReports } from "../../src/verify/known.ts";
import type { FindAffected } from "../../src/verify/narrow.ts";
import { linter, outcome, play, suite, verdictOf } from "./verifier-play.ts";

setDefaultTimeout(60_000);

/** A test that passes where a file holds these words. */
const holds = (path: string, words: string): string => `grep -q "${words}" ${path}\n`;
/** Three files with their tests; `b` is wrong. */
const FILES = {
  "a.txt": "right a\n",
  "b.txt": "wrong b\n",
  "c.txt": "right c\n",
  "tests/a.sh": holds("a.txt", "right"),
  "tests/b.sh": holds("b.txt", "right"),
  "tests/c.sh": holds("c.txt", "right"),
};
const SLOW = { ...FILES, "tests/slow.sh": "sleep 2.2\n" };
/** How often this test has run stands in a file that is kept from run to run; it fails in these runs, from 1. */
const flaky = (...fails: number[]): string => `n=$(cat "$CHECK_CACHE/n" 2>/dev/null || echo 0)
n=$((n + 1)); echo $n >"$CHECK_CACHE/n"
case $n in ${fails.join("|")}) exit 1;; esac
`;
const nobody: FindAffected = async () => ({ paths: [], of: 3 });

describe("the tests that are asked for", () => {
  for (const goal of [["tests/b.sh"], "green"] as const)
    test(`come before the whole of a slow suite: ${goal}`, async () => {
      const { verifier, ran, candidate } = await play(SLOW);
      verifier.want(goal === "green" ? goal : [...goal]);
      const bad = verdictOf(await candidate("b.txt", "still wrong\n"));
      expect(bad.status).toBe("failed");
      expect(ran).toEqual(["baseline suite (own)", "candidate suite (own)"]);
      await verifier.takeBack();
      const good = verdictOf(await candidate("b.txt", "right b\n"));
      expect(good).toMatchObject({ status: "verified", reason: "All 4 tests pass." });
      expect(ran).toEqual(["candidate suite (own)", "candidate suite"]);
    });

  test("a candidate that turns them green and breaks another is refuted by the whole", async () => {
    const { verifier, ran, candidate } = await play({
      ...SLOW,
      "tests/c.sh": `! ${holds("b.txt", "right")}`,
    });
    verifier.want(["tests/b.sh"]);
    expect(verdictOf(await candidate("b.txt", "right b\n")).status).toBe("failed");
    expect(ran.slice(0, 3)).toEqual(["baseline suite (own)", "candidate suite (own)", "candidate suite"]);
  });

  test("where only no harm may be done, nothing is run for them", async () => {
    const { verifier, ran, candidate } = await play(SLOW, undefined, { affected: nobody });
    verifier.want("unharmed");
    expect(verdictOf(await candidate("a.txt", "right again\n")).status).toBe("unverified");
    expect(ran).toEqual(["candidate suite"]);
  });
});

describe("cheap before dear", () => {
  const checks = (root: string) => [linter(root, "grep -H ugly *.txt || true"), suite(root)];

  test("what a cheap check refutes does not get to the dear one, and stands below what ran tests", async () => {
    const { verifier, ran, candidate } = await play(FILES, checks);
    const ugly = verdictOf(await candidate("b.txt", "right but ugly\n"));
    expect(ugly).toMatchObject({ status: "failed", reason: "lint: told" });
    expect(ugly.reports.map(({ check }) => check)).toEqual(["lint"]);
    expect(ran).toEqual(["candidate lint"]);
    await verifier.takeBack();
    const wrong = verdictOf(await candidate("b.txt", "wrong again\n"));
    expect(ran).toEqual(["candidate lint", "candidate suite"]);
    expect(wrong.score).toBeGreaterThan(ugly.score);
    await verifier.takeBack();
    const broken = await candidate("b.py", "def f(:\n");
    expect(verdictOf(broken).score).toBeLessThan(wrong.score);
    expect(ran).toEqual([]);
  });

  test("what was red before and is no worse neither keeps the dear one from running nor the tests from proving", async () => {
    const { ran, candidate } = await play({ ...FILES, "old.txt": "ugly\n" }, checks);
    expect(verdictOf(await candidate("b.txt", "right b\n"))).toMatchObject({
      status: "verified",
      reason: "All 3 tests pass; lint is as red as it was.",
    });
    expect(ran.slice(0, 2)).toEqual(["candidate lint", "candidate suite"]);
  });
});

describe("a suite that takes longer than a check may", () => {
  const ENDLESS = { ...FILES, "tests/z.sh": "sleep 40\n" };
  const counts = new Map([
    ["tests/a.sh", 1],
    ["tests/b.sh", 1],
    ["tests/c.sh", 2310],
  ]);
  const byName: FindAffected = async (changes, red) => ({
    paths: [...red, ...changes.map(({ path }) => `tests/${path.replace(".txt", ".sh")}`)].filter((path) =>
      counts.has(path),
    ),
    of: 3,
    tests: counts,
  });
  const slow = { checkTimeMs: 1500, affected: byName };

  test("is stood for by the tests that the task names; a verdict says what was not run", async () => {
    const { verifier, ran, notices, candidate } = await play(ENDLESS, undefined, {
      ...slow,
      named: ["tests/b.sh"],
    });
    expect(ran).toEqual(["baseline suite", "baseline suite"]);
    expect(notices.join()).toContain("suite does not end in the time that it may take");
    expect(verifier.baseline.map(({ status, passed }) => [status, passed])).toEqual([["failed", 0]]);
    expect(verdictOf(await candidate("b.txt", "wrong\n"))).toMatchObject({
      status: "failed",
      scope: { ran: 1 },
    });
    await verifier.takeBack();
    expect(verdictOf(await candidate("b.txt", "right b\n"))).toMatchObject({
      status: "verified",
      reason: "1 affected test passes; 2,311 were not run.",
      scope: { ran: 1, left: 2311 },
    });
  });

  test("is stood for by what the candidate affects; that proves nothing that was asked for", async () => {
    const { verifier, ran, candidate } = await play(ENDLESS, undefined, slow);
    verifier.want("unharmed");
    expect(verdictOf(await candidate("a.txt", "right, too\n"))).toMatchObject({
      status: "unverified",
      reason: "1 affected test passes; 2,311 were not run, and what the task asks for may be among them.",
      scope: { ran: 1, left: 2311 },
    });
    expect(ran).toEqual(["baseline suite", "candidate suite"]);
    await verifier.takeBack();
    expect(verdictOf(await candidate("a.txt", "bad\n")).status).toBe("failed");
    await verifier.takeBack();
    // Another file: its tests are taken in, with a baseline of their own.
    const red = verdictOf(await candidate("b.txt", "wrong still\n"));
    expect(red.scope?.ran).toBe(2);
  });

  test("what was red and turns green is the task's own", async () => {
    const { verifier, candidate } = await play(ENDLESS, undefined, slow);
    verifier.want("green");
    expect(verdictOf(await candidate("b.txt", "right b\n"))).toMatchObject({
      status: "verified",
      scope: { ran: 1 },
    });
  });

  test("may take a third of the turn's time as it is found", async () => {
    const started = performance.now();
    const limits = { affected: byName, checkTimeMs: 60_000, maxTimeMs: 4500, named: ["tests/b.sh"] };
    const { verifier } = await play(ENDLESS, undefined, limits);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(verifier.baseline.map(({ status }) => status)).toEqual(["failed"]);
  });

  test("one of them is no proof where the task asks for whatever tests fail", async () => {
    const { verifier, candidate } = await play(ENDLESS, undefined, { ...slow, asksForAll: true });
    verifier.want("green");
    expect(verdictOf(await candidate("b.txt", "right b\n"))).toMatchObject({
      status: "unverified",
      scope: { ran: 1, left: 2311 },
    });
  });

  test("tests that nobody could count are the rest", async () => {
    const unknown: FindAffected = async () => ({ paths: ["tests/b.sh"], of: 3 });
    const { candidate } = await play(ENDLESS, undefined, { ...slow, affected: unknown });
    expect(verdictOf(await candidate("b.txt", "right b\n")).reason).toBe(
      "1 affected test passes; the rest were not run.",
    );
  });

  test("is run as a whole where nothing can stand for it, and a candidate may end what hung", async () => {
    const files = { ...FILES, "tests/b.sh": `grep -q right b.txt || sleep 40\n` };
    const { ran, candidate } = await play(files, undefined, { checkTimeMs: 1500, affected: nobody });
    const verdict = verdictOf(await candidate("b.txt", "right b\n"));
    expect(verdict).toMatchObject({ status: "verified", reason: "All 3 tests pass." });
    expect(verdict.scope).toBeUndefined();
    expect(ran).toEqual(["candidate suite"]);
  });
});

describe("chance", () => {
  for (const whole of [false, true])
    test(`a test that fails by chance is not held against a candidate${whole ? ", also where it cannot be run alone" : ""}`, async () => {
      // Run 1 is the baseline, run 2 the candidate's.
      const files = { ...FILES, "tests/f.sh": flaky(2) };
      const { ran, notices, candidate } = await play(files, (root) => [suite(root, { whole })]);
      const verdict = verdictOf(await candidate("b.txt", "right b\n"));
      expect(verdict.status).toBe("verified");
      expect(verdict.reason).toBe("All 4 tests pass. Not counted, since flaky: tests/f.sh.");
      expect(notices.filter((text) => text.includes("is flaky"))).toHaveLength(1);
      const again = "candidate suite (again)";
      expect(ran.slice(0, 3)).toEqual(["candidate suite", again, whole ? "baseline suite (again)" : again]);
    });

  test("what is flaky counts for no candidate of the turn", async () => {
    const { verifier, candidate } = await play({ ...FILES, "tests/f.sh": flaky(2, 5, 6, 7, 8, 9) });
    expect(verdictOf(await candidate("b.txt", "right b\n")).status).toBe("verified");
    await verifier.takeBack();
    expect(verdictOf(await candidate("b.txt", "wrong still\n")).status).toBe("failed");
    await verifier.takeBack();
    expect(verdictOf(await candidate("b.txt", "right again\n")).status).toBe("verified");
  });

  test("a suite without chance is asked once in a turn", async () => {
    const { verifier, ran, candidate } = await play({ ...FILES, "b.txt": "right b\n" });
    verifier.want("unharmed");
    const runs: string[] = [];
    for (const text of ["bad\n", "worse\n", "worst\n"]) {
      expect(verdictOf(await candidate("a.txt", text)).status).toBe("failed");
      runs.push(...ran);
      await verifier.takeBack();
    }
    expect(verdictOf(await candidate("a.txt", "right so\n")).status).toBe("verified");
    runs.push(...ran);
    const suites = Array<string>(4).fill("candidate suite");
    expect(runs).toEqual(["candidate suite", "candidate suite (again)", ...suites.slice(1)]);
  });

  test("a candidate that would not hold anyway is not looked at twice", async () => {
    const { ran, candidate } = await play(FILES);
    expect(verdictOf(await candidate("a.txt", "bad\n")).status).toBe("failed");
    expect(ran).toEqual(["candidate suite"]);
  });

  test("a test that fails only behind others is no chance", async () => {
    // With the candidate, the test of a leaves something behind that lets the one of c fail.
    const files = {
      ...FILES,
      "tests/a.sh": `rm -f "$CHECK_CACHE/left"; grep -q leaves b.txt && touch "$CHECK_CACHE/left"; true\n`,
      "tests/c.sh": `[ ! -e "$CHECK_CACHE/left" ] || { rm "$CHECK_CACHE/left"; exit 1; }\n`,
    };
    const { ran, notices, candidate } = await play(files);
    const verdict = verdictOf(await candidate("b.txt", "right, but leaves\n"));
    expect(verdict.status).toBe("failed");
    expect(notices).toEqual([]);
    expect(ran).toEqual(["candidate suite", "candidate suite (again)", "candidate suite (again)"]);
  });

  test("the one test that turned green is looked at once without the candidate, which then stands as it was", async () => {
    const { verifier, ran, text, candidate } = await play(FILES);
    const verdict = verdictOf(await candidate("b.txt", "right b\n"));
    expect(verdict).toMatchObject({ status: "verified", reason: "All 3 tests pass." });
    expect(ran).toEqual(["candidate suite", "baseline suite (again)"]);
    expect(text("b.txt")).toBe("right b\n");
    expect(await verifier.takeBack()).toBeNull();
    expect(text("b.txt")).toBe("wrong b\n");
  });

  for (const goal of ["green", ["tests/f.sh"]] as ("green" | string[])[])
    test(`a red test that turns green by itself proves nothing: ${goal}`, async () => {
      const files = { ...FILES, "b.txt": "right b\n", "tests/f.sh": flaky(1) };
      const { verifier, candidate } = await play(files);
      verifier.want(goal);
      const verdict = verdictOf(await candidate("a.txt", "right or so\n"));
      expect(verdict).toMatchObject({
        status: "unverified",
        reason: "Nothing proves it: tests/f.sh passes without it, too.",
      });
    });
});

describe("the user at work meanwhile", () => {
  test("an edit of the candidate's file is not taken back, at the first step or a later one", async () => {
    for (const later of [false, true]) {
      const { root, verifier, text, candidate } = await play(FILES);
      if (later) verifier.accept(verdictOf(await candidate("b.txt", "right b\n")));
      verdictOf(await candidate("b.txt", "bad candidate\n"));
      await Bun.sleep(40);
      writeFileSync(join(root, "b.txt"), "the user's\n");
      await Bun.sleep(40);
      const failed = await verifier.takeBack();
      expect(failed?.reason).toMatch(/^b\.txt was changed by somebody else and was left alone; ours is in /);
      expect(text("b.txt")).toBe("the user's\n");
    }
  });

  test("what a later candidate has replaced comes back byte for byte", async () => {
    const mixed = "one\r\ntwo\nthree";
    const { verifier, text, candidate } = await play({ ...FILES, "m.txt": mixed });
    verifier.accept(verdictOf(await candidate("b.txt", "right b\n")));
    verdictOf(await candidate("m.txt", "two\n"));
    expect(await verifier.takeBack()).toBeNull();
    expect(text("m.txt")).toBe(mixed);
    verdictOf(await candidate("new/file.txt", "x\n"));
    expect(await verifier.takeBack()).toBeNull();
    expect(text("b.txt")).toBe("right b\n");
  });

  test("other files that the user changes or removes stay so, and the turn says it", async () => {
    const { root, verifier, notices, text, candidate } = await play(FILES);
    await Bun.sleep(40);
    writeFileSync(join(root, "c.txt"), "right, by the user\n");
    rmSync(join(root, "a.txt"));
    await Bun.sleep(40);
    await candidate("b.txt", "right b\n");
    expect(notices).toContain("a.txt, c.txt was changed by somebody else during the turn; that stays.");
    await verifier.takeBack();
    expect(text("c.txt")).toBe("right, by the user\n");
    expect(existsSync(join(root, "a.txt"))).toBe(false);
  });
});

describe("reports of the session", () => {
  const check = (root: string, line: string) => ({ ...suite(root), command: ["sh", "-c", line] });

  test("a dear report holds while the tree, the command and its environment are the same", () => {
    let now = 0;
    const known = new KnownReports(() => now);
    const report = { ...outcome("suite", 1), ms: 5000 };
    const one = check("/x", "true");
    known.keep("tree", [{ check: one, report }], { A: "1" });
    expect(known.find("tree", one, { A: "1" })).toEqual(report);
    expect(known.find("other", one, { A: "1" })).toBeNull();
    expect(known.find(null, one, { A: "1" })).toBeNull();
    expect(known.find("tree", one, { A: "2" })).toBeNull();
    expect(known.find("tree", { ...one, env: { B: "" } }, { A: "1" })).toBeNull();
    expect(known.find("tree", check("/x", "false"), { A: "1" })).toBeNull();
    now = 15 * 60_000;
    expect(known.find("tree", one, { A: "1" })).toBeNull();
  });

  test("a quick one is not remembered, nor one that the machine may be the reason for", () => {
    const known = new KnownReports(() => 0);
    const one = check("/x", "true");
    const report = { check: "suite", passed: null, failed: null, diagnostics: [], summary: "" };
    for (const more of [
      { status: "passed", ms: 900 },
      { status: "unavailable", ms: 5000 },
      { status: "error", ms: 5000 },
      { status: "limit", ms: 5000 },
      { status: "no_tests", ms: 5000 },
    ] as const)
      known.keep("tree", [{ check: one, report: { ...report, ...more } }], {});
    expect(known.find("tree", one, {})).toBeNull();
  });

  test("what a turn has kept is the next one's baseline; after an edit the checks run again", async () => {
    const known = new KnownReports();
    const first = await play({ ...FILES, "tests/slow.sh": "sleep 1.2\n" }, undefined, { known });
    first.verifier.accept(verdictOf(await first.candidate("b.txt", "right b\n")));
    await first.transaction.commit();
    const next = await first.again();
    expect(next.ran).toEqual([]);
    expect(next.verifier.baseline).toMatchObject([{ status: "passed", passed: 4 }]);
    await next.transaction.close();
    writeFileSync(join(first.root, "a.txt"), "right, by the user\n");
    const third = await first.again();
    expect(third.ran).toEqual(["baseline suite"]);
  });
});
