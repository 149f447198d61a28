/** Which packages of a workspace judge a task. */
import { expect, test } from "bun:test";
import { packagesNear } from "../../src/verify/packages.ts";
import { project } from "./place.ts";

const files = [
  "docs/package.json",
  "packages/a/package.json",
  "packages/a/src/x.ts",
  "packages/a/examples/package.json",
  "packages/a/examples/y.ts",
  "packages/b/package.json",
  "node_modules/c/package.json",
];
const near = (...paths: string[]) =>
  packagesNear({
    files,
    near: paths,
    manifest: /^package\.json$/,
    judges: async (folder) => !folder.endsWith("examples") && folder !== "docs",
  });

test("the nearest one that can judge, for each file; else the outermost ones that can", async () => {
  expect(await near("packages/a/src/x.ts")).toEqual(["packages/a"]);
  expect(await near("packages/a/examples/y.ts", "packages/b/z.ts", "packages/b/w.ts")).toEqual([
    "packages/a",
    "packages/b",
  ]);
  expect(await near()).toEqual(["packages/a", "packages/b"]);
  expect(await near("README.md")).toEqual(["packages/a", "packages/b"]);
  expect(await packagesNear({ files: ["a.ts"], near: ["a.ts"], manifest: /^package\.json$/ })).toEqual([]);
});

test("the language of the named files judges, where it can; else everything that is found", async () => {
  const one = project({
    "go.mod": "module m\n",
    "a.go": "package m\n",
    "web/package.json": '{ "scripts": { "test": "node check.js" } }',
    "web/a.ts": "",
    "tool.c": "",
  });
  const ids = async (...paths: string[]) => (await one.detect({ near: paths })).map(({ id }) => id);
  expect(await ids("a.go")).toEqual(["go build", "go test"]);
  expect(await ids("web/a.ts")).toEqual(["npm test:web"]);
  expect(await ids("tool.c")).toEqual(["npm test:web", "go build", "go test"]);
  expect(await ids("a.go", "web/a.ts")).toEqual(["npm test:web", "go build", "go test"]);
});
