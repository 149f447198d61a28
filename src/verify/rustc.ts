/** What cargo passes on of rustc with `--message-format=json`: code, place, what it labels it with, and the text as a person would see it, help included. */
import { z } from "zod";
import type { Diagnostic } from "../types.ts";
import type { Where } from "./outcomes.ts";
import { insidePath, oneLine, parseJson } from "./report.ts";
import { inFull } from "./told.ts";

const Span = z.object({
  file_name: z.string(),
  line_start: z.int(),
  column_start: z.int(),
  is_primary: z.boolean(),
  label: z.string().nullish(),
  /** Of a place inside a macro: where the macro stands. */
  expansion: z.object({ span: z.unknown() }).nullish(),
});
type Span = z.infer<typeof Span>;

const Message = z.object({
  reason: z.literal("compiler-message"),
  message: z.object({
    message: z.string(),
    level: z.string(),
    code: z.object({ code: z.string() }).nullish(),
    rendered: z.string().nullish(),
    spans: z.array(Span),
  }),
});

const MOST = 50;

/** Each diagnostic once, errors first; what only counts others ("aborting due to 2 previous errors") is left out. Pure. */
export function readRustc(lines: string[], where: Where): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const line of lines) {
    const one = line.startsWith('{"reason":"compiler-message"') ? readMessage(line, where) : null;
    if (one !== null) found.set([one.path, one.line, one.column, one.message].join(":"), one);
  }
  const all = [...found.values()];
  const of = (severity: string): Diagnostic[] => all.filter((one) => one.severity === severity);
  return [...of("error"), ...of("warning")].slice(0, MOST);
}

function readMessage(line: string, where: Where): Diagnostic | null {
  const { data } = Message.safeParse(parseJson(line));
  if (data === undefined) return null;
  const { message, level, code, rendered, spans } = data.message;
  const span = spans.find((one) => one.is_primary);
  if (span === undefined && /^(aborting|\d+ warnings? emitted|For more information)/.test(message))
    return null;
  const place = span === undefined ? null : placeOf(span, where);
  const label = span?.label ?? "";
  return inFull(
    {
      ...place,
      severity: /^error/.test(level) ? "error" : "warning",
      ...(code == null ? {} : { code: code.code }),
      message: oneLine(label === "" || message.includes(label) ? message : `${message}: ${label}`),
    },
    { text: rendered ?? "" },
  );
}

/** The place itself, or the nearest macro call around it that is in the workspace. */
function placeOf(span: Span, where: Where): Pick<Diagnostic, "path" | "line" | "column"> | null {
  const path = insidePath(span.file_name, where.root, where.cwd);
  if (path !== null) return { path, line: span.line_start, column: span.column_start };
  const { data } = Span.safeParse(span.expansion?.span);
  return data === undefined ? null : placeOf(data, where);
}
