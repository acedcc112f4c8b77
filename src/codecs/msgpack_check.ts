/** Checks that bytes are MessagePack of the plain kind before a decoder makes anything of them. @module */
import { DecodeError } from "./decode_error.ts";

/** Trees nested deeper are refused: a decoder would follow them until its stack is full. */
export const DEEPEST_TREE = 2_048;

/** What an unknown or forbidden first byte is: the end of the check. */
const REFUSED = -1;

/**
 * Goes over bytes without building anything: every length within what is left, every key a text, nothing nested too
 * deep, no extension types, no 64-bit integers, nothing behind the end.
 *
 * @throws {DecodeError} when the bytes are anything else
 */
export function checkMessagePack(bytes: Uint8Array): void {
  const checker = new Checker(bytes);
  checker.run();
}

class Checker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** How many values each open container still waits for; in a map, keys and values are counted. */
  readonly #open: { left: number; readonly map: boolean }[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): void {
    this.#value();
    for (let inner = this.#open.at(-1); inner !== undefined; inner = this.#open.at(-1)) {
      if (inner.left === 0) this.#open.pop();
      else this.#value();
    }
    if (this.#at !== this.#bytes.length) throw this.#malformed("bytes behind the end");
  }

  #value(): void {
    const key = this.#count();
    const first = this.#byte();
    if (key && !isText(first)) throw this.#malformed("a key that is no text");
    if (first < 0x80 || first >= 0xe0) return;
    if (first < 0x90) return this.#container(first & 0x0f, true);
    if (first < 0xa0) return this.#container(first & 0x0f, false);
    if (first < 0xc0) return this.#skip(first & 0x1f);
    this.#headed(first);
  }

  /** Counts a value off in its container, and tells whether it is a key. */
  #count(): boolean {
    const container = this.#open.at(-1);
    if (container === undefined) return false;
    const key = container.map && container.left % 2 === 0;
    container.left--;
    return key;
  }

  /** A value whose kind takes a byte of its own. */
  #headed(first: number): void {
    if (first === 0xdc || first === 0xdd) return this.#container(this.#length(first - 0xdb), false);
    if (first === 0xde || first === 0xdf) return this.#container(this.#length(first - 0xdd), true);
    if (first >= 0xd9 && first <= 0xdb) return this.#skip(this.#length(first - 0xd9));
    if (first >= 0xc4 && first <= 0xc6) return this.#skip(this.#length(first - 0xc4));
    const size = FIXED.get(first) ?? REFUSED;
    if (size === REFUSED) throw this.#malformed(`the type 0x${first.toString(16)}`);
    this.#skip(size);
  }

  /** A length in 1, 2 or 4 bytes. */
  #length(power: number): number {
    const at = this.#at;
    this.#skip(1 << power);
    return power === 0 ? this.#view.getUint8(at) : power === 1 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #container(length: number, map: boolean): void {
    const left = map ? length * 2 : length;
    if (left > this.#bytes.length - this.#at) throw this.#malformed("a length beyond the end");
    if (left === 0) return;
    if (this.#open.length >= DEEPEST_TREE) throw this.#malformed("too many values in each other");
    this.#open.push({ left, map });
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.#malformed("an early end");
    return byte;
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#at) throw this.#malformed("a length beyond the end");
    this.#at += length;
  }

  #malformed(what: string): DecodeError {
    return new DecodeError(`Cannot decode MessagePack as it must be of the plain kind and whole: found ${what}`);
  }
}

function isText(first: number): boolean {
  return (first >= 0xa0 && first < 0xc0) || (first >= 0xd9 && first <= 0xdb);
}

/** How many bytes follow the first one of a value of fixed size: nil, booleans, floats, and integers up to 32 bits. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [0xc0, 0],
  [0xc2, 0],
  [0xc3, 0],
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
]);
