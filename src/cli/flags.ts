/** The flags of the command line: one table, read by `args.ts` and printed by `help.ts`. It imports nothing heavy. */
import { DURATION, parseDuration } from "../config/duration.ts";
import type { EscalationMode } from "../config/escalation.ts";
import type { Flags, GraphFlags } from "../config/flags.ts";
import type { Rung } from "../types.ts";

/** One flag. `set` puts a value in its place and returns null, or what was expected instead. */
export interface FlagRow {
  name: string;
  short?: string;
  /** What stands for the value in the help text; a flag without one takes none. */
  value?: string;
  /** The value may be left out, and follows only as `--name=value`. */
  optional?: boolean;
  /** May be given more than once; the values add up. */
  repeats?: boolean;
  help: string;
  set: (flags: Flags, value: string) => string | null;
}

type TextFlag = "endpoint" | "model" | "check" | "cwd" | "from";
type SwitchFlag = "noCheck" | "json" | "yes" | "dryRun" | "showPrompt" | "verbose" | "all";
type GrantName = "allowRun" | "allowWrite" | "allowRead" | "denyRun" | "denyWrite" | "denyRead";

const text = (key: TextFlag) => (flags: Flags, value: string) => {
  flags[key] = value;
  return value.trim() === "" ? "a value" : null;
};
const on = (key: SwitchFlag) => (flags: Flags) => {
  flags[key] = true;
  return null;
};
const duration = (key: "maxTimeMs" | "checkTimeMs") => (flags: Flags, value: string) => {
  const ms = parseDuration(value);
  if (ms === null) return DURATION;
  flags[key] = ms;
  return null;
};
/** "" is the flag without a list: everything. */
const grant = (key: GrantName) => (flags: Flags, value: string) => {
  const items = value.split(",").map((item) => item.trim());
  if (value !== "" && items.includes("")) return "a list such as --allow-run=git,npm";
  const before = flags[key];
  flags[key] = value === "" || before === true ? true : [...(before ?? []), ...items];
  return null;
};
const count = (key: "maxTokens" | "maxAttempts") => (flags: Flags, value: string) => {
  if (!/^[1-9]\d{0,8}$/.test(value)) return "a whole number above 0";
  flags[key] = Number(value);
  return null;
};
const intent = (which: "ask" | "edit") => (flags: Flags) => {
  if (flags.intent !== undefined && flags.intent !== which) return "only one of --ask and --edit";
  flags.intent = which;
  return null;
};

const graph = (given: GraphFlags) => (flags: Flags) => {
  flags.graph = { ...flags.graph, ...given };
  return null;
};
const graphCount = (key: "max" | "tokens") => (flags: Flags, value: string) => {
  if (!/^[1-9]\d{0,5}$/.test(value)) return "a whole number from 1 to 999999";
  flags.graph = { ...flags.graph, [key]: Number(value) };
  return null;
};

/** Spelled out, since schemas are too heavy to load for `--help`. */
const MODES: readonly EscalationMode[] = ["ask", "always", "off"];
const RUNGS: readonly Rung[] = ["schema", "native", "text", "plain"];

const GRANT = { optional: true, repeats: true };

export const FLAGS: readonly FlagRow[] = [
  {
    name: "endpoint",
    value: "URL",
    help: "the model's server, such as http://localhost:8080/v1",
    set: text("endpoint"),
  },
  { name: "model", value: "NAME|FILE.gguf", help: "the model to use", set: text("model") },
  {
    name: "rung",
    value: "schema|native|text|plain",
    help: "how the model is asked (default: found out)",
    set: (flags, value) => {
      const rung = RUNGS.find((one) => one === value);
      if (rung === undefined) return `one of ${RUNGS.join(", ")}`;
      flags.rung = rung;
      return null;
    },
  },
  { name: "check", value: "CMD", help: "the command that proves the change", set: text("check") },
  { name: "no-check", help: "waive the proof: the end is unverified", set: on("noCheck") },
  { name: "cwd", value: "DIR", help: "work in this folder", set: text("cwd") },
  { name: "ask", help: "answer, change nothing", set: intent("ask") },
  { name: "edit", help: "change the code", set: intent("edit") },
  { name: "dry-run", help: "do it, check it, print the diff, put it back", set: on("dryRun") },
  { name: "show-prompt", help: "print the next request and send nothing", set: on("showPrompt") },
  { name: "json", help: "events (or the report) on stdout, one JSON object a line", set: on("json") },
  { name: "verbose", help: "requests, responses and thinking on stderr", set: on("verbose") },
  { name: "max-time", value: "DURATION", help: "for all of it, as 30s or 5m", set: duration("maxTimeMs") },
  { name: "check-time", value: "DURATION", help: "for one run of a check", set: duration("checkTimeMs") },
  {
    name: "max-tokens",
    value: "N",
    help: "generated tokens in all",
    set: count("maxTokens"),
  },
  { name: "max-attempts", value: "N", help: "candidates judged in all", set: count("maxAttempts") },
  {
    name: "escalation",
    value: "ask|always|off",
    help: "whether your stronger models are asked (help escalation)",
    set: (flags, value) => {
      const mode = MODES.find((one) => one === value);
      if (mode === undefined) return `one of ${MODES.join(", ")}`;
      flags.escalation = mode;
      return null;
    },
  },
  {
    name: "seed",
    value: "N",
    help: "where the model's random numbers start",
    set: (flags, value) => {
      if (!/^\d{1,6}$/.test(value)) return "a whole number below 1000000";
      flags.seed = Number(value);
      return null;
    },
  },
  { name: "yes", short: "A", help: "answer every question with yes", set: on("yes") },
  { name: "allow-run", value: "COMMANDS", ...GRANT, help: "run without asking", set: grant("allowRun") },
  { name: "allow-write", value: "PATHS", ...GRANT, help: "write without asking", set: grant("allowWrite") },
  { name: "allow-read", value: "PATHS", ...GRANT, help: "read without asking", set: grant("allowRead") },
  { name: "deny-run", value: "COMMANDS", ...GRANT, help: "never run", set: grant("denyRun") },
  { name: "deny-write", value: "PATHS", ...GRANT, help: "never write", set: grant("denyWrite") },
  { name: "deny-read", value: "PATHS", ...GRANT, help: "never read", set: grant("denyRead") },
  { name: "from", value: "ARCHIVE", help: "where engine install finds its packages", set: text("from") },
  { name: "all", help: "stats: of every folder that you trust", set: on("all") },
  { name: "max", value: "N", help: "graph: so many results", set: graphCount("max") },
  { name: "regex", help: "graph text: PATTERN is a regular expression", set: graph({ regex: true }) },
  { name: "tokens", value: "N", help: "graph slice: at most so long", set: graphCount("tokens") },
  { name: "why", help: "graph slice: why each line is in it", set: graph({ why: true }) },
  {
    name: "html",
    value: "FILE",
    help: "graph: write a page that draws the map of the code",
    set: (flags, value) => {
      flags.graph = { ...flags.graph, html: value };
      return value.trim() === "" ? "a file name" : null;
    },
  },
  { name: "help", short: "h", help: "this text", set: () => null },
  { name: "version", short: "V", help: "the version", set: () => null },
];
