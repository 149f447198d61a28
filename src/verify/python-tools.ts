/**
 * Linters and type checkers of a Python project: ruff, mypy and pyright, each where the project configures it or asks for it. What
 * they keep from run to run lies beside what other checks keep.
 */
import { z } from "zod";
import { quote, shellCommand } from "../workspace/run.ts";
import type { Check, Place } from "./checks.ts";
import { type Finding, findingsReport } from "./findings.ts";
import { parseJson, plain } from "./report.ts";

/** What the project's own files say, by name; only those that are there. */
export type Settings = Map<string, string>;

const READ =
  /^(pyproject\.toml|setup\.cfg|tox\.ini|mypy\.ini|\.mypy\.ini|Pipfile|(dev[-_])?requirements[^/]*\.txt|requirements\/[^/]+\.txt|\.pre-commit-config\.yaml)$/;

/** Reads the files that can configure a tool or ask for it. */
export async function readSettings(place: Place, files: string[]): Promise<Settings> {
  const found: Settings = new Map();
  for (const path of files) {
    if (!READ.test(path)) continue;
    const read = await place.read(path);
    if (read.ok) found.set(path, read.file.text);
  }
  return found;
}

/** Where tools are found, and the interpreter that the code is for. */
export interface Environment {
  /** Absolute; searched before PATH. */
  folders: string[];
  /** The project's own interpreter, absolute; null where it has none. */
  python: string | null;
}

interface Tool {
  id: string;
  /** Names of its own configuration files. */
  files: string[];
  /** Its section: the file, and how its head looks there. */
  sections: [string, RegExp][];
  /** Arguments, for the shell. */
  line(settings: Settings, python: string | null): string;
  shown(settings: Settings): string;
  artifacts: string[];
  read(output: string, artifacts: Record<string, string>): Finding[] | null;
}

const RUFF_REPORT = "smallcode-ruff.json";

/** mypy checks what its configuration names, else everything. */
const mypyTargets = (settings: Settings): string =>
  ["mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"].some((path) =>
    namesTargets(settings.get(path) ?? ""),
  )
    ? ""
    : " .";

function namesTargets(text: string): boolean {
  const section = /^\[(?:tool\.)?mypy\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? "";
  return /^\s*(files|packages|modules)\s*=/m.test(section);
}

const TOOLS: Tool[] = [
  {
    id: "ruff",
    files: ["ruff.toml", ".ruff.toml"],
    sections: [["pyproject.toml", /^\[tool\.ruff[.\]]/m]],
    line: () => `ruff check --output-format json --no-cache --output-file "$TMPDIR/${RUFF_REPORT}" .`,
    shown: () => "ruff check .",
    artifacts: [RUFF_REPORT],
    read: (_, artifacts) => readRuff(artifacts[RUFF_REPORT] ?? ""),
  },
  {
    id: "mypy",
    files: ["mypy.ini", ".mypy.ini"],
    sections: [
      ["pyproject.toml", /^\[tool\.mypy\]/m],
      ["setup.cfg", /^\[mypy\]/m],
    ],
    line: (settings, python) =>
      [
        `mypy --cache-dir "$CHECK_CACHE/mypy" --no-pretty --show-column-numbers --show-error-codes`,
        "--hide-error-context --no-color-output --error-summary",
        ...(python === null ? [] : [`--python-executable ${quote(python)}`]),
      ].join(" ") + mypyTargets(settings),
    shown: (settings) => `mypy${mypyTargets(settings)}`,
    artifacts: [],
    read: readMypy,
  },
  {
    id: "pyright",
    files: ["pyrightconfig.json"],
    sections: [["pyproject.toml", /^\[tool\.pyright\]/m]],
    line: (_, python) => `pyright --outputjson${python === null ? "" : ` --pythonpath ${quote(python)}`}`,
    shown: () => "pyright",
    artifacts: [],
    read: readPyright,
  },
];

/** The linters first, then the type checkers. */
export function pythonTools(
  root: string,
  { files, settings, environment }: { files: string[]; settings: Settings; environment: Environment },
): Check[] {
  return TOOLS.flatMap((tool) => {
    const why = reasonFor(tool, files, settings);
    return why === null ? [] : [toolCheck(tool, { root, why, settings, environment })];
  });
}

/** What asks for a tool; null where nothing does. */
function reasonFor({ id, files: own, sections }: Tool, files: string[], settings: Settings): string | null {
  const file = own.find((path) => files.includes(path));
  if (file !== undefined) return file;
  const section = sections.find(([path, head]) => head.test(settings.get(path) ?? ""));
  if (section !== undefined) return section[0];
  for (const [path, text] of settings) if (asksFor(path, text, id)) return path;
  return null;
}

/** As a dependency or a hook: `ruff==1`, an entry of a list that begins so, or a key of that name. */
function asksFor(path: string, text: string, tool: string): boolean {
  const asked =
    path === ".pre-commit-config.yaml"
      ? `^\\s*(- )?id:\\s*${tool}(-check)?\\s*$`
      : path.endsWith(".txt")
        ? `^\\s*${tool}\\s*([=<>~!\\[;#]|$)`
        : `^\\s*["']?${tool}["']?\\s*=\\s*["'{]|(^|[\\[,])\\s*["']${tool}(\\[[^\\]]*\\])?\\s*([=<>~!;][^"'\\n]*)?["']`;
  return new RegExp(asked, "m").test(text);
}

function toolCheck(
  tool: Tool,
  about: { root: string; why: string; settings: Settings; environment: Environment },
): Check {
  const { root, why, settings, environment } = about;
  const { id } = tool;
  const where = { root, cwd: root };
  const absent = `${id} is asked for in ${why} but not installed: install it into the project's environment to have it judge.`;
  const path = environment.folders.map((folder) => `${folder}:`).join("");
  const line = tool.line(settings, environment.python);
  return {
    id,
    command: shellCommand(`${path === "" ? "" : `PATH=${quote(path)}"$PATH"; `}exec ${line}`),
    shown: tool.shown(settings),
    cwd: root,
    kind: "command",
    litter: ["__pycache__", "*.pyc", ".mypy_cache", ".ruff_cache"],
    env: { PYTHONDONTWRITEBYTECODE: "1", PYRIGHT_PYTHON_IGNORE_WARNINGS: "1" },
    artifacts: tool.artifacts,
    parse: (run) =>
      findingsReport(id, run, { tool: id, found: tool.read(run.output, run.artifacts), absent, where }),
  };
}

const Ruff = z.array(
  z.object({
    code: z.string().nullish(),
    filename: z.string(),
    location: z.object({ row: z.int(), column: z.int() }),
    message: z.string(),
    fix: z.object({ message: z.string().nullish() }).nullish(),
  }),
);

function readRuff(text: string): Finding[] | null {
  const found = Ruff.safeParse(parseJson(text)).data;
  return (
    found?.map(
      ({ code, filename, location, message, fix }): Finding => ({
        path: filename,
        line: location.row,
        column: location.column,
        severity: "error",
        code,
        message,
        more: fix?.message ?? "",
      }),
    ) ?? null
  );
}

const MYPY =
  /^(?<path>[^\s:][^:\n]*):(?<line>\d+):(?:(?<column>\d+):)? (?<severity>error|note|warning): (?<message>.*?)(?: {2}\[(?<code>[\w-]+)\])?$/;
/** The last line of every run that came to its end. */
const MYPY_END = /^(Success: |Found \d+ error)/m;

/** A note belongs to the error before it. */
function readMypy(output: string): Finding[] | null {
  const text = plain(output);
  if (!MYPY_END.test(text)) return null;
  const found: Finding[] = [];
  for (const line of text.split("\n")) {
    const groups = MYPY.exec(line)?.groups;
    if (groups === undefined) continue;
    const { path = "", message = "", code } = groups;
    const last = found.at(-1);
    if (groups.severity === "note") {
      if (last?.path === path) last.more = [last.more, message].filter((part) => part).join("\n");
      continue;
    }
    const column = groups.column === undefined ? undefined : Number(groups.column);
    found.push({ path, line: Number(groups.line), column, severity: "error", code, message });
  }
  // A mistake in its own configuration is nobody's in the code.
  return found.some(({ path }) => !/\.(ini|toml|cfg)$/.test(path)) ? found : found.length > 0 ? null : [];
}

const Pyright = z.object({
  generalDiagnostics: z.array(
    z.object({
      file: z.string(),
      severity: z.string(),
      message: z.string(),
      rule: z.string().nullish(),
      range: z.object({ start: z.object({ line: z.int(), character: z.int() }) }).nullish(),
    }),
  ),
  summary: z.object({ errorCount: z.int(), filesAnalyzed: z.int() }),
});

/** Lines and columns are counted from 0 there. */
function readPyright(output: string): Finding[] | null {
  const text = plain(output);
  const start = /^\{$/m.exec(text)?.index ?? text.indexOf("{");
  const found = Pyright.safeParse(parseJson(text.slice(start, text.lastIndexOf("\n}") + 2))).data;
  return (
    found?.generalDiagnostics.flatMap(({ file, severity, message, rule, range }): Finding[] => {
      if (severity === "information") return [];
      const [said = "", ...more] = message.split("\n");
      return [
        {
          path: file,
          line: (range?.start.line ?? 0) + 1,
          column: (range?.start.character ?? 0) + 1,
          severity: severity === "error" ? "error" : "warning",
          code: rule,
          message: said,
          more: more.join("\n"),
        },
      ];
    }) ?? null
  );
}
