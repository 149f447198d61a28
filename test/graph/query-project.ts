/** A small shop in Python, TypeScript and Go on a real disk, and the graph of it. */
import { onTestFinished } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CodeGraph, openGrapher } from "../../src/graph/graph.ts";
import { openWorkspace, type Workspace } from "../../src/workspace/workspace.ts";

export const SHOP: Record<string, string> = {
  "pyproject.toml": '[project]\nname = "shop"\n',
  "shop/__init__.py": "from .cart import Cart\n",
  "shop/cart.py": `"""The cart of a customer."""
from .prices import price_of


class Basket:
    """Something that holds items."""

    def add(self, item):
        raise NotImplementedError


class Cart(Basket):
    """Items that a customer wants.

    They are kept in order.
    """

    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)

    def total_price(self):
        """The sum of all prices."""
        return sum(price_of(item) for item in self.items)


class GiftCart(Cart):
    pass


def checkout(cart):
    return Cart.total_price(cart)
`,
  "shop/prices.py": `TABLE = {"apple": 1}


# What one item costs.
# In cents.
def price_of(item):
    return round_price(TABLE[item])


def round_price(value):
    return round(value, 2)
`,
  "tests/test_cart.py": `from shop.cart import Cart, checkout


def test_total():
    cart = Cart()
    assert cart.total_price() == 0


def test_checkout():
    assert checkout(Cart()) == 0
`,
  "web/package.json": '{ "name": "web" }\n',
  "web/src/http.ts": `/** Asks a server. */
export async function getJSON(path: string): Promise<unknown> {
  return (await fetch(path)).json();
}

export interface Reader {
  read(path: string): Promise<unknown>;
}

export class HttpReader implements Reader {
  // Reads one path.
  async read(path: string): Promise<unknown> {
    return getJSON(path);
  }
}
`,
  "web/src/page.ts": `import { getJSON, HttpReader } from "./http.ts";

export async function showCart(): Promise<void> {
  const cart = await getJSON("/cart");
  render(cart);
}

function render(value: unknown): void {
  console.log(value, new HttpReader());
}
`,
  "server/go.mod": "module example.com/server\n\ngo 1.22\n",
  "server/main.go": `package main

import "example.com/server/store"

func main() {
	s := store.Open()
	s.Load("cart")
}
`,
  "server/store/store.go": `package store

// Store keeps carts.
type Store struct{}

// Open makes a store.
func Open() *Store { return &Store{} }

// Load gives one cart.
func (s *Store) Load(name string) string { return key(name) }
`,
  "server/store/key.go": `package store

func key(name string) string { return "k:" + name }
`,
};

export interface Shop {
  root: string;
  workspace: Workspace;
  graph: CodeGraph;
}

/** The shop with more files; gone with the test. */
export async function shop(more: Record<string, string | Uint8Array> = {}): Promise<Shop> {
  const root = mkdtempSync(join(tmpdir(), "smallcode-query-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ ...SHOP, ...more })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const opened = await openWorkspace(root, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  const grapher = openGrapher(opened.workspace);
  onTestFinished(() => grapher.close());
  return { root: opened.workspace.root, workspace: opened.workspace, graph: await grapher.current() };
}
