/**
 * What every server's part of the handshake has in common: how it is asked, what it gives, and reading fields of answers that
 * may hold anything.
 */
import { type Profile, type Traits, UNKNOWN_PROFILE } from "../profile.ts";
import type { ModelEntry } from "../servers.ts";

/** Asks one of the server's own paths (beside `/v1`); null where it does not answer with JSON in time. A GET is sent once. */
export type Ask = (path: string, post?: object) => Promise<unknown>;

/** What one server tells of one model without any work of the model. */
export interface Facts
  extends Pick<Profile, "window" | "loaded" | "most" | "slots" | "fan" | "template">,
    Traits {
  /** The token that ends a reply, as text. */
  eos: string | null;
}

/** A server, asked for what it tells. */
export interface Reader {
  /** null where it does not tell. */
  version(): Promise<string | null>;
  /** The models that it holds in memory; null: all that it lists. */
  loaded(): Promise<string[] | null>;
  facts(model: ModelEntry): Promise<Facts>;
  /** What has to be tried, once per profile; null where the trial came to nothing and should be made again. */
  tried(model: ModelEntry, facts: Facts): Promise<Partial<Traits> | null>;
}

const { server, version, model, rungs, ...told } = UNKNOWN_PROFILE;

/** Of a server that tells nothing. */
export const UNTOLD: Facts = { ...told, eos: null };

export const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
export const rows = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.map(record) : [];
export const positive = (value: unknown): number | null =>
  typeof value === "number" && value >= 1 ? Math.floor(value) : null;
export const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
export const flag = (value: unknown): boolean | null => (typeof value === "boolean" ? value : null);
/** null where it is no list. */
export const words = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
