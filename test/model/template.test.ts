/** Reading chat templates by their text, held against what rendering them gives. */
import { describe, expect, test } from "bun:test";
import { type FromTemplate, readRenderings, readTemplate } from "../../src/model/template.ts";

/** Templates in the manner of each family, cut down to what is read of them. */
const FAMILIES: [string, string, FromTemplate][] = [
  [
    "ChatML",
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>{% endfor %}",
    { roles: { system: true, alternate: false }, thinking: "never", tools: false },
  ],
  [
    "Gemma 2: no system",
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}{{ message['content'] }}{% endfor %}",
    { roles: { system: false, alternate: true }, thinking: "never", tools: false },
  ],
  [
    "Gemma 3: the system's message in the user's",
    "{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] %}{% endif %}{% for message in rest %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception(\"Conversation roles must alternate\") }}{% endif %}{% endfor %}",
    { roles: { system: true, alternate: true }, thinking: "never", tools: false },
  ],
  [
    "Mistral Nemo: an exception that names the system's message as allowed",
    "{% if messages[0]['role'] == 'system' %}{% endif %}{{ raise_exception('Only user and assistant roles are supported, with the exception of an initial optional system message!') }}{% if tools is not none %}[AVAILABLE_TOOLS]{% endif %}",
    { roles: { system: true, alternate: false }, thinking: "never", tools: true },
  ],
  [
    "Qwen 3: thoughts as one likes",
    "{% if tools %}<tools>{% endif %}{% for message in messages %}{{ message.role }}{% endfor %}{% if add_generation_prompt %}{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>{% endif %}{% endif %}",
    { roles: { system: true, alternate: false }, thinking: "optional", tools: true },
  ],
  [
    "DeepSeek R1: always thoughts",
    "{% for message in messages %}{{ message['role'] }}{{ message['content'].split('</think>')[-1] }}{% endfor %}{% if add_generation_prompt %}<|Assistant|><think>\\n{% endif %}",
    { roles: { system: true, alternate: false }, thinking: "always", tools: false },
  ],
  [
    "thoughts are only taken out of the history",
    "{% for message in messages %}{{ message['role'] }}{{ message['content'].split('</think>')[-1] }}{% endfor %}{% if add_generation_prompt %}<|Assistant|>{% endif %}",
    { roles: { system: true, alternate: false }, thinking: null, tools: false },
  ],
  [
    "Go",
    "{{- if .Tools }}{{ .Tools }}{{ end }}{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}{{ end }}{{ if .Think }}<think>{{ end }}",
    { roles: { system: true, alternate: false }, thinking: "optional", tools: true },
  ],
  [
    "Go without a place for the system's message",
    "{{ if .Prompt }}Q: {{ .Prompt }}{{ end }} A: {{ .Response }}",
    { roles: { system: false, alternate: false }, thinking: "never", tools: false },
  ],
];

test.each(FAMILIES)("%s", (_, template, expected) => expect(readTemplate(template)).toEqual(expected));

describe("renderings", () => {
  const all = { system: "zebra-one Hello.", twice: "Hello. Hello.", tools: 'Hello. {"name": "zebra_two"}' };
  const read = (
    of: Partial<Record<keyof typeof all, string | null>>,
    thinking: FromTemplate["thinking"] = "never",
  ) => readRenderings({ ...all, ...of }, { thinking });

  test("what they show and what is refused", () => {
    expect(read({})).toEqual({ roles: { system: true, alternate: false }, tools: true });
    expect(read({ system: null }).roles).toEqual({ system: false, alternate: false });
    expect(read({ system: "Hello." }).roles).toEqual({ system: false, alternate: false });
    expect(read({ twice: null }).roles).toEqual({ system: true, alternate: true });
    expect(read({ tools: "Hello." }).tools).toBe(false);
    expect(read({ tools: null }).tools).toBe(false);
  });

  test("thoughts that are begun are always there, unless they can be switched off", () => {
    const begun = { system: "zebra-one Hello.<|assistant|><think>\n" };
    expect(read(begun).thinking).toBe("always");
    expect(read(begun, null).thinking).toBe("always");
    expect(read(begun, "optional")).not.toHaveProperty("thinking");
    expect(read({ system: "zebra-one <think>a</think>" })).not.toHaveProperty("thinking");
  });
});
