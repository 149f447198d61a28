/** Which typed lines are commands, and which take the last change back before they are tasks. */
import { expect, test } from "bun:test";
import { readSlash, readUndoFirst } from "../../src/cli/repl/commands.ts";

test.each([
  ["/model small 4b", { name: "model", words: "small 4b" }],
  ["/EXIT", { name: "quit", words: "" }],
  ["/?", { name: "help", words: "" }],
  ["exit", { name: "quit", words: "" }],
  ["Undo that.", { name: "undo", words: "" }],
  ["undo the last change", { name: "undo", words: "" }],
  ["/tmp/a.py is wrong", null],
  ["redo that", null],
  ["undo that and use a loop", null],
  ["help me", null],
  ["exit on errors", null],
])("%s", (line, read) => expect(readSlash(line)).toEqual(read));

test.each([
  ["undo that and make it a loop instead", "make it a loop instead"],
  ["Please undo the last change, then rename add to plus", "rename add to plus"],
  ["undo this. Why was it wrong?", "Why was it wrong?"],
  ["undo it:\nuse a map", "use a map"],
  ["undo that", null],
  ["undo that button's handler", null],
  ["add undo and redo to the editor", null],
  ["undo should call it and return", null],
])("%s", (message, rest) => expect(readUndoFirst(message)).toBe(rest));
