/**
 * A project to work in: a temporary repository on a real disk, a scripted server, and the real binary, built when `src/`
 * is newer. It ends with the test that made it: the server must have been used up, and the folders go.
 */
import { onTestFinished } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildBinary } from "../../scripts/build.ts";
import { TurnEvent } from "../../src/types.ts";
import { type Row, type ScriptedServer, type ServerOptions, startServer } from "./server.ts";
import type { RecordedRequest } from "./wire.ts";

const REPOSITORY = join(import.meta.dir, "..", "..");
/** No run of the tests may take longer; the child is killed then and `exit` is null. */
const MOST_MS = 60_000;
/** What a test file that runs the binary sets as its time-out: several runs on a busy machine. */
export const SLOW_MS = 2 * MOST_MS;

/** A file's content, or with a mode. */
export type Files = Record<string, string | Uint8Array | [string, number]>;

/** PATH with Python itself in front: a version manager's stand-in for it costs more than a whole run. */
const SEARCHED = (() => {
  const found = Bun.spawnSync(["python3", "-c", "import sys; print(sys.executable)"]);
  if (!found.success) throw new Error("The tests need python3 with pytest.");
  return `${dirname(found.stdout.toString().trim())}:${process.env.PATH}`;
})();

/** Path -> mode and content of every entry, or the target of a link. Large contents are hashed. */
export type Tree = Record<string, string>;

export interface RunOptions {
  /** Bytes on stdin, then its end; "open": a pipe that stays open and silent; null: closed at once. */
  stdin?: string | null;
  /** Added to an environment that holds PATH, HOME and nothing else. */
  env?: Record<string, string>;
  /** Without it the binary runs in the project's folder. */
  cwd?: string;
  /** false: no `--endpoint`. */
  endpoint?: boolean;
  /** Put before the binary: `unshare -m …`. */
  through?: string[];
}

export interface Ran {
  /** null where it had to be killed. */
  exit: number | null;
  stdout: string;
  stderr: string;
  ms: number;
  before: Tree;
  after: Tree;
}

/** The lines about judged candidates. */
export const verdictsIn = (stderr: string): string[] =>
  stderr.match(/^ {2}(first try|after feedback|sample|part): .*$/gm) ?? [];

export interface Running {
  pid: number;
  signal(name: NodeJS.Signals): void;
  done: Promise<Ran>;
}

export interface Project {
  root: string;
  /** HOME of the runs: outside the project, empty at first. */
  home: string;
  server: ScriptedServer;
  /** What every run has in its environment. */
  env: Record<string, string>;
  write(files: Files): void;
  text(path: string): string;
  start(args: string[], options?: RunOptions): Promise<Running>;
  run(args: string[], options?: RunOptions): Promise<Ran>;
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((time, entry) => Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

let built: Promise<string> | null = null;

/** The path of the compiled program, as new as its sources. */
export function binary(): Promise<string> {
  built ??= (async () => {
    const path = join(REPOSITORY, "dist", "smallcode");
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const sources = ["src", "grammars"].map((folder) => newest(join(REPOSITORY, folder)));
    if (made > Math.max(...sources)) return path;
    const fresh = `${path}.${process.pid}`;
    await buildBinary([join(REPOSITORY, "src", "main.ts")], fresh);
    renameSync(fresh, path);
    return path;
  })();
  return built;
}

function fill(root: string, files: Files): void {
  for (const [path, value] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), Array.isArray(value) ? value[0] : value);
    if (Array.isArray(value)) chmodSync(join(root, path), value[1]);
  }
}

/** Everything below a folder but `.smallcode/`. */
export function treeOf(root: string): Tree {
  const tree: Tree = {};
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (path === ".smallcode") continue;
      const stat = lstatSync(join(root, path));
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(join(root, path))}`;
      else if (stat.isDirectory()) {
        tree[`${path}/`] = mode;
        walk(path);
      } else {
        const bytes = stat.isFile() ? readFileSync(join(root, path)) : Buffer.alloc(0);
        const content = bytes.length > 10_000 ? `#${Bun.hash(bytes)}` : bytes.toString("latin1");
        tree[path] = `${mode} ${content}`;
      }
    }
  };
  walk("");
  return tree;
}

function git(root: string, ...args: string[]): void {
  const env = { PATH: process.env.PATH ?? "", HOME: root, GIT_CONFIG_GLOBAL: "/dev/null" };
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
  const ran = Bun.spawnSync(["git", ...identity, ...args], { cwd: root, env });
  if (!ran.success) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await Bun.readableStreamToBytes(stream));
}

/**
 * A project with these files, committed unless `git` is false, and a server with these replies. Its steps are asked for call by
 * call, which is what most scripts speak, unless `direct` is true.
 */
export async function project(
  files: Files,
  rows: Row[] = [],
  options: ServerOptions & { git?: boolean; direct?: boolean } = {},
): Promise<Project> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "smallcode-project-")));
  const [root, home] = [join(place, "repository"), join(place, "home")];
  mkdirSync(root);
  mkdirSync(home);
  fill(root, files);
  if (options.git !== false) {
    git(root, "init", "-q");
    git(root, "add", "-A");
    git(root, "commit", "-q", "--allow-empty", "-m", "start");
  }
  const started = startServer(options, ...rows);
  onTestFinished(async () => {
    rmSync(place, { recursive: true, force: true });
    await (await started).close();
  });
  const [server, program] = await Promise.all([started, binary()]);

  const own = {
    PATH: SEARCHED,
    HOME: home,
    ...(options.direct === true ? {} : { SMALLCODE_MECHANISMS: '{"direct":false}' }),
  };
  const start: Project["start"] = async (args, run = {}) => {
    const { stdin = null, env = {}, cwd = root, endpoint = true, through = [] } = run;
    const before = treeOf(root);
    const began = performance.now();
    const flags = endpoint ? ["--endpoint", server.endpoint] : [];
    const child = Bun.spawn([...through, program, ...flags, ...args], {
      cwd,
      env: { ...own, ...env },
      stdin: stdin === null ? "ignore" : "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    if (child.stdin !== undefined && stdin !== "open" && stdin !== null) {
      child.stdin.write(stdin);
      await child.stdin.end();
    }
    const killer = setTimeout(() => child.kill("SIGKILL"), MOST_MS);
    const done = (async (): Promise<Ran> => {
      const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
      await child.exited;
      clearTimeout(killer);
      const ms = performance.now() - began;
      return { exit: child.exitCode, stdout, stderr, ms, before, after: treeOf(root) };
    })();
    return { pid: child.pid, signal: (name) => child.kill(name), done };
  };

  return {
    root,
    home,
    server,
    env: own,
    write: (more) => fill(root, more),
    text: (path) => readFileSync(join(root, path), "utf8"),
    start,
    run: async (args, run) => (await start(args, run)).done,
  };
}

/** The events of a `--json` run; throws on a line that is none. */
export function eventsOf(stdout: string): TurnEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => TurnEvent.parse(JSON.parse(line)));
}

/** The messages of a chat request. */
export function messagesOf(request: RecordedRequest | undefined): { role: string; content: string }[] {
  const body = request?.body as { messages?: { role: string; content: string }[] } | undefined;
  return body?.messages ?? [];
}

/** The sentence a run ended with: the last line on stderr that is no account of tokens. */
export function sentence(stderr: string): string {
  const lines = stderr.trimEnd().split("\n");
  return lines.findLast((line) => !/\d+% local$/.test(line)) ?? "";
}

/** Replies that make one call on the schema rung: a thought, the choice, and the code where the tool wants some. */
export function call(tool: string, target: string, more: { text?: string; code?: string } = {}): Row[] {
  const rows: Row[] = [
    { text: "The code is wrong there." },
    { text: JSON.stringify({ tool, target, text: more.text ?? "" }) },
  ];
  return more.code === undefined ? rows : [...rows, { text: `\`\`\`python\n${more.code}\n\`\`\`` }];
}

/** Replies that rewrite one symbol. */
export const rewrite = (target: string, code: string): Row[] => call("rewrite_symbol", target, { code });

/** Replies of a model that knows one rewrite, or two: each in a call, then the last again in the samples. */
export function stubborn(target: string, first: string, second = first): Row[] {
  const sample = { text: `\`\`\`python\n${second}\n\`\`\`` };
  // The fourth repeat in a row ends the samples.
  const samples = first === second ? 3 : 4;
  return [...rewrite(target, first), ...rewrite(target, second), ...Array<Row>(samples).fill(sample)];
}

/** A small project whose only bug is in `add`; one of its two tests fails. */
export const BUGGY: Files = {
  "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n",
  "tests/test_calc.py":
    "from calc import add, mul\n\n\ndef test_add():\n    assert add(1, 2) == 3\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n",
  "run.sh": ["#!/bin/sh\nexit 0\n", 0o755],
};
export const TASK = "Fix the failing test in calc.py";
export const RIGHT = "def add(a, b):\n    return a + b";
