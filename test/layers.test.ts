/** The direction of the house: an import points downward in this list or stays in its room; no cycles between files. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const SRC = join(import.meta.dir, "..", "src");
const RANK = [
  "main",
  "cli",
  "turn",
  "plan",
  "tools",
  "verify",
  "decompose",
  "graph",
  "model",
  "session",
  "extend",
  "workspace",
  "config",
  "types",
];
/** The four stages hand plain values to `turn` and do not know each other. */
const STAGES = new Set(["plan", "tools", "verify", "decompose"]);

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)));

const room = (path: string): string => (path.split("/")[0] ?? path).replace(/\.ts$/, "");

/** Relative imports of a file, as paths inside src; imports of the grammars folder and package.json are not the house's. */
function importsOf(path: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(SRC, path), "utf8");
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s)?[^;"']*?from\s*["'](\.[^"']+)["']|import\(\s*["'](\.[^"']+)["']\s*\)|new URL\(\s*["'](\.[^"']+)["']/g;
  return [...text.matchAll(pattern)]
    .map((match) => ({
      target: relative(SRC, join(SRC, dirname(path), match[3] ?? match[4] ?? match[5] ?? "")),
      typeOnly: match[2] !== undefined,
    }))
    .filter(({ target }) => !target.startsWith(".."));
}

test("every room has a rank", () => {
  expect(files.map(room).filter((name) => !RANK.includes(name))).toEqual([]);
});

test("imports point downward", () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .map(({ target }) => ({ path, target, from: RANK.indexOf(room(path)), to: RANK.indexOf(room(target)) }))
      .filter(({ path, target, from, to }) => {
        if (room(path) === room(target)) return false;
        return to < from || (STAGES.has(room(path)) && STAGES.has(room(target)));
      })
      .map(({ path, target }) => `${path} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

/** The same inside the code graph. What a record is and the syntax that it is made of know each other. */
const GRAPH_RANK = [
  "rename",
  "failing",
  "page",
  "rank",
  "search",
  "query",
  "changed",
  "affected",
  "graph",
  "link",
  "update",
  "store",
  "text",
  "syntax",
];

test("imports inside the code graph point downward", () => {
  const place = (path: string): number =>
    GRAPH_RANK.indexOf(room(path.slice("graph/".length).replace(/^index\//, "syntax/")));
  const own = files.filter((path) => path.startsWith("graph/") && !path.endsWith(".d.ts"));
  expect(own.filter((path) => place(path) < 0)).toEqual([]);
  const wrong = own.flatMap((path) =>
    importsOf(path)
      .filter(({ target }) => target.startsWith("graph/"))
      .filter(({ target }) => place(target) < place(path))
      .map(({ target }) => `${path} -> ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("every relative import exists", () => {
  const known = new Set(files);
  const missing = files.flatMap((path) =>
    importsOf(path)
      .filter(({ target }) => target.endsWith(".ts") && !known.has(target))
      .map(({ target }) => `${path} -> ${target}`),
  );
  expect(missing).toEqual([]);
});

test("no import cycles", () => {
  const edges = new Map(
    files.map((path) => [
      path,
      importsOf(path)
        .filter((i) => !i.typeOnly)
        .map((i) => i.target),
    ]),
  );
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    state.set(path, "open");
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of files) visit(path, []);
  expect(cycles).toEqual([]);
});

test("one door to the disk and to processes, one reader of the environment, one exit", () => {
  const offends = (path: string, pattern: RegExp, allowed: (path: string) => boolean): boolean =>
    !allowed(path) && pattern.test(readFileSync(join(SRC, path), "utf8"));
  const disk = files.filter((path) =>
    offends(path, /from "node:(fs|fs\/promises|child_process)"|Bun\.(write|spawn|spawnSync|\$)/, (p) =>
      ["workspace", "config", "main", "session"].includes(room(p)),
    ),
  );
  const environment = files.filter((path) =>
    offends(path, /process\.env|Bun\.env/, (p) => ["config", "main"].includes(room(p))),
  );
  const exits = files.filter((path) =>
    offends(path, /process\.exit\b|process\.exitCode/, (p) => room(p) === "main"),
  );
  expect({ disk, environment, exits }).toEqual({ disk: [], environment: [], exits: [] });
});

test("no empty catch", () => {
  const empty = files.filter((path) =>
    /catch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\s*\(\s*\)\s*=>\s*(\{\s*\}|undefined|null)\s*\)/.test(
      readFileSync(join(SRC, path), "utf8"),
    ),
  );
  expect(empty).toEqual([]);
});
