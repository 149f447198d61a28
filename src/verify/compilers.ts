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
  // the linker without lines: a.cpp:(.text+0x15): undefined reference to `f()'
  /^(?:\S*\bld(?:\.\w+)?: )?(?<path>[^\s:()]+\.\w+):\(\.\w+[^)]*\): (?<message>\S.*)$/,
];
/** A place that leads to the next error, not one of its own. */
const WAY =
  /^\s*(?:In file included from |from )?(?<path>[^\s:][^:\n]*\.\w+):(?<line>\d+)(?::\d+)?(?:[:,]|:\s+(?:required|instantiated|recursively).*)$/;
const REQUIRED = /^(?:\s*(?:required|instantiated|recursively required) (?:from|by)|in expansion of)/;
/** What begins something else: the build tool's own lines. */
const BARRIER =
  /^(?:\[ *\d+(?:%|\/\d+)\]|g?make(?:\[\d+\])?: |ninja: |FAILED: |# |\d+ (?:error|warning)s?\b|> Task |FAILURE: |BUILD |FAIL\t|ok {2}\t|\[(?:INFO|ERROR|WARNING)\]\s*$|\[INFO\]|\[ERROR\] (?:Failed to|->|Re-run|To see|For more|\[Help)|collect2: |\S+: In |-- |cc1plus: |Note: |={20}|-{20})/;
/** Lines behind the first that belong to what it says. */
const MORE = /^\s+(?:have|want|symbol|found|required|reason)\b:?/;

/** Of the linker the line is not always known. */
type Spot = { path: string; line?: number };

interface Open {
  diagnostic: Diagnostic;
  lines: string[];
  /** The error is in a file of somebody else; what led there is its place, once that is known. */
  foreign: boolean;
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
  private readonly found: Open[] = [];
  private open: Open | null = null;
  /** The last place in the workspace that leads to what comes next. */
  private way: Spot | null = null;

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

  /** Each once; of errors in foreign code that one line led to, the first. */
  end(): Diagnostic[] {
    const each = new Map<string, Diagnostic>();
    for (const { diagnostic, lines } of this.found) {
      const { path, line, column, message } = diagnostic;
      const key = isForeign(diagnostic, lines) ? [path, line] : [path, line, column, message];
      const name = key.join(":");
      if (path !== undefined && !each.has(name)) each.set(name, finish(diagnostic, lines));
    }
    return [...each.values()].slice(0, MOST);
  }

  private place(groups: Record<string, string | undefined>): Spot | null {
    const cwd = this.folders.at(-1) ?? this.where.cwd;
    const path = insidePath(groups.path ?? "", this.where.root, cwd);
    const line = Number(groups.line);
    return path === null || line < 1 ? null : Number.isNaN(line) ? { path } : { path, line };
  }

  private lead(groups: Record<string, string | undefined>): void {
    this.way = this.place(groups) ?? this.way;
  }

  private begin(groups: Record<string, string | undefined>, line: string): void {
    const { severity = "error", column, message = "" } = groups;
    const own = this.place(groups);
    if (/note|remark|info/.test(severity)) {
      this.note(own, line, message);
      return;
    }
    const place = own ?? this.way;
    this.way = null;
    const code = /\s\[(-W[\w=+#.,-]+)\]$/.exec(message)?.[1] ?? /^\[(\w+)\] /.exec(message)?.[1];
    const said = message.replace(/\s\[-W[\w=+#.,-]+\]$/, "").replace(/^\[\w+\] /, "");
    const diagnostic: Diagnostic = {
      ...place,
      ...(column === undefined || own === null ? {} : { column: Math.max(1, Number(column)) }),
      severity: /^w/i.test(severity) && !/-Werror/.test(code ?? "") ? "warning" : "error",
      ...(code === undefined ? {} : { code }),
      message: oneLine(said),
    };
    this.open = { diagnostic, lines: [line], foreign: own === null };
    this.found.push(this.open);
  }

  /** A note belongs to what it follows; it may say from where in the workspace foreign code was asked for. */
  private note(place: Spot | null, line: string, message: string): void {
    if (this.open === null) return;
    this.open.lines.push(line);
    if (!this.open.foreign || place === null || !/\b(requested|required from) here$/.test(message)) return;
    this.open.diagnostic = { ...this.open.diagnostic, ...place };
    this.open.foreign = false;
  }
}

/** The error itself is in a file of somebody else. */
const isForeign = ({ path = "" }: Diagnostic, [first = ""]: string[]): boolean =>
  !first.includes(path.slice(path.lastIndexOf("/") + 1));

/** The lines behind the first give javac's column, what go and javac mean by their first line, and the detail. */
function finish(diagnostic: Diagnostic, lines: string[]): Diagnostic {
  const caret = isForeign(diagnostic, lines) ? undefined : lines.find((line) => /^\s*\^$/.test(line));
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
