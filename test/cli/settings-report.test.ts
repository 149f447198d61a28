/** What `smallcode config` prints: everything with its source, and no key. */
import { expect, test } from "bun:test";
import { reportSettings, settingRows } from "../../src/cli/settings-report.ts";
import { loadSettings } from "../../src/config.ts";

async function rows() {
  const env = { OPENAI_BASE_URL: "http://a/v1", OPENAI_API_KEY: "sk-secret", NO_COLOR: "1" };
  const flags = { checkTimeMs: 90_000, allowRun: ["git"], model: "m\x1b[31m" };
  const loaded = await loadSettings({ env, home: null, platform: "linux", cwd: import.meta.dir, flags });
  if (!loaded.ok) throw new Error(loaded.reason);
  return settingRows(loaded.settings, loaded.sources);
}

test("every setting has a row with its source", async () => {
  const table = Object.fromEntries((await rows()).map(({ name, value, source }) => [name, [value, source]]));
  expect(table).toMatchObject({
    "connection.endpoint": ["http://a/v1", "OPENAI_BASE_URL"],
    "connection.key": ["(set, not shown)", "OPENAI_API_KEY"],
    "limits.checkTime": ["90s", "--check-time"],
    "limits.maxTime": ["30m", "default"],
    "terminal.color": [false, "NO_COLOR"],
  });
  expect(table.permissions?.[1]).toBe("flags");
});

test("the sources are those of the loader, one for one", async () => {
  const loaded = await loadSettings({
    env: {},
    home: null,
    platform: "linux",
    cwd: import.meta.dir,
    flags: {},
  });
  if (!loaded.ok) throw new Error(loaded.reason);
  const names = settingRows(loaded.settings, loaded.sources).map(({ name }) => name);
  expect(names.sort()).toEqual(Object.keys(loaded.sources).sort());
});

test("text and JSON without a key or an escape", async () => {
  const table = await rows();
  const text = reportSettings(table, { json: false, userFile: "/h/config.json" });
  expect(text).toMatch(/^connection\.endpoint +http:\/\/a\/v1 \(OPENAI_BASE_URL\)$/m);
  expect(text).toMatch(/^connection\.rung +-$/m);
  expect(text).toEndWith("\nYour settings file: /h/config.json\n");
  const json = reportSettings(table, { json: true, userFile: null });
  expect(
    json
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(table);
  expect(text + json).not.toMatch(/secret|\x1b/);
});
