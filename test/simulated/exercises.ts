/** Two small exercises as tasks for the simulated model, each with a helper that its reference uses. */
import type { Task } from "../../bench/tasks/task.ts";

const PYTHON: Task = {
  id: "polyglot/python/shop",
  set: "polyglot",
  language: "python",
  folder: "shop",
  sentence: "Implement shop.py so that its tests pass",
  files: {
    ".gitignore": "__pycache__\n.pytest_cache\n",
    "prices.py": 'def price_of(item):\n    return {"apple": 3, "bread": 5}[item]\n',
    "shop.py": "def total(items):\n    pass\n\n\ndef receipt(items):\n    pass\n",
    "shop_test.py": `from shop import receipt, total


def test_total_of_two_items():
    assert total(["apple", "bread"]) == 8


def test_receipt_names_each_item_once():
    assert receipt(["apple", "apple"]) == "2 apple: 6"
`,
  },
  solution: ["shop.py"],
  reference: {
    "shop.py": `from prices import price_of


def total(items):
    return sum(price_of(item) for item in items)


def receipt(items):
    lines = []
    for item in sorted(set(items)):
        count = items.count(item)
        lines.append(f"{count} {item}: {count * price_of(item)}")
    return "\\n".join(lines)
`,
  },
  check: null,
  hidden: null,
  tests: { visible: 2, judge: 2 },
};

const GO: Task = {
  id: "polyglot/go/shop",
  set: "polyglot",
  language: "go",
  folder: "shop",
  sentence: "Implement shop.go so that its tests pass",
  files: {
    "go.mod": "module shop\n\ngo 1.18\n",
    "prices.go":
      'package shop\n\n// Price is what one item costs.\nfunc Price(item string) int {\n\treturn map[string]int{"apple": 3, "bread": 5}[item]\n}\n',
    "shop.go":
      'package shop\n\n// Total is the price of all items.\nfunc Total(items []string) int {\n\tpanic("Please implement the Total function")\n}\n\n// Dear tells whether the items cost more than limit.\nfunc Dear(items []string, limit int) bool {\n\tpanic("Please implement the Dear function")\n}\n',
    "shop_test.go":
      'package shop\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tif got := Total([]string{"apple", "bread"}); got != 8 {\n\t\tt.Fatalf("Total(apple, bread) = %d, want 8", got)\n\t}\n}\n\nfunc TestDear(t *testing.T) {\n\tif Dear([]string{"apple"}, 3) || !Dear([]string{"apple"}, 2) {\n\t\tt.Fatalf("Dear(apple) is wrong at its limit")\n\t}\n}\n',
  },
  solution: ["shop.go"],
  reference: {
    "shop.go":
      "package shop\n\n// Total is the price of all items.\nfunc Total(items []string) int {\n\tsum := 0\n\tfor _, item := range items {\n\t\tsum += Price(item)\n\t}\n\treturn sum\n}\n\n// Dear tells whether the items cost more than limit.\nfunc Dear(items []string, limit int) bool {\n\treturn Total(items) > limit\n}\n",
  },
  check: null,
  hidden: null,
  tests: { visible: 2, judge: 2 },
};

export const SMALL: { task: Task; needs: string }[] = [
  { task: PYTHON, needs: "python3" },
  { task: GO, needs: "go" },
];
