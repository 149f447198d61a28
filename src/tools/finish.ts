/** Ends the step: the model says that nothing is left to do. Whether that is so, the checks decide. */
import { z } from "zod";
import { defineTool } from "./tool.ts";

const NAME = "finish";

export const finish = defineTool({
  name: NAME,
  what: "nothing is left to do",
  choose: "say in text what was done",
  fields: { summary: "" },
  args: z.object({ summary: z.string() }),
  body: "none",
  fromChoice: ({ text }) => ({ ok: true, args: { summary: text } }),
  async run({ summary }) {
    return { kind: "finish", tool: NAME, summary };
  },
});
