/**
 * The bytes behind the manifest. These imports are what puts grammars and queries inside the compiled binary: a WASM
 * import is only a path until somebody reads it, a query is its text.
 */

import markdownWasm from "@cursorless/tree-sitter-wasms/out/tree-sitter-markdown.wasm" with { type: "file" };
import swiftWasm from "@cursorless/tree-sitter-wasms/out/tree-sitter-swift.wasm" with { type: "file" };
import kotlinWasm from "@tree-sitter-grammars/tree-sitter-kotlin/tree-sitter-kotlin.wasm" with {
  type: "file",
};
import luaWasm from "@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm" with { type: "file" };
import tomlWasm from "@tree-sitter-grammars/tree-sitter-toml/tree-sitter-toml.wasm" with { type: "file" };
import yamlWasm from "@tree-sitter-grammars/tree-sitter-yaml/tree-sitter-yaml.wasm" with { type: "file" };
import bashWasm from "tree-sitter-bash/tree-sitter-bash.wasm" with { type: "file" };
import cWasm from "tree-sitter-c/tree-sitter-c.wasm" with { type: "file" };
import cSharpWasm from "tree-sitter-c-sharp/tree-sitter-c_sharp.wasm" with { type: "file" };
import cppWasm from "tree-sitter-cpp/tree-sitter-cpp.wasm" with { type: "file" };
import cssWasm from "tree-sitter-css/tree-sitter-css.wasm" with { type: "file" };
import goWasm from "tree-sitter-go/tree-sitter-go.wasm" with { type: "file" };
import htmlWasm from "tree-sitter-html/tree-sitter-html.wasm" with { type: "file" };
import javaWasm from "tree-sitter-java/tree-sitter-java.wasm" with { type: "file" };
import javascriptWasm from "tree-sitter-javascript/tree-sitter-javascript.wasm" with { type: "file" };
import jsonWasm from "tree-sitter-json/tree-sitter-json.wasm" with { type: "file" };
import phpWasm from "tree-sitter-php/tree-sitter-php.wasm" with { type: "file" };
import pythonWasm from "tree-sitter-python/tree-sitter-python.wasm" with { type: "file" };
import rubyWasm from "tree-sitter-ruby/tree-sitter-ruby.wasm" with { type: "file" };
import rustWasm from "tree-sitter-rust/tree-sitter-rust.wasm" with { type: "file" };
import scalaWasm from "tree-sitter-scala/tree-sitter-scala.wasm" with { type: "file" };
import tsxWasm from "tree-sitter-typescript/tree-sitter-tsx.wasm" with { type: "file" };
import typescriptWasm from "tree-sitter-typescript/tree-sitter-typescript.wasm" with { type: "file" };
import parserWasm from "web-tree-sitter/web-tree-sitter.wasm" with { type: "file" };
import sqlWasm from "./built/tree-sitter-sql.wasm" with { type: "file" };
import bashQuery from "./queries/bash.scm" with { type: "text" };
import cQuery from "./queries/c.scm" with { type: "text" };
import cSharpQuery from "./queries/c_sharp.scm" with { type: "text" };
import cppQuery from "./queries/cpp.scm" with { type: "text" };
import cssQuery from "./queries/css.scm" with { type: "text" };
import ecmascriptQuery from "./queries/ecmascript.scm" with { type: "text" };
import goQuery from "./queries/go.scm" with { type: "text" };
import htmlQuery from "./queries/html.scm" with { type: "text" };
import javaQuery from "./queries/java.scm" with { type: "text" };
import javascriptQuery from "./queries/javascript.scm" with { type: "text" };
import jsonQuery from "./queries/json.scm" with { type: "text" };
import jsxQuery from "./queries/jsx.scm" with { type: "text" };
import kotlinQuery from "./queries/kotlin.scm" with { type: "text" };
import luaQuery from "./queries/lua.scm" with { type: "text" };
import markdownQuery from "./queries/markdown.scm" with { type: "text" };
import phpQuery from "./queries/php.scm" with { type: "text" };
import pythonQuery from "./queries/python.scm" with { type: "text" };
import rubyQuery from "./queries/ruby.scm" with { type: "text" };
import rustQuery from "./queries/rust.scm" with { type: "text" };
import scalaQuery from "./queries/scala.scm" with { type: "text" };
import sqlQuery from "./queries/sql.scm" with { type: "text" };
import swiftQuery from "./queries/swift.scm" with { type: "text" };
import tomlQuery from "./queries/toml.scm" with { type: "text" };
import typescriptQuery from "./queries/typescript.scm" with { type: "text" };
import yamlQuery from "./queries/yaml.scm" with { type: "text" };

export const PARSER_WASM: string = parserWasm;

/** By the grammar's id: where its WASM lies, and its query of definitions and imports. */
export const EMBEDDED: Record<string, { wasm: string; query: string }> = {
  python: { wasm: pythonWasm, query: pythonQuery },
  typescript: { wasm: typescriptWasm, query: typescriptQuery + ecmascriptQuery },
  tsx: { wasm: tsxWasm, query: typescriptQuery + ecmascriptQuery + jsxQuery },
  javascript: { wasm: javascriptWasm, query: javascriptQuery + ecmascriptQuery + jsxQuery },
  go: { wasm: goWasm, query: goQuery },
  rust: { wasm: rustWasm, query: rustQuery },
  java: { wasm: javaWasm, query: javaQuery },
  c: { wasm: cWasm, query: cQuery },
  cpp: { wasm: cppWasm, query: cppQuery },
  c_sharp: { wasm: cSharpWasm, query: cSharpQuery },
  ruby: { wasm: rubyWasm, query: rubyQuery },
  php: { wasm: phpWasm, query: phpQuery },
  bash: { wasm: bashWasm, query: bashQuery },
  html: { wasm: htmlWasm, query: htmlQuery },
  css: { wasm: cssWasm, query: cssQuery },
  json: { wasm: jsonWasm, query: jsonQuery },
  kotlin: { wasm: kotlinWasm, query: kotlinQuery },
  swift: { wasm: swiftWasm, query: swiftQuery },
  scala: { wasm: scalaWasm, query: scalaQuery },
  lua: { wasm: luaWasm, query: luaQuery },
  sql: { wasm: sqlWasm, query: sqlQuery },
  yaml: { wasm: yamlWasm, query: yamlQuery },
  toml: { wasm: tomlWasm, query: tomlQuery },
  markdown: { wasm: markdownWasm, query: markdownQuery },
};
