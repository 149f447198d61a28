/**
 * What is sent fits the window, whatever the repository, the task and the data are: head, first message and reply by the real
 * estimate, in windows from 2,048 on. And all code that is shown is whole syntax nodes: what stands in a fence parses.
 */
import { expect, setDefaultTimeout, test } from "bun:test";
import { parse } from "../../src/graph/syntax/parse.ts";
import { sharesOf, tokensOf } from "../../src/model/budget.ts";
import { type Files, messagesOf, project, SLOW_MS } from "../harness/project.ts";
import type { Row } from "../harness/server.ts";
import { session } from "../harness/session.ts";

setDefaultTimeout(SLOW_MS);

const WINDOWS = [2048, 3072, 4096, 8192, 16_384];

const lines = (n: number, line: (n: number) => string): string =>
  Array.from({ length: n }, (_, i) => line(i)).join("\n");
const body = (name: string, n: number): string =>
  `def ${name}(a):\n    """Adds ${name} to a."""\n${lines(n, (i) =>
    i % 9 === 4 ? `    if a > ${i}:\n        a -= ${i}\n    else:\n        a += 1` : `    a += ${i}`,
  )}\n    return a\n`;

/** Numbers from a seed: the same repositories in every run. */
function random(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % most;
  };
}

function randomFiles(seed: number): Files {
  const next = random(seed);
  const files: Files = {};
  for (let n = 0; n < 3 + next(12); n += 1) {
    const kind = next(5);
    const name = `part_${n}_${"abcdefgh".slice(0, 1 + next(8))}`;
    if (kind === 0) files[`pkg/${name}.py`] = lines(1 + next(60), (i) => body(`f_${n}_${i}`, next(50)));
    else if (kind === 1)
      files[`src/${name}.ts`] =
        `export class C${n} {\n${lines(1 + next(30), (i) => `  m${i}(x: number): number {\n${lines(next(40), (k) => `    x += ${k};`)}\n    return x;\n  }\n`)}}\n`;
    else if (kind === 2)
      files[`data/${name}.json`] = JSON.stringify(
        Array.from({ length: next(900) }, (_, i) => ({ i })),
        null,
        2,
      );
    else if (kind === 3)
      files[`${name}.js`] = `var table=[${lines(next(4000), (i) => `${i}`).replaceAll("\n", ",")}];`;
    else files[`doc/${name}.md`] = lines(next(500), (i) => `Line ${i} 漢字かな交じり文です。`);
  }
  return files;
}

const REPOSITORIES: Record<string, { files: Files; task: string; data?: string }> = {
  "a file of 3,000 lines": {
    files: { "big.py": lines(430, (i) => body(`f${i}`, 5)) },
    task: "Fix f200 in big.py",
  },
  "a function of 400 lines": { files: { "one.py": body("giant", 400) }, task: "Fix giant in one.py" },
  "a minified line": {
    files: { "min.js": `var t=[${"1,".repeat(15_000)}1];function f(a){return a}` },
    task: "Fix f in min.js",
  },
  "200 files": {
    files: Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`pkg/deep/folder/module_${i}.py`, body(`f${i}`, 8)]),
    ),
    task: "Fix f7",
  },
  "Chinese and Japanese": {
    files: {
      "言語.py": lines(
        90,
        (i) => `def 関数${i}(値):\n    # ${"漢字かな交じり文。".repeat(8)}\n    return 値 + ${i}\n`,
      ),
    },
    task: "言語.py の 関数7 を修正してください",
  },
  "a long task": {
    files: { "a.py": body("f", 6) },
    task: `Fix f in a.py\n${lines(3000, (i) => `and mind the case ${i}`)}`,
  },
  "long data": {
    files: { "a.py": body("f", 6) },
    task: "Fix f in a.py",
    data: lines(20_000, (i) => `row,${i},${i * 7}`),
  },
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((seed) => [
      `seed ${seed}`,
      { files: randomFiles(seed), task: "Fix the first function" },
    ]),
  ),
};

/** Whole nodes only: the code of each fence that names its file parses as well as that file does. */
async function expectWhole(text: string, files: Files): Promise<void> {
  for (const [, path = "", code = ""] of text.matchAll(/^(\S+)\n```\w*\n([\s\S]*?)\n```$/gm)) {
    const file = files[path];
    if (typeof file !== "string") continue;
    const [shown, all] = [await parse(path, code), await parse(path, file)];
    if (shown !== null) expect([path, shown.errors]).toEqual([path, all?.errors ?? []]);
  }
}

for (const [name, { files, task, data }] of Object.entries(REPOSITORIES))
  test(`${name}: what is sent fits every window`, async () => {
    const rows = Array<Row>(WINDOWS.length).fill({ status: 401, body: {} });
    const p = await project(files, rows, { git: false });
    for (const [n, window] of WINDOWS.entries()) {
      const s = await session(p, ["schema"], { window });
      // A question and a change by turns.
      await s.turn(task, { data: data ?? null, ask: n % 2 === 1 });
      const sent = messagesOf(p.server.completions().at(-1));
      const { reply } = sharesOf(window);
      const size = tokensOf(sent.map(({ content }) => ({ role: "user", content })));
      expect([window, size + reply <= window]).toEqual([window, true]);
      const text = sent.at(-1)?.content ?? "";
      expect(text).toContain(task.slice(0, 14));
      await expectWhole(text, files);
    }
  });
