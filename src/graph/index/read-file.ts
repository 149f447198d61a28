/** One file's text as its record: definitions, imports and uses of names, each from one parse. */

import type { Definition, Span } from "../syntax/definitions.ts";
import { type Parsed, parse } from "../syntax/parse.ts";
import { isTestPath } from "./classify.ts";
import type { DefinitionRecord, FileRecord, UseRecord } from "./record.ts";

/** Null where there is no grammar for the path. */
export async function readFileRecord(path: string, text: string): Promise<FileRecord | null> {
  const parsed = await parse(path, text);
  if (parsed === null) return null;
  const { language, definitions, imports, errors } = parsed;
  return {
    path,
    language,
    kind: isTestPath(path) ? "test" : "code",
    broken: errors.length > 0,
    definitions: definitions.map((one) => recordOf(one, definitions)),
    imports: imports.map((module) => ({ module, names: [], line: 1 })),
    uses: usesIn(parsed),
  };
}

function recordOf({ symbol, start, end, body, parent }: Definition, all: Definition[]): DefinitionRecord {
  const outer = parent === null ? null : all[parent];
  const name = outer ? symbol.name.slice(outer.symbol.name.length + 1) : symbol.name;
  const head: Span = { start, end: body?.start ?? end };
  return {
    name,
    kind: symbol.kind,
    start: symbol.lines.start,
    end: symbol.lines.end,
    parent: parent ?? -1,
    head: { at: head.start, size: head.end - head.start },
  };
}

function usesIn({ text }: Parsed): UseRecord[] {
  const found = new Map<string, Map<string, { line: number; role: "use" | "call" }>>();
  for (const [index, row] of text.split("\n").entries())
    for (const [, name = "", open] of row.matchAll(/\b([A-Za-z_]\w+)\b(\()?/g)) {
      const at = found.get(name) ?? new Map();
      const role = open === undefined ? "use" : "call";
      at.set(`${index} ${role}`, { line: index + 1, role });
      found.set(name, at);
    }
  return [...found]
    .map(([name, at]) => ({ name, at: [...at.values()] }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
