/** JUnit's XML, as pytest, bun, surefire, Gradle and CTest each write it: only what it holds, with nothing assumed of any of them. */

export interface JunitCase {
  /** The attributes of the case. */
  about: Record<string, string>;
  /** Those of the suites around it, outermost first. */
  suites: Record<string, string>[];
  outcome: "passed" | "failed" | "skipped";
  /** The attribute `message` of what went wrong, and the text within it. */
  message: string;
  text: string;
  /** What the case printed. */
  output: string;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w:.-]+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/g;
const PROBLEMS = ["failure", "error", "skipped", "rerunFailure"];

interface Element {
  name: string;
  about: Record<string, string>;
  text: string;
}

/** The cases of a report, or of several one after the other; null where one is cut off, or there is none. Pure. */
export function readJunit(xml: string): JunitCase[] | null {
  const reader = new Reader();
  for (const match of xml.matchAll(TOKEN)) if (!reader.take(match)) return null;
  return reader.open.length > 0 || reader.suites === 0 ? null : reader.cases;
}

class Reader {
  readonly open: Element[] = [];
  readonly cases: JunitCase[] = [];
  suites = 0;

  /** False for an end that has no beginning. */
  take([, raw, closing, name, attributes, single, text]: RegExpMatchArray): boolean {
    const current = this.open.at(-1);
    if (name === undefined) {
      if (current !== undefined) current.text += raw ?? decode(text ?? "");
      return true;
    }
    if (closing === "/") {
      if (current?.name !== name) return false;
      this.open.pop();
      this.end(current);
      return true;
    }
    const element: Element = { name, about: readAttributes(attributes ?? ""), text: "" };
    if (name.startsWith("testsuite")) this.suites += 1;
    if (name === "testcase") this.cases.push(begin(element.about, this.open));
    if (single === "/") this.end(element);
    else this.open.push(element);
    return true;
  }

  /** What an element inside a case says of it. */
  private end({ name, about, text }: Element): void {
    const one = this.cases.at(-1);
    if (one === undefined) return;
    if (name.startsWith("system-")) one.output += text;
    if (!PROBLEMS.includes(name) || one.outcome === "failed") return;
    one.outcome = name === "skipped" ? "skipped" : "failed";
    one.message = about.message ?? "";
    one.text = text;
  }
}

function begin(about: Record<string, string>, open: Element[]): JunitCase {
  const suites = open.filter(({ name }) => name === "testsuite").map((one) => one.about);
  return { about, suites, outcome: "passed", message: "", text: "", output: "" };
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith("#x")) return codePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith("#")) return codePoint(Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });
}
const codePoint = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : "");

function readAttributes(tag: string): Record<string, string> {
  return Object.fromEntries(
    [...tag.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((m) => [
      m[1] ?? "",
      decode(m[2] ?? m[3] ?? ""),
    ]),
  );
}
