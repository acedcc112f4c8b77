/** LZ4 block compression in TypeScript, decision by decision what `wasm/block_encoder.ts` does. */

import { viewOf } from "./view.ts";

const MIN_MATCH = 4;
const GOOD_MATCH = 64;
const LAST_LITERALS = 5;
const MATCH_LIMIT = 12;
const MAX_BITS = 14;

/** One compression: the block's bytes, the hash table, and the best match of the last search. */
class BlockEncoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #matchEnd: number;
  readonly #shift: number;
  readonly #hashes: Uint32Array;
  readonly #out: Uint8Array;
  readonly #limit: number;
  #to = 0;
  /** Where the match that {@link #search} found stands. */
  #match = 0;

  constructor(bytes: Uint8Array, out: Uint8Array) {
    const bits = Math.min(Math.max(32 - Math.clz32(bytes.length), 8), MAX_BITS);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#matchEnd = bytes.length - LAST_LITERALS;
    this.#shift = 32 - bits;
    this.#hashes = new Uint32Array(1 << bits);
    this.#out = out;
    this.#limit = bytes.length - 1;
  }

  /** The length of the compressed block, or 0 if it does not get smaller. */
  encode(): number {
    const lastStart = this.#bytes.length - MATCH_LIMIT;
    let anchor = 0;
    let at = 1;
    while (at <= lastStart) {
      let best = this.#search(at, MIN_MATCH - 1);
      if (best < MIN_MATCH) {
        at += 1 + ((at - anchor) >> 6);
        continue;
      }
      while (best < GOOD_MATCH && at < lastStart) {
        const next = this.#search(at + 1, best);
        if (next === best) break;
        best = next;
        at++;
      }
      const end = at + best;
      const back = this.#backwards(at, anchor);
      if (!this.#writeSequence(anchor, at - back, at - this.#match, best + back)) return 0;
      if (end <= lastStart) this.#insertInside(at + 2, end);
      anchor = at = end;
    }
    return this.#writeLast(anchor);
  }

  #slotOf(at: number): number {
    const view = this.#view;
    const hash = Math.imul(view.getInt32(at, true), 0x9e3779b1) + Math.imul(view.getUint16(at + 4, true), 0x85ebca77);
    return (hash | 0) >>> this.#shift;
  }

  #insert(at: number): number {
    const slot = this.#slotOf(at);
    const entry = this.#hashes[slot] ?? 0;
    this.#hashes[slot] = entry << 16 | at & 0xffff;
    return entry;
  }

  #search(at: number, best: number): number {
    const entry = this.#insert(at);
    const near = this.#better(at, (at - entry) & 0xffff, best);
    return this.#better(at, (at - (entry >>> 16)) & 0xffff, near);
  }

  #better(at: number, distance: number, best: number): number {
    if (distance === 0 || distance > at) return best;
    const from = at - distance;
    const view = this.#view;
    if (view.getInt32(from + best - 3, true) !== view.getInt32(at + best - 3, true)) return best;
    const length = this.#matchLength(at, from);
    if (length <= best) return best;
    this.#match = from;
    return length;
  }

  #matchLength(at: number, from: number): number {
    const view = this.#view;
    const end = this.#matchEnd;
    let length = 0;
    while (at + length + 4 <= end) {
      const difference = view.getInt32(at + length, true) ^ view.getInt32(from + length, true);
      if (difference !== 0) return length + ((31 - Math.clz32(difference & -difference)) >> 3);
      length += 4;
    }
    while (at + length < end && view.getUint8(at + length) === view.getUint8(from + length)) length++;
    return length;
  }

  /** How far the match found at `at` reaches back before it; moves the match there. */
  #backwards(at: number, anchor: number): number {
    const view = this.#view;
    const distance = at - this.#match;
    let start = at;
    while (start > anchor && start > distance && view.getUint8(start - 1) === view.getUint8(start - 1 - distance)) {
      start--;
    }
    return at - start;
  }

  #insertInside(from: number, end: number): void {
    const third = from <= end - 3;
    for (let at = from; at < end - 16; at += 16) this.#insert(at);
    if (third) this.#insert(end - 3);
    this.#insert(end - 2);
    this.#insert(end - 1);
  }

  #writeSequence(anchor: number, at: number, distance: number, length: number): boolean {
    const literals = at - anchor;
    const extra = length - MIN_MATCH;
    if (this.#to + overhead(literals) + literals + 2 + overhead(extra) > this.#limit) return false;
    this.#writeLiterals(anchor, at, Math.min(extra, 15));
    this.#out[this.#to++] = distance;
    this.#out[this.#to++] = distance >> 8;
    if (extra >= 15) this.#writeLength(extra - 15);
    return true;
  }

  #writeLiterals(from: number, end: number, low: number): void {
    const length = end - from;
    this.#out[this.#to++] = Math.min(length, 15) << 4 | low;
    if (length >= 15) this.#writeLength(length - 15);
    if (length < 32) { for (let at = from; at < end; at++) this.#out[this.#to++] = this.#view.getUint8(at); }
    else {
      this.#out.set(this.#bytes.subarray(from, end), this.#to);
      this.#to += length;
    }
  }

  #writeLength(length: number): void {
    let rest = length;
    for (; rest >= 255; rest -= 255) this.#out[this.#to++] = 255;
    this.#out[this.#to++] = rest;
  }

  /** The last sequence: literals only. */
  #writeLast(anchor: number): number {
    const literals = this.#bytes.length - anchor;
    if (this.#to + overhead(literals) + literals > this.#limit) return 0;
    this.#writeLiterals(anchor, this.#bytes.length, 0);
    return this.#to;
  }
}

/** What the length of a run costs at most: a little more than one byte in 255, by a shift. */
function overhead(length: number): number {
  return 2 + (length >>> 7);
}

/** Compresses a block into `out` in fewer bytes than it has and returns how many; 0 if it does not get smaller. */
export function encodeBlock(bytes: Uint8Array, out: Uint8Array): number {
  return new BlockEncoder(bytes, out).encode();
}
