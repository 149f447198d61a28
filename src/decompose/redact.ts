/**
 * Takes secrets out of what is sent to somebody else: keys and tokens by the forms that services give them, private keys, passwords
 * in URLs, values given to names that speak of secrets, and values that are known to be secret. Each becomes a mark,
 * `[redacted-1]`, which is put back where the reply holds it. What is taken out once too often costs nothing, since it comes back.
 */

/** Forms of their own, as the services document them. */
const FORMS: readonly RegExp[] = [
  /\b(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA|ANVA)[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{10,}|\bhooks\.slack\.com\/services\/[\w/]{20,}/g,
  /\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bhf_[A-Za-z0-9]{30,}|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bdop_v1_[0-9a-f]{64}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
];

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/g;
/** Characters of the longest private key. */
const LONGEST_KEY = 16_000;
/** What stands around a line of a key in a string, a comment or a diff, and lines of a key that are no part of it. */
const AROUND = /^[\s+\-"'`>|#*]+|[\s"'`,;\\+]+$/g;
const KEY_HEADER = /^[A-Za-z-]+: /;
/** So long a run of this alphabet, in both cases and with digits, is a key's line or as good as one. */
const LONG_RUN = /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{48,}={0,2}(?![A-Za-z0-9+/=_-])/g;

/** The scheme, the user and the password of a URL; the last group alone is secret. */
const IN_URL = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/'"`]{0,80}:([^\s@/'"`]{3,200})@/gi;
const IN_HEADER = /\b(?:Bearer|Basic|Token)[ \t]+([A-Za-z0-9._~+/=-]{12,})/gi;

const SPEAKS =
  "(?<![\\w$-])[\\w$-]{0,60}?(?:key|secret|token|passw|passphrase|pwd|credential|auth)[\\w-]{0,40}";
/** A name that speaks of a secret, then its value in quotes: an assignment, an entry, a parameter, an argument behind it. */
const QUOTED = new RegExp(
  `(${SPEAKS})["'\`\\]]{0,2}(?:[ \\t]*:[ \\t]*[\\w<>.| ?]{1,30})?[ \\t]*(?:=>|[:=]{1,2}|,)[ \\t]*(?:[A-Za-z]{1,2})?(["'\`])((?:(?!\\2)[^\\\\\\s]|\\\\.){6,400}?)\\2`,
  "gi",
);
/** The same without quotes, as environments, headers and settings files have it. */
const BARE = new RegExp(`(${SPEAKS})[ \\t]*[:=][ \\t]*([^\\s"'\`(){}\\[\\];,<>]{8,400})`, "gi");

/** Names whose value is a secret whatever it looks like. */
const SURELY =
  /passw|passphrase|pwd|secret|credential|(?:api|access|private|auth|signing|encryption)[_-]?(?:key|token)/i;
const IDENTIFIER = /^[A-Za-z_$][\w.$]*$/;

/** Bits for each character, by how often each occurs. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

/** A value that is shorter would take ordinary words out. */
const LEAST_OWN = 6;

const isMixed = (text: string): boolean => /\d/.test(text) && /[A-Za-z]/.test(text);
const looksRandom = (text: string): boolean => text.length >= 12 && entropy(text) >= 3 && isMixed(text);

function isQuotedSecret(name: string, value: string): boolean {
  // What is put together from names when the program runs.
  if (/^[$%{<[]/.test(value) || value.includes("${")) return false;
  return SURELY.test(name) || looksRandom(value) || (value.length >= 20 && entropy(value) >= 4);
}

function isBareSecret(name: string, value: string): boolean {
  if (/^[$%{<[]/.test(value)) return false;
  if (IDENTIFIER.test(value)) return value.length >= 16 && entropy(value) >= 3.5 && /\d.*\d.*\d/.test(value);
  return looksRandom(value) || (SURELY.test(name) && isMixed(value));
}

/** The lines of private keys, also of one whose end is cut off. */
function* keyLines(text: string): Generator<string> {
  for (const { 0: begin, index } of text.matchAll(KEY_BEGINS)) {
    const from = index + begin.length;
    for (const line of text.slice(from, from + LONGEST_KEY).split(/\n|\\[nr]/)) {
      const core = line.replace(/-----END.*/s, "").replace(AROUND, "");
      const blank = core === "" || KEY_HEADER.test(core);
      if (!blank && !/^[A-Za-z0-9+/=]+$/.test(core)) break;
      if (!blank && core.length >= LEAST_OWN) yield core;
      if (line.includes("-----END")) break;
    }
  }
}

/** Whether a long run is no path. */
const isKeyLike = (run: string): boolean =>
  /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && run.split("/").length <= 4 && entropy(run) >= 4;

/** Secrets in a text. */
function* secretsIn(text: string): Generator<string> {
  for (const form of FORMS) for (const [secret] of text.matchAll(form)) yield secret;
  yield* keyLines(text);
  for (const [run] of text.matchAll(LONG_RUN)) if (isKeyLike(run)) yield run;
  for (const [, password = ""] of text.matchAll(IN_URL)) if (!/^[$%{<[]/.test(password)) yield password;
  for (const [, token = ""] of text.matchAll(IN_HEADER)) if (looksRandom(token)) yield token;
  for (const [, name = "", , value = ""] of text.matchAll(QUOTED))
    if (isQuotedSecret(name, value)) yield value;
  for (const [, name = "", value = ""] of text.matchAll(BARE)) if (isBareSecret(name, value)) yield value;
}

const MARK = /\[redacted-\d+\]/g;

/** Of a secret that is at least so long, so much of its beginning or its end gives it away where the rest was cut off. */
const LEAST_CUT = 12;
const LEAST_PART = 8;

/** A secret wherever it stands; one that may be a word of the language only where it is a whole word. */
function patternOf(secret: string): string {
  const escaped = secret.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  return /^[a-z]+$/i.test(secret) || (secret.length < 8 && /^\w+$/.test(secret))
    ? `(?<!\\w)${escaped}(?!\\w)`
    : escaped;
}

export class Redactor {
  private readonly secrets = new Set<string>();
  /** Of those that were taken out. */
  private readonly marks = new Map<string, string>();
  /** Marks that texts had already: they stand for nothing here. */
  private readonly taken = new Set<string>();
  private pattern: RegExp | null = null;

  /** `own`: values that are secret wherever they stand. */
  constructor(own: string[]) {
    for (const value of own) if (value.trim().length >= LEAST_OWN) this.secrets.add(value.trim());
  }

  /** How many secrets have their marks in a text. */
  countIn(text: string): number {
    return [...this.marks.values()].filter((mark) => text.includes(mark)).length;
  }

  /** Notes the secrets of a text, so that they are known where only a part of it is sent. */
  learn(text: string): void {
    const before = this.secrets.size;
    for (const mark of text.match(MARK) ?? []) this.taken.add(mark);
    for (const secret of secretsIn(text)) this.secrets.add(secret);
    if (this.secrets.size > before) this.pattern = null;
  }

  /** The text with a mark for each secret. */
  hide(text: string): string {
    this.learn(text);
    if (this.secrets.size === 0) return text;
    const longestFirst = [...this.secrets].sort((a, b) => b.length - a.length);
    this.pattern ??= new RegExp(longestFirst.map(patternOf).join("|"), "g");
    return text.replace(this.pattern, (secret) => this.markOf(secret));
  }

  /** The same for a text that will never come back, such as what a tool said: it may hold a secret that was cut short. */
  hideForGood(text: string): string {
    let hidden = this.hide(text);
    for (const secret of this.secrets)
      if (secret.length >= LEAST_CUT)
        hidden = this.hidePart(this.hidePart(hidden, secret, "start"), secret, "end");
    return hidden;
  }

  /** With a mark for what begins, or ends, as a secret does. */
  private hidePart(text: string, secret: string, side: "start" | "end"): string {
    const part = side === "start" ? secret.slice(0, LEAST_PART) : secret.slice(-LEAST_PART);
    let out = "";
    let from = 0;
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, from)) {
      let start = at;
      let end = at + part.length;
      if (side === "start") while (end < text.length && text[end] === secret[end - at]) end += 1;
      else while (start > from && text[start - 1] === secret[secret.length - 1 - (end - start)]) start -= 1;
      out += text.slice(from, start) + this.markOf(secret);
      from = end;
    }
    return out + text.slice(from);
  }

  /** The text with each secret where its mark stood; `unknown` are marks that stand for nothing. */
  restore(text: string): { text: string; unknown: string[] } {
    const secrets = new Map([...this.marks].map(([secret, mark]) => [mark, secret]));
    const unknown = new Set<string>();
    const restored = text.replace(MARK, (mark) => {
      const secret = secrets.get(mark);
      if (secret === undefined && !this.taken.has(mark)) unknown.add(mark);
      return secret ?? mark;
    });
    return { text: restored, unknown: [...unknown] };
  }

  /** The marks of secrets that stand in `after` and not in `before`: a secret never comes to stand where it did not. */
  strayed(before: string, after: string): string[] {
    return [...this.marks]
      .filter(([secret]) => after.includes(secret) && !before.includes(secret))
      .map(([, mark]) => mark);
  }

  private markOf(secret: string): string {
    const known = this.marks.get(secret);
    if (known !== undefined) return known;
    let n = this.marks.size + 1;
    while (this.taken.has(`[redacted-${n}]`) || [...this.marks.values()].includes(`[redacted-${n}]`)) n += 1;
    const mark = `[redacted-${n}]`;
    this.marks.set(secret, mark);
    return mark;
  }
}
