/**
 * What compilers say in lines: gcc, clang, the linker, go, javac, kotlinc, also as make, Maven and Gradle pass them on. A
 * diagnostic begins with a line that names a place; the lines behind it, notes among them, are its detail. rustc has a format
 * of its own (`rustc.ts`).
 */
import type { Diagnostic } from "../types.ts";
import type { Where } from "./outcomes.ts";
import { detailOf, insidePath, oneLine, plain } from "./report.ts";

const MOST = 50;
/** Lines that are kept behind the first one. */
const MOST_LINES = 40;

/** Each names `path`, `line`, and where it can `column`, `severity`, `message`. */
const HEADS = [
  // gcc, clang, javac, go: path:3:5: error: message; Maven puts [ERROR] before it, go vet its name
  /^(?:\[(?:ERROR|WARNING)\]\s+|vet: )?(?:\S*\bld(?:\.\w+)?: )?(?<path>[^\s:[\]()'"`][^:\n'"`]*\.\w+):(?<line>\d+):(?:(?<column>\d+):)?\s*(?:(?<severity>(?:fatal )?error|warning|note|remark|info)(?:\[\w+\])?:\s*)?(?<message>\S.*)$/,
  // Maven: [ERROR] /path/File.java:[3,5] message; the Kotlin plug-in: /path/File.kt: (3, 5) message
  /^\[(?<severity>ERROR|WARNING)\]\s+(?:file:\/\/)?(?<path>[^\s:][^:\n]*\.\w+): ?[[(](?<line>\d+), ?(?<column>\d+)[\])]:? (?<message>\S.*)$/,
  // Kotlin in Gradle: e: file:///path/File.kt:3:5 message, formerly e: /path/File.kt: (3, 5): message
  /^(?<severity>[ew]): (?:file:\/\/)?(?<path>[^\s:][^:\n]*\.\w+):(?: \()?(?<line>\d+)(?::|, )(?<column>\d+)\)?:? (?<message>\S.*)$/,
];
/** A place that leads to the next error, not one of its own. */
const WAY =
  /^\s*(?:In file included from |from )?(?<path>[^\s:][^:\n]*\.\w+):(?<line>\d+)(?::\d+)?(?:[:,]|:\s+(?:required|instantiated|recursively).*)$/;
const REQUIRED = /^(?:\s*(?:required|instantiated|recursively required) (?:from|by)|in expansion of)/;
/** What begins something else: the build tool's own lines. */
const BARRIER =
  /^(?:\[ *\d+(?:%|\/\d+)\]|g?make(?:\[\d+\])?: |ninja: |FAILED: |# |\d+ (?:error|warning)s?\b|> Task |FAILURE: |BUILD |FAIL\t|ok {2}\t|\[(?:INFO|ERROR|WARNING)\]\s*$|\[INFO\]|\[ERROR\] (?:Failed to|->|Re-run|To see|For more|\[Help)|collect2: |-- |cc1plus: |={20}|-{20})/;
/** Lines behind the first that belong to what it says. */
const MORE = /^\s+(?:have|want|symbol|found|required|reason)\b:?/;

interface Open {
  diagnostic: Diagnostic;
  lines: string[];
}

/** The diagnostics, first things first, each once. Pure. */
export function readCompiler(output: string, where: Where): Diagnostic[] {
  const reader = new Reader(where);
  for (const line of plain(output).split("\n")) reader.take(line);
  return reader.end();
}

class Reader {
  private readonly where: Where;
  /** Folders that make has entered. */
  private readonly folders: string[] = [];
  private readonly found = new Map<string, Open>();
  private open: Open | null = null;
  /** The last place in the workspace that leads to what comes next. */
  private way: { path: string; line: number } | null = null;

  constructor(where: Where) {
    this.where = where;
  }

  take(line: string): void {
    const folder = /^g?make(?:\[\d+\])?: (Entering|Leaving) directory ['`](.+)'$/.exec(line);
    if (folder?.[1] === "Entering") this.folders.push(folder[2] ?? "");
    if (folder?.[1] === "Leaving") this.folders.pop();
    const head = HEADS.map((pattern) => pattern.exec(line)?.groups).find((groups) => groups !== undefined);
    const leads =
      head === undefined ? WAY.exec(line)?.groups : REQUIRED.test(head.message ?? "") ? head : undefined;
    if (leads !== undefined) this.lead(leads);
    else if (head !== undefined) this.begin(head, line);
    else if (BARRIER.test(line)) this.open = null;
    else if (this.open !== null && this.open.lines.length < MOST_LINES) this.open.lines.push(line);
  }

  end(): Diagnostic[] {
    return [...this.found.values()].slice(0, MOST).map(({ diagnostic, lines }) => finish(diagnostic, lines));
  }

  private place(groups: Record<string, string | undefined>): { path: string; line: number } | null {
    const cwd = this.folders.at(-1) ?? this.where.cwd;
    const path = insidePath(groups.path ?? "", this.where.root, cwd);
    const line = Number(groups.line);
    return path === null || line < 1 ? null : { path, line };
  }

  private lead(groups: Record<string, string | undefined>): void {
    this.way = this.place(groups) ?? this.way;
    this.open = null;
  }

  private begin(groups: Record<string, string | undefined>, line: string): void {
    const { severity = "error", column, message = "" } = groups;
    if (/note|remark|info/.test(severity)) {
      this.open?.lines.push(line);
      return;
    }
    const own = this.place(groups);
    const place = own ?? this.way;
    this.way = null;
    this.open = null;
    if (place === null) return;
    const code = /\s\[(-W[\w=+#.,-]+)\]$/.exec(message)?.[1] ?? /^\[(\w+)\] /.exec(message)?.[1];
    const said = message.replace(/\s\[-W[\w=+#.,-]+\]$/, "").replace(/^\[\w+\] /, "");
    const diagnostic: Diagnostic = {
      ...place,
      ...(column === undefined || own === null ? {} : { column: Math.max(1, Number(column)) }),
      severity: /^w/i.test(severity) && !/-Werror/.test(code ?? "") ? "warning" : "error",
      ...(code === undefined ? {} : { code }),
      message: oneLine(said),
    };
    const key = `${place.path}:${place.line}:${column}:${said}`;
    const known = this.found.get(key);
    this.open = { diagnostic, lines: [line] };
    if (known === undefined) this.found.set(key, this.open);
  }
}

/** The lines behind the first give javac's column, what go and javac mean by their first line, and the detail. */
function finish(diagnostic: Diagnostic, lines: string[]): Diagnostic {
  const caret = lines.find((line) => /^\s*\^$/.test(line));
  const more = lines
    .slice(1)
    .filter((line) => MORE.test(line))
    .map((line) => line.trim().replace(/\s+/g, " "));
  const message = oneLine([diagnostic.message, ...more.slice(0, 2)].join("; "));
  const detail = detailOf(lines.join("\n"));
  return {
    ...diagnostic,
    ...(diagnostic.column === undefined && caret !== undefined ? { column: caret.indexOf("^") + 1 } : {}),
    message,
    ...(lines.length < 2 || detail === message ? {} : { detail }),
  };
}
