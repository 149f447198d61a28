/**
 * `bun bench/index.ts FOLDER`: what the code graph of a folder costs, measured on a copy of it with the compiled binary.
 * `bun bench/index.ts --curve FOLDER [LINES...]`: the same for synthetic trees of 0.1 to 2 million lines made of its files, a row
 * on stderr for each. The last line on stdout is one JSON object (`{"curve":[...]}`), sizes in bytes, MB of a million.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { buildBinary } from "../scripts/build.ts";
import { type Figures, measure } from "./index/measure.ts";
import { layLines, sourcesOf } from "./index/synthetic.ts";

const LINES = [100_000, 250_000, 500_000, 1_000_000, 2_000_000];
const REPOSITORY = join(import.meta.dir, "..");

/** What was written just now is looked at twice (git's racy rule), which is not what is measured. */
const SETTLED_MS = 3000;

const tell = (text: string): void => console.error(text);

/** `dist/smallcode`, built where it is older than a source. */
async function binaryOf(): Promise<string> {
  const path = join(REPOSITORY, "dist", "smallcode");
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = new Bun.Glob("{src,grammars}/**/*").scanSync({ cwd: REPOSITORY, absolute: true });
  const newest = Math.max(...[...sources].map((file) => statSync(file).mtimeMs));
  if (made > newest) return path;
  tell("Building dist/smallcode...");
  await buildBinary([join(REPOSITORY, "src", "main.ts")], path);
  return path;
}

async function one(folder: string, place: string): Promise<Figures> {
  const root = join(place, basename(folder));
  cpSync(folder, root, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter: (path) => basename(path) !== ".smallcode",
  });
  const binary = await binaryOf();
  await Bun.sleep(SETTLED_MS);
  return measure(binary, root, tell);
}

async function curve(folder: string, wanted: number[], place: string): Promise<object[]> {
  const binary = await binaryOf();
  const sources = await sourcesOf(folder);
  const rows: object[] = [];
  for (const lines of wanted) {
    const root = join(place, `lines-${lines}`);
    mkdirSync(root);
    const laid = layLines(root, sources, lines);
    await Bun.sleep(SETTLED_MS);
    const row = { lines: laid, ...(await measure(binary, root, () => undefined)) };
    rows.push(row);
    tell(JSON.stringify(row));
    rmSync(root, { recursive: true });
  }
  return rows;
}

const [first, ...rest] = process.argv.slice(2);
const isCurve = first === "--curve";
const given = isCurve ? rest[0] : first;
if (given === undefined) {
  console.error("usage: bun bench/index.ts FOLDER, or bun bench/index.ts --curve FOLDER [LINES...]");
  process.exit(2);
}
const folder = realpathSync(resolve(given));
const place = realpathSync(mkdtempSync(join(tmpdir(), "bench-index-")));
try {
  const lines = rest.slice(1).map(Number);
  const figures = isCurve
    ? { curve: await curve(folder, lines.length > 0 ? lines : LINES, place) }
    : await one(folder, place);
  console.log(JSON.stringify(figures));
} finally {
  rmSync(place, { recursive: true, force: true });
}
