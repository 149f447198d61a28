/** The only list of tools: those that a model is told of, and what code in a reply comes to. */
import { createFile } from "./create_file.ts";
import { deleteFile } from "./delete_file.ts";
import { findAndRead } from "./find_and_read.ts";
import { finish } from "./finish.ts";
import { moveFile } from "./move_file.ts";
import { renameSymbol } from "./rename_symbol.ts";
import { replaceText } from "./replace_text.ts";
import { rewriteSymbol } from "./rewrite_symbol.ts";
import { runCheck } from "./run_check.ts";
import type { Tool } from "./tool.ts";
import { writeCode } from "./write_code.ts";

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

/** What the turn itself calls: no model is told of them. */
const OWN_TOOLS: readonly Tool[] = [renameSymbol, writeCode];

export const toolNamed = (name: string): Tool | undefined =>
  [...TOOLS, ...OWN_TOOLS].find((tool) => tool.name === name);
