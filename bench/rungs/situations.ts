/**
 * The situations that a model is asked for one call in: a file or two, a task, and what a check that fails says. Each file that
 * the task is about defines the function in question, so that every rung has something to ask about.
 */

export interface Situation {
  name: string;
  task: string;
  /** Path -> text. */
  files: Record<string, string>;
  /** What the failing check prints. */
  says: string;
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: "wrong-sign",
    task: "Fix add in calc.py",
    files: { "calc.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return a * b\n" },
    says: "calc.py: add(1, 2) is -1, expected 3",
  },
  {
    name: "off-by-one",
    task: "Fix last in lists.js so that it returns the last element",
    files: { "lists.js": "export function last(list) {\n  return list[list.length];\n}\n" },
    says: "lists.js: last([1, 2]) is undefined, expected 2",
  },
  {
    name: "stub",
    task: "Implement is_even in numbers.py",
    files: {
      "numbers.py": 'def is_even(n):\n    """True where n is divisible by 2."""\n    pass\n',
    },
    says: "numbers.py: is_even(4) is None, expected True",
  },
  {
    name: "wrong-constant",
    task: "minutes in time.ts must use 60 seconds for a minute",
    files: {
      "time.ts": "export function minutes(seconds: number): number {\n  return seconds / 100;\n}\n",
    },
    says: "time.ts: minutes(120) is 1.2, expected 2",
  },
  {
    name: "missing-return",
    task: "total in cart.py returns nothing; make it return the sum",
    files: {
      "cart.py": "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n",
    },
    says: "cart.py: total([1, 2]) is None, expected 3",
  },
  {
    name: "wrong-compare",
    task: "Fix Max in max.go",
    files: {
      "max.go": "package max\n\nfunc Max(a, b int) int {\n\tif a < b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
    },
    says: "max.go: Max(1, 2) is 1, expected 2",
  },
  {
    name: "rename-parameter",
    task: "Rename the parameter nm of greet to name in greet.py",
    files: { "greet.py": 'def greet(nm):\n    return "Hello, " + nm\n' },
    says: "greet.py: greet() got an unexpected keyword argument 'name'",
  },
  {
    name: "other-file",
    task: "price in shop.py is wrong: it forgets the tax of tax.py",
    files: {
      "shop.py": "from tax import RATE\n\n\ndef price(net):\n    return net\n",
      "tax.py": "RATE = 0.2\n\n\ndef with_tax(net):\n    return net * (1 + RATE)\n",
    },
    says: "shop.py: price(10) is 10, expected 12.0",
  },
  {
    name: "empty-list",
    task: "mean in stats.py fails on an empty list; return 0 there",
    files: { "stats.py": "def mean(values):\n    return sum(values) / len(values)\n" },
    says: "stats.py:2: ZeroDivisionError: division by zero",
  },
  {
    name: "method",
    task: "Stack.pop in stack.py takes the wrong end",
    files: {
      "stack.py":
        "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n        self.items.append(item)\n\n    def pop(self):\n        return self.items.pop(0)\n",
    },
    says: "stack.py: pop() is 1, expected 2",
  },
  {
    name: "new-file",
    task: "Create a file shout.py with a function shout that calls whisper of voice.py and puts it in capitals",
    files: { "voice.py": "def whisper(text):\n    return text.lower()\n" },
    says: "No module named 'shout'",
  },
  {
    name: "move",
    task: "Move helper.py to tools/helper.py; run in helper.py stays as it is",
    files: { "helper.py": "def run(job):\n    return job()\n" },
    says: "tools/helper.py is missing",
  },
  {
    name: "delete",
    task: "Delete old.py, nobody uses legacy in it any more",
    files: {
      "old.py": "def legacy(x):\n    return x\n",
      "main.py": "def main():\n    return 0\n",
    },
    says: "old.py is still there",
  },
  {
    name: "message",
    task: "Change the message in fail of errors.js to 'not found'",
    files: { "errors.js": "export function fail() {\n  throw new Error('nothing');\n}\n" },
    says: "errors.js: message is 'nothing', expected 'not found'",
  },
  {
    name: "guard",
    task: "first in text.rs must return an empty string for an empty list",
    files: { "text.rs": "pub fn first(words: &[String]) -> String {\n    words[0].clone()\n}\n" },
    says: "text.rs:2: index out of bounds: the len is 0 but the index is 0",
  },
  {
    name: "loop",
    task: "count in words.py counts the first word twice",
    files: {
      "words.py":
        "def count(text):\n    found = 1\n    for word in text.split():\n        found += 1\n    return found\n",
    },
    says: "words.py: count('a b') is 3, expected 2",
  },
  {
    name: "documentation",
    task: "Add a docstring to area in shapes.py",
    files: { "shapes.py": "def area(width, height):\n    return width * height\n" },
    says: "shapes.py: area has no docstring",
  },
  {
    name: "type",
    task: "Make id of user.ts return a string",
    files: {
      "user.ts":
        "export interface User {\n  id: number;\n}\n\nexport function id(user: User): number {\n  return user.id;\n}\n",
    },
    says: "user.ts: id({id: 1}) is 1, expected '1'",
  },
  {
    name: "case",
    task: "same in Names.java must ignore upper and lower case",
    files: {
      "Names.java":
        "class Names {\n    static boolean same(String a, String b) {\n        return a.equals(b);\n    }\n}\n",
    },
    says: 'Names.java: same("A", "a") is false, expected true',
  },
  {
    name: "quotes",
    task: "Fix quote in text.py: it must put the text in double quotes",
    files: { "text.py": 'def quote(text):\n    return "\'" + text + "\'"\n' },
    says: "text.py: quote('a') is \"'a'\", expected '\"a\"'",
  },
];
