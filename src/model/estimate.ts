/**
 * An upper estimate of how many tokens a text is, without a tokenizer: it counts words, digits, signs, line ends and
 * runs of space, weighed so that the sum stays above the greater count of two real vocabularies (262,000 and 49,000
 * tokens) on code and prose; about 15 % above it on average.
 */

/** Tokens for one piece of a class, and for each further character of it. A word's first letters come with it. */
const WEIGHTS = {
  word: { one: 1.08, more: 0.145, free: 5 },
  /** Letters in capitals; vocabularies know few of those. */
  capitals: { one: 1.35, more: 0.53, free: 3 },
  digit: { one: 1.64, more: 0, free: 1 },
  newlines: { one: 1.22, more: 0, free: 1 },
  /** Space between words belongs to the word; only longer runs and tabs count. */
  spaces: { one: 0.1, more: 0.026, free: 0 },
  signs: { one: 1.34, more: 0.19, free: 1 },
  /** Counted in UTF-16 units, most of which are two or three bytes of UTF-8. */
  foreign: { one: 1.4, more: 1.85, free: 1 },
};

const PIECES =
  /([A-Z]?[a-z]+)|([A-Z]+(?![a-z]))|(\d)|(\n+)|([ \t]{2,}|\t)|([\r!-/:-@[-`{-~]+)|([^\x00-\x7f]+)/g;
const CLASSES = [
  WEIGHTS.word,
  WEIGHTS.capitals,
  WEIGHTS.digit,
  WEIGHTS.newlines,
  WEIGHTS.spaces,
  WEIGHTS.signs,
  WEIGHTS.foreign,
];

/** Tokens of the text, rounded up; 0 for none. Linear in its length. */
export function estimateTokens(text: string): number {
  let sum = 0;
  for (const match of text.matchAll(PIECES)) {
    for (let group = 0; group < CLASSES.length; group += 1) {
      const length = match[group + 1]?.length;
      const weight = CLASSES[group];
      if (length === undefined || weight === undefined) continue;
      sum += weight.one + weight.more * Math.max(0, length - weight.free);
      break;
    }
  }
  return Math.ceil(sum);
}

/** Runs of letters of scripts with and without spaces between words, and of digits. */
const LEAST_PIECES =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+)|(\p{L}+)|(\d+)/gu;
/** Vocabularies hold few words longer than this, phrases of scripts without spaces up to this, digits in threes at most. */
const LONGEST = { word: 14, phrase: 4, digits: 3 };

/**
 * The fewest tokens that the text can be in any vocabulary: no token goes across the space between two words or holds more
 * than three digits; signs and white space may belong to their neighbours and count for nothing. On code it is about half of
 * what a real vocabulary makes of it.
 */
export function leastTokens(text: string): number {
  let sum = 0;
  for (const [piece, phrase, word] of text.matchAll(LEAST_PIECES)) {
    const longest =
      phrase === undefined ? (word === undefined ? LONGEST.digits : LONGEST.word) : LONGEST.phrase;
    sum += Math.max(1, Math.floor(piece.length / longest));
  }
  return sum;
}
