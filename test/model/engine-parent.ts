/** A process that starts the engine and says on stdout when it is where the test wants to end it: `FILE FOLDER STAGE`. */
import { connect } from "../../src/model/client.ts";
import { startEngine } from "../../src/model/engine/start.ts";

const [file = "", folder = "", stage = ""] = process.argv.slice(2);
const say = (word: string): void => {
  process.stdout.write(`${word}\n`);
};
const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };
if (stage === "loading") setTimeout(() => say("now"), 250);
const started = await startEngine({ file, folder, window: null, env, signal: new AbortController().signal });
if (!started.ok) throw new Error(started.reason);
// What this process starts later must not keep the engine alive by holding the other end of its pipe.
Bun.spawn(["sleep", "20"], { stdio: ["ignore", "ignore", "ignore"] });
const { endpoint, key } = started.engine;
const connected = await connect({ endpoint, key, model: null, rung: null, window: null, silenceMs: 60_000 });
if (!connected.ok) throw new Error(connected.reason);
if (stage === "idle") say("now");
else {
  if (stage === "prefilling") setTimeout(() => say("now"), 400);
  const prompt = stage === "prefilling" ? "one two three ".repeat(1500) : "Once upon a time";
  const onText = (): void => {
    if (stage === "decoding") say("now");
  };
  await connected.model.complete(prompt, { maxTokens: 4000, temperature: 1, onText });
}
await new Promise(() => setTimeout(() => undefined, 60_000));
