/** Checks for Python: finds the project's interpreter, and pytest, or else unittest, where there are tests. */
import { join } from "node:path";
import { run } from "../workspace/run.ts";
import type { Check, DetectOptions, Place } from "./checks.ts";
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
  const probe = "import importlib.util as u; print('pytest' if u.find_spec('pytest') else 'unittest')";
  const found = await run([python.command, "-c", probe], {
    cwd: place.root,
    root: place.root,
    timeoutMs: PROBE_MS,
    env: { ...options.env, ...ENVIRONMENT },
    outputFile: join(place.root, ".smallcode", "probe.txt"),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const runner = found.end.kind === "exited" ? /^(pytest|unittest)$/m.exec(found.output)?.[1] : undefined;
  if (runner === undefined && found.end.kind === "unavailable") return null;
  const usesUnittest = runner === "unittest" && !configured;
  return usesUnittest ? unittestCheck(place, python, files) : pytestCheck(place, python);
}

interface Interpreter {
  /** Absolute, or a name to be found in PATH. */
  command: string;
  shown: string;
}

/** `.venv` or `venv` of the project (uv and poetry make the former), else the active environment, else what PATH has. */
async function interpreter(place: Place, env: Record<string, string>): Promise<Interpreter> {
  for (const folder of [".venv", "venv", "env"])
    if (await place.exists(`${folder}/pyvenv.cfg`))
      return { command: join(place.root, folder, "bin", "python"), shown: `${folder}/bin/python` };
  if (env.VIRTUAL_ENV !== undefined)
    return { command: join(env.VIRTUAL_ENV, "bin", "python"), shown: "python" };
  return { command: "python3", shown: "python3" };
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
  const build = (paths: string[]): Check => ({
    id: "pytest",
    command: [python.command, "-m", "pytest", "-q", ...PYTEST_OPTIONS, ...paths],
    shown: [python.shown, "-m pytest -q", ...paths].join(" "),
    cwd: place.root,
    kind: "test",
    litter: PYTHON_LITTER,
    env: ENVIRONMENT,
    artifacts: [PYTEST_REPORT],
    parse: (result) => readPytest("pytest", result, where),
    narrow: build,
  });
  return build([]);
}

/** The check by unittest, for a project without pytest. */
export function unittestCheck(place: Place, python: Interpreter, files: string[]): Check {
  const where = { root: place.root, cwd: place.root };
  const build = (args: string[], shown: string): Check => ({
    id: "unittest",
    command: [python.command, "-c", UNITTEST_RUNNER, ...args],
    shown: `${python.shown} -m unittest ${shown}`,
    cwd: place.root,
    kind: "test",
    litter: PYTHON_LITTER,
    env: ENVIRONMENT,
    artifacts: [UNITTEST_REPORT],
    parse: (result) => readUnittest("unittest", result, where),
    narrow: (paths) => build(["-v", ...paths], paths.join(" ")),
  });
  const folder = startFolder(files);
  const args = folder === null ? ["discover"] : ["discover", "-s", folder];
  return build([...args, "-v"], args.join(" "));
}

/** Discovery does not enter a folder that is no package; one that holds tests is then named. */
function startFolder(files: string[]): string | null {
  const tests = files.filter((path) => UNITTEST_FILE.test(path));
  if (tests.some((path) => !path.includes("/"))) return null;
  const top = ["tests", "test"].find((name) => tests.some((path) => path.startsWith(`${name}/`)));
  return top === undefined || files.includes(`${top}/__init__.py`) ? null : top;
}
