/** `smallcode graph --html FILE`: the page of the folder's code graph. */
import { basename } from "node:path";
import { graphPage } from "../../graph/page.ts";
import type { Result } from "../../types.ts";
import { writeOutfile } from "../../workspace/outfile.ts";
import type { Sink } from "../render.ts";
import type { Source } from "./answers.ts";

/** Writes the page to a file as it is seen from where the program was started, or to stdout for `-`; gives what to say then. */
export async function drawPage(
  file: string,
  { source, stdout }: { source: Source; stdout: Sink },
): Promise<Result<{ said: string | null }>> {
  const title = basename(source.workspace.root);
  const page = await source.ask((graph) => graphPage(graph, { title }));
  if (file === "-") {
    stdout.write(page);
    return { ok: true, said: null };
  }
  const wrote = writeOutfile(process.cwd(), file, page);
  return wrote.ok ? { ok: true, said: `${wrote.absolute} is written; open it in a browser.` } : wrote;
}
