/**
 * The checksum of a blob: xxHash64 over its blocks of 256 KiB, each seeded with the sum of those before, as 16 digits. So
 * a stream is checked as it passes, in whatever chunks it comes; of up to 256 KiB it is the plain xxHash64.
 *
 * It tells damage, not malice: who can write to the store can make another blob with the same sum.
 *
 * @module
 */
import { xxhash64 } from "./wasm/mod.ts";

/** The length of a block. It is part of what the sum is: never change it. */
const BLOCK = 262_144;

/** Adds up the checksum of bytes that pass by. */
export class Checksum {
  #sum = 0n;
  #block: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #size = 0;

  /** How many bytes have passed. */
  get size(): number {
    return this.#size;
  }

  /** Takes the bytes that come next. */
  update(chunk: Uint8Array): void {
    this.#size += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + BLOCK - this.#filled);
      at += part.length;
      if (part.length === BLOCK) this.#sum = xxhash64(part, this.#sum);
      else this.#fill(part);
    }
  }

  #fill(part: Uint8Array): void {
    this.#block ??= new Uint8Array(BLOCK);
    this.#block.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < BLOCK) return;
    this.#sum = xxhash64(this.#block, this.#sum);
    this.#filled = 0;
  }

  /** The checksum of all that has passed. */
  digest(): string {
    const rest = this.#block?.subarray(0, this.#filled) ?? new Uint8Array();
    const sum = this.#filled > 0 || this.#size === 0 ? xxhash64(rest, this.#sum) : this.#sum;
    return sum.toString(16).padStart(16, "0");
  }
}
