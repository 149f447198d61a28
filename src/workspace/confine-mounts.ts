/**
 * What a confined check sees of the disk: everything read-only but the workspace (`.git` and `.smallcode` in it stay
 * read-only), a private temporary folder, and a `/dev` with nothing but the harmless devices. Written as one fstab, so that
 * a single `mount` process builds it. Pure but for `prepareDevices`, which lays out the folder that becomes `/dev`.
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Absolute paths without symlinks. */
export interface Places {
  root: string;
  /** Files inside the root that stay as they are, absolute. */
  sealed: string[];
  /** Becomes TMPDIR, and `/tmp` as well where `coverTmp`. */
  temporary: string;
  coverTmp: boolean;
  /** The one writable folder below `.smallcode`; what toolchains cache is kept in it from run to run. */
  cache: string;
  /** A folder laid out by `prepareDevices`. */
  devices: string;
  home: string | null;
  /** Further writable folders. */
  writable: string[];
  /**
   * The overlay that takes what is written to the root: its folders, in `folder` below `.smallcode`. `stage` and `cover` are empty
   * folders of the run.
   */
  layer: { folder: string; upper: string; work: string; stage: string; cover: string } | null;
}

export interface MountPoint {
  path: string;
  /** The flags of the mount point itself: `rw,nosuid,relatime`. */
  flags: string[];
  type: string;
}

const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"];
/** Folders below $HOME that toolchains write to even when everything they need is there. */
const CACHES = [".cache", ".npm", ".m2", ".gradle", ".cargo", ".nuget", ".dotnet", ".ivy2", ".sbt"];
/** Flags that a remount has to repeat, since the kernel does not let them be dropped. */
const KEPT_FLAGS = new Set(["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime", "nosymfollow"]);
/** Sockets of services that would act outside the confinement on a check's behalf. */
const SERVICES = ["/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"];

/** Reads the text of `/proc/self/mountinfo`. Lines it does not understand are left out. */
export function parseMountInfo(text: string): MountPoint[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(" ");
    const [path, flags] = [fields[4], fields[5]];
    const type = fields[fields.indexOf("-") + 1];
    if (path === undefined || flags === undefined || type === undefined) return [];
    const plain = path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return [{ path: plain, flags: flags.split(","), type }];
  });
}

/** The folders of `cachesOf` that the overlays of these places need below `cache`: two for each. */
export function overlayFolders(places: Places, exists: (path: string) => boolean): string[] {
  return cachesOf(places, exists).flatMap(({ upper, work }) => [upper, work]);
}

function cachesOf(places: Places, exists: (path: string) => boolean) {
  const home = places.home;
  if (home === null) return [];
  return CACHES.map((name) => ({
    lower: join(home, name),
    upper: join(places.cache, "home", name, "upper"),
    work: join(places.cache, "home", name, "work"),
  })).filter(
    ({ lower }) =>
      exists(lower) &&
      ![places.root, places.temporary, places.cache].some(
        (path) => inside(path, lower) || inside(lower, path),
      ),
  );
}

const inside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);

/** One line of an fstab; spaces and the like in paths are escaped as fstab(5) says. */
function entry(source: string, target: string, type: string, options: string): string {
  const escaped = (text: string) =>
    text.replace(/[\\ \t\n#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `${escaped(source)} ${escaped(target)} ${type} ${escaped(options)} 0 0`;
}

const bind = (source: string, target: string): string => entry(source, target, "none", "rbind");

function readOnly(path: string, flags: string[]): string {
  // mount(8) --all passes over an entry for "/" as mounted already; "/." is the same place.
  const target = path === "/" ? "/." : path;
  return entry(
    "none",
    target,
    "none",
    ["remount", "bind", "ro", ...flags.filter((f) => KEPT_FLAGS.has(f))].join(","),
  );
}

export interface FstabOptions {
  mounts: MountPoint[];
  exists: (path: string) => boolean;
  /** Inside a user namespace of an ordinary user. */
  user: boolean;
  /** The root through the layer. */
  layered: boolean;
  /** Caches of $HOME writable through overlays, kept in `cache`. */
  overlays: boolean;
}

/** Whether the layer can lie over the root: an overlay does not show what is mounted inside it, and its options have no place for some names. */
export function canLayer({ root, layer }: Places, mounts: MountPoint[]): boolean {
  const nested = mounts.some(({ path }) => path !== root && inside(path, root));
  return layer !== null && !nested && !/[,:\\"]/.test(root);
}

/** What the layer over the root is called among the mounts. */
export const LAYER_NAME = "smallcode-layer";

/**
 * The layer over the root; the cache is taken along from the tree itself. Nothing in the upper folder refers to a place in the
 * lower one (no redirects), so that it can be read by itself.
 */
function layerOver({ root, layer, cache }: Places, user: boolean): string[] {
  if (layer === null) return [];
  const { upper, work, stage } = layer;
  const plain = user ? "userxattr" : "redirect_dir=off,metacopy=off";
  const options = `${plain},index=off,lowerdir=${root},upperdir=${upper},workdir=${work}`;
  const over = entry(LAYER_NAME, root, "overlay", options);
  return inside(cache, root) ? [bind(cache, stage), over, bind(stage, cache)] : [over];
}

/** The layer's own folders cannot be read through it: an empty one stands in their place. */
function coverOver({ layer }: Places, flags: string[]): string[] {
  return layer === null ? [] : [bind(layer.cover, layer.folder), readOnly(layer.folder, flags)];
}

/** The whole view as an fstab for `mount --all`, in order. */
export function fstab(places: Places, { mounts, exists, user, layered, overlays }: FstabOptions): string {
  const state = join(places.root, ".smallcode");
  const guarded = [join(places.root, ".git"), state, ...places.sealed].filter(exists);
  const writable = [places.root, places.temporary, ...places.writable];
  const flagsAt = (path: string): string[] =>
    mounts.findLast((mount) => inside(path, mount.path))?.flags ?? ["relatime"];
  const frozen = mounts.filter(
    ({ path, flags, type }) =>
      !flags.includes("ro") &&
      type !== "autofs" &&
      !inside(path, "/proc") &&
      !inside(path, "/dev") &&
      !(writable.some((folder) => inside(path, folder)) && !guarded.some((folder) => inside(path, folder))) &&
      exists(path),
  );
  const seen = new Set<string>();
  return [
    ...(layered ? layerOver(places, user) : []),
    ...writable.map((path) => bind(path, path)),
    bind(places.cache, places.cache),
    ...guarded.map((path) => bind(path, path)),
    ...frozen.filter(({ path }) => !seen.has(path) && seen.add(path)).map((m) => readOnly(m.path, m.flags)),
    ...guarded.map((path) => readOnly(path, flagsAt(path))),
    ...(layered ? coverOver(places, flagsAt(places.temporary)) : []),
    ...(overlays ? cachesOf(places, exists) : []).map(({ lower, upper, work }) =>
      entry(
        "overlay",
        lower,
        "overlay",
        `${user ? "userxattr," : ""}lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      ),
    ),
    ...SERVICES.filter(exists).map((path) => bind("/dev/null", path)),
    ...(user
      ? []
      : [
          bind("/proc/sys", "/proc/sys"),
          readOnly("/proc/sys", ["nosuid", "nodev", "noexec", "relatime"]),
          ...["/proc/sysrq-trigger"].filter(exists).map((path) => bind("/dev/null", path)),
        ]),
    ...DEVICES.filter((name) => exists(`/dev/${name}`)).map((name) =>
      bind(`/dev/${name}`, join(places.devices, name)),
    ),
    entry("devpts", join(places.devices, "pts"), "devpts", "newinstance,ptmxmode=0666,mode=620"),
    entry("shm", join(places.devices, "shm"), "tmpfs", "mode=1777,nosuid,nodev,size=1g"),
    bind(places.devices, "/dev"),
    ...(places.coverTmp ? [bind(places.temporary, "/tmp")] : []),
    "",
  ].join("\n");
}

/** Lays out the folder that becomes `/dev`: empty files to mount the devices on, and the usual links. */
export function prepareDevices(folder: string): void {
  for (const name of ["", "pts", "shm"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of DEVICES) writeFileSync(join(folder, name), "");
  const links = { fd: "/proc/self/fd", stdin: "fd/0", stdout: "fd/1", stderr: "fd/2", ptmx: "pts/ptmx" };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
}
