/** The line at the bottom of the terminal. */
import { expect, test } from "bun:test";
import { Status } from "../../src/cli/status.ts";
import type { Model } from "../../src/model/model.ts";

test("a text that the model reads along shows a line while that lasts", async () => {
  let shown = "";
  const status = new Status({
    out: {
      write: (text) => {
        shown += text;
      },
    },
    columns: () => 80,
    paint: (text) => text,
  });
  const read: Model["read"] = async () => {
    await Bun.sleep(900);
    return null;
  };
  const counting = status.counting({ read } as Model);
  await counting.read?.("prompt", "text", { maxTokens: 1, temperature: 0 });
  status.hide();
  expect(shown).toMatch(/^(\r\x1b\[2Kreading \d+ tokens, 0 s)+\r\x1b\[2K$/);
});
