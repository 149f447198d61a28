/** aider's repo map of a folder, by a process of its own Python; it counts tokens by our estimate, as the slice does. */
import { join } from "node:path";
import { estimateTokens } from "../../src/model/estimate.ts";

export interface MapRequest {
  root: string;
  files: string[];
  text: string;
  tokens: number;
}

export interface Mapper {
  map(request: MapRequest): Promise<string>;
  close(): void;
}

export function openAider(python: string): Mapper {
  const process = Bun.spawn([python, join(import.meta.dir, "aider_map.py")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const send = (value: unknown): void => {
    process.stdin.write(`${JSON.stringify(value)}\n`);
    process.stdin.flush();
  };
  const lines = linesOf(process.stdout);
  return {
    async map(request) {
      send(request);
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error("aider's process has ended.");
        if (!value.startsWith("{")) continue;
        const answer: { map?: string; count?: string } = JSON.parse(value);
        if (answer.count === undefined) return answer.map ?? "";
        send(estimateTokens(answer.count));
      }
    },
    close: () => process.kill(),
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  return undefined;
}
