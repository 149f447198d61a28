/**
 * The program: argv -> settings -> the parts of a turn -> its exit code. The only file that exits. What every start pays
 * for is imported above; everything else only where it is needed: even the process's streams or node:fs cost more than
 * the rest of a short start, so that its few lines go through the console.
 */
import { version } from "../package.json";
import { parseArgs } from "./cli/args.ts";

type Parsed = ReturnType<typeof parseArgs>;

/** The one argument of a process that this program starts to read files for its index: nothing for people to know. */
const WORKER = "--index-worker";

/** The command that starts such a process. The compiled program's own files lie in a folder that exists only inside it. */
function workerCommand(): string[] {
  const compiled = /^(\/\$bunfs\/|B:[\\/]~BUN)/.test(Bun.main);
  return [process.execPath, ...(compiled ? [] : [Bun.main]), WORKER];
}

async function run(parsed: Parsed): Promise<number> {
  switch (parsed.command) {
    case "version":
      console.log(`smallcode ${version}`);
      return 0;
    case "help": {
      const { helpOn } = await import("./cli/help.ts");
      const { found, text } = helpOn(parsed.words);
      console[found ? "log" : "error"](text.trimEnd());
      return found ? 0 : 2;
    }
    case "usage":
      console.error(`smallcode: ${parsed.message}`);
      return 2;
    case "undo":
    case "redo":
    case "config": {
      const { runCommand } = await import("./cli/command.ts");
      return runCommand(parsed);
    }
    case "stats": {
      const { runStats } = await import("./cli/stats.ts");
      return runStats(parsed);
    }
    case "doctor": {
      const { runDoctor } = await import("./cli/doctor.ts");
      return runDoctor(parsed, version);
    }
    case "repl": {
      const { runRepl } = await import("./cli/repl/repl.ts");
      return runRepl(parsed, { version, worker: workerCommand() });
    }
    case "index": {
      const { runIndex } = await import("./cli/index-command.ts");
      return runIndex(parsed, workerCommand());
    }
    case "engine": {
      const { runEngineCommand } = await import("./cli/engine.ts");
      return runEngineCommand(parsed);
    }
    case "graph": {
      const { runGraph } = await import("./cli/graph.ts");
      return runGraph(parsed, workerCommand());
    }
    case "task": {
      const { runTask } = await import("./cli/one-shot.ts");
      return runTask(parsed, { version, worker: workerCommand() });
    }
  }
}

/**
 * The process ends here. What was written to the streams gets out first, but for streams that were never used. They are ended, since
 * an empty write is reported as done while what was written before it still waits for a slow reader.
 */
function end(code: number, streams: boolean): void {
  if (!streams) process.exit(code);
  process.stderr.end(() => process.stdout.end(() => process.exit(code)));
}

try {
  if (process.argv[2] === WORKER) {
    const { runWorker } = await import("./graph/update/worker.ts");
    await runWorker();
    process.exit(0);
  }
  const parsed = parseArgs(process.argv.slice(2));
  end(await run(parsed), !["version", "help", "usage"].includes(parsed.command));
} catch (error) {
  console.error(
    `smallcode: this is a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  end(1, true);
}
