/** xxHash32 in TypeScript: at once, or over a stream with the state laid out as the WebAssembly codec does. */

import { viewOf } from "./view.ts";

const P1 = 0x9e3779b1 | 0;
const P2 = 0x85ebca77 | 0;
const P3 = 0xc2b2ae3d | 0;
const P4 = 0x27d4eb2f | 0;
const P5 = 0x165667b1 | 0;

// The state: four lanes, the low word of the total length, whether a lane was ever used, how many bytes wait for their
// round (under 16), a word of padding, and those bytes.
const TOTAL = 16;
const LONG = 20;
const WAITING = 24;
const TAIL = 32;
const STATE_BYTES = 48;

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, P2)) | 0, 13), P1);
}

function joinLanes(a: number, b: number, c: number, d: number): number {
  return (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0;
}

/** Mixes the last, fewer than 16, bytes in and spreads every bit over the whole word. */
function finish(start: number, view: DataView, from: number, end: number): number {
  let sum = start | 0;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    sum = Math.imul(rotate((sum + Math.imul(view.getInt32(at, true), P3)) | 0, 17), P4);
  }
  for (; at < end; at++) sum = Math.imul(rotate((sum + Math.imul(view.getUint8(at), P5)) | 0, 11), P1);
  sum = Math.imul(sum ^ (sum >>> 15), P2);
  sum = Math.imul(sum ^ (sum >>> 13), P3);
  return (sum ^ (sum >>> 16)) >>> 0;
}

/** The hash of the bytes in [`from`, `end`). */
export function xxhash32(view: DataView, from: number, end: number, seed: number): number {
  let at = from;
  let sum = (seed + P5) | 0;
  if (end - from >= 16) {
    let a = (seed + P1 + P2) | 0;
    let b = (seed + P2) | 0;
    let c = seed | 0;
    let d = (seed - P1) | 0;
    for (; at + 16 <= end; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    sum = joinLanes(a, b, c, d);
  }
  return finish(sum + (end - from), view, at, end);
}

/** A new running hash with seed 0. */
export function startHash(): Uint8Array<ArrayBuffer> {
  const state = new Uint8Array(STATE_BYTES);
  const words = viewOf(state);
  words.setInt32(0, P1 + P2, true);
  words.setInt32(4, P2, true);
  words.setInt32(12, -P1, true);
  return state;
}

function rounds(words: DataView, view: DataView, from: number, last: number): number {
  let a = words.getInt32(0, true);
  let b = words.getInt32(4, true);
  let c = words.getInt32(8, true);
  let d = words.getInt32(12, true);
  let at = from;
  for (; at <= last; at += 16) {
    a = round(a, view.getInt32(at, true));
    b = round(b, view.getInt32(at + 4, true));
    c = round(c, view.getInt32(at + 8, true));
    d = round(d, view.getInt32(at + 12, true));
  }
  words.setInt32(0, a, true);
  words.setInt32(4, b, true);
  words.setInt32(8, c, true);
  words.setInt32(12, d, true);
  words.setInt32(LONG, 1, true);
  return at;
}

/** Adds bytes to a running hash. */
export function updateHash(state: Uint8Array, bytes: Uint8Array): void {
  const words = viewOf(state);
  const waiting = words.getUint32(WAITING, true);
  words.setInt32(TOTAL, words.getInt32(TOTAL, true) + bytes.length, true);
  let at = 0;
  if (waiting + bytes.length < 16) {
    state.set(bytes, TAIL + waiting);
    words.setUint32(WAITING, waiting + bytes.length, true);
    return;
  }
  if (waiting > 0) {
    at = 16 - waiting;
    state.set(bytes.subarray(0, at), TAIL + waiting);
    rounds(words, words, TAIL, TAIL);
  }
  if (bytes.length - at >= 16) at = rounds(words, viewOf(bytes), at, bytes.length - 16);
  state.set(bytes.subarray(at), TAIL);
  words.setUint32(WAITING, bytes.length - at, true);
}

/** The hash of all that was added. */
export function finishHash(state: Uint8Array): number {
  const words = viewOf(state);
  let sum = (words.getInt32(8, true) + P5) | 0;
  if (words.getInt32(LONG, true) !== 0) {
    const [a, b] = [words.getInt32(0, true), words.getInt32(4, true)];
    sum = joinLanes(a, b, words.getInt32(8, true), words.getInt32(12, true));
  }
  return finish(sum + words.getInt32(TOTAL, true), words, TAIL, TAIL + words.getUint32(WAITING, true));
}
