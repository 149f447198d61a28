/**
 * What pytest shows of a failure (`--tb=auto`): the first and the last call with its arguments and its source down to the line
 * marked ">", those between by one line, and what went wrong in lines marked "E".
 */
import { detailOf, within } from "./report.ts";
import { type Frame, fewest, frameAt, type Where } from "./stack.ts";

/** `path:12: AssertionError` behind a call, `path:12: in name` before the line of one. */
const PLACE = /^([^\s:][^:\n]*):(\d+): ?(in .+|\S*)$/;
const SYNTAX_PLACE = /^E +File "([^"\n]+)", line (\d+)/;
/** The arguments of a call: `a = 2, b = [1]`; a test's own object says nothing. */
const ARGUMENTS = /^[A-Za-z_]\w* += /;
const SELF = /^self = <[^>]*>(, |$)/;
/** Where one exception of a chain ends and the next one begins. */
const CHAIN = /^(?:During handling of the above|The above exception was)/m;
/** How much of a detail the way to the failure takes at most, how much all of it does, and one line; characters. */
const WAY = 900;
const ROOM = 1950;
const LINE = 300;

/** The places inside the workspace, outermost first; of exceptions in a chain those of the last one. */
export function pytestFrames(text: string, where: Where): Frame[] {
  const last = text.split(CHAIN).at(-1) ?? text;
  const frames = last.split("\n").flatMap((line) => {
    const match = PLACE.exec(line) ?? SYNTAX_PLACE.exec(line);
    return match === null ? [] : frameAt(match[1] ?? "", Number(match[2]), where);
  });
  return fewest(frames);
}

/** Arguments, marked lines and places, without the source around them and without calls outside the workspace; then what went wrong. */
export function pytestDetail(text: string, where: Where): string {
  const { way, errors } = partsOf(text, where);
  if (way.length + errors.length === 0) return detailOf(text);
  const before = within(way.reverse(), WAY).reverse();
  const room = ROOM - before.reduce((sum, line) => sum + line.length + 1, 0);
  const shown = within(errors, room);
  const left = errors.length - shown.length;
  return detailOf([...before, ...shown, ...(left > 0 ? [`E   … (${left} more lines)`] : [])].join("\n"));
}

function partsOf(text: string, where: Where): { way: string[]; errors: string[] } {
  const way: string[] = [];
  const errors: string[] = [];
  let call: string[] = [];
  let follows = false;
  for (const line of text.split("\n")) {
    const place = PLACE.exec(line);
    if (place !== null) {
      const inside = frameAt(place[1] ?? "", Number(place[2]), where).length > 0;
      if (inside) way.push(...call, line.trimEnd());
      call = [];
      follows = inside && (place[3] ?? "").startsWith("in ");
    } else if (/^E( |$)/.test(line)) errors.push(line.slice(0, LINE * 2));
    else if (line.startsWith(">") || ARGUMENTS.test(line)) call.push(line.replace(SELF, ""));
    else if (follows && /^ {4}/.test(line) && !/^[\s^~]*$/.test(line)) way.push(line);
    else follows = false;
  }
  return { way: way.filter((line) => line !== "").map((line) => line.slice(0, LINE)), errors };
}
