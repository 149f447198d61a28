/**
 * C and C++ are parsed without their preprocessor, and macros that stand where no expression may are read as something else:
 * `class API Shape`, `BEGIN_NAMESPACE` on a line of its own, `API int f(void)`, `f() NOEXCEPT;`. They are told by the usual way
 * of writing them, capitals, and blanked out, so that all offsets stay.
 */

const MACRO = "(?=[A-Z]{2})LOOK[A-Z][A-Z\\d_]{3,80}(?:\\([^()\\n]{0,200}\\))?";
const TYPES = "(?:[A-Za-z_][\\w:<>,]{0,80}[\\s*&]{1,40}){1,6}";

/** A macro behind one thing and before another; `before` is looked for only where a macro may begin. */
const between = (before: string, behind: string): RegExp =>
  new RegExp(`${MACRO.replace("LOOK", `(?<=${before})`)}(?=${behind})`, "gm");

const PLACES = [
  /** Behind `class` and the like, before the name. */
  between("\\b(?:class|struct|union|enum)[ \\t]{1,40}", "\\s+[A-Za-z_]\\w*\\s*(?:final\\s*)?[:{;]"),
  /** A whole line, after a line that is over. */
  between("(?:[;}/>]|^#[^\\n]{0,200})\\s{0,200}\\n[ \\t]{0,40}", "[ \\t]*\\n"),
  /** Before the type of a function that begins a line. */
  between(
    "^[ \\t]{0,40}(?:(?:static|extern|inline|template ?<[^\\n]{0,200}>)[ \\t]{1,40}){0,4}",
    `\\s+${TYPES}[*&]*[A-Za-z_~][\\w:]*\\s*\\(`,
  ),
  /** Behind the parameters of a function. */
  between("\\)[ \\t]{0,40}(?:const[ \\t]{1,40})?", "\\s*(?:[;{]|override\\b|=[ \\t]*0)"),
];
/** Macros stand in a row; each time the next of them is met. */
const TIMES = 3;

/** The text with those macros as spaces. */
export function withoutMacros(text: string): string {
  let left = text;
  for (let time = 0; time < TIMES; time++)
    for (const place of PLACES) left = left.replace(place, (macro) => macro.replace(/\S/g, " "));
  return left;
}
