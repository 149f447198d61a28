/** Paths of a project as text: relative to its root, "/" between the parts, "" for the root itself. Nothing here looks at a disk. */

/** The folder of a path, "" for the root. */
export const folderOf = (path: string): string =>
  path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The name without what stands behind its first "." (a leading one is part of the name). */
export function stemOf(path: string): string {
  const name = nameOf(path);
  const dot = name.indexOf(".", 1);
  return dot < 0 ? name : name.slice(0, dot);
}

/** A folder and those around it, innermost first. */
export function outward(folder: string): string[] {
  const found = [folder];
  for (let at = folder; at !== ""; found.push(at)) at = folderOf(at);
  return found;
}

/** A path below a folder. */
export const below = (folder: string, name: string): string =>
  folder === "" ? name : name === "" ? folder : `${folder}/${name}`;

/** `path` as seen from `folder`, with "." and ".." taken out; null where it leaves the project. */
export function join(folder: string, path: string): string | null {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join("/");
}

/** How many folders two paths have in common from the root. */
export function shared(one: string, other: string): number {
  const [a, b] = [one.split("/"), other.split("/")];
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}
