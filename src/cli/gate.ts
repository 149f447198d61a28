/** What a turn may do, decided from flags and settings, asked at the terminal where they leave it open, remembered for the turn. */
import { resolve } from "node:path";
import type { Settings } from "../config.ts";
import type { Offer } from "../turn.ts";
import type { Result, TurnEvent } from "../types.ts";
import type { Answer, Question } from "./ask.ts";
import { decide, type Grants } from "./permissions.ts";

export interface GateParts {
  settings: Settings;
  /** The user has answered before that this folder's checks may run. */
  trusted: boolean;
  remember: () => Promise<Result<{ file: string }>>;
  emit: (event: TurnEvent) => void;
  ask: (question: Question) => Promise<Answer>;
  /** Puts a text before the user who is asked. */
  show: (text: string) => void;
}

export interface Gate {
  /** Paths are relative to the workspace. */
  mayRead: (path: string) => boolean;
  mayWrite: (path: string) => boolean;
  permit: (kind: "run" | "write", what: string) => Promise<boolean>;
  /** Whether this may be sent to a stronger model. `--yes` does not answer that. */
  consent: (offer: Offer) => Promise<"yes" | "no" | "nobody">;
}

const count = (n: number): string => n.toLocaleString("en-US");

/** What would be sent, in a sentence. */
function offered({ endpoint, model, promptTokens, replyTokens, cost, redacted }: Offer): string {
  const price = cost === null ? "" : `, for at most ${cost.toFixed(4)}`;
  const secrets =
    redacted === 0 ? "" : `; ${redacted} ${redacted === 1 ? "secret is" : "secrets are"} left out`;
  return `Ask ${model} at ${endpoint}? It gets about ${count(promptTokens)} tokens and may answer with ${count(replyTokens)}${price}${secrets}.`;
}

export function openGate(parts: GateParts): Gate {
  const { settings, emit, ask } = parts;
  const { root } = settings.workspace;
  const grants: Grants = {
    permissions: settings.permissions,
    root,
    trusted: parts.trusted,
    yes: settings.mode.yes,
    check: settings.checks.command,
  };
  const answers = new Map<string, boolean>();
  const absolute = (path: string): string => resolve(root, path);

  const question = async (kind: "run" | "write", what: string): Promise<boolean> => {
    const text = kind === "run" ? `Run ${what}? It runs this folder's code.` : `Write ${what}?`;
    const remember = kind === "run" ? { remember: "yes, and trust this folder" } : {};
    const answer = await ask({ text, ...remember });
    if (answer === "always") {
      const kept = await parts.remember();
      if (!kept.ok) emit({ type: "notice", level: "warning", text: kept.reason });
      grants.trusted = true;
    }
    const granted = answer === "yes" || answer === "always";
    emit({
      type: "permission",
      what: `${kind} ${what}`,
      granted,
      how: process.stdin.isTTY ? "asked" : "nobody to ask",
    });
    return granted;
  };

  const permit = async (kind: "run" | "write", what: string): Promise<boolean> => {
    const decision = decide(kind, kind === "run" ? what : absolute(what), grants);
    if (decision !== "ask") return decision === "allow";
    const key = `${kind} ${what}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const granted = await question(kind, what);
    answers.set(key, granted);
    return granted;
  };

  const consent: Gate["consent"] = async (offer) => {
    const question = { text: offered(offer), show: "show what would be sent" };
    let answer = await ask(question);
    while (answer === "show") {
      parts.show(`${offer.body}\n`);
      answer = await ask(question);
    }
    const asked = process.stdin.isTTY === true && process.stderr.isTTY === true;
    const what = `ask ${offer.model} at ${offer.endpoint}`;
    const granted = answer === "yes";
    emit({ type: "permission", what, granted, how: asked ? "asked" : "nobody to ask" });
    if (granted) return "yes";
    return asked ? "no" : "nobody";
  };

  return {
    mayRead: (path) => decide("read", absolute(path), grants) === "allow",
    mayWrite: (path) => answers.get(`write ${path}`) ?? decide("write", absolute(path), grants) === "allow",
    permit,
    consent,
  };
}
