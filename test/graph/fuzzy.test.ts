/** How names fit what was typed, and in which order. */
import { expect, test } from "bun:test";
import { find } from "../../src/graph/query/find.ts";
import { byFit, fit, prepare } from "../../src/graph/query/fuzzy.ts";
import { shop } from "./query-project.ts";

const matchOf = (typed: string, name: string): string | null =>
  fit(prepare(typed), prepare(name))?.match ?? null;

test.each([
  ["getHTMLFile", "getHTMLFile", "exact"],
  ["gethtmlfile", "getHTMLFile", "exact"],
  ["getH", "getHTMLFile", "prefix"],
  ["gHF", "getHTMLFile", "humps"],
  ["ghf", "getHTMLFile", "humps"],
  ["getfile", "getHTMLFile", "humps"],
  ["HTMLFile", "getHTMLFile", "substring"],
  ["getHtmlF", "get_html_file", "humps"],
  ["gethtmlfile", "get_html_file", "prefix"],
  ["MLF", "getHTMLFile", "substring"],
  ["gtmlfl", "getHTMLFile", "fuzzy"],
  ["getHTMLFiel", "getHTMLFile", "typo"],
  ["gteHTMLFiel", "getHTMLFile", "typo"],
  ["savs", "save", "typo"],
  ["größe", "Größe", "exact"],
])("%s fits %s: %s", (typed, name, match) => {
  expect(matchOf(typed, name)).toBe(match);
});

test.each([
  ["gFH", "getHTMLFile"],
  ["xyz", "getHTMLFile"],
  ["sav", "sun"],
  ["gf", "get_all_the_many_files"],
  ["abc", "a_much_too_long_name_before_chance"],
  ["", "save"],
  ["save", "sv"],
])("%s does not fit %s", (typed, name) => {
  expect(matchOf(typed, name)).toBeNull();
});

test("better fits come first", () => {
  const names = [
    "resave",
    "save_base",
    "sav",
    "SafeVEntry",
    "s_a_v_e",
    "saver",
    "Save",
    "save",
    "slate_view_end",
  ];
  const typed = prepare("save");
  const fits = names.flatMap((name) => {
    const how = fit(typed, prepare(name));
    return how === null ? [] : [{ name, how }];
  });
  fits.sort((a, b) => byFit(a.how, b.how));
  expect(fits.map(({ name }) => name)).toEqual([
    "save",
    "Save",
    "s_a_v_e",
    "saver",
    "save_base",
    "SafeVEntry",
    "resave",
    "slate_view_end",
    "sav",
  ]);
});

test("find: names in the project, with qualifiers, words of the path and slips", async () => {
  const { graph } = await shop();
  const names = async (words: string): Promise<string[]> =>
    (await find(graph, words, 100)).rows.map(({ name, match }) => `${name} ${match}`);
  expect(await names("gJ")).toEqual(["getJSON humps"]);
  expect(await names("getjsn")).toEqual(["getJSON fuzzy"]);
  expect(await names("ttoal_price")).toEqual(["Cart.total_price typo"]);
  expect(await names("Cart.add")).toEqual(["Cart.add exact", "Basket.add exact"]);
  expect(await names("basket add")).toEqual(["Basket.add exact"]);
  expect(await names("gift cart")).toEqual(["GiftCart exact"]);
  expect(await names("prices round")).toEqual(["round_price prefix"]);
  expect(await names("nothing_like_it")).toEqual([]);
});

test("find: code before tests", async () => {
  const { graph } = await shop({
    "tests/a.py": "def total():\n    pass\n",
    "z.py": "def total():\n    pass\n",
  });
  const { rows, more } = await find(graph, "total", 2);
  expect(rows.map(({ path }) => path)).toEqual(["z.py", "tests/a.py"]);
  expect(more).toBe(2);
});
