/** What a file is to a person who looks for code, told by its path and its text. */
import type { FileKind } from "./record.ts";

/** Whether a path is a test's by the usual names. */
export const isTestPath = (path: string): boolean =>
  /(^|\/)(([^/]+[_-])?tests?([_-]?cases?)?|specs?|__tests__)\/|(^|\/)test_|[._-](test|spec)\.|_test\.|(^|\/)conftest\.py$/i.test(
    path,
  );

/** The kind of a file that is to be read. */
export const kindOf = (path: string, text: string): FileKind => {
  void text;
  return isTestPath(path) ? "test" : "code";
};
