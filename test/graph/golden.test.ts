/**
 * The record of one realistic file of each language, against the JSON beside it. `UPDATE_GOLDEN=1 bun test
 * test/graph/golden.test.ts` writes the JSON anew: read its diff line by line before it is committed.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GRAMMARS } from "../../grammars/manifest.ts";
import { signatureAt } from "../../src/graph/index/code-index.ts";
import { readFileRecord } from "../../src/graph/update/read-file.ts";

const FIXTURES = join(import.meta.dir, "fixtures");
const UPDATE = process.env.UPDATE_GOLDEN === "1";

/** A record as a person reads it: one line a definition, an import, a name. */
async function readable(path: string, text: string) {
  const record = await readFileRecord(path, text);
  if (record === null) throw new Error(`${path} has no grammar.`);
  const { language, kind, broken, definitions, imports, uses } = record;
  return {
    language,
    kind,
    broken,
    definitions: definitions.map((one) => {
      const outer = definitions[one.parent]?.name;
      const name = outer === undefined ? one.name : `${outer} > ${one.name}`;
      return `${one.start}-${one.end} ${one.kind} ${name} | ${signatureAt(text, one)}`;
    }),
    imports: imports.map(
      ({ line, module, names }) => `${line} ${module}${names.length > 0 ? ` (${names.join(", ")})` : ""}`,
    ),
    uses: uses.map(({ name, at }) => `${name}: ${at.map(({ line, role }) => `${line} ${role}`).join(", ")}`),
  };
}

for (const { id } of GRAMMARS) {
  const files = readdirSync(FIXTURES, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && entry.name === id,
  )
    ? readdirSync(join(FIXTURES, id)).filter((name) => name.endsWith(".txt"))
    : [];
  test(`${id} has a fixture`, () => expect(files.length).toBeGreaterThan(0));
  for (const file of files)
    test(`the record of ${id}/${file}`, async () => {
      const text = readFileSync(join(FIXTURES, id, file), "utf8");
      const found = await readable(`src/${file.replace(/\.txt$/, "")}`, text);
      const golden = join(FIXTURES, id, file.replace(/\.txt$/, ".golden.json"));
      if (UPDATE) writeFileSync(golden, `${JSON.stringify(found, null, 2)}\n`);
      expect(found).toEqual(JSON.parse(readFileSync(golden, "utf8")));
    });
}
