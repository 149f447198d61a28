/** What is wrong where no model could be reached or used, and the command that mends it. */
import type { Settings } from "../../config.ts";
import type { Failure, FailureKind } from "../../model/errors.ts";
import { GOOD_WINDOW, type Problem, quoted } from "../../model/problems.ts";
import type { ServerReport } from "./report.ts";

/** How a model is brought onto each server; null where that takes a new start of it. */
const BRING: Record<ServerReport["server"], ((model: string) => string) | null> = {
  ollama: (model) => `ollama pull ${quoted(model)}`,
  lmstudio: (model) => `lms load ${quoted(model)} --context-length ${GOOD_WINDOW}`,
  "llama.cpp": null,
  vllm: null,
  unknown: null,
};

interface Known {
  settings: Settings;
  server: ServerReport | null;
}
type Mend = Pick<Problem, "run" | "advice">;

const run = (command: string): Mend => ({ run: command, advice: null });
const advise = (text: string): Mend => ({ run: null, advice: text });
const START = `llama-server -m FILE.gguf --ctx-size ${GOOD_WINDOW}`;

/** A file for the embedded engine; null where a server is asked for the model. */
const engineFile = ({ settings: { connection } }: Known): string | null =>
  connection.endpoint === null && connection.model !== null && /\.gguf$/i.test(connection.model)
    ? connection.model
    : null;

function mendModel(known: Known): Mend {
  if (engineFile(known) !== null) return advise("Name another file: --model FILE.gguf.");
  const { server, settings } = known;
  const bring = server === null ? null : BRING[server.server];
  if (bring) return run(bring(settings.connection.model ?? "MODEL"));
  const other = server?.models[0];
  return run(other === undefined ? START : `smallcode doctor --model ${quoted(other)}`);
}

/** What mends a failure, by its kind. Of the others, their own sentence says what there is to say. */
const MENDS: Partial<Record<FailureKind, (known: Known) => Mend>> = {
  auth: () => run("export SMALLCODE_KEY=KEY"),
  model: mendModel,
  unreachable: (known) =>
    engineFile(known) === null
      ? {
          run: START,
          advice: "Or: ollama serve. Or: lms server start. Or, without a server, --model FILE.gguf.",
        }
      : run("smallcode engine install"),
};

/** The failure as a problem. `server`: the one that was asked, where it answered at all. */
export function problemOfFailure(failed: Failure, settings: Settings, server: ServerReport | null): Problem {
  const nothing: Mend = { run: null, advice: null };
  const mend = MENDS[failed.kind]?.({ settings, server }) ?? nothing;
  return { level: "stops", what: failed.reason, ...mend };
}

/** What is wrong with a server whatever the model: none is in memory, so that the first request waits for it. */
export function problemsOfServer({ server, loaded }: ServerReport, model: string | undefined): Problem[] {
  if (server !== "lmstudio" || loaded === null || loaded.length > 0 || model === undefined) return [];
  return [
    {
      level: "hurts",
      what: "No model is loaded: the first request loads one, with the server's own window.",
      run: `lms load ${quoted(model)} --context-length ${GOOD_WINDOW}`,
      advice: null,
    },
  ];
}
