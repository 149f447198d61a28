/**
 * The picture of a repository: one HTML page that holds its style, its script and all that it shows. It asks for nothing from
 * anywhere; its policy lets the browser run the page's own script alone. The files in `page/` are the page as it is written.
 */
import { createHash } from "node:crypto";
import type { CodeGraph } from "./graph.ts";
import body from "./page/body.html" with { type: "text" };
import { factsOf } from "./page/facts.ts";
import map from "./page/map.js" with { type: "text" };
import model from "./page/model.js" with { type: "text" };
import paint from "./page/paint.js" with { type: "text" };
import panel from "./page/panel.js" with { type: "text" };
import relations from "./page/relations.js" with { type: "text" };
import search from "./page/search.js" with { type: "text" };
import start from "./page/start.js" with { type: "text" };
import steer from "./page/steer.js" with { type: "text" };
import style from "./page/style.css" with { type: "text" };
import treemap from "./page/treemap.js" with { type: "text" };

/** The script's parts, each after what it uses; they share one scope. */
const SCRIPT = `"use strict";(() => {\n${[model, relations, treemap, search, paint, map, steer, panel, start].join("\n")}})();\n`;

/**
 * The page of a graph as HTML in UTF-8, the same bytes for the same graph. `title` names the project. Names of files and
 * definitions are data in it and never markup.
 */
export async function graphPage(graph: CodeGraph, { title }: { title: string }): Promise<string> {
  const facts = await factsOf(graph, title);
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
    `${body.trimEnd()}`,
    `<script type="application/json" id="facts">${asScriptData(facts)}</script>`,
    `<script>${SCRIPT}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

const hashed = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Only this style and this script, by their hashes: not even an attribute with code in it would run. */
const POLICY = `default-src 'none'; style-src ${hashed(style)}; script-src ${hashed(SCRIPT)}; base-uri 'none'; form-action 'none'`;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON that no HTML parser takes for the end of its script, and that is whole in UTF-8: half a surrogate pair is escaped. */
export function asScriptData(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
