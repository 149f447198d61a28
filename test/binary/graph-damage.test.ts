/** A stored graph that is damaged, foreign or cannot be written: the answer is right all the same, and one line says what happened. */
import { expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, cleanGraph, fill, folder, storedIn, wellEnded, wholeGraph } from "../harness/graphed.ts";

const MS = 300_000;

/** Some code in three languages; enough files that one change is kept apart from the rest. */
const FILES: Record<string, string> = {
  "shop/__init__.py": "",
  "shop/cart.py":
    "class Cart:\n    def total(self):\n        return round_up(1)\n\n\ndef round_up(n):\n    return n\n",
  "shop/order.py":
    "from shop.cart import Cart, round_up\n\n\ndef place():\n    return round_up(Cart().total())\n",
  "web/app.ts":
    'import { show } from "./view.ts";\n\nexport class App {\n  run(): void {\n    show("x");\n  }\n}\n',
  "web/view.ts": "export function show(text: string): string {\n  return text;\n}\n",
  "main.go": "package main\n\nfunc main() {\n\trun()\n}\n\nfunc run() {}\n",
  ...Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => [`many/m${n}.py`, `def many_${n}():\n    return ${n}\n`]),
  ),
};

/** A folder with a graph that has a base and a change on top of it. */
async function indexed(): Promise<string> {
  const root = folder();
  fill(root, FILES);
  wellEnded(await ask(root, ["index"]));
  fill(root, { "shop/order.py": `${FILES["shop/order.py"]}\n\ndef cancel():\n    return None\n` });
  wellEnded(await ask(root, ["index"]));
  return root;
}

const stored = (root: string, name: string): string => join(root, ".smallcode", "graph", name);

const DAMAGES: Record<string, (bytes: Buffer) => Uint8Array | string> = {
  "cut in half": (bytes) => bytes.subarray(0, bytes.length / 2),
  "without its last byte": (bytes) => bytes.subarray(0, -1),
  empty: () => "",
  "other JSON": () => '{"name": "left-pad", "version": "1.0.0"}\n',
  "a list": () => "[]\n",
  null: () => "null\n",
  "no JSON": () => "\u0000\u0001\ufffd<html>",
  "with one bit changed": (bytes) => {
    const other = Buffer.from(bytes);
    const middle = other.length >> 1;
    other[middle] = (other[middle] ?? 0) ^ 1;
    return other;
  },
  "twice over": (bytes) => Buffer.concat([bytes, bytes]),
};

for (const [damage, damaged] of Object.entries(DAMAGES))
  test(
    `each file of the graph in turn is ${damage}`,
    async () => {
      const root = await indexed();
      const clean = await cleanGraph(root);
      const graph = join(root, ".smallcode", "graph");
      const intact = folder();
      cpSync(graph, intact, { recursive: true });
      const names = storedIn(root);
      expect(names.length).toBeGreaterThanOrEqual(4);
      let harmed = 0;
      for (const name of names) {
        rmSync(graph, { recursive: true });
        cpSync(intact, graph, { recursive: true });
        writeFileSync(stored(root, name), damaged(readFileSync(stored(root, name))));
        const { facts, said } = await wholeGraph(root);
        expect({ name, right: facts === clean }).toEqual({ name, right: true });
        // What the manifest does not name any more harms nobody, and nobody speaks of it.
        expect({ name, said: said.length <= 1 }).toEqual({ name, said: true });
        harmed += said.length;
      }
      expect(harmed).toBeGreaterThanOrEqual(4);
      expect(await wholeGraph(root)).toEqual({ facts: clean, said: [] });
    },
    MS,
  );

test(
  "a manifest of a later version is made anew, with one line",
  async () => {
    const root = await indexed();
    const clean = await cleanGraph(root);
    const [name = ""] = storedIn(root).filter((one) => /manifest|index/.test(one));
    const text = readFileSync(stored(root, name), "utf8");
    writeFileSync(stored(root, name), text.replace(/"format":\s*\d+/, '"format":999'));
    const { facts, said } = await wholeGraph(root);
    expect(facts).toBe(clean);
    expect(said).toEqual([expect.stringContaining("another version")]);
    expect((await wholeGraph(root)).said).toEqual([]);
  },
  MS,
);

test(
  "files of the graph are gone, or folders, or links to elsewhere",
  async () => {
    const root = await indexed();
    const clean = await cleanGraph(root);
    const elsewhere = folder();
    writeFileSync(join(elsewhere, "x"), "elsewhere");
    const ways: [string, (path: string) => void][] = [
      ["gone", () => undefined],
      ["a folder", (path) => void mkdirSync(path)],
      ["a link", (path) => symlinkSync(join(elsewhere, "x"), path)],
      ["a loop", (path) => symlinkSync(path, path)],
    ];
    for (const [way, put] of ways)
      for (const name of storedIn(root)) {
        const path = stored(root, name);
        if (!statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
        rmSync(path);
        put(path);
        const { facts, said } = await wholeGraph(root);
        expect({ way, name, right: facts === clean }).toEqual({ way, name, right: true });
        // A folder cannot be written over, which is a second thing to say.
        expect({ way, name, said }).toEqual({ way, name, said: said.slice(0, way === "a folder" ? 2 : 1) });
        expect(readFileSync(join(elsewhere, "x"), "utf8")).toBe("elsewhere");
      }
    expect((await wholeGraph(root)).facts).toBe(clean);
  },
  MS,
);

/** What a disk that takes no more looks like; each is put before the binary. */
const WALLS: Record<string, (root: string) => string[]> = {
  "no file may grow": () => ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"],
  "the disk is full": (root) => [
    "unshare",
    "-rm",
    "sh",
    "-c",
    `mount -t tmpfs -o size=4k tmpfs '${root}/.smallcode' && dd if=/dev/zero of='${root}/.smallcode/ballast' bs=4k count=1 2>/dev/null; exec "$@"`,
    "sh",
  ],
  "the folder is read-only": (root) => [
    "unshare",
    "-rm",
    "sh",
    "-c",
    `mount --bind '${root}' '${root}' && mount -o remount,bind,ro '${root}' && exec "$@"`,
    "sh",
  ],
};
const MAY_MOUNT = Bun.spawnSync(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).success;

for (const [wall, through] of Object.entries(WALLS))
  test.skipIf(wall !== "no file may grow" && !MAY_MOUNT)(
    `${wall}: a new graph lives in memory, with one line`,
    async () => {
      const root = folder();
      fill(root, FILES);
      const clean = await cleanGraph(root);
      mkdirSync(join(root, ".smallcode"), { recursive: true });
      const { facts, said } = await wholeGraph(root, { through: through(root) });
      expect(facts).toBe(clean);
      expect(said).toHaveLength(1);
      expect((await wholeGraph(root)).said).toEqual([]);
    },
    MS,
  );

for (const wall of ["no file may grow", "the folder is read-only"])
  test.skipIf(wall !== "no file may grow" && !MAY_MOUNT)(
    `${wall}: the old graph stays as it was, and answers are of the files as they are`,
    async () => {
      const root = await indexed();
      fill(root, { "shop/cart.py": "def other():\n    return 1\n", "many/new.py": "def new():\n    pass\n" });
      const clean = await cleanGraph(root);
      const before = storedIn(root).map((name) => [name, readFileSync(stored(root, name), "hex")]);
      const { facts, said } = await wholeGraph(root, { through: (WALLS[wall] ?? (() => []))(root) });
      expect(facts).toBe(clean);
      expect(said).toHaveLength(1);
      expect(storedIn(root).map((name) => [name, readFileSync(stored(root, name), "hex")])).toEqual(before);
      expect(await wholeGraph(root)).toEqual({ facts: clean, said: [] });
    },
    MS,
  );

test(
  "where the graph's folder should be there is a file, a link or a loop",
  async () => {
    const root = folder();
    fill(root, FILES);
    const clean = await cleanGraph(root);
    const elsewhere = folder();
    const ways: [string, (path: string) => void][] = [
      ["file", (path) => writeFileSync(path, "mine")],
      ["link", (path) => symlinkSync(elsewhere, path)],
      ["loop", (path) => symlinkSync(path, path)],
    ];
    for (const place of [".smallcode", ".smallcode/graph"])
      for (const [way, put] of ways) {
        rmSync(join(root, ".smallcode"), { recursive: true, force: true });
        if (place.includes("/")) mkdirSync(join(root, ".smallcode"));
        put(join(root, place));
        const { facts, said } = await wholeGraph(root);
        expect({ place, way, right: facts === clean, lines: said.length }).toEqual({
          place,
          way,
          right: true,
          lines: 1,
        });
        expect(Array.from(new Bun.Glob("**/*").scanSync({ cwd: elsewhere, dot: true }))).toEqual([]);
      }
  },
  MS,
);
