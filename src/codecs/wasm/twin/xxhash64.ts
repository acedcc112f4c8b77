/**
 * xxHash64 in TypeScript. The lanes, where the time goes, run in 32-bit halves, since 64-bit integers of the language are
 * slow; the few steps at the end are spelled in bigint.
 */

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const P1_HIGH = 0x9e3779b1 | 0;
const P1_LOW = 0x85ebca87 | 0;
const P2_HIGH = 0xc2b2ae3d | 0;
const P2_LOW = 0x27d4eb4f | 0;

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, by: bigint): bigint {
  return wrap(value << by) | value >> (64n - by);
}

function round(sum: bigint, word: bigint): bigint {
  return wrap(rotate(wrap(sum + word * P2), 31n) * P1);
}

/** The upper 32 bits of the product of two unsigned words. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}

/** One lane over all of its words, every 32 bytes up to `last`: `round` in halves. */
function laneOver(view: DataView, from: number, last: number, start: bigint): bigint {
  let high = Number(start >> 32n) | 0;
  let low = Number(start & 0xffffffffn) | 0;
  for (let at = from; at <= last; at += 32) {
    const wordLow = view.getInt32(at, true);
    const wordHigh = view.getInt32(at + 4, true);
    const addLow = Math.imul(wordLow, P2_LOW);
    const addHigh = multiplyHigh(wordLow, P2_LOW) + Math.imul(wordLow, P2_HIGH) + Math.imul(wordHigh, P2_LOW);
    const sumLow = (low + addLow) | 0;
    const carry = sumLow >>> 0 < addLow >>> 0 ? 1 : 0;
    const sumHigh = (high + addHigh + carry) | 0;
    const turnedLow = sumLow << 31 | sumHigh >>> 1;
    const turnedHigh = sumHigh << 31 | sumLow >>> 1;
    low = Math.imul(turnedLow, P1_LOW);
    high = (multiplyHigh(turnedLow, P1_LOW) + Math.imul(turnedLow, P1_HIGH) + Math.imul(turnedHigh, P1_LOW)) | 0;
  }
  return BigInt(high >>> 0) << 32n | BigInt(low >>> 0);
}

function lanes(view: DataView, from: number, last: number, seed: bigint): bigint {
  const a = laneOver(view, from, last, wrap(seed + P1 + P2));
  const b = laneOver(view, from + 8, last + 8, wrap(seed + P2));
  const c = laneOver(view, from + 16, last + 16, wrap(seed));
  const d = laneOver(view, from + 24, last + 24, wrap(seed - P1));
  let sum = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
  for (const lane of [a, b, c, d]) sum = wrap((sum ^ round(0n, lane)) * P1 + P4);
  return sum;
}

function finish(start: bigint, view: DataView, from: number, end: number): bigint {
  let sum = start;
  let at = from;
  for (; at + 8 <= end; at += 8) {
    sum = wrap(rotate(sum ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= end) {
    sum = wrap(rotate(sum ^ wrap(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < end; at++) sum = wrap(rotate(sum ^ wrap(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  sum = wrap((sum ^ sum >> 33n) * P2);
  sum = wrap((sum ^ sum >> 29n) * P3);
  return sum ^ sum >> 32n;
}

/** The hash of all bytes of `view`. */
export function xxhash64(view: DataView, seed: bigint): bigint {
  const end = view.byteLength;
  const stripes = end - end % 32;
  const sum = stripes > 0 ? lanes(view, 0, stripes - 32, seed) : wrap(seed + P5);
  return finish(wrap(sum + BigInt(end)), view, stripes, end);
}
