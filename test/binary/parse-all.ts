/** Compiled by build.test.ts to prove that every grammar is inside a binary: parses one text per language and prints what it found, with the endpoint it sees in its environment. */
import { parse } from "../../src/graph/syntax/parse.ts";

const TEXTS: Record<string, string> = {
  "a.py": "def probe():\n    return 1\n",
  "a.ts": "export function probe(): number {\n  return 1;\n}\n",
  "a.tsx": "export const probe = () => <p>1</p>;\n",
  "a.js": "function probe() {}\n",
  "a.go": "package a\n\nfunc probe() {}\n",
  "a.rs": "fn probe() {}\n",
  "A.java": "class A {\n  void probe() {}\n}\n",
  "a.c": "int probe(void) { return 1; }\n",
  "a.cpp": "int probe() { return 1; }\n",
  "a.cs": "class A { void probe() { } }\n",
  "a.rb": "def probe\nend\n",
  "a.php": "<?php\nfunction probe() {}\n",
  "a.sh": "probe() { :; }\n",
  "a.html": '<p id="probe">x</p>\n',
  "a.css": ".probe { color: red }\n",
  "a.json": '{"probe": 1}\n',
  "a.kt": "fun probe() {}\n",
  "a.swift": "func probe() {}\n",
  "a.scala": "def probe = 1\n",
  "a.lua": "function probe() end\n",
  "a.sql": "CREATE TABLE probe (id INT);\n",
  "a.yaml": "probe: 1\n",
  "a.toml": "probe = 1\n",
  "a.md": "# probe\n",
};

const found: Record<string, string[]> = {};
for (const [path, text] of Object.entries(TEXTS)) {
  const parsed = await parse(path, text);
  found[parsed?.language ?? path] = parsed?.symbols.map(({ name }) => name) ?? [];
}
console.log(JSON.stringify({ found, endpoint: process.env.SMALLCODE_ENDPOINT ?? null }));
