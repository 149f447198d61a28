/**
 * A check on a layer over the tree: whatever it does, and whatever the user does at the same time, the user's files are as the user
 * left them; what the check has made new comes into the tree.
 */
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, lstatSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTree, picture } from "./tree.ts";

setDefaultTimeout(30_000);

const FILES: Record<string, string | [string, number]> = {
  "ours.py": "theirs first\n",
  "notes.txt": "notes\r\n",
  "tool.sh": ["#!/bin/sh\n", 0o755],
  "gone.txt": ["gone\n", 0o640],
  "lib/a.py": "a\n",
  "lib/b.py": "b\n",
  "node_modules/m/index.js": "m\n",
};
const WAIT = "touch .smallcode/cache/now; while [ ! -e .smallcode/cache/go ]; do sleep 0.01; done";

interface Outcome {
  ran: { end: unknown; output: string; confinement: string };
  cleaned: { repaired: string[]; left: string[]; theirs: string[]; failed: string | null };
  reverted: unknown;
}

function check(root: string, ways: string, ...args: string[]): Outcome {
  const child = join(import.meta.dir, "apart-child.ts");
  const done = Bun.spawnSync([process.execPath, child, root, ways, ...args]);
  const text = done.stdout.toString();
  if (!done.success) throw new Error(done.stderr.toString());
  return JSON.parse(text.slice(text.lastIndexOf("\n", text.length - 2) + 1));
}

/** Whether this machine lets an overlay lie over a tree, in this way. */
const can = (ways: string): boolean => {
  const { cleaned } = check(makeTree(FILES), ways, "echo x > notes.txt; sleep 0.05");
  return cleaned.repaired.length === 0 && cleaned.failed === null;
};

for (const ways of ["any", "user"] as const) {
  const layered = test.skipIf(!can(ways));

  layered(`a check that damages everything damages nothing (${ways})`, () => {
    const root = makeTree(FILES);
    const before = picture(root);
    const line =
      "echo x > notes.txt; rm gone.txt; chmod 600 tool.sh; rm -r lib; mkdir lib; echo y > lib/a.py; mv tool.sh t2; echo z >> ours.py; ls";
    const { ran, cleaned } = check(root, ways, line);
    expect(ran).toMatchObject({ end: { kind: "exited", code: 0 }, confinement: "namespaces" });
    expect(ran.output).toContain("t2");
    expect(cleaned).toEqual({ repaired: [], left: ["t2"], theirs: [], failed: null });
    expect(picture(root)).toEqual({ ...before, t2: "600 #!/bin/sh\n" });
    expect(readdirSync(join(root, ".smallcode", "undo")).some((name) => /^\d+$/.test(name))).toBe(false);
  });

  layered(`what the user does while the check does the same stands (${ways})`, () => {
    const root = makeTree(FILES);
    const line = `echo x > notes.txt; chmod 600 tool.sh; echo x > gone.txt; echo x > lib/a.py; rm lib/b.py; echo x > new.txt; mkdir -p d/e; echo x > d/e/f; ${WAIT}; echo y >> notes.txt; rm -f tool.sh; echo y > late.txt`;
    const theirs =
      "echo u > notes.txt; chmod 711 tool.sh; rm gone.txt; rm -r lib; mkdir d; echo u > d/e; echo u > new.txt; echo u > late.txt";
    const { ran, cleaned } = check(root, ways, line, theirs);
    expect(ran).toMatchObject({ end: { kind: "exited", code: 0 } });
    expect(cleaned).toMatchObject({
      repaired: [],
      left: ["d/e", "late.txt", "new.txt"],
      theirs: ["gone.txt", "lib/a.py", "lib/b.py", "notes.txt", "tool.sh"],
    });
    expect(picture(root)).toEqual({
      "ours.py": "644 theirs first\n",
      "node_modules/m/index.js": "644 m\n",
      "notes.txt": "644 u\n",
      "tool.sh": "711 #!/bin/sh\n",
      "d/e": "644 u\n",
      "new.txt": "644 u\n",
      "late.txt": "644 u\n",
    });
  });

  layered(
    `what the check makes new comes over with times, modes, links and holes; litter goes (${ways})`,
    () => {
      const root = makeTree(FILES);
      const line = `mkdir -p build/obj lib/__pycache__ node_modules/n; echo o > build/obj/a.o; touch -d '2001-02-03 04:05:06' build/obj/a.o
chmod 750 build/obj/a.o; ln -s a.o build/obj/link; ln build/obj/a.o build/same; truncate -s 50M build/sparse; echo c > lib/__pycache__/a.pyc
echo n > node_modules/n/index.js; chmod 500 build/obj; mkfifo build/pipe; mv build moved; mkdir empty; : > "odd  name"`;
      const { ran, cleaned } = check(root, ways, line);
      expect(ran).toMatchObject({ end: { kind: "exited", code: 0 }, output: "" });
      expect(cleaned.left).toEqual([
        "moved/obj/a.o",
        "moved/obj/link",
        "moved/same",
        "moved/sparse",
        "odd  name",
      ]);
      const at = (path: string) => lstatSync(join(root, path));
      expect(at("moved/obj/a.o").mtimeMs).toBe(new Date(2001, 1, 3, 4, 5, 6).getTime());
      expect(at("moved/obj/a.o").mode & 0o7777).toBe(0o750);
      expect(at("moved/same").ino).toBe(at("moved/obj/a.o").ino);
      expect(at("moved/obj/link").isSymbolicLink()).toBe(true);
      expect(at("moved/obj").mode & 0o777).toBe(0o500);
      expect(at("moved/sparse").blocks).toBeLessThan(100);
      expect(at("empty").isDirectory()).toBe(true);
      expect(existsSync(join(root, "lib/__pycache__"))).toBe(false);
      expect(existsSync(join(root, "node_modules/n/index.js"))).toBe(true);
    },
  );

  layered(`in dependencies' folders all stays as the check leaves it (${ways})`, () => {
    const root = makeTree({
      ...FILES,
      "Cargo.toml": "",
      "target/old": "o\n",
      "target/d/x": "x\n",
      "target/same": "s\n",
    });
    const line =
      "cd target; echo n > old; touch -d '2001-02-03 04:05:06' old; rm -r d; mkdir new; echo n > new/x; cd ../node_modules/m; mv index.js main.js";
    const { ran, cleaned } = check(root, ways, line);
    expect(ran.output).toBe("");
    expect(cleaned).toEqual({ repaired: [], left: [], theirs: [], failed: null });
    const { "target/old": old, "node_modules/m/main.js": main, ...after } = picture(root);
    expect([old, main]).toEqual(["644 n\n", "644 m\n"]);
    expect(lstatSync(join(root, "target/old")).mtimeMs).toBe(new Date(2001, 1, 3, 4, 5, 6).getTime());
    expect(Object.keys(after).filter((path) => /^(target|node_modules)/.test(path))).toEqual([
      "target/new/x",
      "target/same",
    ]);
  });

  layered(`of a check that is stopped nothing new stays but what the user made (${ways})`, () => {
    const root = makeTree(FILES);
    const before = picture(root);
    const line = `mkdir half; echo x > half/made; chmod 0 half; ${WAIT}; sleep 100`;
    const { cleaned } = check(root, ways, line, "echo u > users.txt", "1500");
    expect(cleaned).toEqual({ repaired: [], left: ["users.txt"], theirs: [], failed: null });
    expect(picture(root)).toEqual({ ...before, "users.txt": "644 u\n" });
    expect(existsSync(join(root, "half"))).toBe(false);
  });

  layered(`a check that must move a folder of the tree runs again without a layer (${ways})`, () => {
    const root = makeTree(FILES);
    const before = picture(root);
    const line = `python3 -c "import os; os.rename('lib', 'bil')" && ls && echo x > notes.txt && sleep 0.05`;
    const { ran, cleaned } = check(root, ways, line);
    expect(ran).toMatchObject({ end: { kind: "exited", code: 0 }, output: expect.stringContaining("bil\n") });
    expect(cleaned).toMatchObject({
      repaired: ["lib/a.py", "lib/b.py", "notes.txt"],
      left: ["bil/a.py", "bil/b.py"],
    });
    expect(picture(root)).toEqual({ ...before, "bil/a.py": "644 a\n", "bil/b.py": "644 b\n" });
  });

  layered(`.git and .smallcode are shut, the cache is open, the root is as it was (${ways})`, () => {
    const root = makeTree({ ...FILES, ".git/HEAD": "ref\n" });
    utimesSync(root, 1_000_000_000, 1_000_000_000);
    const { ran } = check(
      root,
      ways,
      `echo x > .git/HEAD; echo x > .smallcode/x; echo x > ours.py; echo kept > .smallcode/cache/kept; find . >/dev/null && stat -c '%a %u' .; cat ours.py`,
    );
    const { mode, uid } = statSync(root);
    const said = ran.output.split("\n").filter((text) => !/Read-only file system/.test(text));
    expect(said).toEqual([`${(mode & 0o7777).toString(8)} ${uid}`, "ours", ""]);
    expect(ran.output.match(/Read-only file system/g)).toHaveLength(3);
    expect(existsSync(join(root, ".smallcode/cache/kept"))).toBe(true);
  });
}

test("where no layer is permitted a check's damage is put back", () => {
  const root = makeTree(FILES);
  const before = picture(root);
  const { cleaned } = check(root, "bare", "echo x > notes.txt; rm gone.txt; sleep 0.05");
  expect(cleaned.repaired).toEqual(["gone.txt", "notes.txt"]);
  expect(picture(root)).toEqual(before);
});

test("a root whose name an overlay cannot take gets none", () => {
  const root = join(makeTree({ "a,b/x.txt": "x\n", "a,b/ours.py": "o\n" }), "a,b");
  writeFileSync(join(root, "notes.txt"), "n\n");
  const { cleaned } = check(root, "any", "echo x > notes.txt; sleep 0.05");
  expect(cleaned.repaired).toEqual(["notes.txt"]);
});
