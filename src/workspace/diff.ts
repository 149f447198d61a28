/** The change of a turn as a unified diff, as git would print it. */
import { createTwoFilesPatch } from "diff";

export interface FileChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** Files for which `first` holds come first. A file that was made or deleted has /dev/null on the other side. */
export function unifiedDiff(changes: FileChange[], first: (path: string) => boolean): string {
  const ordered = [
    ...changes.filter(({ path }) => first(path)),
    ...changes.filter(({ path }) => !first(path)),
  ];
  return ordered
    .filter(({ before, after }) => before !== after)
    .map(({ path, before, after }) => {
      const names: [string, string] = [
        before === null ? "/dev/null" : `a/${path}`,
        after === null ? "/dev/null" : `b/${path}`,
      ];
      const patch = createTwoFilesPatch(...names, before ?? "", after ?? "", undefined, undefined, {
        context: 3,
      });
      return patch.replace(/^=+\n/, `diff --git a/${path} b/${path}\n`);
    })
    .join("");
}
