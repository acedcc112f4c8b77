// Base64 with the standard alphabet and padding, twelve bits or four characters a step; decoding takes no other spelling.

import { BASE64_DECODE, BASE64_ENCODE, NOT_BASE64, TRUNCATED } from "./layout";

/** What every table holds for a character outside the alphabet: a bit no valid group can set. */
const INVALID: u32 = 0x80000000;
const PADDING: u8 = 0x3d;

function character(bits: u32): u32 {
  if (bits < 26) return 0x41 + bits;
  if (bits < 52) return 0x61 + bits - 26;
  if (bits < 62) return 0x30 + bits - 52;
  return bits == 62 ? 0x2b : 0x2f;
}

/** Fills the tables; once, when the module starts. */
export function buildTables(): void {
  for (let i: u32 = 0; i < 1024; i++) store<u32>(BASE64_DECODE + (i << 2), INVALID);
  for (let bits: u32 = 0; bits < 64; bits++) {
    const slot = BASE64_DECODE + (character(bits) << 2);
    // Where a character's bits go in the three bytes of its group, the first byte lowest.
    store<u32>(slot, bits << 2);
    store<u32>(slot + 1024, bits >> 4 | (bits & 15) << 12);
    store<u32>(slot + 2048, bits >> 2 << 8 | (bits & 3) << 22);
    store<u32>(slot + 3072, bits << 16);
    for (let low: u32 = 0; low < 64; low++) {
      store<u16>(BASE64_ENCODE + ((bits << 6 | low) << 1), <u16>(character(bits) | character(low) << 8));
    }
  }
}

// @ts-ignore: decorator
@inline
function pair(bits: u32): u32 {
  return load<u16>(BASE64_ENCODE + (bits << 1));
}

/**
 * Writes the base64 of `length` bytes at `from` to `to` and returns where it ends. The input may lie in the last three
 * quarters of the output, since reading stays ahead of writing.
 */
export function encodeBase64(from: usize, length: usize, to: usize): usize {
  const end = from + length;
  while (from + 3 <= end) {
    const group = <u32>load<u8>(from) << 16 | <u32>load<u8>(from, 1) << 8 | <u32>load<u8>(from, 2);
    store<u32>(to, pair(group >> 12) | pair(group & 0xfff) << 16);
    from += 3;
    to += 4;
  }
  const rest = end - from;
  if (rest) {
    const group = <u32>load<u8>(from) << 16 | (rest == 2 ? <u32>load<u8>(from, 1) << 8 : 0);
    store<u32>(to, pair(group >> 12) | pair(group & 0xfff) << 16);
    store<u8>(to, PADDING, 3);
    if (rest == 1) store<u8>(to, PADDING, 2);
    to += 4;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function group(at: usize, third: u32, fourth: u32): u32 {
  return load<u32>(BASE64_DECODE + (<u32>load<u8>(at) << 2)) |
    load<u32>(BASE64_DECODE + 1024 + (<u32>load<u8>(at, 1) << 2)) |
    load<u32>(BASE64_DECODE + 2048 + (third << 2)) |
    load<u32>(BASE64_DECODE + 3072 + (fourth << 2));
}

/** Decodes `length` characters at `at` in place; returns the number of bytes, or a status word. */
export function decodeBase64(at: usize, length: usize): i32 {
  if (length == 0 || length & 3) return TRUNCATED;
  const last = at + length - 4;
  let to = at;
  let seen: u32 = 0;
  for (let from = at; from < last; from += 4) {
    const bits = group(from, load<u8>(from, 2), load<u8>(from, 3));
    seen |= bits;
    // A byte more than it should be; the next group, or nobody, takes its place.
    store<u32>(to, bits);
    to += 3;
  }
  return seen & INVALID ? NOT_BASE64 : decodeLast(last, to, at);
}

/** The last group may be padded; the bits that padding leaves over must be zero, so that a text has one spelling only. */
function decodeLast(from: usize, to: usize, start: usize): i32 {
  const third: u32 = load<u8>(from, 2);
  const fourth: u32 = load<u8>(from, 3);
  let bytes: usize = 3;
  if (fourth == PADDING) bytes = third == PADDING ? 1 : 2;
  const bits = group(from, bytes == 1 ? 0x41 : third, bytes < 3 ? 0x41 : fourth);
  if (bits & INVALID || bits >> (<u32>bytes << 3)) return NOT_BASE64;
  store<u32>(to, bits);
  return <i32>(to + bytes - start);
}
