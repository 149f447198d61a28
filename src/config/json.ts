/** Where a text stops being JSON, for people: the engine's own parser does not say on which line. */

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)))/y;

type Kind = "{" | "}" | "[" | "]" | "," | ":" | "string" | "scalar";

/** What may come next; in a `first` place the closing bracket may, too. */
type Expect = "value" | "first value" | "key" | "first key" | "colon" | "more of {" | "more of [" | "end";

const VALUE = { "{": "open", "[": "open", string: "done", scalar: "done" } as const;

/** What each token leads to; a token that is not in its row may not stand there. */
const NEXT: Record<Expect, Partial<Record<Kind, Expect | "open" | "done" | "close">>> = {
  value: VALUE,
  "first value": { ...VALUE, "]": "close" },
  key: { string: "colon" },
  "first key": { string: "colon", "}": "close" },
  colon: { ":": "value" },
  "more of {": { ",": "key", "}": "close" },
  "more of [": { ",": "value", "]": "close" },
  end: {},
};

const WANTED: Record<Expect, string> = {
  value: "a value",
  "first value": 'a value or "]"',
  key: "a key in double quotes",
  "first key": 'a key in double quotes or "}"',
  colon: '":"',
  "more of {": '"," or "}"',
  "more of [": '"," or "]"',
  end: "the end of the file",
};

/** The state after `kind`, with `open` the stack of open brackets; null where `kind` may not stand there. */
function advance(expect: Expect, kind: Kind, open: ("{" | "[")[]): Expect | null {
  const next = NEXT[expect][kind];
  if (next === "open") {
    open.push(kind === "{" ? "{" : "[");
    return kind === "{" ? "first key" : "first value";
  }
  if (next !== "done" && next !== "close") return next ?? null;
  if (next === "close") open.pop();
  const around = open.at(-1);
  return around === undefined ? "end" : `more of ${around}`;
}

/** The 1-based line and column of the first mistake and what was expected there; null where the text is JSON. */
export function jsonMistake(text: string): { line: number; column: number; expected: string } | null {
  const open: ("{" | "[")[] = [];
  let expect: Expect = "value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (!token) break;
    const kind = (token[1] ?? (token[2] === undefined ? "scalar" : "string")) as Kind;
    const next: Expect | null = advance(expect, kind, open);
    if (next === null) break;
    at = TOKEN.lastIndex;
    expect = next;
  }
  const offset = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0);
  if (expect === "end" && offset === text.length) return null;
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1, expected: WANTED[expect] };
}
