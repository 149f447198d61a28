/** Looks at every server in reach and at the model that a task would be given to, measures it, and says what is wrong. */
import type { Host, Settings } from "../../config.ts";
import { type Found, findAll, findGiven, USUAL_PORTS } from "../../model/discover.ts";
import { EndpointError, type Failure } from "../../model/errors.ts";
import { overview } from "../../model/handshake.ts";
import { measure } from "../../model/measure.ts";
import type { Model } from "../../model/model.ts";
import { byWeight, type Problem, problemsOf } from "../../model/problems.ts";
import { rememberFacts } from "../../model/profiles.ts";
import { endOfFailure } from "../../turn/failures.ts";
import { exitCode } from "../exit.ts";
import { profileFolder, reach } from "../reach.ts";
import { problemOfFailure, problemsOfServer } from "./failures.ts";
import { type DoctorReport, REPORT_VERSION, type ServerReport } from "./report.ts";

export interface Examined {
  settings: Settings;
  /** Where `connection.endpoint` comes from. */
  named: string;
  host: Host;
  cwd: string;
  version: string;
  signal: AbortSignal;
  /** Told what takes a while. */
  tell: (text: string) => void;
  ports?: number[];
}

/** The named server, null where it is none or does not answer; the failure is told when the model is looked for. */
async function namedServer({ settings, signal }: Examined): Promise<Found | null> {
  const { endpoint, key } = settings.connection;
  if (endpoint === null) return null;
  try {
    return await findGiven(endpoint, { key, signal });
  } catch (thrown) {
    if (thrown instanceof EndpointError) return null;
    throw thrown;
  }
}

const hostOf = (endpoint: string): string => new URL(endpoint).host.replace(/^localhost(?=:|$)/, "127.0.0.1");

async function surveyed(found: Found, options: Examined, named: string | null): Promise<ServerReport> {
  const { signal } = options;
  const key = named === null ? null : options.settings.connection.key;
  const { endpoint, server, models } = found;
  return {
    endpoint,
    server,
    models: models.map(({ id }) => id),
    named,
    ...(await overview(found, { key, signal })),
  };
}

/** All servers in reach, the named one first. */
async function survey(options: Examined): Promise<ServerReport[]> {
  const ports = options.ports ?? USUAL_PORTS;
  const [named, local] = await Promise.all([namedServer(options), findAll(ports, options.signal)]);
  const others = local.filter(
    ({ endpoint }) => named === null || hostOf(endpoint) !== hostOf(named.endpoint),
  );
  return Promise.all([
    ...(named === null ? [] : [surveyed(named, options, options.named)]),
    ...others.map((found) => surveyed(found, options, null)),
  ]);
}

interface Findings {
  chosen: DoctorReport["chosen"];
  measures: DoctorReport["measures"];
  problems: Problem[];
  failed: Failure | null;
}

const nothing = (failed: Failure, problems: Problem[]): Findings => ({
  chosen: null,
  measures: null,
  problems,
  failed,
});

const SLOW: Problem = {
  level: "hurts",
  what: "Three short requests took longer than 90 s, so that not all is measured.",
  run: null,
  advice: "Use a smaller model, or look what else keeps the machine busy.",
};

async function examineModel(model: Model, engine: boolean, options: Examined): Promise<Findings> {
  const { signal, tell, host, settings } = options;
  const { endpoint } = model;
  const where = { endpoint, engine };
  tell("Measuring with three short requests...");
  const measured = await measure(model, { signal });
  if (!measured.ok) {
    const problems = [
      problemOfFailure(measured, options.settings, null),
      ...problemsOf(model.profile, where),
    ];
    return { chosen: { ...where, profile: model.profile }, measures: null, problems, failed: measured };
  }
  const { ok: _, ...measures } = measured;
  const branching = measures.branching ?? model.profile.branching;
  const profile = { ...model.profile, branching };
  if (!engine && settings.connection.rung === null)
    await rememberFacts(profileFolder(host), { ...profile, endpoint }, { branching });
  const problems = [...problemsOf(profile, where), ...(measures.slow ? [SLOW] : [])];
  return { chosen: { ...where, profile }, measures, problems, failed: null };
}

/** The model as a task would find it: the named server's, or that of the first local one that has any. */
async function examine(servers: ServerReport[], options: Examined): Promise<Findings> {
  const { settings, host, cwd, signal, tell } = options;
  const { endpoint, model } = settings.connection;
  const file = endpoint === null && model !== null && /\.gguf$/i.test(model);
  const first = servers.find(({ models }) => models.length > 0);
  const at = endpoint ?? (file ? null : (first?.endpoint ?? null));
  if (at === null && !file) {
    const reason = "No model server with a model answers on the usual ports of this machine.";
    const failed: Failure = { ok: false, kind: "unreachable", reason };
    return nothing(failed, [problemOfFailure(failed, settings, null)]);
  }
  const here = { ...settings, connection: { ...settings.connection, endpoint: at } };
  const found = await reach(here, { host, cwd, signal, tell });
  if (!found.ok) {
    const server = servers.find((one) => one.endpoint === at || one.named !== null) ?? null;
    return nothing(found, [problemOfFailure(found, here, server)]);
  }
  try {
    return await examineModel(found.model, found.engine !== null, options);
  } finally {
    found.engine?.end();
  }
}

/** Exit 0 where a model can be worked with, 1 where something stops work with it, else that of a task that found none. */
function exitOf({ failed, problems, chosen }: Findings): number {
  if (failed !== null && chosen === null) return exitCode(endOfFailure(failed).outcome, { waived: false });
  return failed !== null || problems.some(({ level }) => level === "stops") ? 1 : 0;
}

export async function diagnose(options: Examined): Promise<DoctorReport> {
  const servers = await survey(options);
  const findings = await examine(servers, options);
  const { chosen, measures } = findings;
  const used = servers.find(({ endpoint }) => endpoint === chosen?.endpoint);
  const problems = [
    ...findings.problems,
    ...(used === undefined ? [] : problemsOfServer(used, chosen?.profile.model)),
  ];
  const { version } = options;
  const exit = exitOf(findings);
  return { v: REPORT_VERSION, version, servers, chosen, measures, problems: byWeight(problems), exit };
}
