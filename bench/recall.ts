/**
 * Does the slice hold what a real fix touches? For commits of real histories: the share of slices of 1,000 tokens that show the
 * definitions that the commit changes, beside aider's repo map with the same room and the same task, where it is given a Python
 * that has aider. The last line on stdout is the tally.
 *
 *     bun bench/recall.ts [--aider PYTHON] [--maps FILE] [--commits N] [--tokens N] [--show] GITDIR...
 *
 * `--maps` keeps aider's maps between runs, since each takes seconds to minutes.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { graphSlice } from "../src/graph/rank/slice.ts";
import { estimateTokens } from "../src/model/estimate.ts";
import { namedPaths } from "../src/plan/targets.ts";
import { type Mapper, openAider } from "./recall/aider.ts";
import { chooseFixes, type Fix } from "./recall/commits.ts";
import { held } from "./recall/judge.ts";
import { forget, layOut, type Tree, treeOf } from "./recall/tree.ts";

/** How often slices hold what fixes touch: all of it, any of it, and the mean share. */
export interface Tally {
  fixes: number;
  all: number;
  any: number;
  mean: number;
  tokens: number;
}

const none = (): Tally => ({ fixes: 0, all: 0, any: 0, mean: 0, tokens: 0 });

function count(tally: Tally, slice: string, fix: Fix, paths: ReadonlySet<string>): number {
  const found = held(slice, fix.gold, paths).length;
  tally.fixes += 1;
  tally.all += found === fix.gold.length ? 1 : 0;
  tally.any += found > 0 ? 1 : 0;
  tally.mean += found / fix.gold.length;
  tally.tokens += estimateTokens(slice);
  return found;
}

function shares({ fixes, all, any, mean, tokens }: Tally): Tally {
  const part = (value: number): number => Math.round((1000 * value) / Math.max(1, fixes)) / 1000;
  return {
    fixes,
    all: part(all),
    any: part(any),
    mean: part(mean),
    tokens: Math.round(tokens / Math.max(1, fixes)),
  };
}

const nameOf = (gitDir: string): string =>
  basename(gitDir).replace(/\.git$/, "") === "repo" ? basename(dirname(gitDir)) : basename(gitDir);

async function ours(fix: Fix, { paths, graph }: Tree, tokens: number): Promise<string> {
  const { text } = await graphSlice(
    { words: [fix.task], paths: namedPaths(fix.task, paths), frames: [], tokens },
    graph,
  );
  return text;
}

/** aider's maps, some of them from earlier runs. */
class Maps {
  private readonly known: Map<string, string>;

  constructor(
    private readonly mapper: Mapper | null,
    private readonly file: string | null,
  ) {
    const text = file !== null && existsSync(file) ? readFileSync(file, "utf8") : "{}";
    this.known = new Map(Object.entries<string>(JSON.parse(text)));
  }

  async of(
    fix: Fix,
    { paths }: Tree,
    { folder, tokens }: { folder: string; tokens: number },
  ): Promise<string | null> {
    const key = `${fix.commit} ${tokens}`;
    const known = this.known.get(key);
    if (known !== undefined || this.mapper === null) return known ?? null;
    layOut(fix.gitDir, fix.parent, folder);
    const map = await this.mapper.map({ root: folder, files: paths, text: fix.task, tokens });
    this.known.set(key, map);
    if (this.file !== null) writeFileSync(this.file, JSON.stringify(Object.fromEntries(this.known)));
    return map;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    aider: { type: "string" },
    maps: { type: "string" },
    commits: { type: "string", default: "20" },
    tokens: { type: "string", default: "1000" },
    show: { type: "boolean", default: false },
  },
});
const tokens = Number(values.tokens);
const mapper = values.aider !== undefined && existsSync(values.aider) ? openAider(values.aider) : null;
if (mapper === null) console.error("aider: skipped, since no --aider PYTHON is there");
const maps = new Maps(mapper, values.maps ?? null);
const folder = mkdtempSync(join(tmpdir(), "recall-"));
const total = { ours: none(), aider: none() };
let [slicing, mapping] = [0, 0];
for (const gitDir of positionals) {
  const { fixes, unclear } = await chooseFixes(gitDir, Number(values.commits));
  const own = { ours: none(), aider: none() };
  for (const fix of fixes) {
    const tree = await treeOf(gitDir, fix.parent);
    const paths = new Set(tree.paths);
    let start = performance.now();
    const slice = await ours(fix, tree, tokens);
    slicing += performance.now() - start;
    const found = count(own.ours, slice, fix, paths);
    start = performance.now();
    const map = await maps.of(fix, tree, {
      folder: join(folder, nameOf(gitDir), "tree"),
      tokens: Math.round(tokens * 1.024),
    });
    mapping += performance.now() - start;
    const theirs = map === null ? null : count(own.aider, map, fix, paths);
    if (values.show)
      console.error(
        `${fix.commit.slice(0, 10)} ours ${found}/${fix.gold.length} aider ${theirs ?? "-"} ${fix.task.split("\n")[0]?.slice(0, 80)}`,
      );
  }
  for (const who of ["ours", "aider"] as const)
    for (const key of ["fixes", "all", "any", "mean", "tokens"] as const) total[who][key] += own[who][key];
  console.error(
    nameOf(gitDir),
    JSON.stringify({ unclear, ours: shares(own.ours), aider: shares(own.aider) }),
  );
  forget();
}
mapper?.close();
rmSync(folder, { recursive: true, force: true });
const [left, right] = [shares(total.ours), shares(total.aider)];
const fixes = Math.max(1, left.fixes);
console.log(
  JSON.stringify({
    ours: left,
    aider: right.fixes === 0 ? null : right,
    times: right.mean === 0 ? null : Math.round((100 * left.mean) / right.mean) / 100,
    slice_ms: Math.round(slicing / fixes),
    aider_ms: mapper === null ? null : Math.round(mapping / fixes),
  }),
);
