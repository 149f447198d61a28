/**
 * The Python program that `coverage.ts` puts in front of a test run: `python -c TRACER pytest ARGS...` or `unittest ARGS...`. It
 * counts, for each line of a file below SMALLCODE_ROOT, the failing and the passing tests that executed it. Lines executed
 * while no test runs (imports) count for none. A test that hangs is told by no count: the whole run is then cut off.
 */
export const TRACER = `
import json, os, sys, threading
runner, arguments = sys.argv[1], sys.argv[2:]
root = os.environ["SMALLCODE_ROOT"].rstrip(os.sep) + os.sep
out = os.path.join(os.environ["TMPDIR"], "smallcode-lines.json")
apart = ("site-packages", "dist-packages", ".venv", "venv", "env", "node_modules")
seen, counts, totals, running, ours = set(), {}, [0, 0], [False], {}

def own(name):
    known = ours.get(name)
    if known is None:
        full = "" if name.startswith("<") else os.path.realpath(name)
        known = full if full.startswith(root) and not set(full[len(root):].split(os.sep)) & set(apart) else ""
        ours[name] = known
    return known

def begin():
    seen.clear()
    running[0] = True
    restart()

def end(failed):
    running[0] = False
    at = 0 if failed else 1
    totals[at] += 1
    for name, line in seen:
        counts.setdefault(own(name), {}).setdefault(line, [0, 0])[at] += 1

def restart(): pass

if hasattr(sys, "monitoring"):
    watch = sys.monitoring
    tool = next(one for one in (watch.COVERAGE_ID, 3, 4) if watch.get_tool(one) is None)
    watch.use_tool_id(tool, "smallcode")
    def on_line(code, line):
        if own(code.co_filename) and running[0]: seen.add((code.co_filename, line))
        return watch.DISABLE
    watch.register_callback(tool, watch.events.LINE, on_line)
    watch.set_events(tool, watch.events.LINE)
    restart = watch.restart_events
else:
    def local(frame, event, argument):
        if event == "line" and running[0]: seen.add((frame.f_code.co_filename, frame.f_lineno))
        return local
    def trace(frame, event, argument):
        return local if own(frame.f_code.co_filename) else None
    threading.settrace(trace)
    sys.settrace(trace)

def save():
    with open(out, "w") as file: json.dump({"failed": totals[0], "passed": totals[1], "lines": counts}, file)

sys.path.insert(0, os.getcwd())
if runner == "pytest":
    import pytest
    class Lines:
        failed = False
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item):
            self.failed = False
            begin()
            yield
            end(self.failed)
        def pytest_runtest_logreport(self, report):
            self.failed = self.failed or report.failed
    sys.argv = ["pytest", *arguments]
    code = pytest.main(arguments, plugins=[Lines()])
    save()
    sys.exit(int(code))
import unittest
plain = unittest.TestCase.run
def run(self, result=None):
    if result is None: return plain(self, result)
    before = len(result.failures) + len(result.errors)
    begin()
    try: return plain(self, result)
    finally: end(len(result.failures) + len(result.errors) > before)
unittest.TestCase.run = run
program = unittest.main(module=None, argv=["python -m unittest", *arguments], exit=False)
save()
sys.exit(0 if program.result.wasSuccessful() else 1)
`;
