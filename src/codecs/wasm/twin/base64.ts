/** Base64 in TypeScript: the standard alphabet, padded, and no other spelling accepted. */

import { CodecError } from "../codec_error.ts";
import { decodeAscii } from "../text.ts";
import { viewOf } from "./view.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING = 0x3d;
const INVALID = 64;
const CODES: DataView = tableOf(64, (bits) => ALPHABET.charCodeAt(bits));
const BITS: DataView = tableOf(128, (code) => {
  const bits = ALPHABET.indexOf(String.fromCharCode(code));
  return bits < 0 ? INVALID : bits;
});

function tableOf(length: number, value: (index: number) => number): DataView {
  return new DataView(Uint8Array.from({ length }, (_, index) => value(index)).buffer);
}

/** Bytes to base64. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  const from = viewOf(bytes);
  let to = 0;
  let at = 0;
  for (; at + 3 <= bytes.length; at += 3) {
    putGroup(text, to, from.getUint8(at) << 16 | from.getUint8(at + 1) << 8 | from.getUint8(at + 2));
    to += 4;
  }
  const rest = bytes.length - at;
  if (rest > 0) {
    putGroup(text, to, from.getUint8(at) << 16 | (rest === 2 ? from.getUint8(at + 1) << 8 : 0));
    text.fill(PADDING, to + rest + 1);
  }
  return decodeAscii(text);
}

function putGroup(text: Uint8Array, to: number, group: number): void {
  text[to] = CODES.getUint8(group >>> 18);
  text[to + 1] = CODES.getUint8(group >>> 12 & 63);
  text[to + 2] = CODES.getUint8(group >>> 6 & 63);
  text[to + 3] = CODES.getUint8(group & 63);
}

function bitsAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? BITS.getUint8(code) : INVALID;
}

/** Canonical base64 to bytes. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length === 0 || text.length % 4 !== 0) throw new CodecError("truncated");
  const last = text.length - 4;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array(text.length / 4 * 3 - padding);
  let seen = 0;
  let to = 0;
  for (let at = 0; at < last; at += 4) {
    const a = bitsAt(text, at);
    const b = bitsAt(text, at + 1);
    const c = bitsAt(text, at + 2);
    const d = bitsAt(text, at + 3);
    seen |= a | b | c | d;
    bytes[to] = a << 2 | b >> 4;
    bytes[to + 1] = b << 4 | c >> 2;
    bytes[to + 2] = c << 6 | d;
    to += 3;
  }
  if ((seen & INVALID) !== 0) throw new CodecError("not-base64");
  decodeLast(text, last, bytes.subarray(to));
  return bytes;
}

/** The last group may be padded; the bits that padding leaves over must be zero, so that a text has one spelling only. */
function decodeLast(text: string, at: number, bytes: Uint8Array): void {
  const third = bytes.length > 1 ? bitsAt(text, at + 2) : 0;
  const fourth = bytes.length > 2 ? bitsAt(text, at + 3) : 0;
  const first = bitsAt(text, at);
  const second = bitsAt(text, at + 1);
  const group = first << 18 | second << 12 | third << 6 | fourth;
  const unused = bytes.length === 3 ? 0 : group & (bytes.length === 2 ? 0xff : 0xffff);
  if (((first | second | third | fourth) & INVALID) !== 0 || unused !== 0) throw new CodecError("not-base64");
  for (let i = 0; i < bytes.length; i++) bytes[i] = group >> (16 - 8 * i);
}
