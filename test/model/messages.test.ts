/** Messages in the roles that a template takes: nothing is lost, and what has grown still begins with what it was. */
import { describe, expect, test } from "bun:test";
import type { ChatMessage } from "../../src/model/model.ts";
import { ollamaMessages, openaiMessages, shapeMessages } from "../../src/model/wire/messages.ts";

const system = (content: string): ChatMessage => ({ role: "system", content });
const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const calling: ChatMessage = {
  role: "assistant",
  content: "",
  calls: [
    { id: "", name: "look", arguments: '{"path": "a"}' },
    { id: "", name: "edit", arguments: '{"path": ' },
  ],
};
const answer = (content: string): ChatMessage => ({ role: "tool", content });
const ANY = { system: true, alternate: false };

describe("roles", () => {
  const cases: [string, { system: boolean; alternate: boolean }, ChatMessage[], ChatMessage[]][] = [
    ["all known: as they are", ANY, [system("s"), user("a"), user("b")], [system("s"), user("a"), user("b")]],
    [
      "no system: at the front of the first user's",
      { system: false, alternate: false },
      [system("s"), user("a"), assistant("b")],
      [user("s\n\na"), assistant("b")],
    ],
    ["no system, and nobody to carry it", { system: false, alternate: true }, [system("s")], [user("s")]],
    [
      "no system, an assistant next",
      { system: false, alternate: true },
      [system("s"), assistant("b")],
      [user("s"), assistant("b")],
    ],
    [
      "neighbours of one role",
      { system: true, alternate: true },
      [system("s"), user("a"), user("b"), assistant("c"), assistant("d"), user("e")],
      [system("s"), user("a\n\nb"), assistant("c\n\nd"), user("e")],
    ],
    [
      "both",
      { system: false, alternate: true },
      [system("s"), system("t"), user("a"), user("b")],
      [user("s\n\nt\n\na\n\nb")],
    ],
    [
      "calls and answers are not joined",
      { system: true, alternate: true },
      [user("a"), calling, answer("1"), answer("2"), user("b")],
      [user("a"), calling, answer("1"), answer("2"), user("b")],
    ],
  ];
  for (const [name, roles, given, shaped] of cases)
    test(name, () => expect(shapeMessages(given, roles)).toEqual(shaped));

  test("whatever the roles, a longer conversation begins with the bytes of the shorter one", () => {
    const talk = [
      system("s"),
      user("a"),
      user("b"),
      calling,
      answer("1"),
      answer("2"),
      user("c"),
      assistant("d"),
      assistant("e"),
      user("f"),
    ];
    for (const roles of [true, false].flatMap((a) =>
      [true, false].map((b) => ({ system: a, alternate: b })),
    )) {
      for (const form of [openaiMessages, ollamaMessages]) {
        const text = (n: number): string => JSON.stringify(form(shapeMessages(talk.slice(0, n), roles)));
        // Only what closes the text, the message and the list is behind the shared beginning.
        for (let n = 1; n < talk.length; n += 1)
          expect(text(n + 1).startsWith(text(n).replace(/"?\}?\]$/, ""))).toBe(true);
      }
    }
  });
});

describe("calls", () => {
  test("each has an id, and its answer the same one; what is no object is wrapped in one", () => {
    const [, said, first, second] = openaiMessages([user("a"), calling, answer("1"), answer("2")]) as [
      unknown,
      { tool_calls: { id: string; function: { arguments: string } }[] },
      { tool_call_id: string },
      { tool_call_id: string },
    ];
    const ids = said.tool_calls.map(({ id }) => id);
    expect([first.tool_call_id, second.tool_call_id]).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{9}$/);
    expect(said.tool_calls.map((call) => call.function.arguments)).toEqual([
      '{"path": "a"}',
      '{"unreadable":"{\\"path\\": "}',
    ]);
  });

  test("answers find their call by id, in any order", () => {
    const calls = [
      { id: "x1", name: "look", arguments: "{}" },
      { id: "x2", name: "edit", arguments: "{}" },
    ];
    const talk: ChatMessage[] = [
      { role: "assistant", content: "", calls },
      { role: "tool", content: "2", answers: "x2" },
      { role: "tool", content: "1", answers: "x1" },
    ];
    expect(ollamaMessages(talk).slice(1)).toEqual([
      { role: "tool", content: "2", tool_name: "edit", tool_call_id: "x2" },
      { role: "tool", content: "1", tool_name: "look", tool_call_id: "x1" },
    ]);
  });
});
