/** llama.cpp's server, and those that are built on it: `/props` tells of the model, `/apply-template` renders messages. */
import { readRenderings, readTemplate, TRIALS } from "../template.ts";
import { type Ask, type Facts, flag, positive, type Reader, record, text, UNTOLD } from "./facts.ts";

/** Where one server holds several models, each is asked for by its name, and none is loaded for the question. */
const pathFor = (model: string | null): string =>
  model === null ? "/props" : `/props?model=${encodeURIComponent(model)}&autoload=false`;

/**
 * The window is that of one slot (`n_ctx` of a slot, whatever `--ctx-size` was divided into); the training size in `/v1/models`
 * is another thing. It makes as many replies from one reading as it has slots (`n_cmpl`; an older one makes one).
 */
function factsOf(answer: unknown): Facts {
  const props = record(answer);
  const window = positive(record(props.default_generation_settings).n_ctx);
  const template = text(props.chat_template);
  const slots = positive(props.total_slots);
  const caps = record(props.chat_template_caps);
  const read = template === null || template === "" ? UNTOLD : readTemplate(template);
  return {
    ...UNTOLD,
    window,
    loaded: window,
    slots,
    fan: slots ?? 1,
    template,
    eos: text(props.eos_token),
    roles: { ...read.roles, system: flag(caps.supports_system_role) ?? read.roles.system },
    thinking: read.thinking,
    usage: true,
    tokenizer: true,
    schema: true,
    tools: flag(caps.supports_tools) ?? read.tools,
    completion: true,
  };
}

/** `several`: the server lists more than one model. */
export function llamaReader(ask: Ask, several: boolean): Reader {
  const render = async (body: object): Promise<string | null> =>
    text(record(await ask("/apply-template", body)).prompt);
  return {
    version: async () => text(record(await ask("/props")).build_info),
    loaded: async () => null,
    facts: async ({ id }) => factsOf(await ask(pathFor(several ? id : null))),
    tried: async ({ id }, facts) => {
      const model = several ? { model: id } : {};
      const [system, twice, tools] = await Promise.all(
        [TRIALS.system, TRIALS.twice, TRIALS.tools].map((one) => render({ ...model, ...one })),
      );
      const all = { system: system ?? null, twice: twice ?? null, tools: tools ?? null };
      return Object.values(all).every((one) => one === null) ? null : readRenderings(all, facts);
    },
  };
}
