/**
 * An open file that closes itself when nobody holds it any more.
 *
 * A reader may leave a stream half read, and never cancel it. The file handles of `node:fs/promises` make that an error
 * of the whole process once they are collected (Bun, newer Nodes), so this works on descriptors.
 *
 * @module
 */
import { close, closeSync, fdatasync, fstat, open, read, write } from "node:fs";
import { promisify } from "node:util";

const calls = {
  close: promisify(close),
  fdatasync: promisify(fdatasync),
  fstat: promisify(fstat),
  open: promisify(open),
  read: promisify(read),
  write: promisify(write),
};

const forgotten = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** An open file. */
export class OpenFile {
  readonly #descriptor: number;
  #open = true;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
    forgotten.register(this, descriptor, this);
  }

  /** Opens a file: `r` to read it, `wx` to make it. */
  static async open(path: string, flags: "r" | "wx"): Promise<OpenFile> {
    return new OpenFile(await calls.open(path, flags, 0o666));
  }

  /** Its length in bytes. */
  async size(): Promise<number> {
    return (await calls.fstat(this.#descriptor)).size;
  }

  /** So many bytes from a position; fewer at the end of the file. */
  async read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(Math.max(0, length));
    let filled = 0;
    while (position >= 0 && filled < length) {
      const { bytesRead } = await calls.read(this.#descriptor, bytes, filled, length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  /** Writes all of these bytes at a position. */
  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await calls.write(this.#descriptor, bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
  }

  /** Resolves when what was written is on the disk. */
  async sync(): Promise<void> {
    await calls.fdatasync(this.#descriptor);
  }

  /** Closes it; once is enough, more often is allowed. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    forgotten.unregister(this);
    await calls.close(this.#descriptor);
  }
}
