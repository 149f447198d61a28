/** The small repository that every agent works on, and the twenty messages of the session: questions and edits of one file. */

export const FILES: Readonly<Record<string, string>> = {
  "README.md": "# shop\n\nA small shop: carts, prices, stock and orders. Run `python3 -m unittest`.\n",
  "shop/__init__.py": "",
  "shop/cart.py": `"""What a customer wants to buy."""


class Cart:
    """Names of articles with how many of each."""

    def __init__(self):
        self.lines = {}

    def add(self, name, count=1):
        self.lines[name] = self.lines.get(name, 0) + count

    def remove(self, name):
        del self.lines[name]

    def count(self):
        return len(self.lines)
`,
  "shop/prices.py": `"""What articles cost, in cents."""

RATE = 20

PRICES = {"pen": 150, "book": 1200, "lamp": 3500}


def net(name):
    return PRICES[name]


def gross(name):
    return net(name) + RATE


def discount(cents, percent):
    """The price less so many per cent, in whole cents."""
    return cents - percent
`,
  "shop/stock.py": `"""What is in the store."""


class Stock:
    def __init__(self, counts):
        self.counts = dict(counts)

    def has(self, name, count):
        return self.counts.get(name, 0) > count

    def take(self, name, count):
        if not self.has(name, count):
            raise ValueError("not in stock: " + name)
        self.counts[name] -= count

    def low(self, limit):
        """The names of which fewer than limit are left, sorted."""
        return [name for name, count in self.counts.items() if count < limit]
`,
  "shop/orders.py": `"""From a cart to an order."""

from shop.prices import gross


class Order:
    def __init__(self, number, lines):
        self.number = number
        self.lines = dict(lines)
        self.paid = False

    def total(self):
        return sum(gross(name) for name in self.lines)

    def pay(self):
        self.paid = True


def place(number, cart, stock):
    """Takes the articles out of the stock and gives the order."""
    for name, count in cart.lines.items():
        stock.take(name, count)
    return Order(number, cart.lines)
`,
  "shop/text.py": `"""How things are shown."""


def money(cents):
    return str(cents / 100) + " EUR"


def title(name):
    return name.upper()


def line(name, count):
    return name + " x " + str(count)
`,
  "tests/__init__.py": "",
  "tests/test_shop.py": `import unittest

from shop.cart import Cart
from shop.orders import Order
from shop.text import line


class ShopTest(unittest.TestCase):
    def test_add(self):
        cart = Cart()
        cart.add("pen")
        self.assertEqual(cart.lines, {"pen": 1})

    def test_pay(self):
        order = Order(1, {})
        order.pay()
        self.assertTrue(order.paid)

    def test_line(self):
        self.assertEqual(line("pen", 2), "pen x 2")
`,
};

/** A question where there is no `edit`; else the text that a good model would put in the place of another. */
export interface Message {
  text: string;
  /** The file that it is about. */
  path: string;
  /** The answer of a good model. */
  answer: string;
  edit?: { symbol: string; old: string; fresh: string };
}

export const MESSAGES: readonly Message[] = [
  {
    text: "What does the function place in shop/orders.py do?",
    path: "shop/orders.py",
    answer:
      "It takes each article of the cart out of the stock and returns a new Order with the cart's lines.",
  },
  {
    text: "Fix gross in shop/prices.py: RATE is per cent, not cents",
    path: "shop/prices.py",
    answer: "gross now adds RATE per cent.",
    edit: {
      symbol: "gross",
      old: "    return net(name) + RATE\n",
      fresh: "    return net(name) * (100 + RATE) // 100\n",
    },
  },
  {
    text: "Which function in shop/prices.py uses RATE?",
    path: "shop/prices.py",
    answer: "Only gross uses RATE.",
  },
  {
    text: "Fix discount in shop/prices.py: percent is per cent of the price",
    path: "shop/prices.py",
    answer: "discount now takes per cent.",
    edit: {
      symbol: "discount",
      old: "    return cents - percent\n",
      fresh: "    return cents * (100 - percent) // 100\n",
    },
  },
  {
    text: "Fix Stock.has in shop/stock.py: exactly as many as are left is enough",
    path: "shop/stock.py",
    answer: "Stock.has accepts the exact count.",
    edit: {
      symbol: "Stock.has",
      old: "        return self.counts.get(name, 0) > count\n",
      fresh: "        return self.counts.get(name, 0) >= count\n",
    },
  },
  {
    text: "What does Stock.take in shop/stock.py raise, and when?",
    path: "shop/stock.py",
    answer: "A ValueError, where fewer than count of the article are in stock.",
  },
  {
    text: "Change Stock.low in shop/stock.py so that the names are sorted, as its documentation says",
    path: "shop/stock.py",
    answer: "Stock.low sorts the names.",
    edit: {
      symbol: "Stock.low",
      old: "        return [name for name, count in self.counts.items() if count < limit]\n",
      fresh: "        return sorted(name for name, count in self.counts.items() if count < limit)\n",
    },
  },
  {
    text: "Fix Cart.count in shop/cart.py: it must count all pieces, not the names",
    path: "shop/cart.py",
    answer: "Cart.count sums the pieces.",
    edit: {
      symbol: "Cart.count",
      old: "        return len(self.lines)\n",
      fresh: "        return sum(self.lines.values())\n",
    },
  },
  {
    text: "What happens in shop/cart.py when an article is removed that is not in the cart?",
    path: "shop/cart.py",
    answer: "Cart.remove raises a KeyError.",
  },
  {
    text: "Change Cart.remove in shop/cart.py so that a missing article is ignored",
    path: "shop/cart.py",
    answer: "Cart.remove ignores what is missing.",
    edit: {
      symbol: "Cart.remove",
      old: "        del self.lines[name]\n",
      fresh: "        self.lines.pop(name, None)\n",
    },
  },
  {
    text: "Fix Order.total in shop/orders.py: it forgets how many of each there are",
    path: "shop/orders.py",
    answer: "Order.total multiplies by the count.",
    edit: {
      symbol: "Order.total",
      old: "        return sum(gross(name) for name in self.lines)\n",
      fresh: "        return sum(gross(name) * count for name, count in self.lines.items())\n",
    },
  },
  {
    text: "Which class in shop/orders.py has the field paid?",
    path: "shop/orders.py",
    answer: "The class Order.",
  },
  {
    text: "Change Order.pay in shop/orders.py so that paying twice raises a ValueError",
    path: "shop/orders.py",
    answer: "Order.pay raises on a second payment.",
    edit: {
      symbol: "Order.pay",
      old: "        self.paid = True\n",
      fresh:
        '        if self.paid:\n            raise ValueError("paid already")\n        self.paid = True\n',
    },
  },
  {
    text: "Fix money in shop/text.py: always two digits after the point",
    path: "shop/text.py",
    answer: "money shows two digits.",
    edit: {
      symbol: "money",
      old: '    return str(cents / 100) + " EUR"\n',
      fresh: '    return f"{cents / 100:.2f} EUR"\n',
    },
  },
  {
    text: "What does title in shop/text.py return for 'red pen'?",
    path: "shop/text.py",
    answer: "It returns 'RED PEN'.",
  },
  {
    text: "Change title in shop/text.py so that only the first letter of each word is a capital",
    path: "shop/text.py",
    answer: "title capitalises each word.",
    edit: { symbol: "title", old: "    return name.upper()\n", fresh: "    return name.title()\n" },
  },
  {
    text: "Is there a test for shop/text.py, and what does it test?",
    path: "tests/test_shop.py",
    answer: "Yes: test_line tests line.",
  },
  {
    text: "Change net in shop/prices.py so that an unknown article raises a ValueError",
    path: "shop/prices.py",
    answer: "net raises a ValueError.",
    edit: {
      symbol: "net",
      old: "    return PRICES[name]\n",
      fresh:
        '    if name not in PRICES:\n        raise ValueError("unknown: " + name)\n    return PRICES[name]\n',
    },
  },
  {
    text: "Change Cart.add in shop/cart.py so that a count below 1 raises a ValueError",
    path: "shop/cart.py",
    answer: "Cart.add refuses counts below 1.",
    edit: {
      symbol: "Cart.add",
      old: "        self.lines[name] = self.lines.get(name, 0) + count\n",
      fresh:
        '        if count < 1:\n            raise ValueError("too few")\n        self.lines[name] = self.lines.get(name, 0) + count\n',
    },
  },
  {
    text: "Which files are in the folder shop?",
    path: "README.md",
    answer: "__init__.py, cart.py, orders.py, prices.py, stock.py and text.py.",
  },
];
