/** Runs one of the project's checks, by its id from a closed list: the model has no free shell. */
import { z } from "zod";
import { defineTool, refusal } from "./tool.ts";

const NAME = "run_check";

export const runCheck = defineTool({
  name: NAME,
  what: "run a check and see what fails",
  choose: "choose it as target (every edit is checked by itself)",
  fields: { check: "" },
  args: z.object({ check: z.string() }),
  body: "none",
  fromChoice: ({ check }) =>
    check === null
      ? { ok: false, reason: "run_check needs a check of the list as its target." }
      : { ok: true, args: { check } },
  async run({ check }, { checks }) {
    if (checks.includes(check)) return { kind: "check", tool: NAME, check };
    const known =
      checks.length > 0
        ? `choose one of ${checks.join(", ")}`
        : "no check is known here; use finish when the change is done";
    return refusal(NAME, `There is no check ${check}: ${known}.`);
  },
});
