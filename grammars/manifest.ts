/**
 * The languages that SmallCode reads: one row per language, with the pinned npm package its prebuilt grammar comes
 * from. A new language is one row here, one query file in `queries/`, and one line in `embedded.ts`. The facts about
 * syntax are those the code graph cannot read from the grammar itself.
 */

/** How a definition ends: by falling indentation, by `}` or `;`, by a keyword; null where there is nothing to complete. */
export type Closing = "indent" | "brace" | "end" | null;

export interface Grammar {
  id: string;
  title: string;
  /** File name endings, without the dot. */
  extensions: string[];
  /** Whole file names. */
  names: string[];
  package: string;
  version: string;
  /** File inside the package. */
  wasm: string;
  sha256: string;
  closing: Closing;
  /** What begins (and, where needed, ends) a comment. */
  comment: [string, string];
  /** Text before and after a lone definition that make it a file of the language; tried in order. The second is for members of a class. */
  around: [string, string][];
}

const slashes: [string, string] = ["//", ""];
const hash: [string, string] = ["#", ""];
const alone: [string, string] = ["", ""];
const member: [string, string] = ["class _ {\n", "\n}"];

export const GRAMMARS: Grammar[] = [
  {
    id: "python",
    title: "Python",
    extensions: ["py", "pyi", "pyw"],
    names: [],
    package: "tree-sitter-python",
    version: "0.25.0",
    wasm: "tree-sitter-python.wasm",
    sha256: "16108b50df4ee9a30168794252ab55e7c93bfc5765d7fa0aa3e335752c515f47",
    closing: "indent",
    comment: hash,
    around: [alone, ["class _:\n", "\n"]],
  },
  {
    id: "typescript",
    title: "TypeScript",
    extensions: ["ts", "mts", "cts"],
    names: [],
    package: "tree-sitter-typescript",
    version: "0.23.2",
    wasm: "tree-sitter-typescript.wasm",
    sha256: "778025db5a8be0e70f8ccc3671e486dfeddd048c25d9e8a70c26de2e1bf6f97d",
    closing: "brace",
    comment: slashes,
    around: [alone, member],
  },
  {
    id: "tsx",
    title: "TSX",
    extensions: ["tsx"],
    names: [],
    package: "tree-sitter-typescript",
    version: "0.23.2",
    wasm: "tree-sitter-tsx.wasm",
    sha256: "79e5da75ea62855a0cd67177685f0164eac87d5f630b3cbe1e0a099751ad30f8",
    closing: "brace",
    comment: slashes,
    around: [alone, member],
  },
  {
    id: "javascript",
    title: "JavaScript",
    extensions: ["js", "mjs", "cjs", "jsx"],
    names: [],
    package: "tree-sitter-javascript",
    version: "0.25.0",
    wasm: "tree-sitter-javascript.wasm",
    sha256: "5fb488d0cabb4775a594bab85682de5ad6ce83c0d6ac997a9f82dd084d571240",
    closing: "brace",
    comment: slashes,
    around: [alone, member],
  },
  {
    id: "go",
    title: "Go",
    extensions: ["go"],
    names: [],
    package: "tree-sitter-go",
    version: "0.25.0",
    wasm: "tree-sitter-go.wasm",
    sha256: "9504573f352b20be7f2f1911754d710622aedc15afff16d5ed8fb5645681aee7",
    closing: "brace",
    comment: slashes,
    around: [alone],
  },
  {
    id: "rust",
    title: "Rust",
    extensions: ["rs"],
    names: [],
    package: "tree-sitter-rust",
    version: "0.24.0",
    wasm: "tree-sitter-rust.wasm",
    sha256: "f65f354215611fd94ad34134b3427eb3d58cbb745df7b6509ba722184db73d57",
    closing: "brace",
    comment: slashes,
    around: [alone],
  },
  {
    id: "java",
    title: "Java",
    extensions: ["java"],
    names: [],
    package: "tree-sitter-java",
    version: "0.23.5",
    wasm: "tree-sitter-java.wasm",
    sha256: "4fdeac4ca6ca089f06c6f7e562abcac1733cd465728cc7031ebb73c2019122c4",
    closing: "brace",
    comment: slashes,
    around: [alone, member],
  },
  {
    id: "c",
    title: "C",
    extensions: ["c"],
    names: [],
    package: "tree-sitter-c",
    version: "0.24.1",
    wasm: "tree-sitter-c.wasm",
    sha256: "c852c2a85ebf2beb636aa3b0ef7f7e70458684d74f6741b20dcb296885bed9f9",
    closing: "brace",
    comment: slashes,
    around: [alone],
  },
  {
    id: "cpp",
    title: "C++",
    extensions: ["cpp", "cc", "cxx", "hpp", "hh", "hxx", "h"],
    names: [],
    package: "tree-sitter-cpp",
    version: "0.23.4",
    wasm: "tree-sitter-cpp.wasm",
    sha256: "174eb0deb75b2ec7881bcacda9f995648d8e683956e5c2267e69ab6dc503fcbf",
    closing: "brace",
    comment: slashes,
    around: [alone, ["class _ {\n", "\n};"]],
  },
  {
    id: "c_sharp",
    title: "C#",
    extensions: ["cs"],
    names: [],
    package: "tree-sitter-c-sharp",
    version: "0.23.5",
    wasm: "tree-sitter-c_sharp.wasm",
    sha256: "6f69e1cae44e1c32c1eccc170dc5a9778fb94ff716f71113fe1f8c4299aa2f40",
    closing: "brace",
    comment: slashes,
    around: [alone, member],
  },
  {
    id: "ruby",
    title: "Ruby",
    extensions: ["rb", "rake", "gemspec"],
    names: ["Rakefile", "Gemfile"],
    package: "tree-sitter-ruby",
    version: "0.23.1",
    wasm: "tree-sitter-ruby.wasm",
    sha256: "09a96427d7c72f0613ed470cd9812223fc4a91d6a9c025c0235cc6bd59ff96f4",
    closing: "end",
    comment: hash,
    around: [alone],
  },
  {
    id: "php",
    title: "PHP",
    extensions: ["php"],
    names: [],
    package: "tree-sitter-php",
    version: "0.24.2",
    wasm: "tree-sitter-php.wasm",
    sha256: "d4df6a6ff08c87c3ec4f9cbb785fe09998a0cb570e03f57d7b19b3acfb146aa7",
    closing: "brace",
    comment: slashes,
    around: [
      ["<?php\n", ""],
      ["<?php\nclass _ {\n", "\n}"],
    ],
  },
  {
    id: "bash",
    title: "Bash",
    extensions: ["sh", "bash"],
    names: [".bashrc", ".bash_profile"],
    package: "tree-sitter-bash",
    version: "0.25.1",
    wasm: "tree-sitter-bash.wasm",
    sha256: "8292919c88a0f7d3fb31d0cd0253ca5a9531bc1ede82b0537f2c63dd8abe6a7a",
    closing: "brace",
    comment: hash,
    around: [alone],
  },
  {
    id: "html",
    title: "HTML",
    extensions: ["html", "htm"],
    names: [],
    package: "tree-sitter-html",
    version: "0.23.2",
    wasm: "tree-sitter-html.wasm",
    sha256: "c48fcd82c7ea8bf943180088ba7f28c48b2bb5287874179168bf9d31e394cf85",
    closing: null,
    comment: ["<!--", "-->"],
    around: [alone],
  },
  {
    id: "css",
    title: "CSS",
    extensions: ["css"],
    names: [],
    package: "tree-sitter-css",
    version: "0.25.0",
    wasm: "tree-sitter-css.wasm",
    sha256: "8a23977fe271357cce6f254ef88c9bebf3854602d8046605aef6a45c02135c59",
    closing: "brace",
    comment: ["/*", "*/"],
    around: [alone],
  },
  {
    id: "json",
    title: "JSON",
    extensions: ["json"],
    names: [],
    package: "tree-sitter-json",
    version: "0.24.8",
    wasm: "tree-sitter-json.wasm",
    sha256: "d2119fb98d5912719b13f9458574f8608d2d29dfbe45f6be1f860ea1fe2a2405",
    closing: null,
    comment: slashes,
    around: [alone],
  },
];

/** The parser's own WASM, beside the grammars. */
export const PARSER = {
  package: "web-tree-sitter",
  version: "0.27.2",
  wasm: "web-tree-sitter.wasm",
  sha256: "488beeff7adb7fd7e21e97cc29a43dc6d031977755eda892d6d96c7f456cfdec",
};
