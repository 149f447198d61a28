/** A session inside the test's own process: turns in a project against its scripted server, on the rungs that a test wants. */

import { loadSettings } from "../../src/config.ts";
import { openGrapher } from "../../src/graph/graph.ts";
import { connect } from "../../src/model/client.ts";
import { Ladder } from "../../src/model/ladder.ts";
import type { Model } from "../../src/model/model.ts";
import type { Profile } from "../../src/model/profile.ts";
import { runTurn, type TurnEnd, type TurnRequest } from "../../src/turn.ts";
import type { Rung, TurnEvent } from "../../src/types.ts";
import { openWorkspace } from "../../src/workspace/workspace.ts";
import type { Project } from "./project.ts";

export interface Session {
  model: Model;
  /** Of all turns so far. */
  events: TurnEvent[];
  /** Runs one turn; everything that is asked is permitted. `stop`: the turn is stopped for the reason that this gives of an event. */
  turn(
    task: string,
    more?: Partial<Pick<TurnRequest, "data" | "earlier" | "trunk">> & {
      ask?: boolean;
      stop?: (event: TurnEvent) => string | null;
    },
  ): Promise<TurnEnd>;
}

/** `rungs`: best first; more of the profile where a test needs it. */
export async function session(
  p: Project,
  rungs: Rung[],
  profile: Partial<Pick<Profile, "completion" | "window" | "fan">> = {},
): Promise<Session> {
  const { endpoint } = p.server;
  const asked = { key: null, model: null, rung: null, window: profile.window ?? null, silenceMs: 5000 };
  const found = await connect({ endpoint, ...asked });
  if (!found.ok) throw new Error(found.reason);
  const ladder = new Ladder({ rungs, completion: profile.completion ?? null });
  const model: Model = { ...found.model, ladder, fan: profile.fan ?? 1 };
  const loaded = await loadSettings({ env: p.env, home: p.home, platform: "linux", cwd: p.root, flags: {} });
  const opened = await openWorkspace(p.root, { ignore: [], allowWrite: () => true });
  if (!loaded.ok || !opened.ok) throw new Error("The project cannot be opened.");
  const events: TurnEvent[] = [];
  const graph = openGrapher(opened.workspace);
  return {
    model,
    events,
    turn: (task, { data = null, earlier = null, trunk = null, ask, stop = () => null } = {}) => {
      const controller = new AbortController();
      return runTurn(
        { task, data, earlier, trunk, session: "test", version: "0" },
        {
          settings:
            ask === undefined
              ? loaded.settings
              : {
                  ...loaded.settings,
                  mode: { ...loaded.settings.mode, intent: ask ? "ask" : "edit" },
                },
          workspace: opened.workspace,
          graph,
          // As the command line does: what is counted for the terminal is a copy of the model.
          model: { ...model },
          env: p.env,
          emit: (event) => {
            events.push(event);
            const reason = stop(event);
            if (reason !== null) controller.abort(reason);
          },
          signal: controller.signal,
          permit: async () => true,
        },
        () => 0,
      );
    },
  };
}
