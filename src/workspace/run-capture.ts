/** The output of a run: kept whole in memory up to a limit, and written to a file as it comes. What a confinement's set-up says before the command begins is kept apart. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export class Capture {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private before = Buffer.alloc(0);
  private file: number | null;
  /** The command was reached. */
  ready = false;

  /** The command's output begins after the line `sign`. Beyond `limit` bytes nothing is kept. Throws when the file cannot be made. */
  constructor(
    private readonly sign: string,
    outputFile: string,
    private readonly limit: number,
  ) {
    mkdirSync(dirname(outputFile), { recursive: true });
    this.file = openSync(outputFile, "w");
  }

  /** Takes bytes as they come; says which limit they broke, if any. */
  add(bytes: Buffer): "output" | "disk" | null {
    if (this.ready) return this.keep(bytes);
    this.before = Buffer.concat([this.before, bytes]);
    const line = `${this.sign}\n`;
    const at = this.before.indexOf(line);
    if (at < 0) return this.before.length > this.limit ? "output" : null;
    this.ready = true;
    return this.keep(this.before.subarray(at + line.length));
  }

  private keep(bytes: Buffer): "output" | "disk" | null {
    const kept = bytes.subarray(0, this.limit - this.bytes);
    this.chunks.push(kept);
    this.bytes += kept.length;
    const written = this.write(kept);
    if (kept.length < bytes.length) return "output";
    return written ? null : "disk";
  }

  /** False once the disk is full; memory still has all of it. */
  private write(bytes: Buffer): boolean {
    if (this.file === null) return true;
    try {
      writeSync(this.file, bytes);
      return true;
    } catch {
      closeSync(this.file);
      this.file = null;
      return false;
    }
  }

  /** The text of the command, or of the set-up where the command was not reached. */
  close(): string {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    return (this.ready ? Buffer.concat(this.chunks) : this.before).toString("utf8");
  }
}
