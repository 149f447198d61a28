/** Every dialect in forms beyond the corpus: what is read, what is refused, what is plain text. */
import { describe, expect, test } from "bun:test";
import { type OfferedTool, readCalls } from "../../src/model/calls/index.ts";
import { tool } from "./offered.ts";

const TOOLS: OfferedTool[] = [
  tool("bash", { command: "string", timeout: "integer" }, ["command"]),
  tool("read_file", { path: "string", offset: "integer", limit: "integer" }, ["path"]),
  tool("write_file", { path: "string", content: "string" }),
  tool("get_weather", { city: "string", unit: "string" }, ["city"]),
  tool("add", { a: "integer", b: "integer" }),
  tool("mix", { list: "array", map: "object", on: "boolean", rate: "number" }, []),
  tool("git_status", {}),
  tool("python", { code: "string" }),
];

type Wanted = [string, Record<string, unknown>][] | "refused";

const bash = (command: string): [string, Record<string, unknown>] => ["bash", { command }];
const file = (path: string): [string, Record<string, unknown>] => ["read_file", { path }];
const city = (name: string): [string, Record<string, unknown>] => ["get_weather", { city: name }];

const J = '{"name": "bash", "arguments": {"command": "ls"}}';
const LS = [bash("ls")];

/** What is written, what is wanted; the first word is the family. */
const CASES: [string, string, Wanted][] = [
  // Hermes and wrappers
  [
    "hermes: two calls",
    `<tool_call>\n${J}\n</tool_call>\n<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>`,
    [bash("ls"), file("a")],
  ],
  ["hermes: arguments first", '<tool_call>{"arguments": {"command": "ls"}, "name": "bash"}</tool_call>', LS],
  ["hermes: no closing tag", `<tool_call>\n${J}`, LS],
  ["hermes: closed by another opening tag", `<tool_call>${J}<tool_call>`, LS],
  [
    "hermes: two opened, the first not closed",
    `<tool_call>${J}\n<tool_call>{"name": "git_status", "arguments": {}}</tool_call>`,
    [bash("ls"), ["git_status", {}]],
  ],
  ["hermes: missing opening tag", `${J}\n</tool_call>`, LS],
  ["hermes: fence inside", `<tool_call>\n\`\`\`json\n${J}\n\`\`\`\n</tool_call>`, LS],
  ["hermes: end token behind", `<tool_call>\n${J}\n</tool_call><|im_end|>`, LS],
  [
    "hermes: no arguments and none needed",
    '<tool_call>{"name": "git_status"}</tool_call>',
    [["git_status", {}]],
  ],
  ["hermes: no arguments but some needed", '<tool_call>{"name": "bash"}</tool_call>', "refused"],
  ["hermes: empty", "<tool_call></tool_call>", "refused"],
  [
    "hermes: one brace too few before the tag",
    '<tool_call>{"name": "bash", "arguments": {"command": "ls"}</tool_call>',
    LS,
  ],
  [
    "hermes: value with the closing tag",
    '<tool_call>{"name": "write_file", "arguments": {"path": "a", "content": "x </tool_call> y"}}</tool_call>',
    [["write_file", { path: "a", content: "x </tool_call> y" }]],
  ],
  [
    "hermes: value with thinking tags",
    '<tool_call>{"name": "write_file", "arguments": {"path": "a", "content": "<think>x</think>"}}</tool_call>',
    [["write_file", { path: "a", content: "<think>x</think>" }]],
  ],
  ["hermes: Python call inside", '<tool_call>get_weather(city="Oslo")</tool_call>', [city("Oslo")]],
  ["hermes: dashes in the tag", `<tool-call>${J}</tool-call>`, LS],
  ["hermes: upper case", `<TOOLCALL>[${J}]</TOOLCALL>`, LS],
  ["hermes: cut in the string", '<tool_call>{"name": "bash", "arguments": {"command": "ls -', "refused"],
  [
    "hermes: invented response stops the reply",
    `<tool_call>${J}</tool_call>\n<tool_response>a.txt</tool_response>\n<tool_call>{"name": "read_file", "arguments": {"path": "a.txt"}}</tool_call>`,
    LS,
  ],
  ["hermes: name attribute with JSON", '<tool_call name="bash">{"command": "ls"}</tool_call>', LS],
  [
    "hermes: one good and one unknown",
    `<tool_call>${J}</tool_call><tool_call>{"name": "rm_all", "arguments": {}}</tool_call>`,
    "refused",
  ],
  ["wrapper: function_call", `<function_call>${J}</function_call>`, LS],
  [
    "wrapper: tool_calls with two lines",
    `<tool_calls>\n${J}\n{"name": "git_status", "arguments": {}}\n</tool_calls>`,
    [bash("ls"), ["git_status", {}]],
  ],
  ["wrapper: tool_use with input", '<tool_use>{"name": "bash", "input": {"command": "ls"}}</tool_use>', LS],
  [
    "wrapper: InternLM",
    `<|action_start|><|plugin|>{"name": "bash", "parameters": {"command": "ls"}}<|action_end|>`,
    LS,
  ],
  ["wrapper: LM Studio", `[TOOL_REQUEST]\n${J}\n[END_TOOL_REQUEST]`, LS],
  [
    "wrapper: LM Studio with the name outside",
    '[TOOL_REQUEST]\nread_file {"path": "/home"}\n[TOOL_REQUEST_END]',
    [file("/home")],
  ],
  ["wrapper: Apertus", '<|tools_prefix|>[{"bash": {"command": "ls"}}]<|tools_suffix|>', LS],
  [
    "wrapper: name in elements",
    '<tool_use>\n<tool_name>bash</tool_name>\n<arguments>\n{"command": "ls"}\n</arguments>\n</tool_use>',
    LS,
  ],
  [
    "wrapper: name in elements, values in elements",
    "<function_call><name>read_file</name><parameters><path>a</path><limit>3</limit></parameters></function_call>",
    [["read_file", { path: "a", limit: 3 }]],
  ],
  // Qwen3-Coder and elements
  [
    "elements: two functions in one wrapper",
    "<tool_call>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n<function=git_status>\n</function>\n</tool_call>",
    [bash("ls"), ["git_status", {}]],
  ],
  ["elements: quotes around names", '<function="bash"><parameter="command">ls</parameter></function>', LS],
  [
    "elements: namespace",
    "<seed:tool_call>\n<function=bash>\n<parameter=command>ls</parameter>\n</function>\n</seed:tool_call>",
    LS,
  ],
  [
    "elements: a value that shows a whole call",
    "<tool_call>\n<function=write_file>\n<parameter=path>\nd.md\n</parameter>\n<parameter=content>\n<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>\n</parameter>\n</function>\n</tool_call>",
    [
      [
        "write_file",
        { path: "d.md", content: "<function=bash>\n<parameter=command>\nls\n</parameter>\n</function>" },
      ],
    ],
  ],
  [
    "elements: a forgotten closing tag between parameters",
    "<function=write_file>\n<parameter=path>\na\n<parameter=content>\nb\n</parameter>\n</function>",
    [["write_file", { path: "a", content: "b" }]],
  ],
  [
    "elements: indentation stays",
    "<function=write_file><parameter=path>a</parameter><parameter=content>\n  x = 1\n    y\n</parameter></function>",
    [["write_file", { path: "a", content: "  x = 1\n    y" }]],
  ],
  [
    "elements: types",
    '<function=mix>\n<parameter=list>\n["a", "b"]\n</parameter>\n<parameter=map>\n{"k": [1]}\n</parameter>\n<parameter=on>\nfalse\n</parameter>\n<parameter=rate>\n1e3\n</parameter>\n</function>',
    [["mix", { list: ["a", "b"], map: { k: [1] }, on: false, rate: 1000 }]],
  ],
  ["elements: text for a list", "<function=mix><parameter=list>a, b</parameter></function>", "refused"],
  [
    "elements: cut in the value",
    "<function=write_file>\n<parameter=path>\na\n</parameter>\n<parameter=content>\nhalf",
    "refused",
  ],
  [
    "elements: unknown parameter",
    "<function=bash><parameter=command>ls</parameter><parameter=cwd>/tmp</parameter></function>",
    "refused",
  ],
  [
    "elements: invoke in function_calls",
    '<function_calls>\n<invoke name="bash">\n<parameter name="command">ls</parameter>\n</invoke>\n<invoke name="read_file">\n<parameter name="path">a</parameter>\n</invoke>\n</function_calls>',
    [bash("ls"), file("a")],
  ],
  [
    "elements: single quotes in the head",
    "<invoke name='bash'><parameter name='command'>ls</parameter></invoke>",
    LS,
  ],
  [
    "elements: steptml",
    '<｜tool_calls_begin｜><｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="bash"><steptml:parameter name="command">ls</steptml:parameter></steptml:invoke><｜tool_call_end｜><｜tool_calls_end｜>',
    LS,
  ],
  [
    "elements: CDATA of MiniCPM",
    '<function name="write_file"><param name="path">a</param><param name="content"><![CDATA[<b>]]></param></function>',
    [["write_file", { path: "a", content: "<b>" }]],
  ],
  ["elements: a parameter without a name", '<function name="bash"><param>ls</param></function>', "refused"],
  ["elements: self-closing with attributes", '<read_file path="a.py" />', [file("a.py")]],
  [
    "elements: Cline with prose",
    "Let me look.\n\n<read_file>\n<path>src/a.ts</path>\n</read_file>",
    [file("src/a.ts")],
  ],
  [
    "elements: Cline, two calls",
    "<read_file>\n<path>a</path>\n</read_file>\n<bash>\n<command>ls</command>\n</bash>",
    [file("a"), bash("ls")],
  ],
  ["elements: Cline, cut in the value", "<write_file>\n<path>a</path>\n<content>\nhalf of it", "refused"],
  ["elements: tool tag around its one value", "<bash>\nls -la\n</bash>", [bash("ls -la")]],
  [
    "elements: DSML with types",
    '<｜DSML｜function_calls>\n<｜DSML｜invoke name="add">\n<｜DSML｜parameter name="a" string="false">1</｜DSML｜parameter>\n<｜DSML｜parameter name="b" string="false">2</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    [["add", { a: 1, b: 2 }]],
  ],
  // GLM
  [
    "pairs: on one line",
    "<tool_call>bash<arg_key>command</arg_key><arg_value>ls</arg_value></tool_call>",
    LS,
  ],
  [
    "pairs: two calls",
    "<tool_call>bash\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n</tool_call>\n<tool_call>git_status\n</tool_call>",
    [bash("ls"), ["git_status", {}]],
  ],
  [
    "pairs: value with tags",
    "<tool_call>write_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n<arg_key>content</arg_key>\n<arg_value>x </arg_value> y</arg_value>\n</tool_call>",
    [["write_file", { path: "a", content: "x </arg_value> y" }]],
  ],
  [
    "pairs: numbers",
    "<tool_call>add<arg_key>a</arg_key><arg_value>1</arg_value><arg_key>b</arg_key><arg_value>-2</arg_value></tool_call>",
    [["add", { a: 1, b: -2 }]],
  ],
  [
    "pairs: LongCat",
    "<longcat_tool_call>bash\n<longcat_arg_key>command</longcat_arg_key>\n<longcat_arg_value>ls</longcat_arg_value>\n</longcat_tool_call>",
    LS,
  ],
  ["pairs: a key without a value", "<tool_call>bash<arg_key>command</arg_key></tool_call>", "refused"],
  // Mistral
  ["mistral: name and arguments", '[TOOL_CALLS]bash[ARGS]{"command": "ls"}', LS],
  ["mistral: with call id", '[TOOL_CALLS]bash[CALL_ID]abc123456[ARGS]{"command": "ls"}', LS],
  ["mistral: name glued to JSON", '[TOOL_CALLS]bash{"command": "ls"}', LS],
  [
    "mistral: two calls",
    '[TOOL_CALLS]bash[ARGS]{"command": "ls"}[TOOL_CALLS]read_file[ARGS]{"path": "a"}',
    [bash("ls"), file("a")],
  ],
  [
    "mistral: thought before",
    '[THINK]maybe {"name": "git_status", "arguments": {}}[/THINK][TOOL_CALLS]bash[ARGS]{"command": "ls"}</s>',
    LS,
  ],
  ["mistral: cut", '[TOOL_CALLS]bash[ARGS]{"command": "l', "refused"],
  ["mistral: spoken of", "The reply starts with [TOOL_CALLS] and a list.", []],
  ["brackets: tool_call", `[tool_call]${J}[/tool_call]`, LS],
  // Llama and Python
  [
    "python: token and semicolon",
    '<|python_tag|>{"name": "bash", "parameters": {"command": "ls"}}; {"name": "git_status", "parameters": {}}',
    [bash("ls"), ["git_status", {}]],
  ],
  [
    "python: raw code behind the token",
    "<|python_tag|>print(1 + 1)<|eom_id|>",
    [["python", { code: "print(1 + 1)" }]],
  ],
  ["python: type function", '{"type": "function", "name": "bash", "parameters": {"command": "ls"}}', LS],
  [
    "python: list of two",
    "[get_weather(city='Rome', unit='c'), add(a=1, b=2)]",
    [
      ["get_weather", { city: "Rome", unit: "c" }],
      ["add", { a: 1, b: 2 }],
    ],
  ],
  [
    "python: list, data inside",
    "[mix(list=['a', 'b'], map={'k': None}, on=True, rate=0.5)]",
    [["mix", { list: ["a", "b"], map: { k: null }, on: true, rate: 0.5 }]],
  ],
  ["python: list not closed", "[get_weather(city='Rome')", [city("Rome")]],
  [
    "python: escaped quotes and line breaks",
    "[bash(command='echo \\'a\\'\\necho b')]",
    [bash("echo 'a'\necho b")],
  ],
  ["python: raw string", "[bash(command=r'grep \\d')]", [bash("grep \\d")]],
  ["python: cut", "[bash(command='ls", "refused"],
  ["python: positional", '[read_file("a.py")]', [file("a.py")]],
  ["python: two positional", '[write_file("a", "b")]', "refused"],
  ["python: LFM2", '<|tool_call_start|>[bash(command="ls")]<|tool_call_end|>Done.', LS],
  ["python: LFM2 with JSON", `<|tool_call_start|>[${J}]<|tool_call_end|>`, LS],
  [
    "python: OLMo",
    '<function_calls>\nbash(command="ls")\nadd(a=1, b=2)\n</function_calls>',
    [bash("ls"), ["add", { a: 1, b: 2 }]],
  ],
  ["python: the whole reply", 'get_weather(city="Paris")', [city("Paris")]],
  ["python: tool_code", '```tool_code\nprint(get_weather(city="Paris"))\n```', [city("Paris")]],
  [
    "python: tool_code, two",
    '```tool_code\nread_file(path="a")\nread_file(path="b")\n```',
    [file("a"), file("b")],
  ],
  ["python: tool_code with code around", '```tool_code\nx = read_file(path="a")\nprint(x)\n```', "refused"],
  ["python: unknown in a list", "[special delivery] is at 5 (pm)", []],
  // Gemma
  [
    "gemma: types",
    '<|tool_call>call:mix{list:[<|"|>a<|"|>,<|"|>b "c"<|"|>],map:{k:1},on:true,rate:2.5}<tool_call|>',
    [["mix", { list: ["a", 'b "c"'], map: { k: 1 }, on: true, rate: 2.5 }]],
  ],
  [
    "gemma: two calls",
    '<|tool_call>call:bash{command:<|"|>ls<|"|>}<tool_call|><|tool_call>call:git_status{}<tool_call|>',
    [bash("ls"), ["git_status", {}]],
  ],
  [
    "gemma: thought before",
    '<|channel>thought\nI will call:git_status{}\n<channel|>call:bash{command:<|"|>ls<|"|>}',
    LS,
  ],
  [
    "gemma: backslashes are literal",
    '<|tool_call>call:read_file{path:<|"|>C:\\users\\bob<|"|>}<tool_call|>',
    [file("C:\\users\\bob")],
  ],
  ["gemma: colon in front", '<|tool_call>:call:bash{command:<|"|>ls<|"|>}', LS],
  ["gemma: cut", '<|tool_call>call:bash{command:<|"|>ls -l', "refused"],
  [
    "gemma: invented response behind",
    '<|tool_call>call:bash{command:<|"|>ls<|"|>}<tool_call|><|tool_response>x',
    LS,
  ],
  [
    "gemma: braces in the value",
    '<|tool_call>call:write_file{path:<|"|>a<|"|>,content:<|"|>if (x) { y(); }<|"|>}<tool_call|>',
    [["write_file", { path: "a", content: "if (x) { y(); }" }]],
  ],
  [
    "functiongemma: numbers",
    "<start_function_call>call:add{a:1,b:2}<end_function_call><start_function_response>",
    [["add", { a: 1, b: 2 }]],
  ],
  // Harmony
  [
    "harmony: recipient before the channel",
    '<|start|>assistant to=functions.bash<|channel|>commentary<|constrain|>json<|message|>{"command": "ls"}<|call|>',
    LS,
  ],
  [
    "harmony: call in the analysis channel",
    '<|channel|>analysis to=functions.bash code<|message|>{"command": "ls"}<|call|>',
    LS,
  ],
  [
    "harmony: thought drafts a call",
    '<|channel|>analysis<|message|>maybe {"name": "git_status", "arguments": {}}<|end|><|start|>assistant<|channel|>commentary to=functions.bash<|message|>{"command": "ls"}',
    LS,
  ],
  [
    "harmony: the bare value of the one parameter",
    "<|channel|>commentary to=functions.python code<|message|>print(1)<|call|>",
    [["python", { code: "print(1)" }]],
  ],
  [
    "harmony: final",
    "<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>All done.<|return|>",
    [],
  ],
  [
    "harmony: unknown recipient",
    '<|channel|>commentary to=functions.rm<|message|>{"x": 1}<|call|>',
    "refused",
  ],
  ["harmony: to= in prose", "Set the header to=bob and go on.", []],
  // DeepSeek, Kimi
  [
    "deepseek: two calls",
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>bash\n```json\n{"command": "ls"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>',
    [bash("ls"), file("a")],
  ],
  [
    "deepseek: plain bars",
    '<|tool▁calls▁begin|><|tool▁call▁begin|>bash<|tool▁sep|>{"command": "ls"}<|tool▁call▁end|><|tool▁calls▁end|>',
    LS,
  ],
  ["deepseek: only the separator left", 'bash<｜tool▁sep｜>{"command": "ls"}', LS],
  [
    "deepseek: no JSON",
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>bash<｜tool▁sep｜>{invalid json}<｜tool▁call▁end｜>",
    "refused",
  ],
  ["deepseek: outputs of tools", "Results: <｜tool▁output▁begin｜>Paris: 22°C<｜tool▁output▁end｜>", []],
  [
    "kimi: two calls",
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"command": "ls"}<|tool_call_end|><|tool_call_begin|>functions.read_file:1<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|><|tool_calls_section_end|>',
    [bash("ls"), file("a")],
  ],
  [
    "kimi: no name, one tool fits",
    '<|tool_call_begin|>0<|tool_call_argument_begin|>{"code": "1"}<|tool_call_end|>',
    [["python", { code: "1" }]],
  ],
  [
    "kimi: cut",
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{"comm',
    "refused",
  ],
  // Granite, Phi, Functionary, Cohere, ReAct
  [
    "granite: two",
    `<|tool_call|>[${J}, {"name": "git_status", "arguments": {}}]`,
    [bash("ls"), ["git_status", {}]],
  ],
  ["phi: functools", `functools[${J}]`, LS],
  ["phi: cut", 'functools[{"name": "bash", "arguments": {"command": "l', "refused"],
  ["phi: token", `<|tool_calls|>[${J}]<|/tool_calls|>`, LS],
  ["functionary: at the start", 'bash\n{"command": "ls"}', LS],
  ["functionary: two", '>>>bash\n{"command": "ls"}>>>read_file\n{"path": "a"}', [bash("ls"), file("a")]],
  [
    "cohere: action list",
    'plan<|END_THINKING|><|START_ACTION|>[\n{"tool_call_id": "0", "tool_name": "bash", "parameters": {"command": "ls"}}\n]<|END_ACTION|>',
    LS,
  ],
  [
    "cohere: old form",
    'Action: ```json\n[\n  {"tool_name": "bash", "parameters": {"command": "ls"}}\n]```',
    LS,
  ],
  [
    "react: JSON input",
    'Thought: look\nAction: bash\nAction Input: {"command": "ls"}\nObservation: a.txt\nAction: git_status\nAction Input: {}',
    LS,
  ],
  ["react: bare input", "Action: bash\nAction Input: ls -la", [bash("ls -la")]],
  ["react: unknown tool", "Action: fly\nAction Input: away", "refused"],
  ["react: final answer", "Thought: I know.\nFinal Answer: 42", []],
  [
    "react: structured",
    'Thought: x\nAction:\n```json\n{"action": "bash", "action_input": {"command": "ls"}}\n```',
    LS,
  ],
  // JSON
  ["json: array", `[${J}, {"name": "git_status", "arguments": {}}]`, [bash("ls"), ["git_status", {}]]],
  ["json: behind prose", `I will list the files.\n\n${J}`, LS],
  [
    "json: JSON-RPC",
    '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "bash", "arguments": {"command": "ls"}}}',
    LS,
  ],
  ["json: function and its arguments", '{"function": "bash", "arguments": {"command": "ls"}}', LS],
  ["json: tool and flat arguments", '{"tool": "bash", "command": "ls"}', LS],
  [
    "json: type tool_use",
    '{"type": "tool_use", "id": "toolu_1", "name": "bash", "input": {"command": "ls"}}',
    LS,
  ],
  ["json: the tool's name as key", '{"bash": {"command": "ls"}}', LS],
  ["json: fenced, two", `\`\`\`json\n${J}\n${J.replace("ls", "pwd")}\n\`\`\``, [bash("ls"), bash("pwd")]],
  [
    "json: fenced, two fences",
    `\`\`\`json\n${J}\n\`\`\`\nand\n\`\`\`json\n${J.replace("ls", "pwd")}\n\`\`\``,
    [bash("ls"), bash("pwd")],
  ],
  [
    "json: value with a fence",
    '```json\n{"name": "write_file", "arguments": {"path": "a.md", "content": "```js\\nx\\n```\\n"}}\n```',
    [["write_file", { path: "a.md", content: "```js\nx\n```\n" }]],
  ],
  [
    "json: one-letter difference is another tool",
    '{"name": "read_files", "arguments": {"path": "a"}}',
    "refused",
  ],
  ["json: data", '{"name": "bash", "version": "5.2"}', []],
  ["json: data in prose", 'The file says {"scripts": {"test": "bun test"}} and no more.', []],
  ["json: both halves of a name", '{"name": "file", "arguments": {"path": "a"}}', "refused"],
  // Thought
  ["thought: draft only", `<think>\n<tool_call>${J}</tool_call>\n</think>\nNothing to do.`, []],
  ["thought: never closed, with a call", `<think>I could call <tool_call>${J}</tool_call>`, "refused"],
  ["thought: never opened", `I think ${J} is right.</think>\nHello.`, []],
  ["thought: other names", `<thinking>${J}</thinking>Done. <reasoning>${J}</reasoning>`, []],
  ["thought: Cohere", `<|START_THINKING|>${J}<|END_THINKING|>Done.`, []],
  // Quotation and prose
  ["quoted: inline code", `Models write \`<tool_call>${J}</tool_call>\` for that.`, []],
  [
    "quoted: fenced example",
    `A call looks like this:\n\n\`\`\`json\n${J}\n\`\`\`\n\nThe name must match.`,
    [],
  ],
  ["quoted: shell block", "Run this:\n```bash\nls -la\n```", []],
  ["quoted: Python block", '```python\nprint(get_weather(city="Paris"))\n```\nprints the weather.', []],
  ["quoted: TypeScript block", `\`\`\`ts\nconst call = ${J};\n\`\`\``, []],
  ["quoted: the tag's name", "The <tool_call> tag opens a call and </tool_call> closes it.", []],
  ["prose: a call in a sentence", `I would send ${J} but that is too much.`, []],
  [
    "prose: a marked call in a sentence",
    `Models write <tool_call>${J}</tool_call> to list files.`,
    "refused",
  ],
  ["prose: a marked call as an example", `For example:\n<tool_call>${J}</tool_call>`, "refused"],
  ["prose: a head that is spoken of", "Use <function=bash> to run it.", []],
  [
    "torn: a closing tag misspelt",
    "<function=write_file><parameter=path>a</parameter><parameter=content>b</paramter></function>",
    "refused",
  ],
  ["torn: an opening tag misspelt", "<function=bash><paramter=command>ls</parameter></function>", "refused"],
  [
    "torn: the next opening tag misspelt",
    "<function=read_file><parameter=path>a</parameter><paramter=limit>3</parameter></function>",
    "refused",
  ],
  [
    "torn: quotes glued to a value",
    '<tool_call>{"name": "bash", "arguments": {"command": ""}ls"}}</tool_call>',
    "refused",
  ],
  [
    "torn: quotes glued to the arguments",
    '<|channel|>commentary to=functions.bash<|message|>{"command": ""}ls"}',
    "refused",
  ],
  ["torn: Gemma's delimiter", 'call:bash{command:<|"|>ls<|">}', "refused"],
  ["torn: ReAct's input", 'Action: bash\nAction Input: "ls"\nObservaton: a', "refused"],
  ["prose: HTML", "<p>Use <b>bash</b> or <code>read_file</code>.</p>", []],
  ["prose: code without a fence", "function f() { return { name: 'bash' }; }", []],
  ["prose: f(x) in a sentence", 'You can use read_file(path="a") to read it.', []],
  ["prose: nothing", "", []],
];

describe("dialects", () => {
  for (const [what, text, wanted] of CASES)
    test(what, () => {
      const read = readCalls({ text, calls: [], complete: true }, TOOLS);
      const got = read.ok ? read.calls.map((call) => [call.name, call.arguments]) : "refused";
      expect(got).toEqual(wanted);
    });
});
