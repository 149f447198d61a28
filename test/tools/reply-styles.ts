/** The ways in which chat models write the code of a reply: each makes one of the same files. */

export interface Wanted {
  path: string;
  before: string;
  after: string;
}

const TAGS: Record<string, string> = {
  py: "python",
  js: "javascript",
  rs: "rust",
  go: "go",
  java: "java",
  cpp: "cpp",
  h: "cpp",
};
const SIGNS: Record<string, string> = { py: "#" };

const ending = (path: string): string => /\.(\w+)$/.exec(path)?.[1] ?? "";
const tag = (path: string): string => TAGS[ending(path)] ?? "";
/** More marks than the code has in a row. */
const marks = (code: string, mark = "`"): string => {
  const runs = code.match(new RegExp(`${mark}{3,}`, "g")) ?? [];
  return mark.repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
};
const fence = (code: string, info: string): string =>
  `${marks(code)}${info}\n${code.trimEnd()}\n${marks(code)}`;
const each = (files: Wanted[], one: (file: Wanted) => string): string => files.map(one).join("\n\n");

function diff({ path, before, after }: Wanted): string {
  const [old, fresh] = [before.trimEnd().split("\n"), after.trimEnd().split("\n")];
  const lines = [...old.map((line) => `-${line}`), ...fresh.map((line) => `+${line}`)];
  return `--- a/${path}\n+++ b/${path}\n@@ -1,${old.length} +1,${fresh.length} @@\n${lines.join("\n")}`;
}

/** `one`: for a reply about one file alone. `whole`: files come whole, under their names. */
export interface Style {
  whole?: true;
  name: string;
  one?: true;
  text: (files: Wanted[]) => string;
}

export const STYLES: Style[] = [
  {
    name: "a line with the path over the fence",
    whole: true,
    text: (files) =>
      `The code was missing.\n\n${each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`)}`,
  },
  {
    name: "a heading with the path in backticks",
    whole: true,
    text: (files) => each(files, ({ path, after }) => `### \`${path}\`\n\n${fence(after, tag(path))}`),
  },
  {
    name: "the path in bold, with a colon",
    whole: true,
    text: (files) =>
      `Sure!\n\n${each(files, ({ path, after }) => `**${path}:**\n${fence(after, tag(path))}\nThis does it.`)}`,
  },
  {
    name: "the path in the fence's words",
    text: (files) => each(files, ({ path, after }) => fence(after, `${tag(path)} ${path}`)),
  },
  {
    name: "the path behind a colon of the fence",
    text: (files) => each(files, ({ path, after }) => fence(after, `${tag(path)}:${path}`)),
  },
  {
    name: "a title in the fence's words",
    text: (files) => each(files, ({ path, after }) => fence(after, `${tag(path)} title="${path}"`)),
  },
  {
    name: "the path as the first comment",
    text: (files) =>
      each(files, ({ path, after }) => fence(`${SIGNS[ending(path)] ?? "//"} ${path}\n${after}`, tag(path))),
  },
  {
    name: "a label and no language",
    text: (files) => each(files, ({ path, after }) => `File: ${path}\n\n${fence(after, "")}`),
  },
  {
    name: "numbered headings",
    text: (files) =>
      files
        .map(({ path, after }, at) => `${at + 1}. \`${path}\` (updated):\n\n${fence(after, tag(path))}`)
        .join("\n\n"),
  },
  {
    name: "tildes",
    text: (files) =>
      each(
        files,
        ({ path, after }) =>
          `${path}\n${marks(after, "~")}${tag(path)}\n${after.trimEnd()}\n${marks(after, "~")}`,
      ),
  },
  {
    name: "tags of a file around the fence",
    text: (files) =>
      each(files, ({ path, after }) => `<file path="${path}">\n${fence(after, tag(path))}\n</file>`),
  },
  {
    name: "lines that end as on Windows",
    text: (files) =>
      each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`).replaceAll("\n", "\r\n"),
  },
  {
    name: "no path at all",
    one: true,
    text: (files) => `I fixed it:\n\n${each(files, ({ path, after }) => fence(after, tag(path)))}`,
  },
  { name: "nothing but the code", one: true, text: (files) => files[0]?.after ?? "" },
  {
    name: "only the file's name in a sentence",
    one: true,
    text: (files) =>
      each(
        files,
        ({ path, after }) =>
          `Here is the new version of ${path.split("/").at(-1)}, which does all of it:\n\n${fence(after, tag(path))}`,
      ),
  },
  {
    name: "a command and its output behind the code",
    whole: true,
    text: (files) =>
      `${each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`)}\n\nRun the tests:\n\n\`\`\`bash\nmake test\n\`\`\`\n\nOutput:\n\`\`\`\nall tests pass\n\`\`\``,
  },
  {
    name: "the code as it is before the code as it shall be",
    text: (files) =>
      `${each(files, ({ path, before }) => `At present ${path} has:\n${fence(before, tag(path))}`)}\n\nThe corrected files:\n\n${each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`)}`,
  },
  {
    name: "the same code twice",
    text: (files) => {
      const once = each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`);
      return `${once}\n\nSo in all:\n\n${once}`;
    },
  },
  {
    name: "no end of the last fence",
    text: (files) =>
      each(files, ({ path, after }) => `${path}\n${fence(after, tag(path))}`).replace(/\n`+$/, ""),
  },
  { name: "a diff", text: (files) => fence(each(files, diff), "diff") },
  {
    name: "a diff for each file",
    text: (files) => each(files, (file) => `${file.path}\n${fence(diff(file), "diff")}`),
  },
  {
    name: "search and replace",
    text: (files) =>
      each(
        files,
        ({ path, before, after }) =>
          `${path}\n${fence(`<<<<<<< SEARCH\n${before.trimEnd()}\n=======\n${after.trimEnd()}\n>>>>>>> REPLACE`, "")}`,
      ),
  },
  {
    name: "search and replace without a fence",
    text: (files) =>
      each(
        files,
        ({ path, before, after }) =>
          `${path}\n<<<<<<< SEARCH\n${before.trimEnd()}\n=======\n${after.trimEnd()}\n>>>>>>> REPLACE`,
      ),
  },
];
