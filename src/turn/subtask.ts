/** One failed step as a stronger model is told of it: its intent, the code where it fails, the change so far, what the checks say, what was tried. */
import { HEAD, localized, redactorFor, type Whereabouts } from "../decompose/escalate.ts";
import type { Redactor } from "../decompose/redact.ts";
import { compose, lined, type Section, sharesOf, whole } from "../model/budget.ts";
import { estimateTokens } from "../model/estimate.ts";
import { rankTargets } from "../plan/targets.ts";
import type { Step, Target } from "../types.ts";
import { type FileChange, unifiedDiff } from "../workspace/diff.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { sceneOf, type TurnParts, type Work } from "./context.ts";
import { reportText } from "./feedback.ts";
import { codeSection, failingTest, linesAbout } from "./opening.ts";
import { suspectsOf } from "./suspects.ts";
import { NOTHING_ABOVE } from "./trunk.ts";

/** The window that is shared out, whatever the model's own is: enough for one sub-task, and little to pay for. */
const SHARES = sharesOf(16_384);
const MOST_PROMPT = 8000;
/** Files whose code is shown, and files that the reply may be about. */
const MOST_PLACES = 3;
const MOST_FILES = 8;

interface Place {
  target: Target;
  lines: number[];
}

export interface SubTask {
  /** The first message, without secrets. */
  text: string;
  /** What the code of the reply may be about, the likeliest first. */
  files: string[];
  redactor: Redactor;
  /** A text from the checks, fit to be sent. */
  hide: (text: string) => string;
}

/** Where the step applies, likeliest first: its own target, then what the failures lead to, each with its lines. */
async function placesOf(step: Step, work: Work): Promise<Place[]> {
  const suspects = await suspectsOf(work.verifier.baseline, work);
  const [first] = step.targets;
  const targets = [
    ...(first === undefined ? [] : [first]),
    ...suspects.map(({ path }) => ({ path })),
    ...step.targets,
  ];
  const paths = [...new Set(targets.map(({ path }) => path))].slice(0, MOST_PLACES);
  return paths.map((path) => ({
    target: targets.find((target) => target.path === path) ?? { path },
    lines: suspects.filter((one) => one.path === path).map(({ line }) => line),
  }));
}

/** The code at each place, the rest of the file folded. */
async function codeOf(places: Place[], step: Step, work: Work): Promise<Section[]> {
  const { workspace, graph, signal } = work.parts;
  const { ranked } = await graph.ask(
    (known) => rankTargets(sceneOf(work, step.intent, known), step.targets[0]),
    {
      signal,
    },
  );
  const sections = places.map(async ({ target, lines }, index) => {
    const read = await workspace.read(target.path);
    const about = read.ok ? linesAbout(read.file.text, step.intent, lines) : [];
    const room = { share: index === 0 ? 0.3 : 0.1, rank: index === 0 ? 1 : 3, above: NOTHING_ABOVE };
    const what = { target, ranked: index === 0 ? ranked : [], lines: about, ...room };
    return codeSection(what, { workspace, files: [], shares: SHARES });
  });
  return Promise.all(sections);
}

/** The texts of files as they are and were, whole: what is secret in them is known, whatever part of them is shown. */
async function wholeTexts(paths: string[], changed: FileChange[], { parts }: Work): Promise<string[]> {
  const read = await Promise.all([...new Set(paths)].map((path) => parts.workspace.read(path)));
  return [
    ...read.flatMap((one) => (one.ok ? [one.file.text] : [])),
    ...changed.flatMap(({ before, after }) => [before ?? "", after ?? ""]),
  ];
}

/** The keys that the settings hold. */
const keysOf = ({ settings }: TurnParts): string[] =>
  [settings.connection.key, ...settings.escalation.ladder.map(({ key }) => key)].filter(
    (key) => key !== null,
  );

/** The workspace as it may be shown: a text is cut to its room only after its secrets are gone, so that none is cut in two. */
function hiddenIn(workspace: Workspace, redactor: Redactor): Workspace {
  const read: Workspace["read"] = async (path) => {
    const found = await workspace.read(path);
    return found.ok ? { ok: true, file: { ...found.file, text: redactor.hide(found.file.text) } } : found;
  };
  return Object.assign(Object.create(workspace), { read });
}

/** The sub-task for a step that failed; `secrets` are the environment's. */
export async function subTaskOf(
  step: Step,
  work: Work,
  { secrets, home }: { secrets: string[]; home: string | null },
): Promise<SubTask> {
  const { parts, verifier, forbids } = work;
  const where: Whereabouts = { root: parts.workspace.root, home };
  const places = await placesOf(step, work);
  const changed = (await work.transaction.changes()).filter(({ before, after }) => before !== after);
  const red = verifier.baseline.filter(({ status }) => status !== "passed");
  const told = red.flatMap(({ diagnostics }) =>
    diagnostics.flatMap(({ test, path }) => [test?.split("::")[0], path]),
  );
  const paths = [...places.map(({ target }) => target.path), ...changed.map(({ path }) => path)];
  const all = [...paths, ...told.filter((path) => path !== undefined)];
  const redactor = redactorFor([...secrets, ...keysOf(parts)], where, await wholeTexts(all, changed, work));
  const hide = (text: string): string => redactor.hideForGood(localized(text, where));
  const workspace = hiddenIn(parts.workspace, redactor);
  const shown: Work = { ...work, shares: SHARES, parts: { ...parts, workspace } };
  const text = await compose(MOST_PROMPT - estimateTokens(HEAD), [
    lined(redactor.hide(localized(step.intent, where)), {
      share: 0.15,
      rank: 0,
      frame: (task) => `Task: ${task}`,
    }),
    said("What the checks say:", hide(red.map((one) => reportText(one)).join("\n")), {
      share: 0.15,
      rank: 2,
    }),
    whole(await failingTest(shown, NOTHING_ABOVE), { share: 0.12, rank: 4 }),
    ...(await codeOf(places, step, shown)),
    said("The change so far:", redactor.hide(unifiedDiff(changed, work.judges)), { share: 0.1, rank: 5 }),
    said("Tried before, and taken back:", hide(work.meter.tries.failures.join("\n")), {
      share: 0.08,
      rank: 6,
    }),
  ]);
  const own = [...paths, ...step.targets.map(({ path }) => path)].filter((path) => forbids(path) === null);
  return { text: redactor.hide(text), files: [...new Set(own)].slice(0, MOST_FILES), redactor, hide };
}

const said = (title: string, text: string, room: { share: number; rank: number }): Section =>
  lined(text, { ...room, cap: SHARES.answer, frame: (shown) => `${title}\n${shown.trimEnd()}` });
