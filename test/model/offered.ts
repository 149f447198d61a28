/** Tools on offer, for tests of the reader. */
import type { OfferedTool } from "../../src/model/calls/index.ts";

/** `parameters`: their types by name; all are required unless told otherwise. */
export function tool(
  name: string,
  parameters: Record<string, string>,
  required = Object.keys(parameters),
): OfferedTool {
  return { name, parameters: Object.keys(parameters), types: parameters, required };
}
