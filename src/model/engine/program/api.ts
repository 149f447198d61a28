/** What may be asked of the engine, and how it is refused. */
import { z } from "zod";

export const Body = z.object({
  max_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).nullish(),
  top_k: z.int().nullish(),
  top_p: z.number().nullish(),
  min_p: z.number().nullish(),
  seed: z.int().nonnegative().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  n: z.int().min(1).max(32).nullish(),
  grammar: z.string().nullish(),
  logprobs: z.int().min(0).max(64).nullish(),
  response_format: z
    .object({ json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }).nullish() })
    .nullish(),
});
export const Completion = Body.extend({ prompt: z.string() });
export const Chat = Body.extend({
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
});
export const Tokenize = z.object({ content: z.string(), add_special: z.boolean().nullish() });
export type Body = z.infer<typeof Body>;

/** A request that cannot be served, with the status that says so. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The answer that an exception stands for. */
export function failed(error: unknown): Response {
  if (error instanceof z.ZodError) return failed(new Refusal(400, z.prettifyError(error)));
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Refusal ? error.status : 500;
  return Response.json({ error: { code, message } }, { status: code });
}
