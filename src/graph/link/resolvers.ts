/** The resolver of each language. A language that is not here has no imports, or none that could be followed to files. */
import { cResolver } from "./c.ts";
import { goResolver } from "./go.ts";
import { javascriptResolver } from "./javascript.ts";
import { jvmResolver, swiftResolver } from "./jvm.ts";
import { csharpResolver, phpResolver } from "./namespaces.ts";
import type { Project, Resolver } from "./project.ts";
import { pythonResolver } from "./python.ts";
import { rustResolver } from "./rust.ts";
import { bashResolver, luaResolver, rubyResolver, webResolver } from "./scripts.ts";

/** By the grammar's id. */
export const RESOLVERS: Readonly<Record<string, (project: Project) => Resolver>> = {
  python: pythonResolver,
  javascript: javascriptResolver,
  typescript: javascriptResolver,
  tsx: javascriptResolver,
  go: goResolver,
  rust: rustResolver,
  java: jvmResolver,
  kotlin: jvmResolver,
  scala: jvmResolver,
  c: cResolver,
  cpp: cResolver,
  c_sharp: csharpResolver,
  ruby: rubyResolver,
  php: phpResolver,
  bash: bashResolver,
  lua: luaResolver,
  swift: swiftResolver,
  html: webResolver,
  css: webResolver,
};
