/** A function that is called like its module, package or class: only what means the function gets the new name. */
import { expect, test } from "bun:test";
import { renamedIn, type Texts } from "./renaming.ts";

const PYTHON = "def bill(x):\n    return x\n";

/** The project, and the files that change with their new text. */
const CASES: Record<string, [files: Texts, from: string, changed: Texts]> = {
  "from pkg.bill import bill": [
    {
      "pkg/__init__.py": "",
      "pkg/bill.py": PYTHON,
      "pkg/use.py": "from pkg.bill import bill\n\nused = bill(1)\n",
    },
    "bill",
    { "pkg/use.py": "from pkg.bill import invoice\n\nused = invoice(1)\n" },
  ],
  "from bill import bill, and the module by another name": [
    {
      "bill.py": PYTHON,
      "use.py": "import bill as b\nfrom bill import bill\n\nused = bill(1) + b.bill(2)\n",
    },
    "bill",
    { "use.py": "import bill as b\nfrom bill import invoice\n\nused = invoice(1) + b.invoice(2)\n" },
  ],
  "import bill": [
    { "bill.py": PYTHON, "use.py": "import os, bill\n\nused = bill.bill(1)\n" },
    "bill",
    { "use.py": "import os, bill\n\nused = bill.invoice(1)\n" },
  ],
  "the module out of its package": [
    {
      "pkg/__init__.py": "",
      "pkg/bill.py": PYTHON,
      "pkg/use.py": "from . import bill\nfrom .bill import bill as make\n\nused = bill.bill(1) + make(2)\n",
      "use.py": "from pkg import bill\n\nused = bill.bill(1)\n",
    },
    "bill",
    {
      "pkg/use.py":
        "from . import bill\nfrom .bill import invoice as make\n\nused = bill.invoice(1) + make(2)\n",
      "use.py": "from pkg import bill\n\nused = bill.invoice(1)\n",
    },
  ],
  "import pkg.bill": [
    {
      "pkg/__init__.py": "",
      "pkg/bill.py": PYTHON,
      "use.py": "import pkg.bill\n\nused = pkg.bill.bill(1)\n",
    },
    "bill",
    { "use.py": "import pkg.bill\n\nused = pkg.bill.invoice(1)\n" },
  ],
  "a package that gives it on under the module's name": [
    {
      "pkg/__init__.py": "from pkg.bill import bill\n",
      "pkg/bill.py": PYTHON,
      "use.py": "import pkg\nfrom pkg import bill\n\nused = bill(1) + pkg.bill(2)\n",
    },
    "bill",
    {
      "pkg/__init__.py": "from pkg.bill import invoice\n",
      "use.py": "import pkg\nfrom pkg import invoice\n\nused = invoice(1) + pkg.invoice(2)\n",
    },
  ],
  "Rust: a function in a module of its name": [
    {
      "src/bill.rs": "pub fn bill(x: i32) -> i32 {\n    x\n}\n",
      "src/lib.rs":
        "pub mod bill;\nuse crate::bill::bill;\n\npub fn used() -> i32 {\n    bill(1) + bill::bill(2) + crate::bill::bill(3)\n}\n",
    },
    "bill",
    {
      "src/lib.rs":
        "pub mod bill;\nuse crate::bill::invoice;\n\npub fn used() -> i32 {\n    invoice(1) + bill::invoice(2) + crate::bill::invoice(3)\n}\n",
    },
  ],
  "Go: a function in a package of its name": [
    {
      "go.mod": "module example.com/a\n\ngo 1.20\n",
      "bill/bill.go":
        "package bill\n\nfunc Bill(x int) int { return bill(x) }\n\nfunc bill(x int) int { return x }\n",
      "main.go": 'package main\n\nimport "example.com/a/bill"\n\nfunc main() {\n\tbill.Bill(1)\n}\n',
    },
    "bill",
    {
      "bill/bill.go":
        "package bill\n\nfunc Bill(x int) int { return invoice(x) }\n\nfunc invoice(x int) int { return x }\n",
    },
  ],
  "Java: a method in a package of its name": [
    {
      "a/bill/Bill.java":
        "package a.bill;\n\npublic class Bill {\n    public static int bill(int x) { return x; }\n}\n",
      "a/Use.java":
        "package a;\n\nimport a.bill.Bill;\nimport static a.bill.Bill.bill;\n\nclass Use {\n    int f() { return bill(1) + Bill.bill(2); }\n}\n",
    },
    "Bill.bill",
    {
      "a/Use.java":
        "package a;\n\nimport a.bill.Bill;\nimport static a.bill.Bill.invoice;\n\nclass Use {\n    int f() { return invoice(1) + Bill.invoice(2); }\n}\n",
    },
  ],
};

test.each(Object.entries(CASES))("%s", async (_, [files, from, changed]) => {
  const { texts, left } = await renamedIn(files, from, "invoice");
  for (const [path, text] of Object.entries(changed)) expect(texts[path]).toBe(text);
  const home = Object.keys(files).find(
    (path) => /bill\/?bill\.\w+$/i.test(path) || /bill\.(py|rs)$/.test(path),
  );
  expect(texts[home ?? ""]).toContain("invoice");
  expect(left).toEqual([]);
});
