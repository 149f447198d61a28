/** Near misses of a simulated model: the reference with one fault of the kinds that small models make, chosen by a seed. */
import { parse } from "../../src/graph/syntax/parse.ts";
import { mutated, mutationsOf } from "../tasks/operators.ts";
import { byHash, type Files } from "../tasks/task.ts";
import { type Knowledge, withoutParts } from "./knowledge.ts";

export const FAULTS = ["mutation", "import", "name", "stub", "omission", "indentation", "test"] as const;
export type Fault = (typeof FAULTS)[number];

/** One alone might be equivalent, or one that the tests let live. */
const MUTATIONS = 3;

export interface NearMiss {
  fault: Fault;
  files: Files;
  /** A test file that is repeated beside them. */
  repeated?: string;
}

/** Something else than the reference; the kinds in the order of the seed, the first one that this reference can have. */
export async function nearMiss(known: Knowledge, seed: string): Promise<NearMiss> {
  for (const fault of byHash(FAULTS, (one) => one, seed)) {
    const made = await MAKERS[fault](known, seed);
    if (made !== null) return { fault, ...made };
  }
  return { fault: "stub", files: withoutParts(known, 0) };
}

type Maker = (known: Knowledge, seed: string) => Promise<Omit<NearMiss, "fault"> | null>;

const changed = (known: Knowledge, path: string, text: string): Omit<NearMiss, "fault"> | null =>
  text === known.task.reference[path] ? null : { files: { ...known.task.reference, [path]: text } };

const MAKERS: Record<Fault, Maker> = {
  mutation: async (known, seed) => {
    const { reference, language } = known.task;
    const files = { ...reference };
    for (const path of Object.keys(reference))
      for (let done = 0; done < MUTATIONS; done++) {
        const text = files[path] ?? "";
        const all = byHash(
          await mutationsOf(path, text, language),
          (one) => JSON.stringify(one),
          `${seed}${done}`,
        );
        const [wrong] = (await Promise.all(all.slice(0, 3).map((one) => mutated(path, text, one)))).flatMap(
          (one) => one ?? [],
        );
        files[path] = wrong ?? text;
      }
    return Object.entries(files).every(([path, text]) => reference[path] === text) ? null : { files };
  },
  import: async (known) => {
    for (const [path, text] of Object.entries(known.task.reference)) {
      const [first] = (await parse(path, text))?.importStatements ?? [];
      if (first !== undefined) return changed(known, path, text.replace(`${first}\n`, ""));
    }
    return null;
  },
  name: async (known, seed) => {
    for (const [path, text] of Object.entries(known.task.reference)) {
      const symbols = (await parse(path, text))?.symbols ?? [];
      const names = symbols.map(({ name }) => name.split(".").at(-1) ?? name);
      const tested = [...known.tests.lines].join("\n");
      const asked = names.filter((name) => new RegExp(`\\b${RegExp.escape(name)}\\b`).test(tested));
      const [name] = byHash([...new Set(asked)], (one) => one, seed);
      if (name !== undefined)
        return changed(
          known,
          path,
          text.replaceAll(new RegExp(`\\b${RegExp.escape(name)}\\b`, "g"), `${name}s`),
        );
    }
    return null;
  },
  stub: async (known, seed) => {
    const [one] = byHash([...known.parts.keys()], String, seed);
    return one === undefined ? null : { files: withoutParts(known, 0, one) };
  },
  omission: async (known, seed) => {
    const [part] = byHash(known.parts, ({ start }) => String(start), seed);
    const text = known.task.reference[part?.path ?? ""];
    if (part === undefined || text === undefined) return null;
    const comment =
      known.task.language === "python"
        ? "# ... rest of the code stays the same ..."
        : "// ... rest of the code stays the same ...";
    const body = text.slice(part.start, part.end).split("\n");
    if (body.length < 4) return null;
    const kept = [...body.slice(0, 2), comment, ...(known.task.language === "python" ? [] : body.slice(-1))];
    return changed(known, part.path, text.slice(0, part.start) + kept.join("\n") + text.slice(part.end));
  },
  indentation: async (known) => {
    if (known.task.language !== "python") return null;
    const [path, text] = Object.entries(known.task.reference)[0] ?? ["", ""];
    const lines = text.split("\n");
    const at = lines.findIndex((line, index) => index > 2 && /^ {8}\S/.test(line));
    return at < 0 ? null : changed(known, path, lines.with(at, ` ${lines[at]}`).join("\n"));
  },
  test: async (known, seed) => {
    const path = Object.keys(known.task.files).find(
      (one) => /test|spec/i.test(one) && /\.(py|js|go|rs|java|cpp)$/.test(one),
    );
    const [one] = byHash([...known.parts.keys()], String, seed);
    return path === undefined || one === undefined
      ? null
      : { files: withoutParts(known, 0, one), repeated: path };
  },
};
