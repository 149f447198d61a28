/** Two names that change places at once. Unlike a rename it lets nothing go unseen: what was there is under the other name. */
import { dlopen, FFIType } from "bun:ffi";

/** False where the system or the file system cannot, or one of the two is not there; nothing has changed then. */
export function swap(one: string, other: string): boolean {
  exchange ??= load();
  return exchange(Buffer.from(`${one}\0`), Buffer.from(`${other}\0`));
}

type Exchange = (one: Buffer, other: Buffer) => boolean;
let exchange: Exchange | null = null;

/** AT_FDCWD and RENAME_EXCHANGE of renameat2(2); RENAME_SWAP of renamex_np(2). */
const HERE = -100;
const EXCHANGE = 2;

function load(): Exchange {
  const { cstring, i32, u32 } = FFIType;
  try {
    if (process.platform === "darwin") {
      const args = [cstring, cstring, u32];
      const { symbols } = dlopen("libSystem.dylib", { renamex_np: { args, returns: i32 } });
      return (one, other) => symbols.renamex_np(one, other, EXCHANGE) === 0;
    }
    if (process.platform === "linux") {
      const args = [i32, cstring, i32, cstring, u32];
      const { symbols } = dlopen("libc.so.6", { renameat2: { args, returns: i32 } });
      return (one, other) => symbols.renameat2(HERE, one, HERE, other, EXCHANGE) === 0;
    }
  } catch (error) {
    // Another C library, or one that is older than the call.
    if (!(error instanceof Error)) throw error;
  }
  return () => false;
}
