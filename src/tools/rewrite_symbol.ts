/** Replaces one function, class or method by name: there is no old text to copy, and so none to get wrong. */
import { z } from "zod";
import { parse } from "../graph/syntax/parse.ts";
import { replaceSymbol } from "../graph/text/edit.ts";
import { omissionIn, whyNot } from "./omission.ts";
import { defineTool, refusal } from "./tool.ts";

const NAME = "rewrite_symbol";

export const rewriteSymbol = defineTool({
  name: NAME,
  what: "replace one function, class or method",
  choose: "choose it as target, then send its whole new definition",
  fields: { path: "", symbol: "Class.method for a method", code: "its whole new definition" },
  args: z.object({ path: z.string(), symbol: z.string(), code: z.string().min(1) }),
  body: "code",
  fromChoice: ({ target }) =>
    target?.symbol === undefined
      ? {
          ok: false,
          reason:
            "rewrite_symbol needs a symbol of the list as its target; to change other text of a file use replace_text.",
        }
      : { ok: true, args: { path: target.path, symbol: target.symbol } },
  async run({ path, symbol, code }, { workspace, forbids, origin }) {
    const forbidden = forbids(path);
    if (forbidden !== null) return refusal(NAME, forbidden);
    const read = await workspace.read(path);
    if (!read.ok) return refusal(NAME, read.reason);
    const omitted = omissionIn(code, read.file.text);
    if (omitted !== null) return refusal(NAME, whyNot(omitted));
    const parsed = await parse(path, read.file.text);
    if (parsed === null) return refusal(NAME, `${path} has no grammar here; change it with replace_text.`);
    const same = parsed.definitions.filter((one) => one.symbol.name === symbol);
    const bodied = same.filter(({ body }) => body !== null);
    if (bodied.length > 1)
      return refusal(
        NAME,
        `${path} defines ${symbol} ${bodied.length} times, at lines ${bodied.map((one) => one.symbol.lines.start).join(", ")}; change the one that is meant with replace_text.`,
      );
    const found = (bodied[0] ?? same[0])?.symbol;
    if (found === undefined)
      return refusal(
        NAME,
        `${path} has no ${symbol}; it has ${
          parsed.symbols
            .slice(0, 12)
            .map(({ name }) => name)
            .join(", ") || "no definitions"
        }.`,
      );
    const replaced = replaceSymbol(parsed, found, code);
    if (!replaced.ok) return refusal(NAME, replaced.reason);
    if (replaced.text === read.file.text)
      return refusal(NAME, `That is ${symbol} as it already stands; send a version that differs.`);
    return {
      kind: "candidate",
      tool: NAME,
      candidate: {
        changes: [{ path, text: replaced.text, base: read.file.hash }],
        origin,
        summary: `rewrites ${symbol} in ${path}`,
      },
    };
  },
});
