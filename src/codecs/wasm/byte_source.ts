/** Pieces of a wanted size out of a stream of chunks of any size. */

import { CodecError } from "./codec_error.ts";

const NOTHING = new Uint8Array(0);

/** Reads a stream by byte counts. Buffers no more than the piece that is asked for and the chunk that came last. */
export class ByteSource {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #chunk: Uint8Array = NOTHING;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Up to `length` bytes: fewer only at the end of the stream. The view is valid until the next call. */
  async upTo(length: number): Promise<Uint8Array> {
    if (this.#chunk.length === 0) await this.#next();
    if (this.#chunk.length >= length) return this.#cut(length);
    const piece = new Uint8Array(length);
    let filled = 0;
    while (filled < length && (this.#chunk.length > 0 || await this.#next())) {
      const part = this.#cut(Math.min(length - filled, this.#chunk.length));
      piece.set(part, filled);
      filled += part.length;
    }
    return piece.subarray(0, filled);
  }

  /** Exactly `length` bytes. */
  async exactly(length: number): Promise<Uint8Array> {
    const piece = await this.upTo(length);
    if (piece.length < length) throw new CodecError("truncated");
    return piece;
  }

  /** Steps over `length` bytes without keeping them. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0;) left -= (await this.exactly(Math.min(left, 65536))).length;
  }

  #cut(length: number): Uint8Array {
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return piece;
  }

  /** Waits for a chunk that is not empty; false at the end. */
  async #next(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return false;
      this.#chunk = asBytes(value);
      if (this.#chunk.length > 0) return true;
    }
  }
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError(`Cannot read a chunk as it must be bytes: current value is a ${typeof chunk}`);
}
