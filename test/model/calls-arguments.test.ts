/** Arguments of native calls: broken JSON, names, types; what is read and what is refused. */
import { describe, expect, test } from "bun:test";
import { type CallsRead, type OfferedTool, readCalls } from "../../src/model/calls/index.ts";
import { tool } from "./offered.ts";

const TOOLS: OfferedTool[] = [
  tool("read_file", { path: "string", limit: "integer" }, ["path"]),
  tool("write_file", { path: "string", content: "string" }),
  tool("edit", { path: "string", old_string: "string", new_string: "string" }),
  tool("grep", { pattern: "string", path: "string", glob: "string" }, ["pattern"]),
  tool("set", { s: "string", i: "integer", n: "number", b: "boolean", l: "array", o: "object" }, []),
  tool("bash", { command: "string" }),
  tool("fs.list", { dir: "string" }),
  tool("git_status", {}),
];

function native(name: string, text: string, tools = TOOLS): CallsRead {
  return readCalls({ text: "", calls: [{ id: "", name, arguments: text }], complete: true }, tools);
}

const REFUSED = "refused";
const set = (values: Record<string, unknown>): unknown => ({ set: values });

/** name, text of the arguments, what is wanted: `{tool: arguments}`, a list of such, or a refusal. */
const CASES: [string, string, string, unknown][] = [
  ["comment at the end of a line", "set", '{"s": "x", // the name\n "i": 1}', set({ s: "x", i: 1 })],
  ["comment in slashes and stars", "set", '{/* a */ "i": /* b */ 1}', set({ i: 1 })],
  ["comment with a hash", "set", '{"i": 1, # one\n"b": true}', set({ i: 1, b: true })],
  [
    "two slashes in a text",
    "bash",
    '{"command": "curl http://x # y"}',
    { bash: { command: "curl http://x # y" } },
  ],
  ["trailing commas", "set", '{"l": [1, 2,], "o": {"k": 1,},}', set({ l: [1, 2], o: { k: 1 } })],
  ["missing comma between lines", "set", '{"s": "x"\n"i": 1}', set({ s: "x", i: 1 })],
  ["missing value", "set", '{"s": , "i": 1}', REFUSED],
  ["two commas in a list", "set", '{"l": [1,,2]}', REFUSED],
  ["missing comma in a list of texts", "set", '{"l": ["a" "b"]}', REFUSED],
  [
    "Python",
    "set",
    "{'b': True, 'o': {'k': None}, 'l': ['it\\'s', \"x\"]}",
    set({ b: true, o: { k: null }, l: ["it's", "x"] }),
  ],
  ["typographic quotes inside a text", "set", '{"s": "he said “hi”"}', set({ s: "he said “hi”" })],
  ["typographic quotes with plain ones inside", "set", '{“s”: “say "hi" now”}', set({ s: 'say "hi" now' })],
  ["names without quotes", "set", '{s: "x", i: 1}', set({ s: "x", i: 1 })],
  ["a word without quotes", "set", "{s: hello}", REFUSED],
  ["equals signs", "set", '{"s" = "x"}', set({ s: "x" })],
  ["raw line breaks and tabs", "set", '{"s": "a\n\tb"}', set({ s: "a\n\tb" })],
  ["quotes not escaped", "bash", '{"command": "echo "a b" > f"}', { bash: { command: 'echo "a b" > f' } }],
  [
    "quotes not escaped, with more behind",
    "edit",
    '{"path": "a", "old_string": "x = "1"", "new_string": "x = "2""}',
    { edit: { path: "a", old_string: 'x = "1"', new_string: 'x = "2"' } },
  ],
  [
    "quotes not escaped around what looks like JSON",
    "write_file",
    '{"path": "a.json", "content": "{"k": "v"}"}',
    { write_file: { path: "a.json", content: '{"k": "v"}' } },
  ],
  [
    "one quote opened and not closed",
    "edit",
    '{"path": "a", "old_string": "say "hi", "new_string": "b"}',
    REFUSED,
  ],
  ["a text never closed", "write_file", '{"path": "a", "content": "x}', REFUSED],
  ["cut behind a comma", "read_file", '{"path": "a",', REFUSED],
  ["cut in a number", "read_file", '{"path": "a", "limit": 12', REFUSED],
  ["cut in a word", "set", '{"b": tru', REFUSED],
  ["cut behind a name", "read_file", '{"path": "a", "limit":', REFUSED],
  ["one closer missing", "set", '{"o": {"k": "v"}', set({ o: { k: "v" } })],
  ["wrong closer", "set", '{"l": ["a", "b"}', set({ l: ["a", "b"] })],
  ["extra closers", "set", '{"l": ["a"]]}]}', set({ l: ["a"] })],
  ["invalid escapes", "grep", '{"pattern": "\\d+\\.\\w"}', { grep: { pattern: "\\d+\\.\\w" } }],
  ["escaped slash and code point", "set", '{"s": "a\\/b \\u00e9"}', set({ s: "a/b é" })],
  [
    "Windows path with valid escapes",
    "read_file",
    '{"path": "C:\\new\\table.txt"}',
    { read_file: { path: "C:\\new\\table.txt" } },
  ],
  [
    "Windows path, escaped",
    "read_file",
    '{"path": "C:\\\\new\\\\t.txt"}',
    { read_file: { path: "C:\\new\\t.txt" } },
  ],
  [
    "a text that begins with a letter and a colon",
    "set",
    '{"s": "Q:\\nWhat is it?"}',
    set({ s: "Q:\nWhat is it?" }),
  ],
  [
    "triple quotes",
    "write_file",
    '{"path": "a", "content": """x "y"\nz"""}',
    { write_file: { path: "a", content: 'x "y"\nz' } },
  ],
  ["encoded twice", "read_file", '"{\\"path\\": \\"a\\"}"', { read_file: { path: "a" } }],
  ["fence", "read_file", '```json\n{"path": "a"}\n```', { read_file: { path: "a" } }],
  ["control token behind", "read_file", '{"path": "a"}<|call|>', { read_file: { path: "a" } }],
  ["closing tag behind", "read_file", '{"path": "a"}</tool_call>', { read_file: { path: "a" } }],
  ["prose behind", "read_file", '{"path": "a"} and so on', REFUSED],
  ["prose before", "read_file", 'Here: {"path": "a"}', REFUSED],
  ["twice the same", "read_file", '{"path": "a"}{"path": "a"}', { read_file: { path: "a" } }],
  [
    "two different",
    "read_file",
    '{"path": "a"}\n{"path": "b"}',
    [{ read_file: { path: "a" } }, { read_file: { path: "b" } }],
  ],
  ["two, the second cut", "read_file", '{"path": "a"}{"path": "b', REFUSED],
  ["two, the second wrong", "read_file", '{"path": "a"}{"file": 1, "x": 2}', REFUSED],
  ["in a list", "read_file", '[{"path": "a"}]', { read_file: { path: "a" } }],
  ["one name twice", "read_file", '{"path": "a", "path": "b"}', REFUSED],
  ["wrapped in parameters", "read_file", '{"parameters": {"path": "a"}}', { read_file: { path: "a" } }],
  ["wrapped in a text", "read_file", '{"input": "{\\"path\\": \\"a\\"}"}', { read_file: { path: "a" } }],
  [
    "the whole call again",
    "read_file",
    '{"name": "read_file", "arguments": {"path": "a"}}',
    { read_file: { path: "a" } },
  ],
  ["another call inside", "read_file", '{"name": "bash", "arguments": {"command": "ls"}}', REFUSED],
  ["a list where an object belongs", "read_file", '["a"]', REFUSED],
  ["a number where an object belongs", "read_file", "5", REFUSED],
  ["none needed", "git_status", "", { git_status: {} }],
  ["none needed, an unknown one given", "git_status", '{"verbose": true}', REFUSED],
  ["none given", "read_file", "{}", REFUSED],
  ["null for a needed one", "read_file", '{"path": null}', REFUSED],
  ["integer as text", "set", '{"i": "42"}', set({ i: 42 })],
  ["integer with zeros behind the point", "set", '{"i": 42.0}', set({ i: 42 })],
  ["integer with a fraction", "set", '{"i": 4.5}', REFUSED],
  ["integer too large to be exact", "set", '{"i": 90071992547409931}', REFUSED],
  ["number as text", "set", '{"n": "1.5e2"}', set({ n: 150 })],
  ["number in words", "set", '{"n": "two"}', REFUSED],
  ["boolean as text", "set", '{"b": "False"}', set({ b: false })],
  ["boolean in other words", "set", '{"b": "maybe"}', REFUSED],
  ["list as text", "set", '{"l": "[\'a\', 1]"}', set({ l: ["a", 1] })],
  ["text for a list", "set", '{"l": "a"}', REFUSED],
  ["object as text", "set", '{"o": "{\\"k\\": [1]}"}', set({ o: { k: [1] } })],
  ["list for an object", "set", '{"o": [1]}', REFUSED],
  ["number for a text keeps its form", "set", '{"s": 1.10}', set({ s: "1.10" })],
  ["text that looks like a number", "set", '{"s": "007"}', set({ s: "007" })],
  ["entities stay", "set", '{"s": "a &lt; b &amp;&amp; c"}', set({ s: "a &lt; b &amp;&amp; c" })],
  ["prototype as a name", "set", '{"__proto__": {"s": "x"}}', REFUSED],
  ["name in other case", "read_file", '{"Path": "a", "LIMIT": 2}', { read_file: { path: "a", limit: 2 } }],
  ["alias", "write_file", '{"file_path": "a", "text": "b"}', { write_file: { path: "a", content: "b" } }],
  [
    "aliases of an edit",
    "edit",
    '{"filename": "a", "oldText": "x", "newText": "y"}',
    { edit: { path: "a", old_string: "x", new_string: "y" } },
  ],
  ["alias of what is given, with another value", "read_file", '{"path": "a", "file": "b"}', REFUSED],
  [
    "alias of what is given, with the same value",
    "read_file",
    '{"path": "a", "file": "a"}',
    { read_file: { path: "a" } },
  ],
  ["a declared name never stands for another", "grep", '{"path": "x"}', REFUSED],
  ["unknown name", "read_file", '{"path": "a", "encoding": "utf8"}', REFUSED],
  ["tool: case", "ReadFile", '{"path": "a"}', { read_file: { path: "a" } }],
  ["tool: suffix", "read_file_tool", '{"path": "a"}', { read_file: { path: "a" } }],
  ["tool: namespace", "functions.read_file", '{"path": "a"}', { read_file: { path: "a" } }],
  ["tool: server's namespace", "mcp__fs__read_file", '{"path": "a"}', { read_file: { path: "a" } }],
  ["tool: index", "functions.read_file:0", '{"path": "a"}', { read_file: { path: "a" } }],
  ["tool: without its namespace", "list", '{"dir": "."}', { "fs.list": { dir: "." } }],
  [
    "tool: control tokens behind",
    "read_file<|channel|>commentary",
    '{"path": "a"}',
    { read_file: { path: "a" } },
  ],
  ["tool: two names in one", "bash.read_file", '{"path": "a"}', REFUSED],
  ["tool: near is not the same", "read_fle", '{"path": "a"}', REFUSED],
  ["tool: none", "", '{"path": "a"}', REFUSED],
];

describe("native arguments", () => {
  for (const [what, name, text, wanted] of CASES)
    test(what, () => {
      const read = native(name, text);
      if (!read.ok) return expect(REFUSED).toEqual(wanted as typeof REFUSED);
      const calls: unknown[] = read.calls.map((call) => ({ [call.name]: call.arguments }));
      expect(calls.length === 1 ? calls[0] : calls).toEqual(wanted);
    });

  test("two tools alike but for case: neither is guessed", () => {
    const tools = [tool("Read", { path: "string" }), tool("READ", { path: "string" })];
    expect(native("read", '{"path": "a"}', tools).ok).toBe(false);
    expect(native("READ", '{"path": "a"}', tools)).toMatchObject({ ok: true, calls: [{ name: "READ" }] });
  });

  test("a refusal says what to send", () => {
    expect(native("write_file", '{"path": "a"}')).toEqual({
      ok: false,
      reason:
        'write_file: content missing. Send {"name":"write_file","arguments":{"path":"...","content":"..."}} with all values whole.',
    });
    expect(native("fly", "{}")).toMatchObject({ reason: expect.stringContaining("read_file, write_file") });
  });
});
