/** A package of JavaScript as its checks see it: its manifest, its files, its own programs, and the folders they are found in. */
import { join } from "node:path";
import { z } from "zod";
import { below, nameOf, outward } from "../graph/link/paths.ts";
import { quote, type RunResult, shellCommand } from "../workspace/run.ts";
import type { Place } from "./checks.ts";
import { parseJson } from "./report.ts";
import type { Where } from "./stack.ts";

const Named = z.record(z.string(), z.unknown());
const Manifest = z.object({
  scripts: Named.catch({}),
  dependencies: Named.catch({}),
  devDependencies: Named.catch({}),
  peerDependencies: Named.catch({}),
  eslintConfig: z.unknown().optional(),
});

export interface Package {
  place: Place;
  /** Relative to the workspace, "" for its root. */
  folder: string;
  /** Those inside the folder, relative to the workspace. */
  files: string[];
  scripts: Record<string, string>;
  /** Names of packages that it asks for. */
  dependencies: Set<string>;
  /** Its package.json holds a section for eslint. */
  configuresEslint: boolean;
  where: Where;
}

/** The package of this folder; one without a readable manifest asks for nothing. */
export async function readPackage(place: Place, folder: string, files: string[]): Promise<Package> {
  const read = await place.read(below(folder, "package.json"));
  const manifest = Manifest.safeParse(parseJson(read.ok ? read.file.text : "")).data;
  const scripts = Object.entries(manifest?.scripts ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const asked = [manifest?.dependencies, manifest?.devDependencies, manifest?.peerDependencies];
  return {
    place,
    folder,
    files: folder === "" ? files : files.filter((path) => path.startsWith(`${folder}/`)),
    scripts: Object.fromEntries(scripts),
    dependencies: new Set(asked.flatMap((group) => Object.keys(group ?? {}))),
    configuresEslint: manifest?.eslintConfig !== undefined,
    where: { root: place.root, cwd: join(place.root, folder) },
  };
}

/** Its own file of such a name, directly in its folder, or in the nearest folder around it that has one. */
export async function nearestFile(one: Package, names: string[]): Promise<string | null> {
  for (const around of outward(one.folder))
    for (const name of names) if (await one.place.exists(below(around, name))) return below(around, name);
  return null;
}

/** Whether a file of such a name lies in the package's own folder. */
export const hasFile = ({ files, folder }: Package, name: RegExp): boolean =>
  files.some((path) => below(folder, nameOf(path)) === path && name.test(nameOf(path)));

/** Whether its own or a folder around it has the program in `node_modules/.bin`. */
export async function isInstalled({ place, folder }: Package, program: string): Promise<boolean> {
  for (const around of outward(folder))
    if (await place.exists(below(around, `node_modules/.bin/${program}`))) return true;
  return false;
}

/** Takes the programs of other packages off PATH, which npm and bun put there for the scripts that they run. */
const WITHOUT_OTHERS =
  'set -f; p=; IFS=:; for d in $PATH; do case $d in */node_modules/.bin|*/node_modules/.bin/) ;; *) p="$p:$d";; esac; done; unset IFS; set +f';

/**
 * A line for the shell in which the package's own programs, and those of the folders around it, are found before all others, and
 * those of other packages not at all.
 */
export function inPackage({ place, folder }: Package, line: string): string[] {
  const bins = outward(folder).map((around) => join(place.root, below(around, "node_modules/.bin")));
  return shellCommand(`${WITHOUT_OTHERS}; PATH=${quote(bins.join(":"))}"$p"; ${line}`);
}

/** Whether the shell did not find the program. */
export const isMissing = (run: RunResult, program: string): boolean =>
  run.end.kind === "exited" &&
  run.end.code === 127 &&
  new RegExp(`\\b${program}: (?:command )?not found`).test(run.output);

/** One sentence on a program that package.json or a configuration asks for. */
export const notInstalled = (program: string, folder: string): string =>
  `${program} is configured here but not installed; \`npm install\`${folder === "" ? "" : ` in ${folder}`} brings it.`;

/** How a package's own script calls a program: the arguments, where it does so with plain words; null where no script does. */
export function argumentsOf({ scripts }: Package, program: string): string[] | null {
  const lines = Object.values(scripts).flatMap((script) => script.split(/&&|\|\||[;|\n]/));
  const calls = lines.flatMap((line) => {
    const [name, ...words] = line.trim().split(/\s+/);
    return name === program && words.every((word) => /^[\w./@*=,:{}!'"-]+$/.test(word)) ? [words] : [];
  });
  return calls[0] ?? null;
}
