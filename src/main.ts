/**
 * The program: argv -> settings -> the parts of a turn -> its exit code. The only file that exits. What every start pays
 * for is imported above; everything else only where it is needed.
 */
import { version } from "../package.json";
import { parseArgs } from "./cli/args.ts";

type Parsed = ReturnType<typeof parseArgs>;

async function run(parsed: Parsed): Promise<number> {
  switch (parsed.command) {
    case "version":
      process.stdout.write(`smallcode ${version}\n`);
      return 0;
    case "help": {
      const { helpOn } = await import("./cli/help.ts");
      const { found, text } = helpOn(parsed.words);
      (found ? process.stdout : process.stderr).write(text.endsWith("\n") ? text : `${text}\n`);
      return found ? 0 : 2;
    }
    case "usage":
      process.stderr.write(`smallcode: ${parsed.message}\n`);
      return 2;
    case "undo":
    case "redo":
    case "config": {
      const { runCommand } = await import("./cli/command.ts");
      return runCommand(parsed);
    }
    case "engine": {
      const { runEngineCommand } = await import("./cli/engine.ts");
      return runEngineCommand(parsed);
    }
    case "task": {
      const { runTask } = await import("./cli/one-shot.ts");
      return runTask(parsed, version);
    }
  }
}

try {
  process.exitCode = await run(parseArgs(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(
    `smallcode: this is a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
process.stderr.write("", () => process.stdout.write("", () => process.exit()));
