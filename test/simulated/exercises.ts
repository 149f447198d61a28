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

const RUST: Task = {
  id: "polyglot/rust/shop",
  set: "polyglot",
  language: "rust",
  folder: "shop",
  sentence: "Implement src/lib.rs so that its tests pass",
  files: {
    ".gitignore": "target\n",
    "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/prices.rs":
      'pub fn price_of(item: &str) -> u32 {\n    match item {\n        "apple" => 3,\n        _ => 5,\n    }\n}\n',
    "src/lib.rs": `mod prices;

pub fn total(items: &[&str]) -> u32 {
    unimplemented!("the price of all of {items:?}")
}

pub fn dear(items: &[&str], limit: u32) -> bool {
    unimplemented!("do {items:?} cost more than {limit}?")
}
`,
    "tests/shop.rs": `use shop::{dear, total};

#[test]
fn total_of_two_items() {
    assert_eq!(total(&["apple", "bread"]), 8);
}

#[test]
fn dear_is_above_its_limit() {
    assert!(dear(&["apple"], 2));
    assert!(!dear(&["apple"], 3));
}
`,
  },
  solution: ["src/lib.rs"],
  reference: {
    "src/lib.rs": `mod prices;

use prices::price_of;

pub fn total(items: &[&str]) -> u32 {
    items.iter().map(|item| price_of(item)).sum()
}

pub fn dear(items: &[&str], limit: u32) -> bool {
    let sum = total(items);
    sum > limit
}
`,
  },
  check: null,
  hidden: null,
  tests: { visible: 2, judge: 2 },
};

export const SMALL: { task: Task; needs: string }[] = [
  { task: PYTHON, needs: "python3" },
  { task: RUST, needs: "cargo" },
];
