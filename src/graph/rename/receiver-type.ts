/**
 * The type of a value by what the text around says of it: how it was declared, made or annotated. No inference: what is not
 * written is not known.
 */

/** `types`: names that may be its type. `builtin`: it was made of a literal or a type of the language. */
export interface Told {
  types: string[];
  builtin: boolean;
}

const NAME = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
const PATH = String.raw`(?:${NAME}(?:\.|::))*`;
const LITERAL =
  /^(?:\[|\{|"|'|`|\d|f"|f'|r"|vec!|list\(|dict\(|set\(|tuple\(|str\(|new (?:Array|Map|Set|Object|WeakMap|ArrayList|HashMap|LinkedList|ArrayDeque)\b|String::|Vec::|HashMap::|true\b|false\b)/;
/** Languages in which braces are what a declared type is made of. */
const BRACED = new Set(["c", "cpp", "java", "go", "rust"]);
const BUILTIN_TYPE =
  /^(?:list|dict|set|tuple|str|int|float|bool|bytes|List|Dict|Set|Map|Array|Vec|String|HashMap|ArrayList|string|number|boolean|vector|map|byte|rune|error|char|double|long|Deque|Queue|any|object|Object)$/;
/** Wrappers that stand around a type. */
const AROUND = String.raw`(?:[&*?]|\bmut\b|\bconst\b|\bfinal\b|\bdyn\b|'\w+\b|\b(?:Optional|Box|Rc|Arc|RefCell|Option|Promise|Awaited|Readonly|Type|type|unique_ptr|shared_ptr)\b[\[<]|"|\s|std::|\[\]|\.\.\.)*`;

/** One way to say a type: `only` in these languages, `not` in those; of the match the group `type`, `many` where it is a list of it. */
interface Way {
  only?: readonly string[];
  not?: readonly string[];
  pattern: (v: string, language: string) => string;
}

const WAYS: readonly Way[] = [
  // x: Type
  { not: ["go", "java"], pattern: (v) => `${v}\\??\\s*:\\s*${AROUND}${PATH}(?<type>${NAME})` },
  // Type x, const Type<T> &x
  {
    only: ["java", "c", "cpp", "c_sharp", "kotlin"],
    pattern: (v, language) =>
      `(?<!\\p{L})(?!(?:return|new|else|case|throw|const|final|in|typename|delete|goto)\\b)(?<type>${NAME})(?:<[^;(){}]*>)?(?:\\s*[*&]+\\s*|\\s+)${v}(?![\\p{L}\\p{N}_$${language === "cpp" ? "" : "("}])`,
  },
  // x *pkg.Type, x []Type
  {
    only: ["go"],
    pattern: (v) =>
      `${v}(?:\\s*,\\s*${NAME})*[ \\t]+(?<many>\\[\\]|map\\[\\w+\\])?\\**(?:${NAME}\\.)?(?<type>${NAME})[ \\t]*(?=[,)\\n\`{=])`,
  },
  // with Type(...) as x
  { only: ["python"], pattern: (v) => `\\bwith\\s+[^\\n]*?(?<type>${NAME})\\([^\\n]*\\)\\s+as\\s+${v}` },
];

/** What a text says of the type of a name in it; `language` is a grammar's id. */
export function toldOf(name: string, text: string, language: string): Told {
  const v = `(?<![\\p{L}\\p{N}_$])${RegExp.escape(name)}`;
  const ways = WAYS.filter(
    ({ only, not }) => only?.includes(language) !== false && not?.includes(language) !== true,
  );
  const said = ways.flatMap(({ pattern }) =>
    [...text.matchAll(new RegExp(pattern(v, language), "gu"))].map(({ groups }) =>
      groups?.many === undefined ? groups?.type : LIST,
    ),
  );
  // x = Type(...), x = new Type(...), x := &Type{...}, let x = Type::new(...)
  const made = new RegExp(`${v}(?:\\s*:[^=\\n;]+)?\\s*:?=(?!=)\\s*(?:await\\s+)?([^\\n;]+)`, "gu");
  for (const [, value = ""] of text.matchAll(made))
    said.push(isLiteral(value, language) ? LIST : makerOf(value));
  const known = said.filter((type) => type !== undefined);
  return {
    types: [...new Set(known.filter((type) => !BUILTIN_TYPE.test(type)))],
    builtin: known.some((type) => BUILTIN_TYPE.test(type)),
  };
}

/** Stands for any type of a language itself. */
const LIST = "list";

const isLiteral = (value: string, language: string): boolean =>
  (LITERAL.test(value) && !(BRACED.has(language) && value.startsWith("{"))) ||
  (language === "go" && /^(?:make\(|map\[)/.test(value));

/** The name of what makes a value: a type, or a function, whose result is its type then. */
function makerOf(value: string): string | undefined {
  const found = new RegExp(
    `^(?:new\\s+|&\\s*|\\*|mut\\s+)*${PATH}(${NAME})(?:<[^<>]*>|\\[[^\\]]*\\])?\\s*(?:\\(|\\{|::)`,
    "u",
  ).exec(value);
  if (found === null) return undefined;
  const type = new RegExp(`^(?:&\\s*)*(?:${NAME}::)*?(${NAME})::${NAME}\\s*\\(`, "u").exec(value);
  // `Type::new(...)`: the type, not its constructor.
  return type !== null && /^\p{Lu}/u.test(type[1] ?? "") ? type[1] : found[1];
}
