/**
 * Readers of the files that say how modules are found. They take any bytes: what cannot be read, or is of another shape than
 * it should be, is as good as absent.
 */

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value's own field; undefined where the value has none. */
export const field = (value: unknown, name: string): unknown =>
  isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** The same through several fields. */
export const fieldAt = (value: unknown, ...names: string[]): unknown =>
  names.reduce((at, name) => field(at, name), value);

export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** A text, or the texts of a list. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** JSON with comments and commas at the ends of lists; null where it is neither. */
export function readJson(text: string | null): unknown {
  if (text === null) return null;
  const plain = text.replace(/^\uFEFF/, "");
  try {
    return JSON.parse(plain);
  } catch {
    return readLooseJson(plain);
  }
}

function readLooseJson(text: string): unknown {
  try {
    return JSON.parse(withoutExtras(text));
  } catch {
    return null;
  }
}

/** JSON's own text of a text with comments and with commas that nothing follows. One pass. */
function withoutExtras(text: string): string {
  const kept: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = endOfPart(text, at);
    const part = text.slice(at, end);
    at = end;
    if (part.startsWith("/")) continue;
    if ((part === "}" || part === "]") && kept.at(-1) === ",") kept.pop();
    if (part.trim() !== "") kept.push(part);
  }
  return kept.join("");
}

/** The end of the string, comment, mark or run of other characters that begins at `at`. */
function endOfPart(text: string, at: number): number {
  const first = text[at];
  if (first === '"') {
    let end = at + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    return end + 1;
  }
  if (first === "/") {
    const closing = text[at + 1] === "*" ? "*/" : "\n";
    const end = text.indexOf(closing, at + 2);
    return end < 0 ? text.length : end + closing.length;
  }
  if (/[{}[\],:]/.test(first ?? "")) return at + 1;
  let end = at + 1;
  while (end < text.length && !/["/{}[\],:]/.test(text[end] ?? "")) end += 1;
  return end;
}

export function readToml(text: string | null): unknown {
  if (text === null) return null;
  try {
    return Bun.TOML.parse(text);
  } catch {
    return null;
  }
}
