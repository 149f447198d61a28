/** What is taken out of a text that is sent: every kind of secret, wherever it stands; and that the text comes back as it was. */
import { expect, test } from "bun:test";
import { localized } from "../../src/decompose/escalate.ts";
import { Redactor } from "../../src/decompose/redact.ts";

/** A stream of numbers that is the same each time (xorshift32). */
function numbers(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = `${ALNUM}+/`;

type Draw = (below: number) => number;
const of = (draw: Draw, alphabet: string, n: number): string =>
  // A digit and a letter at the front: what is drawn is never a word by chance.
  `7f${Array.from({ length: n - 2 }, () => alphabet[draw(alphabet.length)]).join("")}`;
const any = (draw: Draw, alphabet: string, n: number): string =>
  Array.from({ length: n }, () => alphabet[draw(alphabet.length)]).join("");

/** How each kind stands in a text: the secret, or its parts, and the text around it. */
const KINDS: Record<string, (draw: Draw) => { secrets: string[]; text: string }> = {
  aws: (d) => one(`AKIA${any(d, UPPER, 16)}`, (s) => `client("${s}")`),
  awsSecret: (d) => one(of(d, BASE64, 40), (s) => `aws_secret_access_key = ${s}`),
  github: (d) => one(`ghp_${any(d, ALNUM, 36)}`, (s) => `git clone https://${s}@github.com/a/b`),
  githubFine: (d) => one(`github_pat_${any(d, ALNUM, 40)}`, (s) => `# ${s}`),
  gitlab: (d) => one(`glpat-${any(d, ALNUM, 20)}`, (s) => `E   assert '${s}' == ''`),
  slack: (d) => one(`xoxb-${any(d, "0123456789", 12)}-${any(d, ALNUM, 24)}`, (s) => `post(${s})`),
  slackHook: (d) =>
    one(
      `hooks.slack.com/services/T${any(d, UPPER, 8)}/B${any(d, UPPER, 8)}/${any(d, ALNUM, 24)}`,
      (s) => `url = "https://${s}"`,
    ),
  google: (d) => one(`AIza${any(d, ALNUM, 35)}`, (s) => `?key=${s}&q=1`),
  stripe: (d) => one(`sk_live_${any(d, ALNUM, 24)}`, (s) => `charge('${s}')`),
  openai: (d) => one(`sk-proj-${any(d, ALNUM, 40)}`, (s) => `OpenAI(${s})`),
  anthropic: (d) => one(`sk-ant-api03-${any(d, ALNUM, 40)}`, (s) => `Error: ${s} is invalid`),
  jwt: (d) =>
    one(`eyJ${any(d, ALNUM, 20)}.${any(d, ALNUM, 40)}.${any(d, ALNUM, 43)}`, (s) => `cookie: ${s}; path=/`),
  bearer: (d) => one(of(d, ALNUM, 32), (s) => `Authorization: Bearer ${s}`),
  url: (d) => one(of(d, ALNUM, 10), (s) => `postgres://app:${s}@db.local:5432/app`),
  quoted: (d) => one(of(d, ALNUM, 20), (s) => `const apiToken: string = "${s}";`),
  password: (d) => one(of(d, ALNUM, 8), (s) => `login(user="ann", password='${s}')`),
  json: (d) => one(of(d, ALNUM, 16), (s) => `{"client_secret": "${s}"}`),
  yaml: (d) => one(of(d, ALNUM, 18), (s) => `  db_password: ${s}`),
  environment: (d) => one(of(d, ALNUM, 24), (s) => `export SERVICE_AUTH_TOKEN=${s}`),
  entry: (d) => one(of(d, ALNUM, 24), (s) => `os.environ.setdefault("SECRET_KEY", "${s}")`),
  pem: (d) => {
    const secrets = Array.from({ length: 5 }, () => any(d, BASE64, 64));
    return {
      secrets,
      text: `-----BEGIN RSA PRIVATE KEY-----\n${secrets.join("\n")}\n-----END RSA PRIVATE KEY-----`,
    };
  },
  pemInCode: (d) => {
    const secrets = Array.from({ length: 3 }, () => any(d, BASE64, 64));
    return {
      secrets,
      text: `KEY = "-----BEGIN PRIVATE KEY-----\\n${secrets.join("\\n")}\\n-----END PRIVATE KEY-----"`,
    };
  },
  pemInDiff: (d) => {
    const secrets = Array.from({ length: 3 }, () => any(d, BASE64, 64));
    const lines = ["-----BEGIN EC PRIVATE KEY-----", ...secrets, any(d, ALNUM, 20)];
    return { secrets: [...secrets, lines.at(-1) ?? ""], text: lines.map((line) => `+${line}`).join("\n") };
  },
};
const one = (secret: string, frame: (secret: string) => string) => ({
  secrets: [secret],
  text: frame(secret),
});

const CODE = `import os

def tokenize(text, token="word"):
    key = text[0]
    return [part for part in text.split(key) if part != token]
`;

test("secrets of each kind in code, data and output are taken out, and come back where they stood", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const draw = numbers(seed);
    for (const [kind, make] of Object.entries(KINDS)) {
      const { secrets, text } = make(draw);
      for (const whole of [text, `${CODE}${text}\n${CODE}`, `${text}\n\n${text} again`]) {
        const redactor = new Redactor([]);
        const hidden = redactor.hide(whole);
        for (const secret of secrets)
          expect([kind, seed, hidden.includes(secret)]).toEqual([kind, seed, false]);
        expect([kind, redactor.restore(hidden)]).toEqual([kind, { text: whole, unknown: [] }]);
        expect(redactor.countIn(hidden)).toBeGreaterThanOrEqual(1);
      }
    }
  }
});

test("a secret of a whole file is known where only a piece of it is shown, and where a tool has cut it short", () => {
  const draw = numbers(7);
  const token = `ghp_${any(draw, ALNUM, 36)}`;
  const redactor = new Redactor(["environment-value-9"]);
  redactor.learn(`TOKEN = "${token}"`);
  expect(redactor.hide(`x = f(${token})`)).toBe("x = f([redacted-1])");
  const said = redactor.hideForGood(
    `E  assert '${token.slice(0, 15)}...${token.slice(-11)}' and environment-v…`,
  );
  expect(said).toBe("E  assert '[redacted-1]...[redacted-1]' and [redacted-2]…");
});

test("ordinary code stays as it is", () => {
  const code = [
    CODE,
    "def check_password(password: str, hashed: str) -> bool:\n    return hash_password(password) == hashed",
    'token = next_token(stream)\nkey = "user:session"\nself.token = tokens[0]',
    'headers = {"Authorization": f"Bearer {token}"}',
    "const apiKey = process.env.API_KEY;\nif (!apiKey) throw new Error('no key');",
    "keys = sorted(d.keys(), key=lambda item: item.name)",
    "import { authenticateWithToken } from './auth/token-service';",
    "sha = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'",
    'password = os.environ["DB_PASSWORD"]\nsecret = "%(SECRET)s"',
    "src/components/Authentication2/TokenForm/Fields/PasswordInput.test.tsx",
  ];
  for (const text of code) expect(new Redactor([]).hide(text)).toBe(text);
});

test("a mark that the text had already stands for nothing, and one that nobody was shown is told", () => {
  const redactor = new Redactor(["hunter22hunter"]);
  expect(redactor.hide("# [redacted-1] hunter22hunter")).toBe("# [redacted-1] [redacted-2]");
  expect(redactor.restore("[redacted-1] [redacted-2] [redacted-3]")).toEqual({
    text: "[redacted-1] hunter22hunter [redacted-3]",
    unknown: ["[redacted-3]"],
  });
  expect(redactor.strayed("a = 1", "a = 'hunter22hunter'")).toEqual(["[redacted-2]"]);
  expect(redactor.strayed("b = 'hunter22hunter'", "a = 'hunter22hunter'")).toEqual([]);
});

test("paths of the workspace are told from its root; of those outside nothing but the name", () => {
  const where = { root: "/home/ann/work/app", home: "/home/ann" };
  const said = `Traceback:
  File "/home/ann/work/app/src/calc.py", line 3, in add
  File "/usr/lib/python3.11/unittest/case.py", line 59, in run
/home/ann/.cache/tool/run.js:12:4 in /home/ann/work/app
expected '/api/users' to be '/api/user' in /home/ann/notes`;
  expect(localized(said, where)).toBe(`Traceback:
  File "src/calc.py", line 3, in add
  File "…/case.py", line 59, in run
…/run.js:12:4 in .
expected '/api/users' to be '/api/user' in ~/notes`);
});

test("a long text takes little time", () => {
  const text = `${CODE}const value_key = lookup(${"a.b.c, ".repeat(50)})\n`.repeat(400);
  const started = performance.now();
  new Redactor([]).hide(text);
  expect(performance.now() - started).toBeLessThan(1500);
});
