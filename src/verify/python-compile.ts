/**
 * Whether the Python files of a project compile, for one that has no tests which would load them: what a grammar does not see, such
 * as a `return` outside of a function. Nothing of the project is run, and nothing is written.
 */
import { z } from "zod";
import type { Check } from "./checks.ts";
import { type Finding, findingsReport } from "./findings.ts";
import { isFrozen } from "./frozen.ts";
import { COMPILES, parseJson } from "./report.ts";

const REPORT = "smallcode-compile.json";
/** The names of more files than this would not fit into one command. */
const MOST_FILES = 1000;
/** A template, whose name says so. */
const TEMPLATE = /[{}]/;

/** For `python -c`; arguments are the files. One line a file that does not compile, then the report is there. */
const PROGRAM = `
import json, os, sys, warnings
warnings.simplefilter("ignore")
found = []
for path in sys.argv[1:]:
    try:
        with open(path, "rb") as file: compile(file.read(), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        found.append({"path": path, "line": getattr(error, "lineno", 1) or 1, "column": getattr(error, "offset", 1) or 1, "code": type(error).__name__, "message": getattr(error, "msg", None) or str(error), "more": (getattr(error, "text", None) or "").strip()})
    except OSError: continue
with open(os.path.join(os.environ["TMPDIR"], "${REPORT}"), "w") as file: json.dump(found, file)
sys.exit(1 if found else 0)
`;

const Report = z.array(
  z.object({
    path: z.string(),
    line: z.int(),
    column: z.int(),
    code: z.string(),
    message: z.string(),
    more: z.string(),
  }),
);

/** The check of these files; null where there is none. Tests and their data are left out: some are meant to be wrong. */
export function compileCheck(
  root: string,
  python: { command: string; shown: string },
  files: string[],
): Check | null {
  const own = files.filter((path) => path.endsWith(".py") && !isFrozen(path) && !TEMPLATE.test(path));
  if (own.length === 0) return null;
  const where = { root, cwd: root };
  const absent = `There is no Python here (${python.shown}) to compile the project's files.`;
  return {
    id: COMPILES,
    command: [python.command, "-I", "-c", PROGRAM, ...own.slice(0, MOST_FILES)],
    shown: `${python.shown} -m py_compile`,
    cwd: root,
    kind: "syntax",
    litter: [],
    artifacts: [REPORT],
    parse: (run) => {
      const read = Report.safeParse(parseJson(run.artifacts[REPORT] ?? "")).data;
      const found = read?.map((one): Finding => ({ ...one, severity: "error" })) ?? null;
      return findingsReport(COMPILES, run, { tool: "py_compile", found, absent, where });
    },
  };
}
