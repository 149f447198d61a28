/** Checks for Python: finds the project's interpreter, and pytest, or else unittest, where there are tests. */
import { join } from "node:path";
import { run } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
import { shownWith } from "./narrow.ts";
import { PYTEST_OPTIONS, PYTEST_REPORT, PYTHON_LITTER, readPytest } from "./pytest.ts";
import { readUnittest, UNITTEST_REPORT, UNITTEST_RUNNER } from "./unittest.ts";

const PYTEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;
const UNITTEST_FILE = /(^|\/)test[^/]*\.py$/;
/** No stale bytecode and none left behind; a stack is printed when a test hangs or crashes. */
const ENVIRONMENT = { PYTHONDONTWRITEBYTECODE: "1", PYTHONFAULTHANDLER: "1", PYTHONUNBUFFERED: "1" };
const PROBE_MS = 10_000;

/** The test check of a Python project; null where there are no test files or no Python. */
export async function pythonCheck(place: Place, options: DetectOptions): Promise<Check | null> {
  const { files } = options;
  const configured = await configuresPytest(place, files);
  if (!configured && !files.some((path) => PYTEST_FILE.test(path) || UNITTEST_FILE.test(path))) return null;
  const python = await interpreter(place, options.env);
  const runner = (await installedRunner(place, python)) ?? (await probedRunner(place, options));
  if (runner === "none") return null;
  const usesUnittest = runner === "unittest" && !configured;
  return usesUnittest ? unittestCheck(place, python, files) : pytestCheck(place, python);
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
async function configuresPytest(place: Place, files: string[]): Promise<boolean> {
  if (files.some((path) => /(^|\/)(pytest\.ini|\.pytest\.ini|conftest\.py)$/.test(path))) return true;
  const marks: [string, RegExp][] = [
    ["pyproject.toml", /^\[tool\.pytest\b/m],
    ["setup.cfg", /^\[tool:pytest\]/m],
    ["tox.ini", /^\[pytest\]/m],
  ];
  for (const [path, mark] of marks) {
    if (!files.includes(path)) continue;
    const read = await place.read(path);
    if (read.ok && mark.test(read.file.text)) return true;
  }
  return false;
}

function pytestCheck(place: Place, python: Interpreter): Check {
  const where = { root: place.root, cwd: place.root };
  const command = [python.command, "-m", "pytest", "-q", ...PYTEST_OPTIONS];
  const shown = `${python.shown} -m pytest -q`;
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
    narrow(paths) {
      const tests = paths.filter((path) => PYTEST_FILE.test(path) || UNITTEST_FILE.test(path));
      if (tests.length === 0) return null;
      return { command: [...command, ...tests], shown: shownWith(shown, tests) };
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
  return {
    id: "unittest",
    command: [python.command, "-c", UNITTEST_RUNNER, ...args, "-v"],
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
  };
}

/** Discovery does not enter a folder that is no package; one that holds tests is then named. */
function startFolder(files: string[]): string | null {
  const tests = files.filter((path) => UNITTEST_FILE.test(path));
  if (tests.some((path) => !path.includes("/"))) return null;
  const top = ["tests", "test"].find((name) => tests.some((path) => path.startsWith(`${name}/`)));
  return top === undefined || files.includes(`${top}/__init__.py`) ? null : top;
}
