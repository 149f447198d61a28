/**
 * Checks for Python: the linters and type checkers that the project asks for, and pytest, or else unittest, where there are tests.
 * Without tests the files are at least compiled.
 */
import { join } from "node:path";
import { run } from "../workspace/run.ts";
import type { Check, DetectOptions, NarrowRun, Place } from "./checks.ts";
import { shownWith } from "./narrow.ts";
import { PYTEST_OPTIONS, PYTEST_REPORT, PYTHON_LITTER, readPytest } from "./pytest.ts";
import { compileCheck } from "./python-compile.ts";
import { pythonTools, readSettings, type Settings } from "./python-tools.ts";
import { readUnittest, UNITTEST_ONLY, UNITTEST_REPORT, UNITTEST_RUNNER } from "./unittest.ts";

const PYTEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;
const UNITTEST_FILE = /(^|\/)test[^/]*\.py$/;
/** No stale bytecode and none left behind; a stack is printed when a test hangs or crashes. */
const ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: "1", PYTHONFAULTHANDLER: "1", PYTHONUNBUFFERED: "1" };
const PROBE_MS = 10_000;

/** More ids than this are not put on one command line: their files are run whole. */
const MOST_IDS = 500;

/** Linters and type checkers, then the tests; without tests the compiler before all others. */
export async function pythonChecks(place: Place, options: DetectOptions): Promise<Check[]> {
  const { files, env } = options;
  const python = await interpreter(place, env);
  const settings = await readSettings(place, files);
  const folders = [
    ...(python.folder === null ? [] : [join(place.root, python.folder, "bin")]),
    ...(env.VIRTUAL_ENV === undefined ? [] : [join(env.VIRTUAL_ENV, "bin")]),
  ];
  const environment = { folders, python: python.folder === null ? null : python.command };
  const code = files.some((path) => path.endsWith(".py"));
  const tools = code ? pythonTools(place.root, { files, settings, environment }) : [];
  const tests = await testCheck(place, { python, settings, options });
  if (tests !== null) return [...tools, tests];
  const compiled = compileCheck(place.root, python, files);
  return compiled === null ? tools : [compiled, ...tools];
}

interface Found {
  python: Interpreter;
  settings: Settings;
  options: DetectOptions;
}

/** The check by the project's tests; null where there are none, or no Python. */
async function testCheck(place: Place, { python, settings, options }: Found): Promise<Check | null> {
  const { files } = options;
  const configured = configuresPytest(files, settings);
  if (!configured && !files.some((path) => PYTEST_FILE.test(path) || UNITTEST_FILE.test(path))) return null;
  const runner = (await installedRunner(place, python)) ?? (await probedRunner(place, options));
  if (runner === "none") return null;
  const usesUnittest = runner === "unittest" && !configured;
  return usesUnittest ? unittestCheck(place, python, files) : pytestCheck(place, python, files);
}

type Runner = "pytest" | "unittest" | "unknown" | "none";

/**
 * What the project's own environment holds, told by its files: nothing of the project may run before it is permitted. Null
 * where it has none of its own, or where that one sees the system's packages, too.
 */
async function installedRunner(place: Place, { folder }: Interpreter): Promise<Runner | null> {
  if (folder === null) return null;
  const read = await place.read(`${folder}/pyvenv.cfg`);
  const settings = read.ok ? read.file.text : "";
  const version = /^version(?:_info)?\s*=\s*(\d+\.\d+)/m.exec(settings)?.[1];
  if (version === undefined) return "unknown";
  if (await place.exists(`${folder}/lib/python${version}/site-packages/pytest`)) return "pytest";
  return /^include-system-site-packages\s*=\s*true/im.test(settings) ? null : "unittest";
}

/** What the user's own Python holds. The workspace is taken off its path: a module in it could stand for one of Python's. */
async function probedRunner(place: Place, { env, signal }: DetectOptions): Promise<Runner> {
  const probe =
    "import sys; sys.path.pop(0); import importlib.util as u; print('pytest' if u.find_spec('pytest') else 'unittest')";
  const found = await run([userPython(env), "-c", probe], {
    cwd: place.root,
    root: place.root,
    timeoutMs: PROBE_MS,
    env: { ...env, ...ENVIRONMENT },
    outputFile: join(place.root, ".smallcode", "probe.txt"),
    ...(signal === undefined ? {} : { signal }),
  });
  if (found.end.kind === "unavailable") return "none";
  const said = found.end.kind === "exited" ? /^(pytest|unittest)$/m.exec(found.output)?.[1] : undefined;
  return said === "pytest" || said === "unittest" ? said : "unknown";
}

/** The active environment's, else what PATH has. */
const userPython = (env: Record<string, string>): string =>
  env.VIRTUAL_ENV === undefined ? "python3" : join(env.VIRTUAL_ENV, "bin", "python");

interface Interpreter {
  /** Absolute, or a name to be found in PATH. */
  command: string;
  shown: string;
  /** The project's own environment, relative to the workspace; null where it has none. */
  folder: string | null;
}

/** `.venv` or `venv` of the project (uv and poetry make the former), else the active environment, else what PATH has. */
async function interpreter(place: Place, env: Record<string, string>): Promise<Interpreter> {
  for (const folder of [".venv", "venv", "env"])
    if (await place.exists(`${folder}/pyvenv.cfg`))
      return { command: join(place.root, folder, "bin", "python"), shown: `${folder}/bin/python`, folder };
  const shown = env.VIRTUAL_ENV === undefined ? "python3" : "python";
  return { command: userPython(env), shown, folder: null };
}

/** Whether the project's own files ask for pytest. */
function configuresPytest(files: string[], settings: Settings): boolean {
  if (files.some((path) => /(^|\/)(pytest\.ini|\.pytest\.ini|conftest\.py)$/.test(path))) return true;
  const marks: [string, RegExp][] = [
    ["pyproject.toml", /^\[tool\.pytest\b/m],
    ["setup.cfg", /^\[tool:pytest\]/m],
    ["tox.ini", /^\[pytest\]/m],
  ];
  return marks.some(([path, mark]) => mark.test(settings.get(path) ?? ""));
}

const isTest = (path: string): boolean => PYTEST_FILE.test(path) || UNITTEST_FILE.test(path);

function pytestCheck(place: Place, python: Interpreter, files: string[]): Check {
  const where = { root: place.root, cwd: place.root };
  // Ids begin at the workspace, whichever folder has a configuration.
  const command = [python.command, "-m", "pytest", "-q", "--rootdir=.", ...PYTEST_OPTIONS];
  const shown = `${python.shown} -m pytest -q`;
  const held = (tests: string[]): NarrowRun | null =>
    tests.length === 0 ? null : { command: [...command, ...tests], shown: shownWith(shown, tests) };
  return {
    id: "pytest",
    command,
    shown,
    cwd: place.root,
    kind: "test",
    litter: PYTHON_LITTER,
    env: ENVIRONMENT,
    artifacts: [PYTEST_REPORT],
    parse: (result) => readPytest("pytest", result, where),
    narrow: (paths) => held(paths.filter(isTest)),
    narrowTests(ids) {
      const known = ids.filter((id) => files.includes(id.split("::")[0] ?? ""));
      const paths = known.map((id) => id.split("::")[0] ?? "");
      return held([...new Set(known.length > MOST_IDS ? paths : known)]);
    },
  };
}

/** The check by unittest, for a project without pytest. */
export function unittestCheck(
  place: Place,
  python: Pick<Interpreter, "command" | "shown">,
  files: string[],
): Check {
  const where = { root: place.root, cwd: place.root };
  const folder = startFolder(files);
  const args = folder === null ? ["discover"] : ["discover", "-s", folder];
  const command = [python.command, "-c", UNITTEST_RUNNER, ...args, "-v"];
  return {
    id: "unittest",
    command,
    shown: `${python.shown} -m unittest ${args.join(" ")}`,
    cwd: place.root,
    kind: "test",
    litter: PYTHON_LITTER,
    env: ENVIRONMENT,
    artifacts: [UNITTEST_REPORT],
    parse: (result) => readUnittest("unittest", result, where),
    narrow(paths) {
      const inside = folder === null ? "" : `${folder}/`;
      const tests = paths.filter((path) => UNITTEST_FILE.test(path) && path.startsWith(inside));
      if (tests.length === 0) return null;
      const modules = tests.map((path) =>
        path.slice(inside.length).replace(/\.py$/, "").replaceAll("/", "."),
      );
      return {
        command: [python.command, "-c", UNITTEST_RUNNER, ...modules, "-v"],
        shown: shownWith(`${python.shown} -m unittest`, modules),
        // Discovery begins in this folder, and so do the names of modules.
        env: folder === null ? ENVIRONMENT : { ...ENVIRONMENT, PYTHONPATH: folder },
      };
    },
    // Found as the whole is found, so that they have the same ids.
    narrowTests(ids) {
      const wanted = [...new Set(ids.map(unittestName))];
      const words = wanted.length > 4 ? [`(${wanted.length} tests)`] : wanted;
      return wanted.length === 0 || wanted.length > MOST_IDS
        ? null
        : {
            command,
            shown: `${python.shown} -m unittest ${words.join(" ")}`,
            env: { ...ENVIRONMENT, [UNITTEST_ONLY]: JSON.stringify(wanted) },
          };
    },
  };
}

/** The test that an id of a subtest is of, and the class or module whose set-up failed. */
const unittestName = (id: string): string =>
  /^(?:setUp|tearDown)(?:Class|Module) \((.*)\)$/.exec(id)?.[1] ?? id.replace(/ [([].*$/s, "");

/** Discovery does not enter a folder that is no package; one that holds tests is then named. */
function startFolder(files: string[]): string | null {
  const tests = files.filter((path) => UNITTEST_FILE.test(path));
  if (tests.some((path) => !path.includes("/"))) return null;
  const top = ["tests", "test"].find((name) => tests.some((path) => path.startsWith(`${name}/`)));
  return top === undefined || files.includes(`${top}/__init__.py`) ? null : top;
}
