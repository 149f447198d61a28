/** Go's verdict on small real modules. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { project } from "./place.ts";

/** A toolchain on a busy machine. */
setDefaultTimeout(60_000);

const hasGo = Bun.which("go") !== null;
const MODULE = "module example.com/calc\n\ngo 1.18\n";
const CODE =
  "package calc\n\nfunc Add(a, b int) int { return a - b }\nfunc At(a []int) int { return a[3] }\n";
const TEST = `package calc
import "testing"
func TestAdd(t *testing.T) {
	t.Run("small", func(t *testing.T) {
		if got := Add(1, 2); got != 3 { t.Errorf("Add(1, 2) = %d, want 3", got) }
	})
	t.Run("none", func(t *testing.T) {})
}
func TestOk(t *testing.T) {}
func TestSkip(t *testing.T) { t.Skip("later") }
`;

describe.skipIf(!hasGo)("go", () => {
  test("red: leaves only, places, a panic, a package that does not build; in the module the task is about", async () => {
    const one = project({
      "go.mod": "module example.com/other\n",
      "other.go": "package other\n",
      "calc/go.mod": MODULE,
      "calc/calc.go": CODE,
      "calc/calc_test.go": TEST,
      "calc/deep/deep.go":
        'package deep\n\nimport "example.com/calc"\n\nfunc At() int { return calc.At(nil) }\n',
      "calc/deep/deep_test.go": 'package deep\n\nimport "testing"\n\nfunc TestAt(t *testing.T) { At() }\n',
      "calc/bad/bad.go": 'package bad\n\nfunc F() int { return "x" }\n',
      "calc/bad/bad_test.go": 'package bad\n\nimport "testing"\n\nfunc TestF(t *testing.T) { F() }\n',
    });
    const near = ["calc/calc.go"];
    const report = await one.reportOf("go test:calc", near);
    expect(report).toMatchObject({ status: "failed", passed: 2, failed: 3 });
    const byTest = Object.fromEntries(report.diagnostics.map((each) => [each.test, each]));
    expect(byTest["example.com/calc::TestAdd/small"]).toMatchObject({
      path: "calc/calc_test.go",
      line: 5,
      message: "Add(1, 2) = -1, want 3",
    });
    expect(byTest["example.com/calc/deep::TestAt"]).toMatchObject({
      path: "calc/calc.go",
      line: 4,
      message: "panic: runtime error: index out of range [3] with length 0",
    });
    expect(byTest["example.com/calc/bad"]).toMatchObject({ path: "calc/bad/bad.go", line: 3 });
    expect(await one.reportOf("go build:calc", near)).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "calc/bad/bad.go", line: 3, column: 23 }],
    });
    expect((await one.detect({ near: ["other.go"] })).map(({ id }) => id)).toEqual(["go build"]);
  });

  test("green; leaving with 0 is no pass; no test is no pass; a module that is not here is said", async () => {
    const one = project({
      "go.mod": MODULE,
      "calc.go": "package calc\n\nfunc Add(a, b int) int { return a + b }\n",
      "calc_test.go": TEST,
    });
    expect(await one.reportOf("go test")).toMatchObject({ status: "passed", passed: 3, failed: 0 });
    one.write({
      "calc.go": 'package calc\n\nimport "os"\n\nfunc Add(a, b int) int { os.Exit(0); return 0 }\n',
    });
    expect((await one.reportOf("go test")).status).toBe("failed");
    one.write({ "calc_test.go": "package calc\n" });
    expect(await one.reportOf("go test")).toMatchObject({ status: "no_tests" });
    one.write({ "calc.go": 'package calc\n\nimport _ "example.org/not/here"\n', "calc_test.go": TEST });
    const absent = await one.reportOf("go test");
    expect(["unavailable", "failed"]).toContain(absent.status);
    expect(absent.summary).toContain("example.org/not/here");
  });
});

test.skipIf(hasGo)("go is not installed here: its tests were skipped", () => {
  expect(hasGo).toBe(false);
});
