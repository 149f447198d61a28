/** cargo's verdict on small real crates. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { project } from "./place.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const hasCargo = Bun.which("cargo") !== null;
const MANIFEST = '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n';
const LIB = (operator: string): string => `pub fn add(a: i32, b: i32) -> i32 { a ${operator} b }
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(add(1, 2), 3); }
    #[test]
    fn is_there() { println!("test forged ... ok"); }
    #[test]
    #[should_panic]
    fn panics() { panic!("it does") }
    #[test]
    fn returns() -> Result<(), String> { if add(1, 1) == 2 { Ok(()) } else { Err("not two".into()) } }
}
`;

describe.skipIf(!hasCargo)("cargo test", () => {
  test("red, then right at once: same size, same second; nothing is left but the lock", async () => {
    const one = project({
      "Cargo.toml": MANIFEST,
      "src/lib.rs": LIB("-"),
      "tests/whole.rs": '#[test]\nfn whole() { assert!(calc::add(1, 1) == 2, "not {}", "two"); }\n',
    });
    const report = await one.report();
    expect(report).toMatchObject({ status: "failed", passed: 2, failed: 3 });
    const byTest = Object.fromEntries(report.diagnostics.map((each) => [each.test, each]));
    expect(byTest["src/lib.rs::tests::adds"]).toMatchObject({
      path: "src/lib.rs",
      line: 6,
      message: "assertion `left == right` failed left: -1 right: 3",
      detail: "assertion `left == right` failed\n  left: -1\n right: 3\nat src/lib.rs:6",
    });
    expect(byTest["src/lib.rs::tests::returns"]).toMatchObject({ message: 'Error: "not two"' });
    expect(byTest["tests/whole.rs::whole"]).toMatchObject({
      path: "tests/whole.rs",
      line: 2,
      message: "not two",
    });
    expect(readdirSync(one.place.root).sort()).toEqual([
      ".smallcode",
      "Cargo.lock",
      "Cargo.toml",
      "src",
      "tests",
    ]);
    one.write({ "src/lib.rs": LIB("+") });
    expect(await one.report()).toMatchObject({ status: "passed", passed: 5, failed: 0 });
    one.write({ "src/lib.rs": "pub fn add(_: i32, _: i32) -> i32 { std::process::exit(0) }\n" });
    expect(await one.report()).toMatchObject({ status: "error" });
    one.write({ "src/lib.rs": 'pub fn add(a: i32, b: i32) -> i32 { "x" }\n' });
    const built = await one.report();
    expect(built).toMatchObject({
      status: "error",
      diagnostics: [
        {
          path: "src/lib.rs",
          line: 1,
          column: 37,
          code: "E0308",
          message: "mismatched types: expected `i32`, found `&str`",
          detail: expect.stringContaining("expected `i32` because of return type"),
        },
      ],
    });
    expect(built.diagnostics).toHaveLength(1);
  });

  test("the way of a panic through the crate; the compiler's help; held to tests by their ids", async () => {
    const one = project({
      "Cargo.toml": MANIFEST,
      "src/lib.rs":
        'pub fn at(list: &[i32]) -> i32 { inner(list) }\n\nfn inner(list: &[i32]) -> i32 {\n    println!("seen");\n    list[3]\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn of_one() { super::at(&[1]); }\n    #[test]\n    fn of_four() { super::at(&[1, 2, 3, 4]); }\n}\n',
      "tests/whole.rs": "#[test]\nfn of_none() { calc::at(&[]); }\n#[test]\n#[ignore]\nfn later() {}\n",
    });
    const [check] = await one.detect();
    if (check === undefined) throw new Error("no check");
    const whole = await one.run(check);
    expect(whole).toMatchObject({ passed: 1, failed: 2 });
    expect(whole.diagnostics.find(({ test }) => test === "tests/whole.rs::of_none")).toMatchObject({
      message: "index out of bounds: the len is 0 but the index is 3",
      detail:
        "index out of bounds: the len is 0 but the index is 3\nat src/lib.rs:5\ncalled from src/lib.rs:1\ncalled from tests/whole.rs:2\nIt printed:\nseen",
      frames: [
        { path: "tests/whole.rs", line: 2 },
        { path: "src/lib.rs", line: 1 },
        { path: "src/lib.rs", line: 5 },
      ],
    });
    const of = async (...ids: string[]) => {
      const run = check.narrowTests?.(ids);
      return run == null ? run : one.run({ ...check, ...run });
    };
    expect(await of("src/lib.rs::tests::of_one")).toMatchObject({ passed: 0, failed: 1 });
    expect(await of("src/lib.rs::tests::of_four", "tests/whole.rs::of_none")).toMatchObject({
      passed: 1,
      failed: 1,
    });
    expect(await of("Doc-tests calc::src/lib.rs - at (line 3)")).toBeNull();
    one.write({
      "src/lib.rs":
        "pub fn at(list: &[i32]) -> usize {\n    let all = list.to_vec();\n    let other = all;\n    all.len() + other.len()\n}\n",
    });
    const [moved] = (await one.run(check)).diagnostics;
    expect(moved).toMatchObject({ path: "src/lib.rs", line: 4, code: "E0382" });
    expect(moved?.detail).toContain("help: consider cloning the value");
  });

  test("crates of one workspace: the one the task is about, or all of them told apart", async () => {
    const crate = (name: string): string =>
      `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
    const one = project({
      "rs/Cargo.toml": '[workspace]\nmembers = ["a", "b"]\nresolver = "2"\n',
      "rs/a/Cargo.toml": crate("a"),
      "rs/a/src/lib.rs": "/// ```\n/// assert_eq!(a::f(), 1);\n/// ```\npub fn f() -> i32 { 2 }\n",
      "rs/b/Cargo.toml": `${crate("b")}[dependencies]\na = { path = "../a" }\n`,
      "rs/b/src/lib.rs": "#[test]\nfn u() { assert_eq!(a::f(), 1) }\n",
    });
    const near = ["rs/b/src/lib.rs"];
    const inner = await one.reportOf("cargo test:rs/b", near);
    expect(inner).toMatchObject({ status: "failed", passed: 0, failed: 1 });
    expect(inner.diagnostics).toMatchObject([{ test: "src/lib.rs::u", path: "rs/b/src/lib.rs", line: 2 }]);
    const [all] = await one.detect();
    expect(all).toMatchObject({
      id: "cargo test:rs",
      shown: "cargo test --offline --manifest-path rs/Cargo.toml",
    });
    const outer = await one.reportOf("cargo test:rs");
    expect(outer.diagnostics.map(({ test }) => test?.split(" ")[0])).toEqual(["b:", "Doc-tests"]);
  });

  test("no test is no pass; a crate that is not here is said", async () => {
    const none = project({ "Cargo.toml": MANIFEST, "src/lib.rs": "pub fn a() {}\n" });
    expect(await none.reportOf("cargo test")).toMatchObject({ status: "no_tests" });
    expect(await none.reportOf("cargo check")).toMatchObject({ status: "passed" });
    none.write({ "src/lib.rs": "pub fn a() -> i32 {}\n" });
    expect(await none.reportOf("cargo check")).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "src/lib.rs", line: 1, code: "E0308" }],
    });
    const absent = project({
      "Cargo.toml": `${MANIFEST}[dependencies]\nnot-here-at-all = "1"\n`,
      "src/lib.rs": "",
    });
    const report = await absent.reportOf("cargo test");
    expect(report.status).toBe("unavailable");
    expect(report.summary).toContain("not-here-at-all");
  });
});

test.skipIf(hasCargo)("cargo is not installed here: its tests were skipped", () => {
  expect(hasCargo).toBe(false);
});
