/**
 * Whom to ask where all that is local has failed: a ladder of models, tried in order, with caps. It stands in the user's own file
 * alone. A key goes to the endpoint that it stands beside and to no other; a variable of the environment counts only
 * where the file names it.
 */
import { z } from "zod";
import type { UserFile } from "./file.ts";
import type { Flags } from "./flags.ts";
import { isLoopback, staysNear } from "./hosts.ts";
import { type Pick, SettingError } from "./layers.ts";

export const ESCALATION_MODES = ["ask", "always", "off"] as const;
export type EscalationMode = (typeof ESCALATION_MODES)[number];

const OBJECT = "an object, { ... }";
const WHOLE = "a whole number above 0";
const AMOUNT = "a number above 0";
const PRICE = "a number, 0 or more";
const text = (what: string) => z.string(what).trim().min(1, what);
const count = z.int(WHOLE).positive(WHOLE);
const price = z.number(PRICE).min(0, PRICE);
const APIS = ["openai", "anthropic", "ollama"] as const;

const LADDER = "a list of models, tried in order";
const Entry = z.strictObject(
  {
    endpoint: text("a URL such as http://localhost:8080/v1"),
    model: text("a model's name"),
    api: z.enum(APIS, '"openai", "anthropic" or "ollama"').optional(),
    key: text("a text").optional(),
    keyFrom: z
      .string("the name of a variable")
      .regex(/^[A-Za-z_]\w{0,99}$/, "the name of a variable")
      .optional(),
    maxTokens: count.optional(),
    price: z.strictObject({ in: price, out: price, cached: price.optional() }, OBJECT).optional(),
  },
  OBJECT,
);

/** The section as it stands in the user's file. */
export const EscalationSection = z.strictObject(
  {
    mode: z.enum(ESCALATION_MODES, '"ask", "always" or "off"').optional(),
    ladder: z.array(Entry, LADDER).min(1, LADDER),
    maxCalls: count.optional(),
    maxTokens: count.optional(),
    maxCost: z.number(AMOUNT).positive(AMOUNT).optional(),
  },
  OBJECT,
);
type Entry = z.infer<typeof Entry>;

/** What a million tokens cost, in the user's own currency. */
export interface Price {
  in: number;
  out: number;
  /** Of the prompt, what the server found in its cache. */
  cached: number;
}

/** One model of the ladder. */
export interface StrongerModel {
  /** An http(s) URL without a slash at its end. */
  endpoint: string;
  model: string;
  api: (typeof APIS)[number];
  key: string | null;
  /** The variable that the key comes from; null where it stands in the file, or none is needed. */
  keyFrom: string | null;
  /** Of one reply. */
  maxTokens: number;
  price: Price | null;
  /** Whether it counts as local: it is near, and nobody is paid for it. */
  local: boolean;
}

/** `mode` "off": nothing is ever sent. The caps are those of one turn; null: none. */
export interface Escalation {
  mode: EscalationMode;
  ladder: StrongerModel[];
  maxCalls: number;
  /** Prompt and reply together, by the estimate before a request and by the server's count behind it. */
  maxTokens: number | null;
  maxCost: number | null;
}

/** Where the file does not say: so many, or one for each model. */
const MOST_CALLS = 2;
const REPLY_TOKENS = 4096;

interface Inputs {
  flags: Flags;
  env: (name: string) => string | undefined;
  user: UserFile;
  userPath: string;
}

function endpointOf(spelled: string, where: string): URL {
  const url = URL.canParse(spelled) ? new URL(spelled) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    throw new SettingError(`${where}.endpoint" must be a URL such as http://localhost:8080/v1.`);
  if (url.username !== "" || url.password !== "")
    throw new SettingError(`${where}.endpoint" must not carry a name or password: set "key" or "keyFrom".`);
  return url;
}

function modelOf(entry: Entry, index: number, { env, userPath }: Inputs): StrongerModel {
  const where = `${userPath}: "escalation.ladder.${index}`;
  const url = endpointOf(entry.endpoint, where);
  if (entry.key !== undefined && entry.keyFrom !== undefined)
    throw new SettingError(`${where}" has both "key" and "keyFrom"; give one.`);
  const keyed = entry.key !== undefined || entry.keyFrom !== undefined;
  if (keyed && url.protocol === "http:" && !isLoopback(url.hostname))
    throw new SettingError(
      `${where}.endpoint" must begin with https:// because a key goes there, which everybody on the way could read.`,
    );
  const endpoint = url.href.replace(/\/+$/, "");
  const { price: paid } = entry;
  return {
    endpoint,
    model: entry.model,
    api: entry.api ?? "openai",
    key: entry.key ?? (entry.keyFrom === undefined ? null : (env(entry.keyFrom) ?? null)),
    keyFrom: entry.keyFrom ?? null,
    maxTokens: entry.maxTokens ?? REPLY_TOKENS,
    price: paid === undefined ? null : { ...paid, cached: paid.cached ?? paid.in },
    local: paid === undefined && staysNear(endpoint),
  };
}

/** Settles whom to ask. Throws a SettingError on a URL that is none, a key in danger, or a cap that cannot be kept. */
export function escalation(inputs: Inputs, pick: Pick): Escalation {
  const { flags, user, userPath } = inputs;
  const section = user.escalation;
  const ladder = (section?.ladder ?? []).map((entry, index) => modelOf(entry, index, inputs));
  if (section === undefined && flags.escalation !== undefined && flags.escalation !== "off")
    throw new SettingError(
      `--escalation=${flags.escalation} needs "escalation" with a "ladder" of models in ${userPath || "your settings file"}.`,
    );
  const free = ladder.findIndex(({ price: paid, local }) => paid === null && !local);
  if (section?.maxCost !== undefined && free >= 0)
    throw new SettingError(
      `${userPath}: "escalation.maxCost" needs "price" in "escalation.ladder.${free}", such as { "in": 3, "out": 15 } for a million tokens.`,
    );
  const own = section && (section.mode ?? "ask");
  return {
    mode: pick(
      "escalation.mode",
      [
        ["--escalation", flags.escalation],
        [userPath, own],
      ],
      "off" as const,
    ),
    ladder: pick("escalation.ladder", [[userPath, section && ladder]], []),
    maxCalls: pick(
      "escalation.maxCalls",
      [[userPath, section?.maxCalls]],
      Math.max(MOST_CALLS, ladder.length),
    ),
    maxTokens: pick("escalation.maxTokens", [[userPath, section?.maxTokens]], null),
    maxCost: pick("escalation.maxCost", [[userPath, section?.maxCost]], null),
  };
}
