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

const escaped = (name: string): string => RegExp.escape(name);

/** What a text says of the type of a name in it; `language` is a grammar's id. */
export function toldOf(name: string, text: string, language: string): Told {
  const v = `(?<![\\p{L}\\p{N}_$])${escaped(name)}`;
  const types: string[] = [];
  let builtin = false;
  const tell = (type: string | undefined): void => {
    if (type === undefined) return;
    if (BUILTIN_TYPE.test(type)) builtin = true;
    else types.push(type);
  };
  // x: Type
  if (language !== "go" && language !== "java")
    for (const [, type] of text.matchAll(new RegExp(`${v}\\??\\s*:\\s*${AROUND}${PATH}(${NAME})`, "gu")))
      tell(type);
  // x = Type(...), x = new Type(...), x := &Type{...}, let x = Type::new(...)
  const made = new RegExp(`${v}(?:\\s*:[^=\\n;]+)?\\s*:?=(?!=)\\s*(?:await\\s+)?([^\\n;]+)`, "gu");
  for (const [, value = ""] of text.matchAll(made)) {
    if (
      (LITERAL.test(value) && !(BRACED.has(language) && value.startsWith("{"))) ||
      (language === "go" && /^(?:make\(|map\[)/.test(value))
    )
      builtin = true;
    else tell(makerOf(value));
  }
  // Type x, const Type<T> &x
  if (["java", "c", "cpp", "c_sharp", "kotlin"].includes(language))
    for (const [, type] of text.matchAll(
      new RegExp(
        `(${NAME})(?:<[^;(){}]*>)?(?:\\s*[*&]+\\s*|\\s+)${v}(?![\\p{L}\\p{N}_$${language === "cpp" ? "" : "("}])`,
        "gu",
      ),
    ))
      if (!/^(return|new|else|case|throw|const|final|in|typename|delete|goto)$/.test(type ?? "")) tell(type);
  // x *pkg.Type, x []Type
  if (language === "go")
    for (const [, many, type] of text.matchAll(
      new RegExp(
        `${v}(?:\\s*,\\s*${NAME})*[ \\t]+(\\[\\]|map\\[\\w+\\])?\\**(?:${NAME}\\.)?(${NAME})[ \\t]*(?=[,)\\n\`{=])`,
        "gu",
      ),
    )) {
      if (many !== undefined) builtin = true;
      else tell(type);
    }
  // with Type(...) as x
  if (language === "python")
    for (const [, type] of text.matchAll(
      new RegExp(`\\bwith\\s+[^\\n]*?(${NAME})\\([^\\n]*\\)\\s+as\\s+${v}`, "gu"),
    ))
      tell(type);
  return { types: [...new Set(types)], builtin };
}

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
