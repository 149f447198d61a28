/** What `doctor` has found, as one value: `--json` prints it, the screen is made from it. */
import { z } from "zod";
import { Problem } from "../../model/problems.ts";
import { Profile } from "../../model/profile.ts";

/** Raised whenever the report changes shape in a way a reader of `--json` could notice. */
export const REPORT_VERSION = 1;

/** One server that answers. `loaded`: those of its models that it holds in memory; null where it does not tell. `named`: the setting that names it. */
export const ServerReport = z.object({
  endpoint: z.string(),
  server: Profile.shape.server,
  version: z.string().nullable(),
  models: z.array(z.string()),
  loaded: z.array(z.string()).nullable(),
  named: z.string().nullable(),
});
export type ServerReport = z.infer<typeof ServerReport>;

/** Speeds in tokens a second. `branch`: see `model/measure.ts`. */
export const MeasureReport = z.object({
  read: z.number().nullable(),
  write: z.number().nullable(),
  branch: z.object({ shared: z.int(), reused: z.int() }).nullable(),
  branching: z.boolean().nullable(),
  slow: z.boolean(),
});

export const DoctorReport = z.object({
  v: z.literal(REPORT_VERSION),
  /** Of SmallCode. */
  version: z.string(),
  servers: z.array(ServerReport),
  /** The model that a task would be given to; null where there is none. `engine`: in the embedded engine. */
  chosen: z.object({ endpoint: z.string(), engine: z.boolean(), profile: Profile }).nullable(),
  measures: MeasureReport.nullable(),
  problems: z.array(Problem),
  exit: z.int(),
});
export type DoctorReport = z.infer<typeof DoctorReport>;
