/**
 * The two settings files: the user's own and the project's `smallcode.json`. Both are strict: a broken file or an
 * unknown key is one sentence that names the file, the key and what is expected, and never quotes a value, since values
 * can be keys to a service.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Result } from "../types.ts";
import { Rung } from "../types.ts";
import { DURATION, parseDuration } from "./duration.ts";
import { EscalationSection } from "./escalation.ts";
import { jsonMistake } from "./json.ts";
import { nearest } from "./nearest.ts";

const text = (what: string) => z.string(what).trim().min(1, what);
const duration = z.string(DURATION).transform((value, context) => {
  const ms = parseDuration(value);
  if (ms === null) context.addIssue({ code: "custom", message: DURATION });
  return ms ?? 0;
});
const WHOLE = "a whole number above 0";
const count = z.int(WHOLE).positive(WHOLE);
const OBJECT = "an object, { ... }";
const GRANT = "true or a list of texts";
const grant = z.union([z.literal(true), z.array(z.string().trim().min(1)).min(1)], GRANT);

const CHECKS = 'an object of names and commands, such as { "unit": "pytest -q" }';
const CHECK_NAME = "named with letters, digits, dots, dashes and underscores";

/** What the project may set: how it is checked, what is left alone, how much a turn may cost. */
export const ProjectFile = z.strictObject(
  {
    checks: z
      .record(z.string().regex(/^\w[\w.-]{0,39}$/, CHECK_NAME), text("a command line"), CHECKS)
      .optional(),
    ignore: z.array(text("a list of globs"), "a list of globs").optional(),
    limits: z
      .strictObject(
        {
          maxTime: duration.optional(),
          maxTokens: count.optional(),
          maxAttempts: count.optional(),
          checkTime: duration.optional(),
          silence: duration.optional(),
        },
        OBJECT,
      )
      .optional(),
  },
  OBJECT,
);
export type ProjectFile = z.infer<typeof ProjectFile>;

/** What the user may set. Checks belong to a project. */
export const UserFile = z.strictObject(
  {
    endpoint: text("a URL such as http://localhost:8080/v1").optional(),
    key: text("a text").optional(),
    model: text("a model's name or a .gguf file").optional(),
    rung: z.enum(Rung.options, '"schema", "native", "text" or "plain"').optional(),
    window: count.optional(),
    ignore: ProjectFile.shape.ignore,
    limits: ProjectFile.shape.limits,
    escalation: EscalationSection.optional(),
    permissions: z
      .strictObject(
        {
          allowRun: grant.optional(),
          allowWrite: grant.optional(),
          allowRead: grant.optional(),
          denyRun: grant.optional(),
          denyWrite: grant.optional(),
          denyRead: grant.optional(),
        },
        OBJECT,
      )
      .optional(),
  },
  OBJECT,
);
export type UserFile = z.infer<typeof UserFile>;

/** Who is asked, with which key, and what is allowed is never a project's to say. */
const NEVER_A_PROJECTS = [
  ...Object.keys(UserFile.shape).filter((key) => !(key in ProjectFile.shape)),
  "engine",
];

const MAX_BYTES = 1 << 20;

/** The parsed JSON of a file; `value: null` where there is none. */
async function readJson(path: string): Promise<Result<{ value: unknown }>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { ok: true, value: null };
    return { ok: false, reason: `${path} cannot be read (${code}).` };
  }
  if (bytes.length > MAX_BYTES) return { ok: false, reason: `${path} is larger than 1 MB.` };
  let content: string;
  try {
    content = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: `${path} is not UTF-8 text.` };
  }
  try {
    const value: unknown = JSON.parse(content);
    return value === null ? { ok: false, reason: `${path} must be ${OBJECT}.` } : { ok: true, value };
  } catch {
    const { line, column, expected } = jsonMistake(content) ?? { line: 1, column: 1, expected: "JSON" };
    return { ok: false, reason: `${path}, line ${line}, column ${column}: expected ${expected}.` };
  }
}

/** The keys that may stand where an unknown one stood. */
function keysAt(schema: z.ZodType, path: PropertyKey[]): string[] {
  let at: z.ZodType = schema;
  for (const key of path) {
    while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
    if (at instanceof z.ZodArray) {
      at = at.element as z.ZodType;
      continue;
    }
    if (!(at instanceof z.ZodObject)) return [];
    at = (at.shape as Record<string, z.ZodType>)[String(key)] ?? z.never();
  }
  while (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

function sentence(file: string, schema: z.ZodType, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys[0] ?? "";
    const guess = nearest(unknown, keysAt(schema, issue.path));
    const hint = guess === null ? "." : `; did you mean "${guess}"?`;
    return `${file}: "${[...issue.path, unknown].join(".")}" is not a setting${hint}`;
  }
  const path = issue.path.join(".");
  if (issue.code === "invalid_key") return `${file}: "${path}" must be ${CHECK_NAME}.`;
  return path === "" ? `${file} must be ${issue.message}.` : `${file}: "${path}" must be ${issue.message}.`;
}

function validate<T>(file: string, schema: z.ZodType<T>, value: unknown): Result<{ value: T }> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: issue ? sentence(file, schema, issue) : `${file} is not a settings file.` };
}

/** The user's settings file, empty where there is none (or no home). */
export async function readUserFile(path: string | null): Promise<Result<{ value: UserFile }>> {
  if (path === null) return { ok: true, value: {} };
  const json = await readJson(path);
  if (!json.ok || json.value === null) return json.ok ? { ok: true, value: {} } : json;
  const file = validate(path, UserFile, json.value);
  if (file.ok && file.value.key !== undefined && file.value.endpoint === undefined) {
    return { ok: false, reason: `${path}: "key" needs the "endpoint" that it belongs to beside it.` };
  }
  return file;
}

/** The project's settings file, empty where there is none. One that reaches for what is the user's is refused. */
export async function readProjectFile(
  path: string,
  userFile: string | null,
): Promise<Result<{ value: ProjectFile }>> {
  const json = await readJson(path);
  if (!json.ok || json.value === null) return json.ok ? { ok: true, value: {} } : json;
  const set = typeof json.value === "object" ? Object.keys(json.value) : [];
  const grab = set.find((key) => NEVER_A_PROJECTS.includes(key));
  if (grab !== undefined) {
    const place = userFile === null ? "your own settings" : userFile;
    return {
      ok: false,
      reason: `${path} sets "${grab}", which a project's file may never do: remove it there and set it in ${place}, the environment or a flag.`,
    };
  }
  return validate(path, ProjectFile, json.value);
}
