/** What is not UTF-8: read, edited and given back byte for byte, or refused in one sentence. On a real disk. */
import { describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decode, toBytes } from "../../src/workspace/encoding.ts";
import { base, begin, makeTree, open } from "./tree.ts";

const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const wide = (text: string, big = false): Uint8Array => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return Uint8Array.from(big ? bytes.swap16() : bytes);
};

/** Writes `to` where the file's text has `from`, through a transaction; the bytes then, or the refusal. */
async function changed(bytes: Uint8Array, from: string, to: string): Promise<number[] | string> {
  const root = makeTree({ "a.txt": bytes });
  chmodSync(join(root, "a.txt"), 0o640);
  const workspace = await open(root);
  const read = await workspace.read("a.txt");
  if (!read.ok) return read.reason;
  expect(read.file.text).toContain(from);
  const turn = await begin(workspace);
  const text = read.file.text.replace(from, () => to);
  const applied = await turn.apply([{ path: "a.txt", text, base: await base(workspace, "a.txt") }]);
  const now = [...readFileSync(join(root, "a.txt"))];
  expect((await turn.changes()).length).toBe(applied.ok ? 1 : 0);
  await turn.revert([]);
  expect([...readFileSync(join(root, "a.txt"))]).toEqual([...bytes]);
  expect(lstatSync(join(root, "a.txt")).mode & 0o777).toBe(0o640);
  await turn.close();
  return applied.ok ? now : applied.reason;
}

describe("edited in its own encoding", () => {
  for (const [what, bytes, from, to, after] of [
    ["Latin-1", latin("caf\xe9\r\none\r\n"), "one", "two", latin("caf\xe9\r\ntwo\r\n")],
    [
      "Latin-1, its own letters",
      latin("caf\xe9\none\n"),
      "one",
      "fianc\u00e9",
      latin("caf\xe9\nfianc\xe9\n"),
    ],
    [
      "Windows-1252",
      latin("\x93so\x94 \x80 \x81\none"),
      "one",
      "“two”",
      latin("\x93so\x94 \x80 \x81\n\x93two\x94"),
    ],
    [
      "Shift JIS, unknown as such",
      latin("\x83e\x83X\x83g\none\n"),
      "one",
      "two",
      latin("\x83e\x83X\x83g\ntwo\n"),
    ],
    ["UTF-16, little end first", wide("a\r\nb\u4e2d\r\n"), "b", "c\nd", wide("a\r\nc\r\nd\u4e2d\r\n")],
    ["UTF-16, big end first", wide("a\nb\n", true), "b", "\u{1F600}", wide("a\n\u{1F600}\n", true)],
  ] as const)
    test(what, async () => expect(await changed(bytes, from, to)).toEqual([...after]));
});

describe("refused", () => {
  test("a letter that the file does not have, where the encoding is not known", async () => {
    for (const letter of ["\u00e8", "\u4e2d", "\u{1F600}"])
      expect(await changed(latin("caf\xe9\none\n"), "one", letter)).toBe(
        `a.txt is not UTF-8 text, and the change brings in "${letter}", which it does not have; use ASCII, or convert it to UTF-8 first.`,
      );
  });
  for (const [what, bytes, says] of [
    [
      "UTF-8 with a broken byte",
      latin("caf\xc3\xa9 \xe9\n"),
      /is UTF-8 text with broken bytes; repair it first\.$/,
    ],
    ["control characters", latin("caf\xe9\x01\n"), /is a binary file\.$/],
    ["NUL", latin("a\0b"), /is a binary file\.$/],
    ["UTF-16 with half a character", wide("a\ud800\n"), /is not whole UTF-16 text/],
    ["UTF-16 with half a unit", wide("ab").slice(0, -1), /is not whole UTF-16 text/],
    ["UTF-32", latin("\xff\xfe\0\0a\0\0\0"), /is not whole UTF-16 text/],
  ] as const)
    test(what, async () => expect(await changed(bytes, "a", "b")).toMatch(says));
});

test("any bytes come back as they were, or are refused", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  const pieces = [
    latin("a"),
    latin("\r\n"),
    latin("\n"),
    latin("\xe9"),
    latin("\xc3\xa9"),
    latin("\xff\xfe"),
    latin("\xef\xbb\xbf"),
    latin("\x80"),
  ];
  let read = 0;
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Buffer.concat(
      Array.from({ length: random(8) }, () =>
        random(9) === 0
          ? latin(String.fromCharCode(random(256)))
          : (pieces[random(pieces.length)] ?? latin("")),
      ),
    );
    const decoded = decode(bytes);
    if (decoded === null) continue;
    read += 1;
    expect(toBytes(decoded.text, decoded)).toEqual({ ok: true, bytes: expect.anything() });
    const back = toBytes(decoded.text, decoded);
    expect(back.ok && Buffer.from(back.bytes).equals(bytes)).toBe(true);
  }
  expect(read).toBeGreaterThan(1000);
});
