/** The report as text for one screen: at most 80 columns, and 24 lines where there is one server. */
import type { Problem } from "../../model/problems.ts";
import type { Profile } from "../../model/profile.ts";
import { oneLine } from "../sanitize.ts";
import type { DoctorReport, ServerReport } from "./report.ts";

const WIDTH = 80;
const LABEL = 10;

const NAMES: Record<ServerReport["server"], string> = {
  "llama.cpp": "llama.cpp",
  ollama: "Ollama",
  lmstudio: "LM Studio",
  vllm: "vLLM",
  unknown: "OpenAI-compatible server",
};

const count = (n: number): string => n.toLocaleString("en-US");
const fileName = (name: string): string => name.replace(/^.*[/\\]/, "");

/** Words in lines of the width; the first line begins with `head`, the others under it. */
function wrapped(head: string, text: string): string[] {
  const lines: string[] = [];
  let line = head;
  for (const word of text.split(" ")) {
    if (line !== head && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = " ".repeat(head.length);
    }
    line += line.length === head.length ? word : ` ${word}`;
  }
  return [...lines, line];
}

const row = (label: string, text: string): string[] => wrapped(`  ${label.padEnd(LABEL)}`, text);

function modelList({ models, loaded }: ServerReport): string {
  if (models.length === 0) return "none";
  const mark = (id: string): string => `${fileName(id)}${loaded?.includes(id) ? " (loaded)" : ""}`;
  const first = [...models].sort((a, b) => Number(loaded?.includes(b)) - Number(loaded?.includes(a)));
  const more = models.length > 4 ? `, and ${models.length - 4} more` : "";
  return `${first.slice(0, 4).map(mark).join(", ")}${more}`;
}

const titleOf = ({ server, version, endpoint, named }: ServerReport): string =>
  `${NAMES[server]}${version === null ? "" : ` ${version}`} at ${endpoint}${named === null ? "" : ` (${named})`}`;

function templateText({ template, roles, tools, rungs }: Profile): string {
  if (template === "") return "none";
  const known = template === null ? "not told" : `${count(template.length)} characters`;
  if (rungs[0] === "plain") return `${known}; not the model's own`;
  const system = roles.system ? "system role" : "no system role";
  const order = roles.alternate ? "roles alternate" : "roles in any order";
  const arrive = tools === null ? "tools not known" : tools ? "tools" : "no tools";
  return `${known}; ${system}, ${order}, ${arrive}`;
}

const THINKING: Record<NonNullable<Profile["thinking"]>, string> = {
  never: "never",
  optional: "when asked",
  always: "always",
};

function windowText({ window, loaded, most, slots }: Profile): string {
  const parts = [window === null ? "not told" : `${count(window)} tokens`];
  if (loaded !== null && loaded !== window) parts.push(`loaded with ${count(loaded)}`);
  if (most !== null && most !== window) parts.push(`made for up to ${count(most)}`);
  if (slots !== null && slots > 1) parts.push(`${slots} slots`);
  return parts.join("; ");
}

function abilities({ schema, usage, tokenizer, completion }: Profile): string {
  const said = (yes: boolean | null, what: string): string =>
    yes === null ? `${what} not known` : yes ? what : `no ${what}`;
  return [
    said(schema, "JSON schema"),
    said(usage, "usage in streams"),
    said(tokenizer, "tokenizer"),
    said(completion, "completion"),
  ].join(", ");
}

function measureRows({ measures }: DoctorReport): string[] {
  if (measures === null) return [];
  const { read, write, branch, branching } = measures;
  const kept = branching === null ? "not known" : branching ? "kept" : "read again";
  const counted = branch === null ? "" : `: ${branch.reused} of about ${branch.shared} tokens found read`;
  const speed = (n: number | null): string => (n === null ? "?" : n < 10 ? String(n) : count(Math.round(n)));
  if (read === null && write === null) return row("speed", "not measured");
  return [
    ...row("branches", `${kept}${counted}`),
    ...row("speed", `reads ${speed(read)} tokens/s, writes ${speed(write)} tokens/s`),
  ];
}

function modelRows(report: DoctorReport): string[] {
  if (report.chosen === null) return [];
  const { profile, engine, endpoint } = report.chosen;
  const where = engine ? " in the embedded engine" : report.servers.length > 1 ? ` at ${endpoint}` : "";
  return [
    "",
    ...wrapped("Model ", `${oneLine(fileName(profile.model))}${where}`),
    ...row("window", windowText(profile)),
    ...row("asked by", profile.rungs.join(" > ")),
    ...row("template", templateText(profile)),
    ...row("thinks", profile.thinking === null ? "not known" : THINKING[profile.thinking]),
    ...row("server", abilities(profile)),
    ...measureRows(report),
  ];
}

const MARKS: Record<Problem["level"], string> = { stops: "✗ ", hurts: "! ", note: "- " };

function problemRows({ level, what, run, advice }: Problem): string[] {
  return [
    ...wrapped(MARKS[level], oneLine(what, 400)),
    // A command is not broken into lines, so that it can be copied.
    ...(run === null ? [] : [`    ${oneLine(run, 400)}`]),
    ...(advice === null ? [] : wrapped("  ", oneLine(advice, 400))),
  ];
}

export function screenOf(report: DoctorReport): string {
  const { servers, problems } = report;
  const found = servers.flatMap((server) => [
    ...wrapped("", oneLine(titleOf(server), 200)),
    ...row("models", oneLine(modelList(server), 300)),
  ]);
  const wrong = problems.length === 0 ? ["No problems."] : problems.flatMap(problemRows);
  const parts = [...found, ...modelRows(report)];
  return `${[...parts, ...(parts.length === 0 ? [] : [""]), ...wrong].join("\n")}\n`;
}
