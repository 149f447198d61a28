/**
 * The worked exercises that open every prompt of the plain rung: a specification and the definition that meets it. They
 * set the form that a base model goes on in. They are made for this purpose, share nothing with any benchmark, and never
 * change, so that a server reads them once.
 */

interface Exercise {
  specification: string;
  code: string;
}

const PYTHON: Exercise[] = [
  {
    specification: "The mean of the positive marks.",
    code: `def average_positive(marks):
    amount = 0
    count = 0
    for mark in marks:
        if mark > 0:
            amount += mark
            count += 1
    return amount / count`,
  },
  {
    specification: "A list with the first size factorials.",
    code: `def factorial_list(size):
    out = []
    product = 1
    for number in range(1, size + 1):
        product *= number
        out.append(product)
    return out`,
  },
  {
    specification: "The sum of the decimal digits of number.",
    code: `def digit_sum(number):
    if number < 10:
        return number
    return number % 10 + digit_sum(number // 10)`,
  },
  {
    specification: "The word with the most letters.",
    code: `def biggest_word(words):
    best = ""
    for word in words:
        if len(word) > len(best):
            best = word
    return best`,
  },
  {
    specification: "The name without the prefix.",
    code: `def remove_prefix(name, prefix):
    if name.startswith(prefix):
        return name[len(prefix):]
    return name`,
  },
];

const C_LIKE: Exercise[] = [
  {
    specification: "The mean of the positive marks.",
    code: `function averagePositive(marks) {
  let amount = 0;
  let count = 0;
  for (const mark of marks) {
    if (mark > 0) {
      amount += mark;
      count += 1;
    }
  }
  return amount / count;
}`,
  },
  {
    specification: "The word with the most letters.",
    code: `function biggestWord(words) {
  let best = "";
  for (const word of words) {
    if (word.length > best.length) {
      best = word;
    }
  }
  return best;
}`,
  },
];

/** How a specification is written in front of a definition. */
type Comment = (text: string) => string;
const docstring: Comment = (text) => `"""\n${text.replaceAll('"""', "'''")}\n"""\n`;
const block: Comment = (text) => `/*\n${text.replaceAll("*/", "* /")}\n*/\n`;

interface Form {
  exercises: Exercise[];
  comment: Comment;
}

const PYTHON_FORM: Form = { exercises: PYTHON, comment: docstring };
const C_FORM: Form = { exercises: C_LIKE, comment: block };
/** Languages in which the C-like comment would not be one, or would mislead. */
const FORMS: Record<string, Form> = { python: PYTHON_FORM, ruby: PYTHON_FORM, elixir: PYTHON_FORM };

const formOf = (language: string): Form => FORMS[language] ?? C_FORM;

/** How many exercises there are for a language. */
export const exercisesOf = (language: string): number => formOf(language).exercises.length;

/** The part of the prompt that is the same for every task of a language: at most 700 tokens. Fewer exercises are the first ones. */
export function head(language: string, most = exercisesOf(language)): string {
  const form = formOf(language);
  return headOf({ ...form, exercises: form.exercises.slice(0, most) });
}

function headOf({ exercises, comment }: Form): string {
  return exercises.map(({ specification, code }) => `${comment(specification)}${code}\n\n\n`).join("");
}

/** All of them. */
export const HEADS = [headOf(PYTHON_FORM), headOf(C_FORM)];

/** The specification of the definition that follows in the prompt. */
export function specification(language: string, text: string): string {
  return formOf(language).comment(text);
}
