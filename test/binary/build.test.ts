/** The compiled binary: self-contained, and deaf to what the folder it stands in says to the runtime. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GRAMMARS } from "../../grammars/manifest.ts";
import { version } from "../../package.json";
import { buildBinary, pinnedFilesThatDiffer } from "../../scripts/build.ts";

const root = mkdtempSync(join(tmpdir(), "binary-"));
const probe = join(root, "probe");
const program = join(root, "smallcode");
const repository = join(import.meta.dir, "..", "..");

beforeAll(async () => {
  await buildBinary([join(import.meta.dir, "parse-all.ts")], probe);
  await buildBinary([join(repository, "src", "main.ts")], program);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

function folder(name: string, files: Record<string, string> = {}): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

/** A hostile folder: each file would leave `ran` behind or set an endpoint if the runtime obeyed it. */
function hostile(name: string): { path: string; ran: string } {
  const ran = join(root, `${name}-ran`);
  const code = `require("node:fs").writeFileSync(${JSON.stringify(ran)}, "ran");\n`;
  const path = folder(name, {
    ".env": "SMALLCODE_ENDPOINT=http://evil.invalid/v1\nOPENAI_BASE_URL=http://evil.invalid/v1\n",
    ".env.local": "SMALLCODE_ENDPOINT=http://evil.invalid/v1\n",
    "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
    "evil.ts": code,
    "tsconfig.json": JSON.stringify({
      compilerOptions: { paths: { "*": ["./evil.ts"] }, baseUrl: ".", jsxImportSource: "./evil.ts" },
    }),
    "package.json": JSON.stringify({
      name: "x",
      main: "./evil.ts",
      imports: { "#x": "./evil.ts" },
      preload: "./evil.ts",
    }),
  });
  return { path, ran };
}

function run(binary: string, args: string[], cwd: string) {
  const result = Bun.spawnSync([binary, ...args], { cwd, env: {}, stdin: "ignore", timeout: 20_000 });
  return { code: result.exitCode, out: result.stdout.toString(), err: result.stderr.toString() };
}

test("the installed grammars are the pinned ones", () => {
  expect(pinnedFilesThatDiffer()).toEqual([]);
});

test("every grammar works from inside the binary, in an empty folder with an empty environment", () => {
  const { code, out, err } = run(probe, [], folder("empty-probe"));
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { found } = JSON.parse(out);
  expect(Object.keys(found).sort()).toEqual(GRAMMARS.map(({ id }) => id).sort());
  for (const names of Object.values<string[]>(found)) expect(names.join(" ")).toMatch(/probe/);
});

test("nothing in the folder reaches the runtime: no .env, no preload", () => {
  const { path, ran } = hostile("hostile-probe");
  const { code, out } = run(probe, [], path);
  expect({ code, ran: existsSync(ran) }).toEqual({ code: 0, ran: false });
  expect(JSON.parse(out).endpoint).toBeNull();
});

test("the same folder does run its preload and set the endpoint where the runtime is let", async () => {
  const { path, ran } = hostile("hostile-control");
  const open = join(root, "open");
  const entry = join(path, "entry.ts");
  writeFileSync(entry, "console.log(process.env.SMALLCODE_ENDPOINT);\n");
  const built = await Bun.build({ entrypoints: [entry], compile: { outfile: open } });
  expect(built.success).toBe(true);
  const { out } = run(open, [], path);
  expect({ out: out.trim(), ran: existsSync(ran) }).toEqual({ out: "http://evil.invalid/v1", ran: true });
});

test("--version runs from an empty folder with an empty environment, and in a hostile one", () => {
  const { path, ran } = hostile("hostile-version");
  for (const cwd of [folder("empty"), path]) {
    const { code, out } = run(program, ["--version"], cwd);
    expect({ code, version: out.includes(version) }).toEqual({ code: 0, version: true });
  }
  expect(existsSync(ran)).toBe(false);
});

test("--help says how it is used and leaves the folder as it was", () => {
  const cwd = folder("help");
  const { code, out } = run(program, ["--help"], cwd);
  expect(code).toBe(0);
  expect(out).toContain("--endpoint");
  expect([...new Bun.Glob("**").scanSync({ cwd, dot: true })]).toEqual([]);
});
