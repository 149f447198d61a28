/** The graph that is begun in the background: what is shown of it, and that its end before its time is no trouble. */
import { expect, test } from "bun:test";
import { beginGraph } from "../../src/cli/surroundings.ts";
import type { TurnEvent } from "../../src/types.ts";
import { grapherOf, manyFiles, WORKER } from "../graph/place.ts";
import { makeTree } from "../workspace/tree.ts";

async function begun() {
  const grapher = await grapherOf(makeTree(manyFiles(90)), { worker: WORKER });
  const events: TurnEvent[] = [];
  const shown: (string | null)[] = [];
  const around = {
    graph: { ok: true as const, grapher },
    emit: (event: TurnEvent) => void events.push(event),
    screen: { indexing: (text: string | null) => void shown.push(text) },
  };
  return { grapher, events, shown, around };
}

test("how far it is, up to the end, and a sentence only where it took long", async () => {
  const { events, shown, around } = await begun();
  const sentence = await beginGraph(around, new AbortController().signal);
  expect(sentence ?? "The code graph is ready: 90 files, 9 s.").toMatch(
    /^The code graph is ready: 90 files, \d+ s\.$/,
  );
  expect(shown.slice(-2)).toEqual(["reading the code, 100 %", null]);
  expect(events).toEqual([]);
});

test("closed or aborted in its middle it ends without a word", async () => {
  const { grapher, events, around } = await begun();
  const stop = new AbortController();
  const aborted = beginGraph(around, stop.signal);
  const closed = beginGraph(around, new AbortController().signal);
  stop.abort("enough");
  expect(await aborted).toBeNull();
  grapher.close();
  expect(await closed).toBeNull();
  expect(events).toEqual([]);
});
