/**
 * Ways to keep a check inside its workspace: the command line that starts it, the strongest way first. Linux namespaces
 * through `unshare`, else through `bwrap`; where neither is permitted the check runs with limits alone. A way that turns
 * out not to work on this machine is noticed before the check's command starts and is not tried again.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  canLayer,
  type FstabOptions,
  fstab,
  LAYER_NAME,
  type Places,
  parseMountInfo,
} from "./confine-mounts.ts";

export interface Confinement {
  kind: "namespaces" | "none";
  /** Names this way for the memory of what does not work here. */
  name: string;
  /** The check writes to the places' layer instead of into the root. */
  layered: boolean;
  /** Wraps `sh -c script sh command...` */
  wrap(script: string, command: string[]): string[];
  /** What TMPDIR is called inside. */
  temporary: string;
}

export interface ConfineOptions {
  places: Places;
  network: boolean;
  /** A folder of the run for files that the set-up reads; not seen by the check as writable. */
  folder: string;
}

const refused = new Set<string>();

/** Remembers that a way does not work here, for the rest of this process. */
export function refuse(way: Confinement): void {
  refused.add(way.name);
}

export const isRefused = (way: Confinement): boolean => refused.has(way.name);

/** The ways to try, best first; the last one always starts. */
export function confinements(options: ConfineOptions): Confinement[] {
  const ways = process.platform === "linux" ? [...unshared(options), ...bubblewrapped(options)] : [];
  return [...ways, bare(options)].filter((way) => !isRefused(way));
}

/** Quotes for sh. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/run/current-system/sw/bin"];
function program(name: string): string | null {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Dies with this process, even if this process is killed; where `setpriv` is missing that is left to the sweep. */
function mortal(argv: string[]): string[] {
  const setpriv = process.platform === "linux" ? program("setpriv") : null;
  return setpriv === null ? argv : [setpriv, "--pdeathsig", "KILL", ...argv];
}

function bare({ places }: ConfineOptions): Confinement {
  const wrap = (script: string, command: string[]) => mortal(["/bin/sh", "-c", script, "sh", ...command]);
  return { kind: "none", name: "none", layered: false, wrap, temporary: places.temporary };
}

/** Brings the loopback interface of a new network namespace up with whatever is there. */
const LOOPBACK = [
  "ip link set lo up",
  "ifconfig lo up",
  `perl -e 'socket(S,2,2,0);ioctl(S,0x8914,pack("a16s","lo",0x49)) or exit 1'`,
  `python3 -c 'import socket,fcntl,struct;fcntl.ioctl(socket.socket(2,2),0x8914,struct.pack("16sh14x",b"lo",0x49))'`,
  ":",
]
  .map((line) => `${line} 2>/dev/null`)
  .join(" || ");

/** Capabilities with which root could leave the confinement. */
const DROPPED = [
  "sys_admin",
  "sys_module",
  "sys_rawio",
  "sys_boot",
  "sys_time",
  "mknod",
  "net_admin",
  "linux_immutable",
  "dac_read_search",
];

/**
 * As root and as an ordinary user; each first with a layer over the root, where there is one, and with the toolchains' caches
 * writable through overlays, then without.
 */
function unshared(options: ConfineOptions): Confinement[] {
  const unshare = program("unshare");
  const mount = program("mount");
  if (unshare === null || mount === null) return [];
  const { root } = options.places;
  const views = viewsOf(options.places);
  const users = process.getuid?.() === 0 ? [false, true] : [true];
  return users.flatMap((user) =>
    views.map(({ layered, overlays }) => ({
      kind: "namespaces" as const,
      name: `unshare${user ? " user" : ""}${layered ? ` layer ${root}` : ""}${overlays ? ` overlays ${root}` : ""}`,
      layered,
      temporary: options.places.coverTmp ? "/tmp" : options.places.temporary,
      wrap: (script: string, command: string[]) => {
        const table = join(options.folder, "fstab");
        writeFileSync(table, tableFor(options.places, { user, layered, overlays }));
        return mortal([
          ...[unshare, "--mount", "--pid", "--fork", "--kill-child", "--ipc", "--mount-proc"],
          ...(options.network ? [] : ["--net"]),
          ...(user ? ["--user", "--map-root-user"] : []),
          ...[
            "--",
            "/bin/sh",
            "-c",
            setUp({ mount, table, unshare, user, layered, network: options.network, script }),
          ],
          ...["sh", ...command],
        ]);
      },
    })),
  );
}

/** What a check may see of the disk, the strongest first. */
function viewsOf(places: Places): { layered: boolean; overlays: boolean }[] {
  const layers = canLayer(places, readMounts()) ? [true, false] : [false];
  return layers.flatMap((layered) => [true, false].map((overlays) => ({ layered, overlays })));
}

const readMounts = () => parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8"));

function tableFor(places: Places, view: Pick<FstabOptions, "user" | "layered" | "overlays">): string {
  return fstab(places, { mounts: readMounts(), exists: existsSync, ...view });
}

/** Process 1 of the namespace: mounts, gives up its power, starts the check, reaps orphans, and takes all of them along when the check ends. */
function setUp(o: {
  mount: string;
  table: string;
  unshare: string;
  user: boolean;
  layered: boolean;
  network: boolean;
  script: string;
}): string {
  const setpriv = program("setpriv");
  const ids = `--map-user=${process.getuid?.() ?? 0} --map-group=${process.getgid?.() ?? 0}`;
  const weaker = o.user
    ? `${o.unshare} --user ${ids} --`
    : setpriv === null
      ? ""
      : `${setpriv} --no-new-privs --bounding-set=${DROPPED.map((name) => `-${name}`).join(",")}`;
  return [
    "exec 2>&1",
    `${o.mount} -n -a -T ${quote(o.table)} || exit 125`,
    `while read -r _ _ _ _ point flags rest; do case $point in /) top=$flags;; esac; case $rest in *" ${LAYER_NAME} "*) over=1;; esac; done </proc/self/mountinfo`,
    ...(o.layered ? ['[ "$over" = 1 ] || exit 125'] : []),
    `case $top in ro*) ;; *) ${o.mount} -n -o remount,bind,ro / || exit 125;; esac`,
    ...(o.network ? [] : [`{ ${LOOPBACK}; }`]),
    `${weaker} /bin/sh -c ${quote(o.script)} sh "$@"`,
    "exit $?",
  ].join("\n");
}

function bubblewrapped({ places, network }: ConfineOptions): Confinement[] {
  const bwrap = program("bwrap");
  if (bwrap === null) return [];
  const bind = (path: string, at = path) => ["--bind", path, at];
  const guarded = [...[".git", ".smallcode"].map((name) => join(places.root, name)), ...places.sealed].filter(
    (path) => existsSync(path),
  );
  const wrap = (script: string, command: string[]) => [
    ...[bwrap, "--die-with-parent", "--unshare-pid", "--unshare-ipc", ...(network ? [] : ["--unshare-net"])],
    ...["--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
    ...[places.root, places.temporary, ...places.writable].flatMap((path) => bind(path)),
    ...guarded.flatMap((path) => ["--ro-bind", path, path]),
    ...bind(places.cache),
    ...(places.coverTmp ? bind(places.temporary, "/tmp") : []),
    ...["--", "/bin/sh", "-c", script, "sh", ...command],
  ];
  return [
    {
      kind: "namespaces",
      name: "bwrap",
      layered: false,
      wrap,
      temporary: places.coverTmp ? "/tmp" : places.temporary,
    },
  ];
}
