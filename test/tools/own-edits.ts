/** Edits in the corpus' format, of the same families and of the traps beside them. A table: what, file, content, edit, outcome. */
import type { EditCase, Outcome } from "../../bench/edits.ts";

type Pair = { old: string; new: string; replace_all?: boolean };
type Row = [what: string, file: string, content: string, edit: Pair | string, expect: string | Outcome];

const AMBIGUOUS = { error: "ambiguous" };
const NOT_FOUND = { error: "not-found" };
const OMITTED = { error: "omission placeholder" };

const PY = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n";
const GO = "func main() {\n\tfor i := range xs {\n\t\tif ok {\n\t\t\trun(i)\n\t\t}\n\t}\n}\n";
const JS =
  "export function a() {\n  one();\n  two();\n  three();\n}\n\nexport function b() {\n  four();\n}\n";

const FAMILIES: Record<string, Row[]> = {
  indentation: [
    [
      "dedented, two levels deeper new",
      "a.py",
      PY,
      {
        old: "def g(self):\n    return 2",
        new: "def g(self):\n    if x:\n        for y in z:\n            return y\n    return 2",
      },
      PY.replace(
        "        return 2",
        "        if x:\n            for y in z:\n                return y\n        return 2",
      ),
    ],
    [
      "two spaces a level written, four in the file",
      "a.py",
      PY,
      { old: "  def g(self):\n    return 2", new: "  def g(self):\n    if x:\n      return 3\n    return 2" },
      PY.replace("        return 2", "        if x:\n            return 3\n        return 2"),
    ],
    [
      "four written, two in the file",
      "a.js",
      JS,
      {
        old: "export function b() {\n    four();\n}",
        new: "export function b() {\n    if (x) {\n        four();\n    }\n}",
      },
      JS.replace("  four();", "  if (x) {\n    four();\n  }"),
    ],
    [
      "one line copied without its indentation, several new",
      "a.py",
      PY,
      { old: "return 2", new: "x = 1\nif x:\n    return 3\nreturn x" },
      PY.replace("        return 2", "        x = 1\n        if x:\n            return 3\n        return x"),
    ],
    [
      "only the first line lacks its indentation",
      "a.py",
      PY,
      { old: "return 2", new: "x = 1\n        return x" },
      PY.replace("return 2", "x = 1\n        return x"),
    ],
    [
      "a line comes out of its block",
      "a.py",
      "def f():\n    for a in b:\n        use(a)\n",
      { old: "  for a in b:\n      use(a)", new: "  for a in b:\n      use(a)\n  end()" },
      "def f():\n    for a in b:\n        use(a)\n    end()\n",
    ],
    [
      "an aligned continuation stays aligned",
      "a.py",
      "def f():\n    call(one,\n         two)\n",
      { old: "call(one,\n     two)", new: "call(one,\n     two,\n     three)" },
      "def f():\n    call(one,\n         two,\n         three)\n",
    ],
    [
      "same shape wins over same words",
      "a.py",
      "if a:\n  x = 1\n  if b:\n    y = 2\nif c:\n  x = 1\nif b:\n   y = 2\n",
      { old: "x = 1\nif b:\n  y = 2", new: "x = 2\nif b:\n  y = 2" },
      "if a:\n  x = 2\n  if b:\n    y = 2\nif c:\n  x = 1\nif b:\n   y = 2\n",
    ],
  ],
  "blank-lines": [
    [
      "blank lines behind",
      "a.py",
      "a = 1\nb = 2\nc = 3\n",
      { old: "b = 2\n\n\n", new: "b = 3\n" },
      "a = 1\nb = 3\nc = 3\n",
    ],
    [
      "none written, one in the file",
      "a.py",
      "a()\n\nb()\nc()\n",
      { old: "a()\nb()", new: "a()\nb2()" },
      "a()\n\nb2()\nc()\n",
    ],
    [
      "a blank line more is wanted",
      "a.py",
      "a()\n\n\nb()\n",
      { old: "a()\n\nb()", new: "a()\n\nx()\n\nb()" },
      "a()\n\n\nx()\n\nb()\n",
    ],
    [
      "blank lines around one line do not tell it apart",
      "a.py",
      "a\n\nb\n\na\n",
      { old: "\na\n\n", new: "c" },
      AMBIGUOUS,
    ],
  ],
  "tabs-vs-spaces": [
    [
      "four spaces for tabs, a deeper line new",
      "a.go",
      GO,
      {
        old: "    for i := range xs {\n        if ok {",
        new: "    for i := range xs {\n        log(\n            i)\n        if ok {",
      },
      GO.replace("\t\tif ok {", "\t\tlog(\n\t\t\ti)\n\t\tif ok {"),
    ],
    [
      "tabs for spaces",
      "a.py",
      PY,
      { old: "\tdef g(self):\n\t\treturn 2", new: "\tdef g(self):\n\t\tif x:\n\t\t\treturn 3\n\t\treturn 2" },
      PY.replace("        return 2", "        if x:\n            return 3\n        return 2"),
    ],
    [
      "exact tabs stay",
      "a.go",
      GO,
      { old: "\t\t\trun(i)", new: "\t\t\trun(i)\n\t\t\tlog(i)" },
      GO.replace("run(i)", "run(i)\n\t\t\tlog(i)"),
    ],
  ],
  "trailing-whitespace": [
    [
      "kept lines keep theirs",
      "a.md",
      "one  \ntwo \nthree\n",
      { old: "one\ntwo\nthree", new: "one\n2\nthree" },
      "one  \n2\nthree\n",
    ],
    ["a whole line goes with its end", "a.txt", "a\nb \t\nc\n", { old: "b\n", new: "" }, "a\nc\n"],
    ["the last line goes, without a final line end", "a.txt", "a\nb ", { old: "b\n", new: "" }, "a\n"],
    ["no final line end is added", "a.txt", "a\nb ", { old: "a\nb\n", new: "a\nc\n" }, "a\nc"],
  ],
  "inner-whitespace": [
    [
      "before brackets",
      "a.ts",
      "if(a){\n  f (b);\n}\n",
      { old: "if (a) {\n  f(b);\n}", new: "if (a) {\n  f(c);\n}" },
      "if (a) {\n  f(c);\n}\n",
    ],
    [
      "runs of blanks",
      "a.ts",
      "let   a  =  1; // x\n",
      { old: "let a = 1; // x", new: "let a = 2; // x" },
      "let a = 2; // x\n",
    ],
    ["inside brackets", "a.ts", "f(a,b);\n", { old: "f( a, b );", new: "f( a, c );" }, "f( a, c );\n"],
    ["inside a string", "a.ts", 'f("a  b");\n', { old: 'f("a b");', new: 'f("c");' }, NOT_FOUND],
    ["words run together", "a.ts", "return x1;\n", { old: "return x 1;", new: "return 2;" }, NOT_FOUND],
    ["an operator of two signs", "a.c", "a = b - -c;\n", { old: "a = b--c;", new: "a = 0;" }, NOT_FOUND],
  ],
  "unicode-punctuation": [
    [
      "inside a line",
      "a.md",
      "He said “hello there” to me.\n",
      { old: '"hello there"', new: '"bye"' },
      'He said "bye" to me.\n',
    ],
    [
      "ellipsis",
      "a.ts",
      'show("Loading…");\nnext();\n',
      { old: 'show("Loading...");\nnext();', new: 'show("Loading...");\nlast();' },
      'show("Loading…");\nlast();\n',
    ],
    [
      "no-break space",
      "a.py",
      "x\u00A0= 1\ny = 2\n",
      { old: "x = 1\ny = 2", new: "x = 1\ny = 3" },
      "x\u00A0= 1\ny = 3\n",
    ],
    ["composed and decomposed", "a.txt", "cafe\u0301\n", { old: "caf\u00E9", new: "tea" }, "tea\n"],
    ["double width signs", "a.py", "print（1）\n", { old: "print(1)", new: "print(2)" }, "print(2)\n"],
    [
      "quotes kept in prose",
      "a.md",
      "It’s “so”.\n",
      { old: 'It\'s "so".', new: 'It\'s "not".' },
      "It’s “not”.\n",
    ],
    ["two look-alikes", "a.ts", "a(‘x’)\na(’x’)\n", { old: "a('x')", new: "b()" }, AMBIGUOUS],
    [
      "another letter is no look-alike",
      "a.ts",
      "const а = 1\n",
      { old: "const a = 1", new: "const a = 2" },
      NOT_FOUND,
    ],
    [
      "another kind of quote is no look-alike",
      "a.js",
      "f('x')\n",
      { old: 'f("x")', new: 'f("y")' },
      NOT_FOUND,
    ],
  ],
  "crlf-bom": [
    [
      "two lines of mixed ends",
      "a.txt",
      "a\r\nb\nc\r\nd\n",
      { old: "b\nc", new: "B\nC" },
      "a\r\nB\nC\r\nd\n",
    ],
    [
      "a line more takes the end of its place",
      "a.txt",
      "a\r\nb\r\nc\r\n",
      { old: "b", new: "b\nb2" },
      "a\r\nb\r\nb2\r\nc\r\n",
    ],
    ["no final line end", "a.txt", "a\r\nb", { old: "b", new: "c\nd" }, "a\r\nc\r\nd"],
    ["a BOM in what the model wrote", "a.txt", "\uFEFFa\nb\n", { old: "a\nb", new: "a\nc" }, "\uFEFFa\nc\n"],
    [
      "untouched lines between two blocks",
      "a.txt",
      "a\r\nb\nc\r\nd\n",
      "<<<<<<< SEARCH\na\n=======\nA\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nd\n=======\nD\n>>>>>>> REPLACE",
      "A\r\nb\nc\r\nD\n",
    ],
    ["carriage returns inside a line", "a.txt", "a\r\r\nb\r\n", { old: "b", new: "c" }, "a\r\r\nc\r\n"],
  ],
  "line-number-prefix": [
    [
      "no blank behind the bar, a deeper line new",
      "a.py",
      "if a:\n    b()\n",
      { old: "1|if a:", new: "1|if a:\n2|    c()" },
      "if a:\n    c()\n    b()\n",
    ],
    ["part of a line only", "a.py", "x = foo\n", { old: "3 | foo", new: "3 | bar" }, NOT_FOUND],
    [
      "an arrow",
      "a.py",
      PY,
      {
        old: "     5→    def g(self):\n     6→        return 2",
        new: "     5→    def g(self):\n     6→        return 3",
      },
      PY.replace("return 2", "return 3"),
    ],
    [
      "a tab behind",
      "a.py",
      PY,
      {
        old: "     5\t    def g(self):\n     6\t        return 2",
        new: "    def g(self):\n        return 3",
      },
      PY.replace("return 2", "return 3"),
    ],
    [
      "no blank behind the bar",
      "a.py",
      "if a:\n    b()\n",
      { old: "1|if a:\n2|    b()", new: "1|if a:\n2|    c()" },
      "if a:\n    c()\n",
    ],
    [
      "an empty line",
      "a.py",
      "a()\n\nb()\n",
      { old: "1 | a()\n2 |\n3 | b()", new: "1 | a()\n2 |\n3 | c()" },
      "a()\n\nc()\n",
    ],
    [
      "a new line among them has none",
      "a.py",
      "a()\nb()\n",
      { old: "1 | a()\n2 | b()", new: "1 | a()\nx()\n2 | b()" },
      "a()\nx()\nb()\n",
    ],
    ["colon, right place", "a.py", "a()\nb()\n", { old: "2: b()", new: "2: c()" }, "a()\nc()\n"],
    ["colon, wrong place, alone", "a.yml", "web\ndb\n", { old: "8080: web", new: "8080: www" }, NOT_FOUND],
    ["numbers that do not count up", "a.txt", "a\nb\n", { old: "3 | a\n9 | b", new: "c" }, NOT_FOUND],
    ["numbers of some lines only", "a.txt", "a\nb\n", { old: "1 | a\nb", new: "c" }, NOT_FOUND],
  ],
  elision: [
    [
      "nothing changed",
      "a.js",
      JS,
      { old: "export function a() {\n  ...\n}", new: "export function a() {\n  ...\n}" },
      { error: "no-change" },
    ],
    [
      "in comments",
      "a.js",
      JS,
      {
        old: "export function a() {\n  // ... existing code ...\n  three();\n}",
        new: "export function a() {\n  // ... existing code ...\n  3;\n}",
      },
      JS.replace("three()", "3"),
    ],
    [
      "an unchanged end may stand anywhere",
      "a.js",
      JS,
      { old: "export function a() {\n  one();\n  ...\n}", new: "export function a() {\n  1;\n  ...\n}" },
      JS.replace("one()", "1"),
    ],
    [
      "a changed end that may stand anywhere",
      "a.js",
      JS,
      { old: "export function a() {\n  ...\n}", new: "export function a() {\n  ...\n};" },
      AMBIGUOUS,
    ],
    [
      "only the old side",
      "a.js",
      JS,
      { old: "export function a() {\n  ...\n}", new: "export function a() {\n  z();\n}" },
      NOT_FOUND,
    ],
    ["dots in a comment", "a.js", JS, { old: "  one();\n  two();", new: "  one();\n  // ...\n" }, OMITTED],
    [
      "bare dots among statements",
      "a.py",
      "def f():\n    a()\n    b()\n",
      { old: "    a()\n    b()", new: "    a()\n    ..." },
      OMITTED,
    ],
    [
      "dots as a body",
      "a.py",
      "def f():\n    pass\n",
      { old: "    pass", new: "    ..." },
      "def f():\n    ...\n",
    ],
    [
      "rest in a destructuring",
      "a.js",
      "const {\n  a,\n  ...rest\n} = b;\n",
      { old: "  ...rest", new: "  ...others" },
      "const {\n  a,\n  ...others\n} = b;\n",
    ],
    [
      "a placeholder that was there",
      "a.js",
      "a();\n// ... existing code ...\n",
      { old: "a();\n// ... existing code ...", new: "b();\n// ... existing code ..." },
      "b();\n// ... existing code ...\n",
    ],
  ],
  "over-escaped": [
    [
      "a line end in the new text only",
      "a.py",
      'a("x")\n',
      { old: 'a(\\"x\\")', new: 'a(\\"x\\")\\nb()' },
      { error: "unclear escapes" },
    ],
    [
      "a line end inside a literal on both sides",
      "a.js",
      "log(`a\nb`);\n",
      { old: "log(`a\\nb`);", new: "log(`a\\nc`);" },
      "log(`a\nc`);\n",
    ],
    [
      "a line end inside quotes on both sides",
      "a.js",
      "log('a\nb');\n",
      { old: "log('a\\nb');", new: "log('a\\nc');" },
      "log('a\nc');\n",
    ],
    [
      "backslashes of a path",
      "a.py",
      "p = 'c:\\x'\n",
      { old: "p = 'c:\\\\x'", new: "p = 'd:\\\\x'" },
      "p = 'd:\\x'\n",
    ],
    [
      "line ends",
      "a.py",
      "if x:\n    a()\n",
      { old: "if x:\\n    a()", new: "if y:\\n    b()" },
      "if y:\n    b()\n",
    ],
    [
      "quotes and line ends",
      "a.py",
      'a("x")\nb("y")\n',
      { old: 'a(\\"x\\")\\nb(\\"y\\")', new: 'a(\\"z\\")\\nb(\\"y\\")' },
      'a("z")\nb("y")\n',
    ],
    [
      "two levels where the file has one",
      "a.py",
      'print("a\\n")\n',
      { old: 'print(\\"a\\\\n\\")', new: 'print(\\"b\\\\n\\")' },
      'print("b\\n")\n',
    ],
    [
      "a line end in a literal of the new text",
      "a.py",
      "a()\nb()\n",
      { old: "a()\\nb()", new: 'a()\\nprint("x\\n")' },
      { error: "unclear escapes" },
    ],
    [
      "other escapes in the new text only",
      "a.py",
      'a("x")\n',
      { old: 'a(\\"x\\")', new: 'a(\\"x\\n\\")' },
      { error: "unclear escapes" },
    ],
    [
      "the file's own escapes",
      "a.py",
      'print("a\\n")\n',
      { old: 'print("a\\n")', new: 'print("b\\n")' },
      'print("b\\n")\n',
    ],
  ],
  "html-entities": [
    [
      "brackets and ampersand",
      "a.ts",
      "if (a < b && c > d) {}\n",
      { old: "if (a &lt; b &amp;&amp; c &gt; d) {}", new: "if (a &lt; b) {}" },
      "if (a < b) {}\n",
    ],
    [
      "quotes",
      "a.ts",
      "a(\"b\", 'c');\n",
      { old: "a(&quot;b&quot;, &#39;c&#39;);", new: "a(&quot;d&quot;);" },
      'a("d");\n',
    ],
    [
      "only one level",
      "a.html",
      "<p>&lt;</p>\n",
      { old: "&lt;p&gt;&amp;lt;&lt;/p&gt;", new: "&lt;p&gt;&amp;gt;&lt;/p&gt;" },
      "<p>&gt;</p>\n",
    ],
  ],
  "markdown-fence": [
    [
      "the file's own, outside Markdown",
      "a.py",
      '"""\n```\nx\n```\n"""\n',
      { old: "```\nx\n```", new: "```\ny\n```" },
      '"""\n```\ny\n```\n"""\n',
    ],
    ["in a text file only the new side", "a.txt", "a\n", { old: "a", new: "```\nb\n```" }, "b\n"],
    [
      "around both",
      "a.py",
      "a = 1\n",
      { old: "```python\na = 1\n```", new: "```python\na = 2\n```" },
      "a = 2\n",
    ],
    ["around the old side", "a.py", "a = 1\n", { old: "```\na = 1\n```", new: "a = 2" }, "a = 2\n"],
    [
      "and line numbers in it",
      "a.py",
      "a = 1\nb = 2\n",
      { old: "```\n1 | a = 1\n2 | b = 2\n```", new: "```\n1 | a = 1\n2 | b = 3\n```" },
      "a = 1\nb = 3\n",
    ],
    ["half of one", "a.py", "a = 1\n", { old: "a = 1", new: "```python\na = 2" }, { error: "fence" }],
    ["new in Markdown", "a.md", "run it\n", { old: "run it", new: "```\nrun it\n```" }, "```\nrun it\n```\n"],
  ],
  "special-characters": [
    [
      "regular expression signs",
      "a.js",
      "a.b*c[d]\naxb*c[d]\n",
      { old: "a.b*c[d]", new: "$& $1 \\1" },
      "$& $1 \\1\naxb*c[d]\n",
    ],
  ],
  ambiguous: [
    ["overlapping", "a.txt", "ababa\n", { old: "aba", new: "x" }, AMBIGUOUS],
    ["part of another line", "a.txt", "foo\nfoobar\n", { old: "foo", new: "x" }, AMBIGUOUS],
    [
      "trailing blanks tell them apart for nobody",
      "a.txt",
      "x \ny\nx\t\ny\n",
      { old: "x\ny", new: "z" },
      AMBIGUOUS,
    ],
  ],
  "replace-all": [
    ["exact", "a.txt", "a b a\na\n", { old: "a", new: "c", replace_all: true }, "c b c\nc\n"],
    [
      "indented differently",
      "a.js",
      "if (x) {\n  f();\n  g();\n}\nif (y) {\n    f();\n    g();\n}\n",
      { old: "f();\ng();", new: "f();\nh();", replace_all: true },
      "if (x) {\n  f();\n  h();\n}\nif (y) {\n    f();\n    h();\n}\n",
    ],
    ["nowhere", "a.txt", "a\n", { old: "b", new: "c", replace_all: true }, NOT_FOUND],
  ],
  "invented-context": [
    [
      "right ends, wrong middle",
      "a.js",
      JS,
      { old: "export function a() {\n  one();\n  2;\n  three();\n}", new: "x" },
      NOT_FOUND,
    ],
    ["a line left out", "a.js", JS, { old: "  one();\n  three();", new: "  x();" }, NOT_FOUND],
    [
      "a comment that is not there",
      "a.js",
      JS,
      { old: "  // call four\n  four();", new: "  five();" },
      NOT_FOUND,
    ],
  ],
  "invalid-edit": [
    ["same", "a.txt", "a\n", { old: "a", new: "a" }, { error: "no-change" }],
    ["same but for what is kept", "a.txt", "a  \nb\n", { old: "a\nb", new: "a\nb" }, { error: "no-change" }],
    ["nothing to look for", "a.txt", "a\n", { old: "", new: "b" }, { error: "empty old text" }],
    ["nothing in an empty file", "a.txt", "", { old: "", new: "b\n" }, "b\n"],
  ],
  "block-markers": [
    [
      "part of a line",
      "a.html",
      '<a for="x.Key" id="y">\n',
      '<<<<<<< SEARCH\nfor="x.Key"\n=======\nfor="x.Queue.Key"\n>>>>>>> REPLACE',
      '<a for="x.Queue.Key" id="y">\n',
    ],
    [
      "a whole line wins over part of one",
      "a.py",
      "x = 10\nx = 1\n",
      "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE",
      "x = 10\nx = 2\n",
    ],
    [
      "a hint of the line decides",
      "a.py",
      "f()\ng()\nf()\n",
      "<<<<<<< SEARCH\n:start_line:3\n-------\nf()\n=======\nh()\n>>>>>>> REPLACE",
      "f()\ng()\nh()\n",
    ],
    [
      "a hint that is off",
      "a.py",
      "f()\ng()\nf()\n",
      "<<<<<<< SEARCH\n:start_line:2\n-------\nf()\n=======\nh()\n>>>>>>> REPLACE",
      AMBIGUOUS,
    ],
    [
      "the second builds on the first",
      "a.py",
      "a()\n",
      "<<<<<<< SEARCH\na()\n=======\nb()\nc()\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nc()\n=======\nd()\n>>>>>>> REPLACE",
      "b()\nd()\n",
    ],
    [
      "all or none",
      "a.py",
      "a()\nb()\n",
      "<<<<<<< SEARCH\na()\n=======\nx()\n>>>>>>> REPLACE\n<<<<<<< SEARCH\nz()\n=======\ny()\n>>>>>>> REPLACE",
      NOT_FOUND,
    ],
    [
      "a whole block further in",
      "a.py",
      "def f():\n    a()\n",
      "1. Do:\n   <<<<<<< SEARCH\n   def f():\n       a()\n   =======\n   def f():\n       b()\n   >>>>>>> REPLACE",
      "def f():\n    b()\n",
    ],
  ],
  "unified-diff": [
    [
      "indented less than the file",
      "a.py",
      PY,
      "@@ @@\n def g(self):\n-    return 2\n+    return 3\n",
      PY.replace("return 2", "return 3"),
    ],
    [
      "two hunks",
      "a.py",
      PY,
      "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-class A:\n+class B:\n@@ -5,2 +5,2 @@\n     def g(self):\n-        return 2\n+        return 3\n",
      PY.replace("A:", "B:").replace("return 2", "return 3"),
    ],
    [
      "right counts decide between two places",
      "a.py",
      "f()\ng()\nf()\n",
      "@@ -3 +3 @@\n-f()\n+h()\n",
      "f()\ng()\nh()\n",
    ],
    ["wrong counts do not", "a.py", "f()\ng()\nf()\n", "@@ -3,4 +3,4 @@\n-f()\n+h()\n", AMBIGUOUS],
    ["nothing says where", "a.py", "f()\n", "@@ -1 +1,2 @@\n+g()\n", { error: "empty old text" }],
  ],
};

export const OWN_EDITS: EditCase[] = Object.entries(FAMILIES).flatMap(([family, rows]) =>
  rows.map(([id, file, content, edit, expect]): EditCase => {
    const raw = typeof edit === "string";
    const format = !raw
      ? "find-replace"
      : family === "unified-diff"
        ? "unified-diff"
        : "search-replace-block";
    return {
      id,
      family,
      format,
      file,
      content,
      edit: raw ? { raw: edit } : edit,
      expect: typeof expect === "string" ? { content: expect } : expect,
    };
  }),
);
