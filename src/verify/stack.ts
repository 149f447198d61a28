/**
 * Stacks in what a tool printed: the places of the workspace on the way to an error. Python's tracebacks begin with the outermost
 * frame, JavaScript's end with it; either comes out with the outermost first.
 */
import { insidePath, plain } from "./report.ts";

export interface Frame {
  path: string;
  line: number;
}

/** Absolute paths: of the workspace, and of the folder that relative paths start from. */
export interface Where {
  root: string;
  cwd: string;
}

/** Frames of one stack; of a deeper one, such as of a recursion without an end, the first and the last. */
const FIRST_FRAMES = 5;
const LAST_FRAMES = 15;

/** `at f (/a/b.js:1:2)`, `at async file:///a/b.js:1:2`; vitest writes `❯ f a/b.js:1:2`. */
const SCRIPT =
  /^\s*(?:❯ (?:.* )?(?<short>[^\s()]+)|at (?:.* \()?(?:async )?(?<path>[^()]+?)):(?<line>\d+):\d+\)?$/;
const SCRIPT_LINE = /^\s*(at|❯) /;
const PYTHON = /^\s*(?:[|+] *)?File "(?<path>[^"\n]+)", line (?<line>\d+)/;
const TRACEBACK = "Traceback (most recent call last)";

/** The frames inside the workspace of the stack that tells where an error was raised: of Python the last one, else the first. */
export function framesIn(text: string, where: Where): Frame[] {
  const clean = plain(text);
  const last = clean.slice(Math.max(0, clean.lastIndexOf(TRACEBACK))).split("\n");
  const python = inside(last, PYTHON, where);
  if (python.length > 0) return fewest(python);
  const lines = clean.split("\n");
  const whole = inside(lines, PYTHON, where);
  if (whole.length > 0) return fewest(whole);
  const start = lines.findIndex((line) => SCRIPT.test(line));
  if (start < 0) return [];
  const end = lines.findIndex((line, at) => at > start && !SCRIPT_LINE.test(line));
  return fewest(inside(lines.slice(start, end < 0 ? undefined : end), SCRIPT, where).reverse());
}

function inside(lines: string[], pattern: RegExp, where: Where): Frame[] {
  return lines.flatMap((text) => {
    const { path, short, line } = pattern.exec(text)?.groups ?? {};
    return frameAt(
      (path ?? short ?? "").replace(/^file:\/\//, "").replaceAll("%20", " "),
      Number(line),
      where,
    );
  });
}

/** The place as a frame; none where it is outside the workspace, such as `node:assert`. */
export function frameAt(path: string, line: number, where: Where): Frame[] {
  const inner = /^$|^\w+:/.test(path) ? null : insidePath(path, where.root, where.cwd);
  return inner === null || !(line > 0) ? [] : [{ path: inner, line }];
}

/** Without neighbours that are the same, and not more than a reader can use. */
export function fewest(frames: Frame[]): Frame[] {
  const each = frames.filter(({ path, line }, at) => {
    const before = frames[at - 1];
    return before?.path !== path || before.line !== line;
  });
  if (each.length <= FIRST_FRAMES + LAST_FRAMES) return each;
  return [...each.slice(0, FIRST_FRAMES), ...each.slice(-LAST_FRAMES)];
}

/** What was said, without the lines of a stack that are not the workspace's own. */
export function withoutForeign(text: string, where: Where): string {
  return plain(text)
    .split("\n")
    .filter((line) => !SCRIPT_LINE.test(line) || inside([line], SCRIPT, where).length > 0)
    .join("\n");
}
