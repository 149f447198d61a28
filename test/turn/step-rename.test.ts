/** Renames from end to end: no request, the checks judge, the tests take part. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { eventsOf, type Project, project, SLOW_MS, sentence } from "../harness/project.ts";

setDefaultTimeout(SLOW_MS);

/** Requests for text; what the server is asked of itself is none. */
const asked = (p: Project): number =>
  p.server.requests.filter(({ path }) => path.includes("completions")).length;

const SHOP = {
  "shop/__init__.py": 'from .cart import total\n\n__all__ = ["total"]\n',
  "shop/cart.py":
    "class Cart:\n    def __init__(self):\n        self.items = []\n\n    def add(self, item):\n        self.items.append(item)\n\n\ndef total(cart, rate=1):\n    return sum(cart.items) * rate\n",
  "main.py":
    "from shop import total\nfrom shop.cart import Cart\n\n\ndef main():\n    cart = Cart()\n    cart.add(1)\n    return total(cart, rate=2)\n",
};
const TESTED = {
  ...SHOP,
  "tests/test_shop.py":
    "from main import main\nfrom shop.cart import Cart, total\n\n\ndef test_total():\n    cart = Cart()\n    cart.add(2)\n    assert total(cart, rate=3) == 6\n    assert main() == 2\n",
};
const THROUGH_MAIN = {
  ...SHOP,
  "tests/test_main.py": "from main import main\n\n\ndef test_main():\n    assert main() == 2\n",
};

test("a rename that needs no test changed is verified, without a request, and undone", async () => {
  const p = await project(THROUGH_MAIN);
  const ran = await p.run(["--yes", "--json", "Rename total to amount"]);
  expect({ exit: ran.exit, requests: asked(p) }).toEqual({ exit: 0, requests: 0 });
  const events = eventsOf(ran.stdout);
  expect(events.find(({ type }) => type === "plan")).toMatchObject({
    steps: [{ call: { tool: "rename_symbol" } }],
  });
  expect(events.find(({ type }) => type === "verdict")).toMatchObject({
    origin: "graph",
    verdict: { status: "verified" },
  });
  expect(events.at(-1)).toMatchObject({ account: { by: "graph", requests: 0 } });
  expect(p.text("shop/__init__.py")).toBe('from .cart import amount\n\n__all__ = ["amount"]\n');
  expect(p.text("main.py")).toContain("return amount(cart, rate=2)");
  const undone = await p.run(["undo"], { endpoint: false });
  expect(undone.after).toEqual(ran.before);
});

test("one that the tests use changes them, too, and says so: done, unverified", async () => {
  const p = await project(TESTED);
  const ran = await p.run([
    "--yes",
    "rename the function `total` to `amount` everywhere and update the tests",
  ]);
  expect({ exit: ran.exit, requests: asked(p) }).toEqual({ exit: 3, requests: 0 });
  expect(sentence(ran.stderr)).toContain("tests/test_shop.py judges and was changed");
  expect(p.text("tests/test_shop.py")).toContain("assert amount(cart, rate=3) == 6");
});

test("methods, parameters and files, one after the other in one task", async () => {
  const p = await project(THROUGH_MAIN);
  const tasks = [
    "Rename Cart.add to Cart.put",
    "Rename the parameter rate of total to factor",
    "rename shop/cart.py to shop/basket.py",
  ];
  for (const task of tasks) expect(await p.run(["--yes", task])).toMatchObject({ exit: 0 });
  expect(asked(p)).toBe(0);
  expect(p.text("main.py")).toBe(
    "from shop import total\nfrom shop.basket import Cart\n\n\ndef main():\n    cart = Cart()\n    cart.put(1)\n    return total(cart, factor=2)\n",
  );
  expect(p.text("shop/basket.py")).toContain("return sum(cart.items) * factor");
  const list = await project(THROUGH_MAIN);
  expect(
    await list.run(["--yes", "Do this:\n- rename total to amount\n- rename Cart to Basket"]),
  ).toMatchObject({ exit: 0 });
  expect(list.text("main.py")).toContain("cart = Basket()");
});

test("refused: a name that is taken, no name, more than one thing of that name; nothing is asked or changed", async () => {
  const p = await project({
    ...THROUGH_MAIN,
    "other.py": "def amount():\n    pass\n",
    "more.py": "def amount():\n    pass\n",
  });
  for (const [task, why] of [
    ["Rename Cart to total", "main.py:1 uses that name already|shop/cart.py:9 defines that name already"],
    ["Rename total to class", "a word of python itself"],
    ["Rename amount to sum_up", "More than one thing is called amount"],
  ] as const) {
    const ran = await p.run(["--yes", task]);
    expect({ task, exit: ran.exit, same: Bun.deepEquals(ran.before, ran.after) }).toEqual({
      task,
      exit: 1,
      same: true,
    });
    expect(sentence(ran.stderr)).toMatch(new RegExp(why));
  }
  expect(asked(p)).toBe(0);
});

test("what is not sure is tried where the checks refuse the rest, and named where it is left", async () => {
  const dynamic = {
    "stack.py": "class Stack:\n    def push(self, one):\n        return one\n",
    "use.py": "from stack import Stack\n\n\ndef use(stack):\n    return stack.push(1)\n",
    "tests/test_use.py": "from use import Stack, use\n\n\ndef test_use():\n    assert use(Stack()) == 1\n",
  };
  const p = await project(dynamic);
  const ran = await p.run(["--yes", "--json", "Rename Stack.push to put"]);
  expect({ exit: ran.exit, requests: asked(p) }).toEqual({ exit: 0, requests: 0 });
  const verdicts = eventsOf(ran.stdout).filter(({ type }) => type === "verdict");
  expect(verdicts.map((one) => one.type === "verdict" && one.verdict.status)).toEqual(["failed", "verified"]);
  expect(p.text("use.py")).toContain("stack.put(1)");
  const text = await project({
    ...dynamic,
    "use.py": `${dynamic["use.py"]}\n\nNAME = "push"\n`,
    "tests/test_use.py": "def test_use():\n    pass\n",
  });
  const left = await text.run(["--yes", "Rename Stack.push to put"]);
  expect(left.exit).toBe(0);
  expect(left.stderr).toContain("left as they are, since they may mean something else: use.py:5, use.py:8");
});
