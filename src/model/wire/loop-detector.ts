/**
 * Notices while a reply streams that it only repeats itself: the same characters, line or block again and again up to
 * the last character. Exact repetition alone counts, so that tables and long lists of similar lines are left in peace.
 */

/** How much of the end of the text is looked at; no longer block can be seen to repeat. */
const TAIL = 6000;
/** New characters between two looks. */
const STEP = 200;

/**
 * How long the repetition has to be, by the length of the repeated block in characters. Short blocks need many rounds
 * (rules of dashes, rows of zeros and runs of spaces are ordinary code), long ones few.
 */
const LIMITS: { upTo: number; rounds: number; length: number }[] = [
  { upTo: 16, rounds: 40, length: 700 },
  { upTo: 40, rounds: 24, length: 600 },
  { upTo: 120, rounds: 8, length: 500 },
  { upTo: 400, rounds: 5, length: 600 },
  { upTo: TAIL / 4, rounds: 4, length: 1000 },
];

export interface LoopDetector {
  /** Takes the next piece of the reply; true once its end has been going round in a circle. */
  push(delta: string): boolean;
}

export function loopDetector(): LoopDetector {
  let tail = "";
  let unseen = 0;
  return {
    push(delta) {
      tail = (tail + delta).slice(-TAIL);
      unseen += delta.length;
      if (unseen < STEP) return false;
      unseen = 0;
      return endsInLoop(tail);
    },
  };
}

/**
 * Whether the text ends in a repeated block. For each suffix, its smallest period is its length less its longest
 * border; the borders of all suffixes come from the failure function of the reversed text, in linear time.
 */
function endsInLoop(text: string): boolean {
  const at = (i: number): number => text.charCodeAt(text.length - 1 - i);
  const border = new Int32Array(text.length + 1);
  border[0] = -1;
  let length = -1;
  for (let i = 0; i < text.length; i += 1) {
    while (length >= 0 && at(length) !== at(i)) length = border[length] ?? -1;
    length += 1;
    border[i + 1] = length;
    const period = i + 1 - length;
    const limit = LIMITS.find(({ upTo }) => period <= upTo);
    if (limit !== undefined && i + 1 >= limit.length && i + 1 >= period * limit.rounds) return true;
  }
  return false;
}
