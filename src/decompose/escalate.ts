/**
 * The last way to do a failed step: that sub-task alone, in words for a stronger model. What it is told is put together here; what
 * is secret in it, and where the project lies on this machine, is taken out before anything is shown or sent.
 */
import { Redactor } from "./redact.ts";

/** What every such request begins with. */
export const HEAD = `You correct one part of a program, for a coding agent that could not do it alone. You are shown the task, the code that it is about, what the checks say and what has failed before. Other code exists that you are not shown; you cannot ask for it.
Answer with the new code in fences, at most a sentence or two before it. On a line of its own above each fence stands the path of the file. In a fence stands a whole function, method or class as it shall be, or a whole new file; repeat nothing that stays as it is.
Change no test, and nothing that only configures the checks. Marks such as [redacted-1] stand for text that you may not see: where code that you repeat holds one, keep it.`;

/** Where the project and its user are on this machine; nobody else's business. */
export interface Whereabouts {
  root: string;
  home: string | null;
}

/** Absolute paths behind which a line number stands, as tools and stack traces have them. */
const PLACE = /(?<![\w.:/~-])(?:\/|[A-Za-z]:\\)(?:[\w.@+ -]+[/\\])+([\w.@+-]+)(?=(?:", line |[:(])\d)/g;

/** What a tool has said, with the paths of the workspace as seen from its root and no other ones. */
export function localized(text: string, { root, home }: Whereabouts): string {
  const inside = root === "/" ? text : text.replaceAll(`${root}/`, "").replaceAll(root, ".");
  const short = inside.replace(PLACE, (_, name: string) => `…/${name}`);
  return home === null || home.length < 2 ? short : short.replaceAll(home, "~");
}

/** What takes the secrets of one sub-task out: those of the process, the whereabouts, and those of the files it is about. */
export function redactorFor(own: string[], { root, home }: Whereabouts, files: string[]): Redactor {
  const redactor = new Redactor([...own, root, ...(home === null ? [] : [home])]);
  for (const text of files) redactor.learn(text);
  return redactor;
}

/** What a stronger model is told of a reply of its own that did not hold. */
export function retry(why: string): string {
  return `That was taken back:\n${why}\nAnswer again, with all the code that has to change.`;
}
