/** Packed records and shards: everything comes back, and the texts are JSON with a line for each file or name. */
import { expect, test } from "bun:test";
import type { FileRecord } from "../../src/graph/index/record.ts";
import { packRecord } from "../../src/graph/store/packed.ts";
import { BadShape } from "../../src/graph/store/shape.ts";
import {
  changedText,
  DefinitionLines,
  type FileLine,
  manifestText,
  namesText,
  type Row,
  TableLines,
} from "../../src/graph/store/shards.ts";
import {
  readChanged,
  readFiles,
  readManifest,
  readNames,
  readTable,
} from "../../src/graph/store/shards-read.ts";
import { Dice, madeUpPath, madeUpRecord, madeUpStamp, unpackRecord } from "./records.ts";

test("any record comes back from its packed form", () => {
  const dice = new Dice(1);
  for (let at = 0; at < 300; at += 1) {
    const record = madeUpRecord(dice, madeUpPath(dice));
    const packed = packRecord(record);
    expect(packed).not.toContain("\n");
    expect(unpackRecord(packed)).toEqual(record);
  }
});

test("uses are put in order, each once", () => {
  const at: FileRecord["uses"][number]["at"] = [
    { line: 9, role: "call" },
    { line: 2, role: "use" },
    { line: 9, role: "use" },
    { line: 2, role: "use" },
  ];
  const record = { ...madeUpRecord(new Dice(2), "a.py"), uses: [{ name: "f", at }] };
  expect(unpackRecord(packRecord(record)).uses).toEqual([
    { name: "f", at: [at[1], at[2], at[0]].flatMap((use) => use ?? []) },
  ]);
});

test("what is no packed record is refused", () => {
  const good = JSON.parse(packRecord(madeUpRecord(new Dice(3), "a.py")));
  const withPart = (at: number, part: unknown): string => JSON.stringify(good.toSpliced(at, 1, part));
  for (const bad of ["null", "{}", "[]", withPart(2, 99), withPart(3, 2), withPart(5, 1), withPart(4, [1])])
    expect(() => unpackRecord(bad)).toThrow(BadShape);
});

function tableText(rows: readonly Row[]): string {
  const lines = new TableLines();
  for (const row of rows) lines.add(row);
  return lines.text;
}

const rows: Row[] = ["a.py", "b/c.py", "b/d/e.py", "b/f.py", "z.py"].map((path, at) => ({
  path,
  language: "python",
  kind: at === 1 ? "test" : "code",
  broken: at === 2,
  stamp: madeUpStamp(path),
}));

test("a table has a line for each file and each folder", () => {
  const text = tableText(rows);
  expect(readTable(text)).toEqual(rows);
  expect(
    text
      .split("\n")
      .slice(1, 4)
      .map((line) => line.replace(/,$/, "")),
  ).toEqual([
    JSON.stringify([
      "a.py",
      "python",
      0,
      0,
      rows[0]?.stamp.size,
      String(rows[0]?.stamp.mtimeNs),
      String(rows[0]?.stamp.ino),
      rows[0]?.stamp.hash,
    ]),
    '"b/"',
    JSON.stringify([
      "c.py",
      "python",
      1,
      0,
      rows[1]?.stamp.size,
      String(rows[1]?.stamp.mtimeNs),
      String(rows[1]?.stamp.ino),
      rows[1]?.stamp.hash,
    ]),
  ]);
  expect(() => readTable(tableText([...rows].reverse()))).toThrow(BadShape);
});

test("lines of files come back in order", () => {
  const lines = new DefinitionLines();
  const files = rows.map(({ path }, at) => ({
    path,
    line: [`n${at}`, "A", "", ["x y"], "C"] satisfies FileLine,
  }));
  for (const { path, line } of files) lines.add(path, line);
  expect(readFiles(lines.text)).toEqual(files.map(({ line }) => line));
});

test("names share what they begin with, and a shard begins as short as it can", () => {
  const lines = ["get", "get_all", "get_all ", "get_one", "set", "set\nall"].map((name, at) => ({
    name,
    sites: at === 0 ? "" : "AB",
    uses: at === 1 ? "" : "CD",
  }));
  const { text, from } = namesText(lines, "gemini");
  const read = readNames(text).map(({ name, line, sites, uses }) => ({
    name,
    sites: line.slice(sites, uses - 1),
    uses: line.slice(uses),
  }));
  expect(read).toEqual(lines);
  expect(from).toBe("get");
  expect(text.split("\n").slice(1, 4)).toEqual(['"Aget  CD",', '"D_all AB ",', '"H  AB CD",']);
  expect(() => readNames(namesText([...lines].reverse(), "").text)).toThrow(BadShape);
  expect(() => readNames('{"names":["Aget A A","Fx A A"]}')).toThrow(BadShape);
});

test("changes come back", () => {
  const records = ["a.py", "b.py"].map((path) => madeUpRecord(new Dice(4), path));
  const changed = records.map((record) => ({ stamp: madeUpStamp(record.path), packed: packRecord(record) }));
  const touched = [madeUpStamp("c.py")];
  const text = changedText(changed, touched, ["gone\n.py"]);
  expect(readChanged(text)).toEqual({
    changed: changed.map(({ stamp, packed }) => ({ stamp, fields: JSON.parse(packed) })),
    touched,
    removed: ["gone\n.py"],
  });
});

test("a manifest is taken whole, of its own kind, or not at all", () => {
  const manifest = {
    table: "table-0.json",
    changed: null,
    files: [{ shard: "files-00-0.json", count: 3 }],
    names: [{ shard: "names-00-0.json", from: "a" }],
  };
  const text = manifestText(manifest, "print");
  expect(readManifest(text, "print")).toEqual(manifest);
  expect(readManifest(text, "other")).toBe("foreign");
  expect(readManifest(text.replace('"format":1', '"format":2'), "print")).toBe("foreign");
  expect(() => readManifest(text.replace(",3]", ",4]"), "print")).toThrow(BadShape);
  expect(() => readManifest("[]", "print")).toThrow(BadShape);
});
