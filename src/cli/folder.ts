/** The folder that a command is about. */
import type { Settings } from "../config.ts";
import { openWorkspace } from "../workspace/workspace.ts";
import { readable } from "./permissions.ts";

/** Opened for reading alone: what the settings let be read, with nobody asked. */
export function openToRead(settings: Settings): ReturnType<typeof openWorkspace> {
  const { root, ignore } = settings.workspace;
  return openWorkspace(root, { ignore, allowWrite: () => false, allowRead: readable(settings) });
}
