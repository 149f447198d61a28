/** Keys and pastes come apart the same way wherever the stream is split. */
import { expect, test } from "bun:test";
import { PasteReader, type Piece } from "../../src/cli/repl/paste.ts";

const STREAM = "ab\x1b[A\x1b[200~one\rtwo\r\nthree\x1b[200~\x1b[20\x1b[201~c\x1b[200~\x1b[201~\x1b";
const PIECES: Piece[] = [
  { kind: "keys", text: "ab\x1b[A" },
  { kind: "paste", text: "one\ntwo\nthree\x1b[200~\x1b[20" },
  { kind: "keys", text: "c" },
  { kind: "paste", text: "" },
  { kind: "keys", text: "\x1b" },
];

/** Neighbouring keys are the same keys. */
function joined(pieces: Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last?.kind === "keys" && piece.kind === "keys") last.text += piece.text;
    else all.push({ ...piece });
  }
  return all;
}

test("in one chunk, in two at every place, and character by character", () => {
  const splits = [[STREAM], [...STREAM], ...[...STREAM].map((_, i) => [STREAM.slice(0, i), STREAM.slice(i)])];
  for (const chunks of splits) {
    const reader = new PasteReader();
    const pieces = chunks.flatMap((chunk) => reader.push(chunk));
    expect(joined([...pieces, ...reader.flush()])).toEqual(PIECES);
  }
});

test("a lone escape is held back until nothing more comes", () => {
  const reader = new PasteReader();
  expect(reader.push("\x1b")).toEqual([]);
  expect(reader.waiting).toBe(true);
  expect(reader.flush()).toEqual([{ kind: "keys", text: "\x1b" }]);
  expect(reader.waiting).toBe(false);
});
