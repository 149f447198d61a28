/** Trees that no person would write: the graph is made in time and within its memory, and the other files are in it. */
import { expect, onTestFinished, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { GRAMMARS } from "../../grammars/manifest.ts";
import { type Asked, ask, fill, folder, PERMISSIONS_BIND, wellEnded } from "../harness/graphed.ts";

const MS = 240_000;
/** On a machine that does other things, too; memory is of the process and its workers together. */
const MOST_MS = 60_000;
const MOST_MB = 800;

const GOOD = { "good.py": "def found_all_the_same():\n    return 1\n" };

/** Indexes a folder and expects that what is good in it was found; gives the run. */
async function survives(root: string, most: { ms?: number; mb?: number } = {}): Promise<Asked> {
  fill(root, GOOD);
  const ran = await ask(root, ["index"]);
  wellEnded(ran);
  expect(ran.ms).toBeLessThan(most.ms ?? MOST_MS);
  expect(ran.mb).toBeLessThan(most.mb ?? MOST_MB);
  const found = await ask(root, ["graph", "definition", "found_all_the_same"]);
  wellEnded(found);
  expect(found.stdout).toContain("good.py:1");
  return ran;
}

/** A file of one line, or of many, written in pieces. */
function large(path: string, megabytes: number, piece: string, [head, tail] = ["", ""]): void {
  const fd = openSync(path, "w");
  const block = piece.repeat(Math.ceil(1_048_576 / piece.length));
  writeSync(fd, head);
  for (let n = 0; n < megabytes; n++) writeSync(fd, block);
  writeSync(fd, tail);
  closeSync(fd);
}

test(
  "files of 100 MB in a single line, of code and of data",
  async () => {
    const root = folder();
    large(join(root, "one.js"), 100, "var a=f(1);");
    large(join(root, "one.json"), 100, '{"a":[1,2]},', ["[", "0]"]);
    await survives(root);
  },
  MS,
);

test(
  "a line that is just small enough to be read, in every language that has braces",
  async () => {
    const root = folder();
    for (const ext of [
      "js",
      "ts",
      "c",
      "cpp",
      "java",
      "go",
      "rs",
      "php",
      "cs",
      "css",
      "py",
      "rb",
      "sh",
      "html",
      "json",
    ])
      writeFileSync(join(root, `line.${ext}`), "f(x,[1]);".repeat(100_000));
    await survives(root, { ms: 120_000 });
  },
  MS,
);

test(
  "20 MB of comments",
  async () => {
    const root = folder();
    large(join(root, "all.py"), 20, "# a comment that says nothing\n");
    for (const {
      extensions: [extension = ""],
      comment: [open, close],
    } of GRAMMARS)
      writeFileSync(
        join(root, `some.${extension}`),
        `${open} nothing ${close}\n`.repeat(30_000).slice(0, 900_000),
      );
    await survives(root, { ms: 180_000 });
  },
  MS,
);

test(
  "100,000 files in one folder",
  async () => {
    const root = folder();
    mkdirSync(join(root, "all"));
    for (let n = 0; n < 100_000; n++)
      writeFileSync(join(root, "all", `f${n}.py`), `def f_${n}():\n    pass\n`);
    await survives(root, { ms: 180_000 });
  },
  MS,
);

/**
 * What nests in a language: file endings, what opens a level, the middle, what closes it. A language is tried with the first row
 * that names it; with `SMALLCODE_HOSTILE=all` with each, which takes minutes.
 */
const NESTS: [string[], string, string, string][] = [
  [
    [
      "py",
      "js",
      "ts",
      "tsx",
      "rb",
      "php",
      "swift",
      "kt",
      "scala",
      "lua",
      "rs",
      "go",
      "c",
      "cpp",
      "java",
      "cs",
      "sh",
      "sql",
    ],
    "(",
    "1",
    ")",
  ],
  [["py", "js", "ts", "json", "rb", "yaml", "toml", "swift"], "[", "1", "]"],
  [
    ["js", "ts", "tsx", "c", "cpp", "java", "go", "rs", "php", "cs", "css", "kt", "scala", "swift", "sh"],
    "{",
    "",
    "}",
  ],
  [["js", "ts", "c", "cpp", "java", "cs", "php", "go"], "if(a){", "b()", "}"],
  [["js", "ts", "c", "cpp", "java", "cs", "php"], "if(a)", "b();", ""],
  [["js", "ts"], "function f(){", "", "}"],
  [["js", "ts", "rb", "py", "php"], "a(b=>", "1", ")"],
  [["java", "cs", "ts", "cpp", "kt", "scala", "swift", "php"], "class A{", "", "}"],
  [["html", "php"], "<div>", "x", "</div>"],
  [["tsx", "js"], "<a>", "x", "</a>"],
  [["json", "js", "ts"], '{"a":', "1", "}"],
  [["rb", "lua"], "if a then\n", "b\n", "end\n"],
  [["sh"], "if a; then\n", "b\n", "fi\n"],
  [["py", "js", "c", "rs", "go", "lua", "rb"], "-", "1", ""],
  [["py", "js", "rb", "lua"], "not ", "x", ""],
  [["ts", "java", "cpp", "rs", "cs", "kt", "scala", "swift"], "A<", "B", ">"],
  [["md"], "> ", "x", ""],
  [["md"], "- ", "x", ""],
  [["sql"], "select (", "1", ")"],
  [["scala", "kt", "js"], "a.b(", "1", ")"],
  [["c", "cpp"], "#if A\n", "x;\n", "#endif\n"],
];

test(
  "50,000 levels deep in every language",
  async () => {
    const root = folder();
    const nested = new Set<string>();
    for (const [at, [extensions, open, middle, close]] of NESTS.entries())
      for (const extension of extensions) {
        if (nested.has(extension) && process.env.SMALLCODE_HOSTILE !== "all") continue;
        nested.add(extension);
        writeFileSync(
          join(root, `deep${at}.${extension}`),
          open.repeat(50_000) + middle + close.repeat(50_000),
        );
      }
    for (const { id, extensions } of GRAMMARS)
      expect({ id, nested: extensions.some((extension) => nested.has(extension)) }).toEqual({
        id,
        nested: true,
      });
    await survives(root, { ms: 180_000 });
  },
  MS,
);

test(
  "indentation 1,200 levels deep",
  async () => {
    const root = folder();
    const lines = Array.from({ length: 1200 }, (_, n) => `${" ".repeat(n)}${n % 2 ? "if a:" : "def f():"}`);
    writeFileSync(join(root, "deep.py"), `${lines.join("\n")}\n${" ".repeat(1200)}pass\n`);
    writeFileSync(
      join(root, "deep.yaml"),
      Array.from({ length: 1200 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
    );
    writeFileSync(
      join(root, "deep.md"),
      Array.from({ length: 1200 }, (_, n) => `${" ".repeat(n * 2)}- a`).join("\n"),
    );
    await survives(root);
  },
  MS,
);

test(
  "folders 1,000 levels deep, and links that go round",
  async () => {
    const root = folder();
    // Made from the inside out, since a path of that length cannot be named.
    let inner = join(root, "seed");
    mkdirSync(inner);
    fill(inner, { "deep.py": "def at_the_bottom():\n    pass\n" });
    for (let level = 0; level < 1000; level++) {
      const outer = join(root, `level${level % 2}`);
      mkdirSync(outer);
      renameSync(inner, join(outer, "d"));
      inner = outer;
    }
    symlinkSync(".", join(root, "itself"));
    symlinkSync("..", join(root, "above"));
    symlinkSync("loop_b", join(root, "loop_a"));
    symlinkSync("loop_a", join(root, "loop_b"));
    symlinkSync("/dev/zero", join(root, "zero.py"));
    symlinkSync("/proc/self/mem", join(root, "mem.py"));
    await survives(root);
  },
  MS,
);

test(
  "names with newlines, quotes, escapes and bytes that are no UTF-8",
  async () => {
    const root = folder();
    const names = [
      "a\nb.py",
      "tab\t.py",
      'quote".py',
      "it's.py",
      "back\\slash.py",
      "\u001b[31mred.py",
      "sp ace.py",
      "-rf.py",
      "#hash.py",
      "%41.py",
      "~1.py",
      "a::b.py",
      "$(id).py",
      "__proto__.py",
      "constructor.py",
      "ü.py",
      "u\u0308.py",
      "\u202eevil.py",
      "😀.py",
    ];
    for (const [at, name] of names.entries()) fill(root, { [name]: `def named_${at}():\n    pass\n` });
    Bun.spawnSync(
      [
        "sh",
        "-c",
        "printf 'def raw():\\n    pass\\n' > \"$(printf 'raw\\377\\376.py')\"; mkdir \"$(printf 'dir\\377')\"; printf 'def inner():\\n    pass\\n' > \"$(printf 'dir\\377/inner.py')\"",
      ],
      { cwd: root },
    );
    fill(root, {
      "names.js":
        "const __proto__ = 1; function constructor() {} function toString() { return hasOwnProperty(); } class valueOf {}\n",
    });
    await survives(root);
    for (const at of names.keys()) {
      const found = await ask(root, ["graph", "definition", `named_${at}`, "--json"]);
      expect({ at, exit: found.exit, path: JSON.parse(found.stdout).rows?.[0]?.path }).toEqual({
        at,
        exit: 0,
        path: names[at],
      });
    }
    const shown = await ask(root, ["graph", "definition", "named_5"]);
    expect(shown.stdout).not.toContain("\u001b[31m");
    for (const name of ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"]) {
      const found = await ask(root, ["graph", "references", name]);
      expect(found.stderr).not.toContain("this is a bug");
    }
    await survives(root);
  },
  MS,
);

test(
  "pipes, sockets, devices and what may not be read",
  async () => {
    const root = folder();
    const made = Bun.spawnSync(["mkfifo", join(root, "pipe.py"), join(root, "pipe.json")]);
    expect(made.success).toBe(true);
    const socket = Bun.listen({ unix: join(root, "socket.py"), socket: { data: () => undefined } });
    onTestFinished(() => socket.stop(true));
    Bun.spawnSync(["mknod", join(root, "zero.py"), "c", "1", "5"]);
    symlinkSync("pipe.py", join(root, "to_pipe.py"));
    fill(root, { "secret.py": "def hidden(): pass\n", "closed/inner.py": "def hidden_too(): pass\n" });
    chmodSync(join(root, "secret.py"), 0);
    chmodSync(join(root, "closed"), 0);
    await survives(root);
    if (!PERMISSIONS_BIND) return;
    const hidden = await ask(root, ["graph", "definition", "hidden"]);
    expect(hidden.exit).toBe(1);
  },
  MS,
);

test(
  "files that change under the reader: replaced, removed, cut, growing without end",
  async () => {
    const root = folder();
    fill(
      root,
      Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [`f${n}.py`, `def f_${n}():\n    return ${n}\n`.repeat(100)]),
      ),
    );
    const writer = Bun.spawn(
      [
        "sh",
        "-c",
        "i=0; while :; do i=$((i+1)); echo \"def grown_$i(): pass\" >> growing.py; n=$((i%300)); echo 'def replaced(): pass' > new.tmp; mv new.tmp f$n.py; rm -f f$(( (i*7)%300 )).py; : > f$(( (i*13)%300 )).py; done",
      ],
      { cwd: root },
    );
    onTestFinished(() => writer.kill("SIGKILL"));
    for (let round = 0; round < 3; round++) await survives(root);
    writer.kill("SIGKILL");
    await writer.exited;
    fill(root, { "f1.py": "def after_all():\n    pass\n" });
    const after = await ask(root, ["graph", "definition", "after_all"]);
    wellEnded(after);
    expect(after.stdout).toContain("f1.py:1");
  },
  MS,
);

test(
  "a .gitignore of 1 MB, and patterns that blow up a matcher",
  async () => {
    const root = folder();
    const many = Array.from({ length: 40_000 }, (_, n) => `/build/out_${n}/*.tmp`).join("\n");
    fill(root, {
      ".gitignore": `${many}\n${"*a".repeat(60)}b\n${"**/".repeat(60)}x\n${"[".repeat(5000)}\n${"\\".repeat(4001)}\nignored.py\n`,
      "ignored.py": "def ignored():\n    pass\n",
      [`${"a".repeat(200)}.py`]: "def long_name():\n    pass\n",
    });
    for (let n = 0; n < 200; n++) fill(root, { [`src/m${n}.py`]: `def m_${n}():\n    pass\n` });
    await survives(root, { ms: 120_000 });
    expect((await ask(root, ["graph", "definition", "ignored"])).exit).toBe(1);
  },
  MS,
);

test(
  "texts that are no text: zero bytes, half characters, other encodings, a file that is all hole",
  async () => {
    const root = folder();
    fill(root, {
      "zero.py": "def a():\n    pass\n\0\0\0",
      "half.py": Buffer.from([0x64, 0x65, 0x66, 0x20, 0xff, 0xfe, 0xc3, 0x28, 0x0a]),
      "utf16.py": Buffer.from("\ufeffdef wide():\n    pass\n", "utf16le"),
      "bom.py": "\ufeffdef marked():\n    pass\n",
      "cr.py": "def a():\r    pass\r",
      "separators.js": "function a(){}\u2028function b(){}\u2029",
      "surrogate.json": '{"\\ud800": 1, "\\udc00\\ud800": {"a": 2}}',
      "empty.py": "",
    });
    const fd = openSync(join(root, "hole.py"), "w");
    ftruncateSync(fd, 900_000);
    closeSync(fd);
    const sparse = openSync(join(root, "sparse.py"), "w");
    ftruncateSync(sparse, 2 ** 40);
    closeSync(sparse);
    await survives(root);
    const page = await ask(root, ["graph", "--html", "-"]);
    wellEnded(page);
    expect(page.stdout.endsWith("</html>\n")).toBe(true);
  },
  MS,
);
