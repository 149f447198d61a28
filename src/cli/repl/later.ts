/** Lines that must not get between the keys of somebody who types: they wait until nobody does. */
import { sanitize } from "../sanitize.ts";

export class Later {
  private lines: string[] = [];

  add = (text: string | null): void => {
    if (text !== null) this.lines.push(sanitize(text));
  };

  /** Says what has come up since the last time. */
  flush(say: (text: string) => void): void {
    for (const line of this.lines.splice(0)) say(line);
  }
}
