/** The only list of tools. */
import { createFile } from "./create_file.ts";
import { deleteFile } from "./delete_file.ts";
import { findAndRead } from "./find_and_read.ts";
import { finish } from "./finish.ts";
import { moveFile } from "./move_file.ts";
import { replaceText } from "./replace_text.ts";
import { rewriteSymbol } from "./rewrite_symbol.ts";
import { runCheck } from "./run_check.ts";
import type { Tool } from "./tool.ts";

export const TOOLS: readonly Tool[] = [
  rewriteSymbol,
  replaceText,
  createFile,
  deleteFile,
  moveFile,
  findAndRead,
  runCheck,
  finish,
];

export const toolNamed = (name: string): Tool | undefined => TOOLS.find((tool) => tool.name === name);
