/** The start of a turn: lock, recovery of a turn that died, a journal of its own. */
import type { Result } from "../types.ts";
import { createTurn } from "./journal.ts";
import { Transaction, type TransactionParts } from "./transaction.ts";
import { openHistory } from "./undo.ts";
import { diskReason } from "./walls.ts";

/** Opens a transaction on the workspace, or says in one sentence why there can be none now. */
export function openTransaction(
  session: string,
  parts: Pick<TransactionParts, "root" | "allowWrite" | "list" | "broad">,
): Result<{ transaction: Transaction; notices: string[] }> {
  const opened = openHistory(parts.root);
  if (!opened.ok) return opened;
  const { recovery, ...history } = opened.history;
  try {
    const folder = createTurn(history.undoFolder, session);
    const notices = [...recovery.notices];
    if (recovery.files.length > 0)
      notices.unshift(
        `The last turn had broken off; these files were brought back: ${recovery.files.join(", ")}.`,
      );
    return { ok: true, transaction: new Transaction({ ...parts, ...history, folder }), notices };
  } catch (error) {
    history.lock.release();
    return { ok: false, reason: `No turn can begin because ${diskReason(error)}.` };
  }
}
