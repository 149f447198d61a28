/**
 * Gets one call from a chat model, by the rung that it is asked on: the same ToolCall comes out of each. What could not be read
 * never stays in the conversation.
 */
import type { ChatRung } from "../model/head.ts";
import { nativeCall } from "./call/native.ts";
import type { CallOptions, CallResult } from "./call/result.ts";
import { schemaCall } from "./call/schema.ts";
import { textCall } from "./call/text.ts";

export { TOOL_SPECS } from "./call/native.ts";
export type { Again, Ask, CallOptions, CallResult } from "./call/result.ts";
export { textOf, thoughtIn } from "./call/result.ts";
export { callIn } from "./call/text.ts";

const CALLS: Record<ChatRung, (options: CallOptions) => Promise<CallResult>> = {
  schema: schemaCall,
  native: nativeCall,
  text: textCall,
};

/** One whole call. */
export const getCall = (rung: ChatRung, options: CallOptions): Promise<CallResult> => CALLS[rung](options);
