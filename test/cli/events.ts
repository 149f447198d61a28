/** One edit and one question as fixed lists of events, hostile text included. */
import { EVENT_VERSION, type Outcome, type TurnEvent } from "../../src/types.ts";

const start = (task: string): TurnEvent[] => [
  { type: "start", v: EVENT_VERSION, session: "s1", version: "0.1.0", cwd: "/w", task },
  {
    type: "model",
    endpoint: "http://localhost:8080/v1",
    model: "gemma\x1b[31m-3",
    rung: "schema",
    window: 8192,
  },
];

const end = (outcome: Outcome, exit: number, message: string): TurnEvent => ({
  type: "end",
  outcome,
  exit,
  message,
  account: {
    by: outcome === "answered" ? null : "feedback",
    requests: 2,
    candidates: 3,
    resets: 0,
    tokens: { prompt: 1500, cached: 1000, generated: 210 },
    ms: 12_340,
    local: 1,
  },
});

const report = {
  check: "pytest",
  passed: 3,
  failed: 1,
  diagnostics: [],
  summary: "test_pop: \x1b[31massert 1 == 2\n",
  ms: 1234,
};

export const EDIT: TurnEvent[] = [
  ...start("fix pop"),
  { type: "intent", intent: "edit", why: "the task says fix" },
  { type: "plan", steps: [{ id: "1", intent: "fix pop", targets: [{ path: "a.py" }], check: "pytest" }] },
  { type: "request", n: 1, purpose: "rewrite", tokens: 900 },
  { type: "check_start", check: "pytest", command: "pytest -q", when: "baseline" },
  { type: "check_end", report: { ...report, status: "failed" }, when: "baseline" },
  { type: "thinking", text: "is pop\x1b[5m " },
  { type: "thinking", text: "wrong? \ud83d" },
  { type: "thinking", text: "\ude42" },
  { type: "text", text: "thinking\u202e aloud" },
  { type: "response", n: 1, tokens: { prompt: 900, cached: 0, generated: 60 }, finish: "node", ms: 2000 },
  {
    type: "call",
    call: { tool: "rewrite_symbol", args: { path: "a.py", symbol: "Stack.pop", code: "a\nb\nc" } },
  },
  { type: "result", result: { kind: "refusal", tool: "rewrite_symbol", reason: "No such symbol." } },
  {
    type: "result",
    result: {
      kind: "candidate",
      tool: "rewrite_symbol",
      candidate: {
        changes: [{ path: "a.py", text: "x", base: "h" }],
        origin: "model",
        summary: "a.py: Stack.pop",
      },
    },
  },
  {
    type: "result",
    result: { kind: "text", tool: "find_and_read", text: "1 def pop\x07():\n", targets: [] },
  },
  {
    type: "check_end",
    report: { ...report, status: "passed", passed: 4, failed: 0, summary: "" },
    when: "candidate",
  },
  {
    type: "verdict",
    origin: "feedback",
    verdict: {
      status: "verified",
      reports: [],
      fresh: [],
      score: 1,
      reason: "4 tests pass, 1 more than before",
    },
  },
  { type: "decompose", steps: [], why: "2 tests" },
  { type: "suspects", suspects: [{ path: "a.py", line: 2, score: 0.5 }] },
  {
    type: "escalation",
    endpoint: "http://127.0.0.1:9/v1",
    model: "larger\x1b[2J",
    sent: "{}",
    redacted: 1,
  },
  { type: "context_reset", why: "sub-task" },
  { type: "permission", what: "pytest -q", granted: true, how: "--yes" },
  { type: "notice", level: "warning", text: "stdin was empty" },
  {
    type: "diff",
    patch: "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def pop\x1b[2J():\n-  return 1\n+  return 2\n",
    files: ["a.py"],
    frozen: ["test_a\n.py"],
  },
  { type: "restored", files: ["a.py"], left: ["new.txt"] },
  end("verified", 0, "Fixed Stack.pop in a.py."),
];

export const QUESTION: TurnEvent[] = [
  ...start("what is pop?"),
  { type: "intent", intent: "ask", why: "the task is a question" },
  { type: "text", text: "It takes the \x1b[3" },
  { type: "text", text: "1mlast \ud83d" },
  { type: "text", text: "\ude42 one." },
  end("answered", 0, "Answered."),
];
