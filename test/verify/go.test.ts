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
      "calc/bad/bad.go": 'package bad\n\nfunc F() int { return "x" }\n\nfunc G() int { return nothing }\n',
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
      detail:
        "panic: runtime error: index out of range [3] with length 0\nat calc/calc.go:4\ncalled from calc/deep/deep.go:5\ncalled from calc/deep/deep_test.go:5",
      frames: [
        { path: "calc/deep/deep_test.go", line: 5 },
        { path: "calc/deep/deep.go", line: 5 },
        { path: "calc/calc.go", line: 4 },
      ],
    });
    expect(byTest["example.com/calc/bad"]).toMatchObject({
      path: "calc/bad/bad.go",
      line: 3,
      column: 23,
      detail: expect.stringContaining("bad/bad.go:5:23: undefined: nothing"),
    });
    expect((await one.detect({ near })).map(({ id }) => id)).toEqual(["go test:calc"]);
  });

  test("a panic that a subtest began is its own; several lines are one message; held to tests by their ids", async () => {
    const one = project({
      "go.mod": MODULE,
      "calc.go": CODE,
      "calc_test.go": `package calc
import "testing"
func TestAt(t *testing.T) {
	t.Run("of none", func(t *testing.T) { At(nil) })
}
func TestAdd(t *testing.T) {
	t.Errorf("Add(1, 2):\\n  got  %d\\n  want %d", Add(1, 2), 3)
	t.Log("and so on")
}
`,
      "in/in_test.go": 'package in\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) { t.Fail() }\n',
    });
    const [check] = await one.detect();
    if (check === undefined) throw new Error("no check");
    const whole = await one.run(check);
    expect(whole.diagnostics.map(({ test }) => test).sort()).toEqual([
      "example.com/calc/in::TestAdd",
      "example.com/calc::TestAt/of_none",
    ]);
    const of = async (...ids: string[]) => {
      const run = check.narrowTests?.(ids);
      return run == null ? run : one.run({ ...check, ...run });
    };
    expect(await of("example.com/calc::TestAt/of_none")).toMatchObject({
      failed: 1,
      diagnostics: [
        {
          message: "panic: runtime error: index out of range [3] with length 0",
          path: "calc.go",
          frames: [{ path: "calc_test.go" }, { path: "calc.go" }],
        },
      ],
    });
    expect(await of("example.com/calc::TestAdd")).toMatchObject({
      failed: 1,
      diagnostics: [
        {
          message: "Add(1, 2): got -1 want 3",
          line: 7,
          detail: "calc_test.go:7: Add(1, 2):\n      got  -1\n      want 3\ncalc_test.go:8: and so on",
        },
      ],
    });
    const two = await of("example.com/calc::TestAdd", "example.com/calc/in::TestAdd", "other::Test");
    expect(two).toMatchObject({ failed: 2, passed: 0 });
    expect(await of("other::TestAdd")).toBeNull();
  });

  test("without a test it is built, and vetted where the project does so", async () => {
    const one = project({
      "go.mod": MODULE,
      "main.go":
        'package main\n\nimport "fmt"\n\nfunc main() {\n\tf("a", 1)\n\tfmt.Println()\n}\n\nfunc f(a int) { return }\n',
      Makefile: "lint:\n\tgo vet ./...\n",
    });
    expect((await one.detect()).map(({ id }) => id)).toEqual(["go vet", "go build", "go test"]);
    const built = await one.reportOf("go build");
    expect(built).toMatchObject({
      status: "failed",
      diagnostics: [
        {
          path: "main.go",
          line: 6,
          message: "too many arguments in call to f; have (string, number); want (int)",
        },
      ],
    });
    one.write({
      "main.go":
        'package main\n\nimport "sync"\n\nfunc main() {\n\tvar a sync.Mutex\n\tb := a\n\t_ = &b\n}\n',
    });
    expect(await one.reportOf("go build")).toMatchObject({ status: "passed" });
    expect(await one.reportOf("go test")).toMatchObject({ status: "no_tests" });
    expect(await one.reportOf("go vet")).toMatchObject({
      status: "failed",
      diagnostics: [{ path: "main.go", line: 7, message: expect.stringContaining("copies lock value") }],
    });
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
