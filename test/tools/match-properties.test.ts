/**
 * Whatever file, old and new text: nothing throws; an edit is refused, or one region is replaced and every byte outside it
 * stays. And the time grows with the file, not with its square.
 */
import { expect, test } from "bun:test";
import { applyEdits, findEdit, replaced } from "../../src/tools/match.ts";
import { encode } from "../../src/workspace/files.ts";

let seed = 1;
function random(below: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return Math.floor((seed / 2147483648) * below);
}
const pick = <T>(list: readonly T[], other: T): T => list[random(list.length)] ?? other;

const LINES = [
  "a()",
  "    a()",
  "\tb()",
  "  b()",
  "",
  "   ",
  "x = 'a  b'",
  'x = "a"',
  "“q”",
  "1 | a()",
  "2: b()",
  "...",
  "# ... existing code ...",
  "```",
  "```py",
  "}",
  "if (a) {",
  "&lt;b&gt;",
  "a\\nb",
  '\\"q\\"',
  "<<<<<<< SEARCH",
  "=======",
  "\u00A0z",
  "…",
  "é",
  "e\u0301",
  "\u{1F600}",
  "\ud800",
  "\uFEFF",
  "$&",
];
const text = (most: number): string => {
  const lines = Array.from({ length: random(most) }, () => pick(LINES, ""));
  return lines.join(pick(["\n", "\n", "\n", "\r\n"], "\n")) + pick(["", "\n"], "");
};

/** Something like a part of the file: as models copy it. */
function like(file: string): string {
  const lines = file.split("\n");
  const from = random(lines.length);
  const part = lines.slice(from, from + 1 + random(4));
  const bend = pick<(line: string, index: number) => string>(
    [
      (line) => line,
      (line) => line.trim(),
      (line) => `  ${line}`,
      (line) => `${line} `,
      (line, index) => `${from + index + 1} | ${line}`,
      (line) => line.replaceAll("  ", "\t"),
      (line) => line.replace("b", "c"),
    ],
    (line) => line,
  );
  return part.map(bend).join("\n") + pick(["", "\n"], "");
}

test("refused, or one region replaced and the rest untouched", () => {
  let applied = 0;
  for (let round = 0; round < 6000; round += 1) {
    const file = text(9).replaceAll("\r\n", "\n");
    const old = random(3) === 0 ? text(4) : like(file);
    const edit = {
      old,
      new: random(2) === 0 ? text(4) : like(old),
      ...(random(2) === 0 ? { lines: true } : {}),
    };
    const options = { path: pick(["a.py", "a.md", "a.go"], ""), all: random(6) === 0, earlier: [text(3)] };
    const found = findEdit(file, edit, options);
    const whole = applyEdits(file, [edit], options);
    expect(whole.ok).toBe(found.ok);
    if (!found.ok) {
      expect(found.reason.length).toBeLessThan(2000);
      continue;
    }
    applied += 1;
    if (!options.all) expect(found.places.length).toBe(1);
    const after = replaced(file, found.places);
    expect(whole).toEqual({ ok: true, text: after });
    // What stands before the first place, between places and behind the last is the file's.
    let [at, to] = [0, 0];
    for (const { start, end, text: put } of found.places) {
      expect(start >= at && end >= start && end <= file.length).toBe(true);
      expect(after.slice(to, to + start - at)).toBe(file.slice(at, start));
      to += start - at + put.length;
      at = end;
    }
    expect(after.slice(to)).toBe(file.slice(at));
  }
  expect(applied).toBeGreaterThan(1000);
}, 60_000);

test("on disk every line before and behind the change keeps its bytes, whatever line ends are mixed", () => {
  for (let round = 0; round < 5000; round += 1) {
    const raw = Array.from({ length: 1 + random(9) }, (_, index) => `${index}${pick(["\n", "\r\n"], "\n")}`);
    if (random(2) === 0) raw.push("last");
    const from = random(raw.length);
    const to = Math.min(raw.length, from + 1 + random(2));
    const fresh = Array.from({ length: random(3) }, (_, index) => `new ${index}\n`);
    const plain = raw.map((line) => line.replace("\r\n", "\n"));
    const wanted = [...plain.slice(0, from), ...fresh, ...plain.slice(to)].join("");
    const written = encode(wanted, Buffer.from(raw.join("")));
    const bytes = written.ok ? Buffer.from(written.bytes).toString() : written.reason;
    expect(bytes.startsWith(raw.slice(0, from).join(""))).toBe(true);
    expect(bytes.endsWith(raw.slice(to).join(""))).toBe(true);
    expect(bytes.replaceAll("\r\n", "\n")).toBe(wanted);
  }
});

/** Of processor time, so that what else the machine does is no matter. */
const MOST_MS = 1000;

test("2 MB and a search of 200 lines: under a second, found or not", () => {
  const line = (index: number): string =>
    `    const value${index % 977} = compute(${index}, "text  ${index % 13}");`;
  const lines = Array.from({ length: 36_000 }, (_, index) => line(index));
  const same = Array.from({ length: 60_000 }, () => "        return some_value_or_other;");
  for (const [file, old, ok] of [
    [["a"], ["b"], false],
    [lines, lines.slice(30_000, 30_200).map((one) => one.trim()), true],
    [lines, lines.slice(30_000, 30_200).map((one) => one.replace("  = ", " = ").replace(/ +/g, " ")), false],
    [lines, lines.slice(30_000, 30_200).with(199, "nowhere"), false],
    [same, [...same.slice(0, 199), "nowhere"], false],
    [same, ["...", ...same.slice(0, 99), "...", ...same.slice(0, 99), "..."], false],
  ] as const) {
    const content = `${file.join("\n")}\n`;
    const edit = { old: old.join("\n"), new: [...old, "more"].join("\n") };
    const start = process.cpuUsage();
    const found = findEdit(content, edit, { path: "a.ts", earlier: [`${content}x\n`] });
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(MOST_MS);
    expect(found.ok).toBe(ok);
  }
}, 60_000);

test("2 MB of the same letter: refused at once, or replaced everywhere", () => {
  const content = "a".repeat(2_000_000);
  const start = process.cpuUsage();
  expect(findEdit(content, { old: "a", new: "b" })).toMatchObject({ ok: false, kind: "ambiguous" });
  expect(applyEdits(content, [{ old: "a", new: "b" }], { all: true })).toEqual({
    ok: true,
    text: "b".repeat(2_000_000),
  });
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(3 * MOST_MS);
}, 60_000);
