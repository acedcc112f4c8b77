/** LZ4 block decoding in TypeScript: nothing is read or written outside the block, the output and its history. */

import { CodecError } from "../codec_error.ts";

/** Where a block's content goes. */
export interface Target {
  /** The bytes that hold the output, and before it what it may refer to. */
  readonly bytes: Uint8Array;
  /** Where the output starts. */
  readonly start: number;
  /** Where it must end at the latest. */
  readonly limit: number;
  /** How far down matches may reach. */
  readonly low: number;
}

/**
 * Decodes the block in [`from`, `end`) of `view` and returns where the output ends. Throws `corrupt`, or `too-large` where
 * the block yields more than fits.
 */
export function decodeBlock(view: DataView, from: number, end: number, target: Target): number {
  return new BlockDecoder(view, from, end).decode(target);
}

class BlockDecoder {
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(view: DataView, from: number, end: number) {
    this.#view = view;
    this.#at = from;
    this.#end = end;
  }

  decode({ bytes, start, limit, low }: Target): number {
    let to = start;
    while (this.#at < this.#end) {
      const token = this.#view.getUint8(this.#at++);
      const literals = this.#length(token >> 4);
      if (literals > this.#end - this.#at) throw new CodecError("corrupt");
      if (literals > limit - to) throw new CodecError("too-large");
      this.#copyLiterals(bytes, to, literals);
      to += literals;
      if (this.#at === this.#end) return to;

      if (this.#end - this.#at < 2) throw new CodecError("corrupt");
      const distance = this.#view.getUint16(this.#at, true);
      this.#at += 2;
      if (distance === 0 || distance > to - low) throw new CodecError("corrupt");
      const length = this.#length(token & 15) + 4;
      if (length > limit - to) throw new CodecError("too-large");
      copyMatch(bytes, to, distance, length);
      to += length;
    }
    throw new CodecError("corrupt");
  }

  /** A length that starts in a half of the token and goes on in bytes for as long as they are 255. */
  #length(half: number): number {
    let length = half;
    let more = half < 15 ? 0 : 255;
    while (more === 255) {
      if (this.#at >= this.#end) throw new CodecError("corrupt");
      more = this.#view.getUint8(this.#at++);
      length += more;
    }
    return length;
  }

  #copyLiterals(bytes: Uint8Array, to: number, length: number): void {
    const from = this.#at;
    this.#at += length;
    if (length < 32) {
      for (let i = 0; i < length; i++) bytes[to + i] = this.#view.getUint8(from + i);
    } else {
      bytes.set(new Uint8Array(this.#view.buffer, this.#view.byteOffset + from, length), to);
    }
  }
}

/** Copies a match, which may overlap what it yields: then it repeats. */
function copyMatch(bytes: Uint8Array, to: number, distance: number, length: number): void {
  const end = to + length;
  if (length >= 32 && distance >= length) bytes.copyWithin(to, to - distance, end - distance);
  else for (let at = to; at < end; at++) bytes[at] = bytes[at - distance] ?? 0;
}
