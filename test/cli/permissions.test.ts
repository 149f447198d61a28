/** Grants: what is allowed, what is asked, what nothing can allow. */
import { expect, test } from "bun:test";
import { contains, type Decision, decide, type Grants, plainWords } from "../../src/cli/permissions.ts";
import type { Permissions } from "../../src/config.ts";

const none = (): Permissions => ({
  run: { allow: [], deny: [] },
  write: { allow: [], deny: [] },
  read: { allow: [], deny: [] },
});

function grants(
  change: Partial<Grants> & {
    allow?: string[] | true;
    deny?: string[] | true;
    kind?: keyof Permissions;
  } = {},
): Grants {
  const { allow, deny, kind = "run", ...rest } = change;
  const permissions = none();
  if (allow) permissions[kind].allow = allow;
  if (deny) permissions[kind].deny = deny;
  return { permissions, root: "/w", trusted: false, yes: false, check: null, ...rest };
}

const runs: [line: string, with_: Parameters<typeof grants>[0], decision: Decision][] = [
  ["pytest -q", {}, "ask"],
  ["pytest -q", { trusted: true }, "allow"],
  ["pytest -q", { yes: true }, "allow"],
  ["pytest -q", { check: "pytest -q" }, "allow"],
  ["pytest -q; rm x", { check: "pytest -q" }, "ask"],
  ["pytest -q", { allow: true }, "allow"],
  ["git status", { allow: ["git"] }, "allow"],
  ["git", { allow: ["git"] }, "allow"],
  ["git-evil", { allow: ["git"] }, "ask"],
  ["gitx", { allow: ["git"] }, "ask"],
  ["/tmp/git status", { allow: ["git"] }, "ask"],
  ["git status; rm x", { allow: ["git"] }, "ask"],
  ["git;rm x", { allow: ["git"] }, "ask"],
  ["git && rm x", { allow: ["git"] }, "ask"],
  ["git | sh", { allow: ["git"] }, "ask"],
  ["git\nrm x", { allow: ["git"] }, "ask"],
  ["git & rm x", { allow: ["git"] }, "ask"],
  ["git $(rm x)", { allow: ["git"] }, "ask"],
  ["git `rm x`", { allow: ["git"] }, "ask"],
  ['git "$(rm x)"', { allow: ["git"] }, "ask"],
  ["git > /etc/x", { allow: ["git"] }, "ask"],
  ["git <(rm x)", { allow: ["git"] }, "ask"],
  ["X=1 git", { allow: ["git"] }, "ask"],
  ["git 'a; b' \"c | d\" e\\;f", { allow: ["git"] }, "allow"],
  ["'git' status", { allow: ["git"] }, "allow"],
  ["git 'open", { allow: ["git"] }, "ask"],
  ["git # rm", { allow: ["git"] }, "ask"],
  ["git push", { allow: ["git status"] }, "ask"],
  ["git status -s", { allow: ["git status"] }, "allow"],
  ["", { allow: ["git"] }, "ask"],
  ["git push", { allow: true, deny: ["git push"] }, "deny"],
  ["git status", { allow: true, deny: ["git push"] }, "allow"],
  ["rm x", { yes: true, trusted: true, check: "rm x", deny: ["rm"] }, "deny"],
  ["/bin/rm x", { yes: true, deny: ["rm"] }, "deny"],
  ["true;rm x", { yes: true, deny: ["rm"] }, "deny"],
  ["sh -c 'rm x'", { yes: true, deny: ["rm"] }, "deny"],
  ['r"m" x', { yes: true, deny: ["rm"] }, "deny"],
  ["X=$(rm x) ls", { yes: true, deny: ["rm"] }, "deny"],
  ["rmdir x", { yes: true, deny: ["rm"] }, "allow"],
  ["anything", { yes: true, deny: true }, "deny"],
];

test.each(runs)("run %j %j: %s", (line, change, decision) => {
  expect(decide("run", line, grants(change))).toBe(decision);
});

const paths: [
  kind: "write" | "read",
  path: string,
  with_: Parameters<typeof grants>[0],
  decision: Decision,
][] = [
  ["write", "/w/a.py", {}, "allow"],
  ["write", "/w/..a/b", {}, "allow"],
  ["write", "/wx/a", {}, "ask"],
  ["write", "/x", { yes: true }, "ask"],
  ["write", "/x/a", { allow: ["/x"] }, "allow"],
  ["write", "/xy/a", { allow: ["/x"] }, "ask"],
  ["write", "/w/src/a", { allow: ["/w/src"] }, "allow"],
  ["write", "/w/doc/a", { allow: ["/w/src"] }, "ask"],
  ["write", "/w/doc/a", { allow: ["/w/src"], yes: true }, "allow"],
  ["write", "/w/doc/a", { allow: true }, "allow"],
  ["write", "/w/doc/a", { allow: true, yes: true, deny: ["/w/doc"] }, "deny"],
  ["write", "/w/a", { deny: true, yes: true }, "deny"],
  ["write", "/w/.git/config", { allow: true, yes: true }, "deny"],
  ["write", "/w/sub/.GIT/hooks/x", { allow: true, yes: true }, "deny"],
  ["write", "/w/.smallcode/undo", { allow: true, yes: true }, "deny"],
  ["write", "/w/.gitignore", {}, "allow"],
  ["read", "/w/a", {}, "allow"],
  ["read", "/w/a", { allow: ["/x"] }, "allow"],
  ["read", "/x/a", {}, "ask"],
  ["read", "/x/a", { allow: ["/x"] }, "allow"],
  ["read", "/w/secret/a", { deny: ["/w/secret"], yes: true }, "deny"],
];

test.each(paths)("%s %s %j: %s", (kind, path, change, decision) => {
  expect(decide(kind, path, grants({ kind, ...change }))).toBe(decision);
});

test("a denial of one kind says nothing on another", () => {
  expect(decide("write", "/w/a", grants({ kind: "read", deny: true }))).toBe("allow");
});

test("words are read as a shell reads them", () => {
  expect(plainWords('  a  \'b c\' "d \\" e" f\\ g h#i --x=y ')).toEqual([
    "a",
    "b c",
    'd " e',
    "f g",
    "h#i",
    "--x=y",
  ]);
  expect(plainWords("a''b \"\"")).toEqual(["ab", ""]);
  for (const line of ["a*", "a ?", "$a", "a\\", "a\nb", "~/x", "!x", "{a,b}"])
    expect(plainWords(line)).toBeNull();
});

test("a folder contains itself and what is in it", () => {
  expect([contains("/a", "/a"), contains("/a", "/a/b"), contains("/", "/a")]).toEqual([true, true, true]);
  expect([contains("/a", "/ab"), contains("/a/b", "/a"), contains("/a", "/a/../b")]).toEqual([
    false,
    false,
    false,
  ]);
});
