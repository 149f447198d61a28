/** Runs bad checks in the folder given, with every confinement taken to be unavailable; prints what came of them as JSON. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { confinements, refuse } from "../../src/workspace/confine.ts";
import { childEnvironment, run, shellCommand } from "../../src/workspace/run.ts";
import { alive, DAEMON } from "./alive.ts";

const root = process.argv[2] ?? "";
const places = {
  root,
  temporary: root,
  coverTmp: false,
  cache: root,
  devices: root,
  home: null,
  writable: [],
  sealed: [],
  layer: null,
};
for (const way of confinements({ places, network: false, folder: root }))
  if (way.kind === "namespaces") refuse(way);

const mark = `${32_000_000 + process.pid}`;
const sh = (line: string, timeoutMs: number) =>
  run(shellCommand(line), {
    cwd: root,
    root,
    timeoutMs,
    env: childEnvironment(process.env),
    outputFile: join(root, ".smallcode", "unconfined.txt"),
    limits: { processes: 60 },
  });

writeFileSync(join(root, "daemon.py"), DAEMON);
const daemon = await sh(
  `if command -v python3 >/dev/null; then python3 daemon.py ${mark}; else sleep ${mark} & fi; sleep 0.3`,
  20_000,
);
const bomb = await sh(
  `s=$(command -v setsid); i=0; while [ $i -lt 150 ]; do $s sleep ${mark} & i=$((i+1)); done; wait`,
  20_000,
);
const hang = await sh(`sleep ${mark}`, 200);
console.log(
  JSON.stringify({
    confinement: [daemon, bomb, hang].map(({ confinement }) => confinement),
    daemon: daemon.end,
    bomb: bomb.end,
    hang: hang.end,
    alive: alive(mark).filter((one) => Number.parseInt(one, 10) !== process.ppid),
  }),
);
