/**
 * `bun run build`: compiles the program into one standalone file, grammars and queries inside. What the folder it is
 * started in holds (.env, bunfig.toml, tsconfig.json, package.json) is never read as the runtime's own configuration.
 * Code is split at dynamic imports, so that starting costs only what is used.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GRAMMARS, PARSER } from "../grammars/manifest.ts";

const ROOT = join(import.meta.dir, "..");
const BUILT = join(ROOT, "grammars", "built");

const versionIn = (folder: string): string =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** Each pinned WASM file that is not what the manifest says, as one sentence. */
export function pinnedFilesThatDiffer(): string[] {
  return [...GRAMMARS, PARSER].flatMap((pin) => {
    const folder = pin.package === null ? BUILT : join(ROOT, "node_modules", pin.package);
    const bytes = readFileSync(join(folder, pin.wasm));
    const same = createHash("sha256").update(bytes).digest("hex") === pin.sha256;
    if (same && (pin.package === null || versionIn(folder) === pin.version)) return [];
    const cure = pin.package === null ? "make it as grammars/built/README.md says" : "run bun install";
    return [`${join(folder, pin.wasm)} is not the pinned one: ${cure}, or update grammars/manifest.ts.`];
  });
}

/** The embedded engine's own program, which runs from a file on disk, as one text. */
async function engineProgram(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(ROOT, "src", "model", "engine", "program", "main.ts")],
    target: "bun",
    minify: true,
    throw: false,
  });
  const [program] = built.outputs;
  if (program === undefined) throw new Error(`The build failed:\n${built.logs.map(String).join("\n")}`);
  return program.text();
}

/** Compiles `entries` (the program first, then its workers) into the executable `outfile`; throws with the bundler's messages if it cannot. */
export async function buildBinary(entries: string[], outfile: string): Promise<void> {
  const built = await Bun.build({
    entrypoints: entries,
    target: "bun",
    minify: true,
    splitting: true,
    define: { ENGINE_PROGRAM: JSON.stringify(await engineProgram()) },
    compile: {
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
    throw: false,
  });
  if (!built.success) throw new Error(`The build failed:\n${built.logs.map(String).join("\n")}`);
}

if (import.meta.main) {
  const differing = pinnedFilesThatDiffer();
  if (differing.length) {
    console.error(differing.join("\n"));
    process.exit(1);
  }
  const outfile = join(ROOT, "dist", "smallcode");
  await buildBinary([join(ROOT, "src", "main.ts")], outfile);
  console.log(`${outfile} (${(Bun.file(outfile).size / 1e6).toFixed(1)} MB)`);
}
