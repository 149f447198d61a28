/** Nothing from outside acts on the terminal, wherever the stream was split. */
import { expect, test } from "bun:test";
import { oneLine, sanitize, sanitizer, terminalSafeJson } from "../../src/cli/sanitize.ts";

const cases: [name: string, text: string, clean: string][] = [
  ["plain text", "a\tb\nc é 漢 🙂", "a\tb\nc é 漢 🙂"],
  ["colours", "\x1b[1;31mred\x1b[0m!", "red!"],
  ["cursor and erase", "a\x1b[2J\x1b[Hb\x1b[?25lc", "abc"],
  ["title, BEL", "a\x1b]0;title\x07b", "ab"],
  ["title, ST", "a\x1b]0;title\x1b\\b", "ab"],
  ["clipboard", "a\x1b]52;c;aGk=\x07b", "ab"],
  ["hyperlink", "\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"],
  ["device control", "a\x1bPq#0\x1b\\b", "ab"],
  ["an unterminated string costs one line", "a\x1b]0;rest\nb", "a\nb"],
  ["two-character escapes", "a\x1bcb\x1b7c\x1b(Bd", "abcd"],
  ["an escape at the end", "a\x1b", "a"],
  ["escape after escape", "a\x1b\x1b[31mb", "ab"],
  ["escape inside a string", "a\x1b]0;x\x1b[31mb", "ab"],
  ["a broken sequence", "a\x1b[31\nb", "a\nb"],
  ["8-bit sequence", "a\u009b31mb", "ab"],
  ["8-bit string", "a\u009d0;t\u009cb", "ab"],
  ["controls", "a\0\x07\x08\x0b\x0c\r\x7fb\u0085c", "abc"],
  ["direction", "a\u202eb\u2066c\u200fd\u061ce", "abcde"],
  ["half a character", "a\ud83d", "a\ufffd"],
];

test.each(cases)("%s", (_, text, clean) => {
  expect(sanitize(text)).toBe(clean);
});

/** A seeded generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test("splitting the stream anywhere changes nothing, and nothing active is left", () => {
  const next = random(1);
  const atoms = [
    ...cases.map(([, text]) => text),
    "\x1b",
    "[",
    "]",
    "\\",
    "\x07",
    "m",
    ";",
    "\n",
    "x",
    "\u009b",
    "🙂",
  ];
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: 6 }, () => atoms[Math.floor(next() * atoms.length)] ?? "").join("");
    const whole = sanitize(text);
    const stream = sanitizer();
    let pieces = "";
    for (let at = 0; at < text.length; ) {
      const size = 1 + Math.floor(next() * 4);
      const out = stream.push(text.slice(at, at + size));
      expect(out.isWellFormed()).toBe(true);
      pieces += out;
      at += size;
    }
    pieces += stream.end();
    expect(pieces).toBe(whole);
    expect(whole).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  }
});

test("one line stays one line", () => {
  expect(oneLine(" a\n\tb \x1b[31mc ")).toBe("a b c");
  expect(oneLine("x".repeat(300), 10)).toBe(`${"x".repeat(9)}…`);
});

test("JSON keeps the text and shows nothing active", () => {
  const value = { text: "\x1b[31m \u009b \u202e \u2028 \x7f 🙂 é" };
  const json = terminalSafeJson(value);
  expect(json).toMatch(/^[\x20-\x7e🙂é]+$/u);
  expect(JSON.parse(json)).toEqual(value);
});
