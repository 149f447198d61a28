/** The page of a graph in a real browser: it draws, finds, selects, follows its address, asks for nothing and runs nothing strange. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openGrapher } from "../../src/graph/graph.ts";
import { graphPage } from "../../src/graph/page.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import {
  type Browser,
  type BrowserPage,
  CHROMIUM,
  type PageOptions,
  startBrowser,
} from "../harness/browser.ts";
import { ask, wellEnded } from "../harness/graphed.ts";

const root = mkdtempSync(join(tmpdir(), "smallcode-page-"));
let browser: Browser | null = null;

const HOSTILE = '<img src=x onerror="window.ran=1">';
const FILES = {
  "shop/cart.py":
    "class Cart:\n    def total(self):\n        return round_up(1)\n\n    def empty(self):\n        return self.total() == 0\n\n\ndef round_up(amount):\n    return amount\n",
  "shop/order.py":
    "from shop.cart import round_up\n\n\ndef place_order():\n    return round_up(2)\n\n\ndef cancel_order():\n    return None\n",
  "tests/test_order.py":
    "from shop.order import place_order\n\n\ndef test_place():\n    assert place_order() == 2\n",
  [`${HOSTILE}.js`]: "export function evil() {\n  return 1;\n}\n",
  "data.json": JSON.stringify({ "</script><script>window.ran=1</script>": { [HOSTILE]: 1 } }),
};

/** The address of the page of these files. */
async function pageOf(name: string, files: Record<string, string>, title = name): Promise<string> {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const opened = await openWorkspace(folder, { ignore: [], allowWrite: () => false });
  if (!opened.ok) throw new Error(opened.reason);
  const grapher = openGrapher(opened.workspace);
  writeFileSync(`${folder}.html`, await graphPage(await grapher.current(), { title }));
  grapher.close();
  return `file://${folder}.html`;
}

let address = "";

beforeAll(async () => {
  if (!CHROMIUM) return;
  browser = await startBrowser();
  address = await pageOf("shop", FILES, "shop & <b>co</b>");
}, 60_000);
afterAll(async () => {
  await browser?.close();
  rmSync(root, { recursive: true });
});

/** Opens the page, does something with it, and expects it to have kept quiet. */
async function on(
  hash: string,
  use: (page: BrowserPage) => Promise<void>,
  options?: PageOptions,
): Promise<void> {
  if (browser === null) throw new Error("no browser");
  const page = await browser.open(`${address.replaceAll("#", "%23")}${hash}`, options);
  await use(page);
  expect(page.complaints).toEqual([]);
  expect(page.requests.filter((one) => !one.startsWith("file:///"))).toEqual([]);
  expect(page.requests.length).toBeLessThanOrEqual(2);
  expect(await page.value("window.ran === undefined")).toBe(true);
  await page.close();
}

const panel = (page: BrowserPage): Promise<string> =>
  page.value("document.getElementById('panel').innerText");

/** The pixels of the map; read from a copy, since the page's canvas is not made for that. */
const PIXELS = `(() => {
  const copy = Object.assign(document.createElement("canvas"), { width: base.width, height: base.height });
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(base, 0, 0);
  return pen.getImageData(0, 0, base.width, base.height).data;
})()`;
/** How many colours the map shows. */
const COLOURS = `new Set(new Uint32Array(${PIXELS}.buffer)).size`;

/** How many colours fill a hundredth of the map or more: not what the edges of letters have. */
const AREAS = `(() => {
  const counts = new Map();
  const pixels = new Uint32Array(${PIXELS}.buffer);
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > pixels.length / 100).length;
})()`;

/** What stands under a heading of the panel, row by row. */
const rowsUnder = (title: string): string => `(() => {
  const heads = [...document.querySelectorAll("#panel h3")];
  const head = heads.find((one) => one.childNodes[one.querySelector("i") ? 1 : 0].textContent === ${JSON.stringify(title)});
  return head ? [...head.nextElementSibling.querySelectorAll(".name")].map((one) => one.textContent) : null;
})()`;

/** Types a query and waits for what it finds. */
async function look(page: BrowserPage, query: string): Promise<string[]> {
  await page.value("stage.focus()");
  await page.press("/");
  await page.type(query);
  await page.until("!found.hidden");
  return page.value("[...document.querySelectorAll('#found .name')].map((one) => one.textContent)");
}

const inBrowser = test.skipIf(!CHROMIUM);
const MS = 60_000;

inBrowser(
  "it opens quietly, with an overview, and has drawn",
  async () => {
    await on("", async (page) => {
      expect(await page.value<string>("document.title")).toBe("shop & <b>co</b>");
      expect(await page.value<string>("document.querySelector('h1').textContent")).toBe("shop & <b>co</b>");
      expect(await panel(page)).toContain("5 files");
      expect(await page.value<number>(COLOURS)).toBeGreaterThan(20);
      // The ground, folders, files of two colours, and what is in them.
      expect(await page.value<number>(AREAS)).toBeGreaterThanOrEqual(5);
    });
  },
  MS,
);

inBrowser(
  "a search from the keyboard selects, and the panel shows the callers",
  async () => {
    await on("", async (page) => {
      expect((await look(page, "roundu"))[0]).toBe("round_up");
      await page.press("Enter");
      expect(await panel(page)).toContain("shop/cart.py:9");
      expect(await page.value<string[]>(rowsUnder("Called by"))).toEqual(["Cart.total", "place_order"]);
      expect(await page.value<string>("decodeURIComponent(location.hash)")).toBe("#shop/cart.py::round_up");
      expect(await page.value<boolean>("found.hidden")).toBe(true);
    });
  },
  MS,
);

inBrowser(
  "arrows go through the hits, words narrow them down by path, letters may lie apart",
  async () => {
    await on("", async (page) => {
      expect(await look(page, "order")).toContain("cancel_order");
      await page.press("ArrowDown");
      const second = await page.value<string>("document.querySelectorAll('#found .name')[1].textContent");
      expect(
        await page.value<string>(
          "document.getElementById(query.getAttribute('aria-activedescendant')).querySelector('.name').textContent",
        ),
      ).toBe(second);
      await page.press("Escape");
      expect(await page.value<boolean>("found.hidden")).toBe(true);
      expect(await look(page, "total cart")).toEqual(["Cart.total"]);
      expect((await look(page, "plord"))[0]).toBe("place_order");
      expect(await look(page, "qqqq")).toEqual([]);
      expect(await page.value<string>("found.textContent")).toBe("Nothing here is called like that.");
    });
  },
  MS,
);

inBrowser(
  "an address restores its selection, and going back the one before",
  async () => {
    await on("#shop/cart.py::Cart.total", async (page) => {
      expect(await page.value<string>("document.querySelector('#panel h2').textContent")).toBe("Cart.total");
      await page.value("document.querySelector('#panel .about a').click()");
      await page.until("document.querySelector('#panel h2').textContent === 'cart.py'");
      expect(await page.value<string[]>(rowsUnder("Outline"))).toEqual([
        "Cart",
        "total",
        "empty",
        "round_up",
      ]);
      await page.value("history.back()");
      await page.until("document.querySelector('#panel h2').textContent === 'Cart.total'");
    });
  },
  MS,
);

inBrowser(
  "an address that names nothing says so and shows the whole",
  async () => {
    await on("#gone.py::nothing", async (page) => {
      expect(await panel(page)).toContain("5 files");
      expect(await page.value<string>("said.textContent")).toContain("not in this map");
    });
  },
  MS,
);

inBrowser(
  "a click selects what is under it, a second one zooms in, Backspace zooms out",
  async () => {
    await on("#shop", async (page) => {
      const box = await page.value<{ x: number; y: number }>(
        "(({ x, y }) => ({ x, y }))(stage.getBoundingClientRect())",
      );
      await page.click(box.x + 20, box.y + 8);
      const title = await page.value<string>("document.querySelector('#panel h2').textContent");
      expect(await page.value<string>("location.hash")).not.toBe("");
      await page.click(box.x + 20, box.y + 8);
      await page.until("document.querySelectorAll('#trail button').length === 2");
      expect(await page.value<string>("trail.querySelector('[aria-current]').textContent")).toBe(title);
      await page.value("stage.focus()");
      await page.press("Backspace");
      await page.until("document.querySelectorAll('#trail button').length === 1");
      await page.until("!stage.classList.contains('moving')");
    });
  },
  MS,
);

inBrowser(
  "the map can be walked with the keyboard alone, and says where it is",
  async () => {
    await on("", async (page) => {
      await page.value("stage.focus()");
      await page.press("ArrowRight");
      const first = await page.value<string>("said.textContent");
      await page.press("ArrowRight");
      expect(first).not.toBe("");
      expect(await page.value<string>("said.textContent")).not.toBe(first);
      await page.press("Enter");
      expect(await page.value<number>("document.querySelectorAll('#trail button').length")).toBe(2);
    });
  },
  MS,
);

inBrowser(
  "a colour of the legend leaves its files out and takes them in again",
  async () => {
    await on("", async (page) => {
      await page.value("(colour.value = '1', colour.dispatchEvent(new Event('change')))");
      const labels = await page.value<string[]>("[...legend.children].map((one) => one.textContent)");
      expect(labels).toEqual(["Code", "Tests"]);
      for (const at of [0, 1]) await page.value(`legend.children[${at}].click()`);
      expect(await page.value<string>("empty.hidden ? '' : empty.textContent")).toContain("left out");
      expect(await page.value<number>(COLOURS)).toBeLessThan(3);
      await page.value("legend.children[0].click()");
      expect(await page.value<number>(COLOURS)).toBeGreaterThan(20);
    });
  },
  MS,
);

inBrowser(
  "hostile names are texts: as a file, as a definition, among the hits and in the address",
  async () => {
    await on(`#${encodeURIComponent(`${HOSTILE}.js`)}`, async (page) => {
      expect(await page.value<string>("document.querySelector('#panel h2').textContent")).toBe(
        `${HOSTILE}.js`,
      );
      expect(await look(page, "onerror")).toContain(`${HOSTILE}.js`);
      await page.press("Enter");
      expect(await page.value<number>("document.querySelectorAll('img, b, script:not([id])').length")).toBe(
        1,
      );
      expect((await look(page, "window.ran=1</script>"))[0]).toContain(
        "</script><script>window.ran=1</script>",
      );
      await page.press("Enter");
      expect(await panel(page)).toContain("</script><script>window.ran=1</script>");
    });
  },
  MS,
);

inBrowser(
  "it fits a telephone, in the dark",
  async () => {
    await on(
      "#shop/cart.py::round_up",
      async (page) => {
        expect(await page.value<boolean>("document.documentElement.scrollWidth <= 360")).toBe(true);
        expect(await page.value<number>("stage.clientHeight")).toBeGreaterThan(150);
        expect(await page.value<number>("panel.clientHeight")).toBeGreaterThan(150);
        expect(await page.value<number>(COLOURS)).toBeGreaterThan(20);
        const [red = 255] = await page.value<number[]>(`[...${PIXELS}.slice(0, 4)]`);
        expect(red).toBeLessThan(80);
      },
      { width: 360, height: 700, dark: true },
    );
  },
  MS,
);

inBrowser(
  "a project without code says so",
  async () => {
    address = await pageOf("nothing", {});
    await on("", async (page) => {
      expect(await panel(page)).toContain("There is no code here");
      expect(await page.value<string>("empty.innerText")).toContain("There is no code here");
      expect(await look(page, "x")).toEqual([]);
    });
  },
  MS,
);

test("the command writes the page beside where it was started or to stdout, and refuses a folder", async () => {
  const folder = join(root, "asked");
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "a.py"), "def first():\n    return 1\n");
  const wrote = await ask(folder, ["graph", "--html", "map.html"]);
  expect(wellEnded(wrote)).toEqual([]);
  expect(wrote.stderr).toContain(`${join(realpathSync(folder), "map.html")} is written`);
  const page = readFileSync(join(folder, "map.html"), "utf8");
  expect(page).toContain('"first"');
  const shown = await ask(folder, ["graph", "--html", "-"]);
  expect({ exit: shown.exit, stderr: shown.stderr }).toEqual({ exit: 0, stderr: "" });
  // The page is a file of the folder by now, and in the graph itself.
  expect(shown.stdout).toContain("map.html");
  const refused = await ask(folder, ["graph", "--html", "src"]);
  expect(wellEnded(refused, 1)).toEqual(["smallcode: src is a folder; name a file."]);
}, 60_000);
