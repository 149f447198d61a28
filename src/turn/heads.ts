/** The beginnings of prompts that are the same in every turn: what a server can have read before. */
import { HEADS } from "../model/examples.ts";
import { ASK_HEAD, DIRECT_HEAD, editHead } from "../model/head.ts";
import { TOOLS } from "../tools/index.ts";

/** Their texts, as they stand in a prompt. */
export function promptHeads(): string[] {
  return [
    DIRECT_HEAD.content,
    editHead("schema", TOOLS).content,
    editHead("text", TOOLS).content,
    ASK_HEAD.content,
    ...HEADS,
  ];
}
