/** Names as the languages have them: what may be one, what is taken by the language, and what every value there has. */

const IDENTIFIER = /^[\p{L}_$][\p{L}\p{M}\p{N}_$]*$/u;
const PLAIN = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const JAVASCRIPT = words(
  "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static implements interface package private protected public await arguments eval undefined",
);
const C = words(
  "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while",
);

const KEYWORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  python: words(
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield",
  ),
  javascript: JAVASCRIPT,
  typescript: JAVASCRIPT,
  tsx: JAVASCRIPT,
  go: words(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
  ),
  rust: words(
    "as async await break const continue crate dyn else enum extern false fn for gen if impl in let loop match mod move mut pub ref return self Self static struct super trait true type union unsafe use where while abstract become box do final macro override priv try typeof unsized virtual yield",
  ),
  java: words(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for goto if implements import instanceof int interface long native new package private protected public return short static strictfp super switch synchronized this throw throws transient try void volatile while true false null var record yield",
  ),
  c: C,
  cpp: new Set([
    ...C,
    ...words(
      "alignas alignof and and_eq asm bitand bitor bool catch char16_t char32_t char8_t class co_await co_return co_yield compl concept consteval constexpr constinit const_cast decltype delete dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public reinterpret_cast requires static_assert static_cast template this thread_local throw true try typeid typename using virtual wchar_t xor xor_eq",
    ),
  ]),
};

/** One sentence on why a name cannot be one in this language; null: it can. */
export function whyNoName(name: string, language: string): string | null {
  const pattern = ["javascript", "typescript", "tsx", "java"].includes(language) ? IDENTIFIER : PLAIN;
  if (!pattern.test(name))
    return `${name} is no name in ${language}; give letters, digits and "_", no digit first.`;
  return KEYWORDS[language]?.has(name) === true
    ? `${name} is a word of ${language} itself; choose another name.`
    : null;
}

/** Members that values of the languages' own types have: on a value of unknown type they may be meant. */
const EVERYWHERE = words(
  "add all any append apply at back begin bind call capacity catch clear clone close concat contains copy count data decode delete each empty encode end endswith entries equals erase every exists extend filter find first flatMap flush forEach format front get group hash has hashCode includes index indexOf insert into is_empty isEmpty items iter join key keys last len length limit lower map match message min max name next of offer open parse peek pop print push put read reduce remove replace reserve resize reverse run search seek send set setdefault shift size slice some sort splice split start startswith status stop strip sub substring sum swap test then title to_string toString top trim type union unshift unwrap update upper value values write",
);

export const isCommonMember = (name: string): boolean => EVERYWHERE.has(name);
