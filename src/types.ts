/**
 * The nouns of SmallCode, as zod schemas with inferred types. Every room speaks in these; they are plain values
 * that can be written to a session log and read back. Paths are relative to the workspace root with "/" separators;
 * lines and columns are 1-based; ranges include both ends; times are milliseconds.
 */
import { z } from "zod";

/** Raised whenever an event changes shape in a way a reader of `--json` could notice. */
export const EVENT_VERSION = 1;

export const LineRange = z.object({ start: z.int().min(1), end: z.int().min(1) });
export type LineRange = z.infer<typeof LineRange>;

export const SymbolKind = z.enum([
  "function",
  "method",
  "class",
  "interface",
  "type",
  "enum",
  "module",
  "variable",
]);
export type SymbolKind = z.infer<typeof SymbolKind>;

/** A definition in the code graph. `name` is qualified inside its file: `Stack.push`. `lines` spans the whole definition, decorators included. */
export const CodeSymbol = z.object({
  name: z.string(),
  kind: SymbolKind,
  path: z.string(),
  lines: LineRange,
  signature: z.string(),
});
export type CodeSymbol = z.infer<typeof CodeSymbol>;

export const Diagnostic = z.object({
  path: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  severity: z.enum(["error", "warning"]),
  code: z.string().optional(),
  message: z.string(),
  /** The id of the failing test, where the diagnostic is one (`tests/test_a.py::test_b[1]`). */
  test: z.string().optional(),
  /** What the tool said of it in full, where that is more than `message`: the assertion with both values. At most 2,000 characters. */
  detail: z.string().optional(),
  /** The places in the workspace on the way to it, outermost first; the last one is `path` and `line`. */
  frames: z.array(z.object({ path: z.string(), line: z.int() })).optional(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

/** One file's new text, with "\n" line ends; the workspace gives back the file's own line ends and BOM. `text: null` deletes. `base` is the hash of the bytes the change was made from, null where the file must not exist. A new file takes line ends, BOM and mode from the file `like`. */
export const Change = z.object({
  path: z.string(),
  text: z.string().nullable(),
  base: z.string().nullable(),
  like: z.string().optional(),
});
export type Change = z.infer<typeof Change>;

/** How the text of a candidate came about (`graph`: computed, no model was asked); the account of a turn names the one that was accepted. */
export const Origin = z.enum(["graph", "model", "feedback", "sampling", "decomposition", "escalation"]);
export type Origin = z.infer<typeof Origin>;

/** What a model was asked to write: whole files, one definition, or some lines of one. */
export const Grain = z.enum(["files", "symbol", "lines"]);
export type Grain = z.infer<typeof Grain>;

/** A proposed change, not on disk for good until a Verdict accepts it. */
export const Candidate = z.object({
  changes: z.array(Change).min(1),
  origin: Origin,
  summary: z.string(),
  grain: Grain.optional(),
});
export type Candidate = z.infer<typeof Candidate>;

/** What a step is about. `symbol` is qualified as in CodeSymbol; without one the whole file is meant. */
export const Target = z.object({ path: z.string(), symbol: z.string().optional() });
export type Target = z.infer<typeof Target>;

/** A call as the model made it, whatever the rung. Arguments are validated by the tool's own schema. */
export const ToolCall = z.object({ tool: z.string(), args: z.record(z.string(), z.unknown()) });
export type ToolCall = z.infer<typeof ToolCall>;

/**
 * One unit of work: an intent, where it applies, and the id of the check that will prove it (null: none known). `tests`: the ids
 * of the failing tests that it is to turn green, where these are not all. `call`: what does it, computed; no model is asked.
 */
export const Step = z.object({
  id: z.string(),
  intent: z.string(),
  targets: z.array(Target),
  check: z.string().nullable(),
  tests: z.array(z.string()).optional(),
  call: ToolCall.optional(),
});
export type Step = z.infer<typeof Step>;

/** A line that a failure may be due to. `score` is above 0 and at most 1: how much speaks for it. */
export const Suspect = z.object({ path: z.string(), line: z.int(), score: z.number() });
export type Suspect = z.infer<typeof Suspect>;

/** What a tool answers. A refusal is written for the model: what was wrong and exactly what to do instead. */
export const ToolResult = z.discriminatedUnion("kind", [
  /** `targets` are the symbols and files that the text shows: they can be chosen from now on. */
  z.object({ kind: z.literal("text"), tool: z.string(), text: z.string(), targets: z.array(Target) }),
  z.object({ kind: z.literal("candidate"), tool: z.string(), candidate: Candidate }),
  z.object({ kind: z.literal("check"), tool: z.string(), check: z.string() }),
  z.object({ kind: z.literal("finish"), tool: z.string(), summary: z.string() }),
  z.object({ kind: z.literal("refusal"), tool: z.string(), reason: z.string() }),
]);
export type ToolResult = z.infer<typeof ToolResult>;

export const CheckStatus = z.enum([
  "passed",
  "failed",
  /** The runner itself broke or reported an internal error. */
  "error",
  "timeout",
  /** Stopped for a limit other than time: memory, processes, output, disk. */
  "limit",
  /** It ran and collected nothing: no pass. */
  "no_tests",
  /** It could not be started (not installed, not permitted). */
  "unavailable",
]);
export type CheckStatus = z.infer<typeof CheckStatus>;

/** The result of one run of one check. Counts are null where the check has no notion of them. */
export const CheckReport = z.object({
  check: z.string(),
  status: CheckStatus,
  passed: z.int().nullable(),
  failed: z.int().nullable(),
  diagnostics: z.array(Diagnostic),
  /** One sentence for people and for the model: the first failure, or why there is no verdict. */
  summary: z.string(),
  ms: z.number(),
});
export type CheckReport = z.infer<typeof CheckReport>;

/**
 * Judgement of the tree as it stands. `verified`: the proof the turn asked for is there. `improved`: nothing is
 * worse than before the turn and something is better, but the proof is not there. `score` orders candidates
 * (higher is better; the number of passing tests first). `fresh` are the diagnostics that were not there before.
 */
export const Verdict = z.object({
  status: z.enum(["verified", "improved", "failed", "unverified"]),
  reports: z.array(CheckReport),
  fresh: z.array(Diagnostic),
  score: z.number(),
  reason: z.string(),
  /** Tests that were run and tests that were not (null: unknown), where the whole suite takes longer than a check may. */
  scope: z.object({ ran: z.int(), left: z.int().nullable() }).optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** Tokens of a request as the server counted them; `prompt` includes `cached`. Estimates where it does not count. */
export const Tokens = z.object({ prompt: z.int(), cached: z.int(), generated: z.int() });
export type Tokens = z.infer<typeof Tokens>;

export const Outcome = z.enum([
  "verified",
  "answered",
  "unverified",
  "failed",
  "denied",
  "no_model",
  "limit",
  "usage",
  "interrupted",
]);
export type Outcome = z.infer<typeof Outcome>;

/** What a turn cost and what did it. `local` is the share of generated tokens that stayed on this machine or its private network. */
export const Account = z.object({
  by: Origin.nullable(),
  requests: z.int(),
  candidates: z.int(),
  /** How often a conversation went on from less than it was, see `context_reset`. */
  resets: z.int(),
  tokens: Tokens,
  ms: z.number(),
  local: z.number(),
  /** What went to stronger models; left out where nothing did. `cost` in the currency of the configured prices, null without them. */
  escalated: z.object({ requests: z.int(), tokens: Tokens, cost: z.number().nullable() }).optional(),
});
export type Account = z.infer<typeof Account>;

/**
 * How a model is asked for calls, best first: choices bound by a JSON schema; the server's own `tools`; calls written as text;
 * the text of code alone, continued without a chat template.
 */
export const Rung = z.enum(["schema", "native", "text", "plain"]);
export type Rung = z.infer<typeof Rung>;

/** Everything that happens in a turn. REPL, `--json`, the session log, the bench and the tests are listeners of this one stream. */
export const TurnEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("start"),
    v: z.literal(EVENT_VERSION),
    session: z.string(),
    version: z.string(),
    cwd: z.string(),
    task: z.string(),
  }),
  z.object({
    type: z.literal("model"),
    endpoint: z.string(),
    model: z.string(),
    rung: Rung,
    window: z.int().nullable(),
  }),
  z.object({ type: z.literal("intent"), intent: z.enum(["ask", "edit"]), why: z.string() }),
  z.object({ type: z.literal("plan"), steps: z.array(Step) }),
  z.object({ type: z.literal("request"), n: z.int(), purpose: z.string(), tokens: z.int() }),
  z.object({
    type: z.literal("response"),
    n: z.int(),
    tokens: Tokens,
    finish: z.enum(["stop", "length", "cut", "loop", "node"]),
    ms: z.number(),
  }),
  /** What the model thinks before it answers, as it streams. */
  z.object({ type: z.literal("thinking"), text: z.string() }),
  /** Answer text for a person, as it streams. */
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("call"), call: ToolCall }),
  z.object({ type: z.literal("result"), result: ToolResult }),
  z.object({
    type: z.literal("check_start"),
    check: z.string(),
    command: z.string(),
    when: z.enum(["baseline", "candidate"]),
  }),
  z.object({ type: z.literal("check_end"), report: CheckReport, when: z.enum(["baseline", "candidate"]) }),
  z.object({ type: z.literal("verdict"), origin: Origin, grain: Grain.optional(), verdict: Verdict }),
  /** The lines that a failure is most likely due to, likeliest first. */
  z.object({ type: z.literal("suspects"), suspects: z.array(Suspect) }),
  /** A sub-task goes to a stronger model: `sent` is the request's body as it is sent, without its key; `redacted` counts secrets taken out. */
  z.object({
    type: z.literal("escalation"),
    endpoint: z.string(),
    model: z.string(),
    sent: z.string(),
    redacted: z.int(),
  }),
  z.object({ type: z.literal("decompose"), steps: z.array(Step), why: z.string() }),
  z.object({ type: z.literal("context_reset"), why: z.string() }),
  z.object({ type: z.literal("permission"), what: z.string(), granted: z.boolean(), how: z.string() }),
  z.object({ type: z.literal("notice"), level: z.enum(["info", "warning"]), text: z.string() }),
  /** The change of the turn as a unified diff. `frozen` names the judging files it touches; they come first. */
  z.object({
    type: z.literal("diff"),
    patch: z.string(),
    files: z.array(z.string()),
    frozen: z.array(z.string()),
  }),
  z.object({ type: z.literal("restored"), files: z.array(z.string()), left: z.array(z.string()) }),
  z.object({
    type: z.literal("end"),
    outcome: Outcome,
    exit: z.int(),
    message: z.string(),
    account: Account,
  }),
]);
export type TurnEvent = z.infer<typeof TurnEvent>;

/** A failure that is a value: what happened, and what to do about it, each one sentence. */
export type Failed = { ok: false; reason: string };
export type Result<T> = ({ ok: true } & T) | Failed;
