/** How answers of the code graph stand on the screen: columns, hostile text, colours, widths. */
import { expect, test } from "bun:test";
import { screenOf } from "../../src/cli/graph/screen.ts";

const plain = { color: false, columns: null };

test("places in a column, then cells in columns, then what is dim", () => {
  const lines = [
    { at: { path: "a.ts", line: 7 }, cells: ["call", "Stack.push", "push(1);"], tag: "same name" },
    { at: { path: "long/path.ts", line: 123 }, cells: ["import", "(top)", "import x;"], under: "Below." },
    "Heading",
    { at: null, cells: ["Base"], depth: 2 },
  ];
  expect(screenOf(lines, plain)).toBe(`a.ts:7            call    Stack.push  push(1);  (same name)
long/path.ts:123  import  (top)       import x;
    Below.
Heading
-                     Base
`);
  expect(screenOf([], plain)).toBe("");
});

test("a place or a cell that is very long does not push the others away", () => {
  const lines = [
    { at: { path: "a.ts", line: 1 }, cells: ["x", "y"] },
    { at: { path: `${"p".repeat(100)}.ts`, line: 1 }, cells: ["n".repeat(60), "y"] },
  ];
  const [first, second] = screenOf(lines, plain).split("\n");
  expect(first).toBe("a.ts:1  x  y");
  expect(second).toBe(`${"p".repeat(100)}.ts:1  ${"n".repeat(60)}  y`);
});

test("nothing in names and source lines acts on the terminal", () => {
  const hostile = "\x1b]0;title\x07\x1b[31mred\u202e\x9b2J\r\nnext\ttab";
  const lines = [{ at: { path: hostile, line: 1 }, cells: [hostile, hostile], tag: hostile, under: hostile }];
  expect(screenOf(lines, plain)).toBe(
    `red next tab:1  red next tab  red next tab  (red next tab)\n    red next tab\n`,
  );
});

test("lines are cut to the terminal, places never; colours only where they are wanted", () => {
  const lines = [{ at: { path: "a.ts", line: 1 }, cells: ["x".repeat(200)], tag: "imported" }];
  expect(screenOf(lines, { color: false, columns: 60 })).toBe(`a.ts:1  ${"x".repeat(39)}…  (imported)\n`);
  const colored = screenOf(lines, { color: true, columns: 60 });
  expect(Bun.stripANSI(colored)).toBe(screenOf(lines, { color: false, columns: 60 }));
  expect(colored).toContain("\x1b[36ma.ts:1\x1b[39m");
});

test("behind a long path the name is whole, on a second line of the terminal", () => {
  const at = { path: `${"folder/".repeat(7)}Adapter.java`, line: 59 };
  const name = "PostConstructAdapterFactory.PostConstructAdapter.read";
  const shown = screenOf([{ at, cells: [name, "delegate.read(in)"], tag: "same name" }], {
    color: false,
    columns: 80,
  });
  expect(shown).toContain(name);
  expect(shown.trimEnd().length).toBeLessThanOrEqual(160);
});
