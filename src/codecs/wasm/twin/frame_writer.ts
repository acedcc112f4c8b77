/** LZ4 frames in TypeScript, byte for byte what `wasm/frame_writer.ts` writes. */

import { blockSizeFor, STORED, writeHeader } from "../frame_format.ts";
import { encodeBlock } from "./block_encoder.ts";
import { viewOf } from "./view.ts";
import { xxhash32 } from "./xxhash32.ts";

/** Writes one block with its size word to `out`, stored if it does not get smaller, and returns its length. */
export function writeBlock(content: Uint8Array, out: Uint8Array): number {
  const body = out.subarray(4);
  const length = encodeBlock(content, body);
  const size = viewOf(out);
  if (length > 0) {
    size.setUint32(0, length, true);
    return 4 + length;
  }
  size.setUint32(0, content.length | STORED, true);
  body.set(content);
  return 4 + content.length;
}

/** Writes all of `content` as one frame behind `before` free bytes. */
export function writeFrame(content: Uint8Array, before: number, checksum: boolean): Uint8Array<ArrayBuffer> {
  const header = writeHeader(content.length, checksum);
  const step = blockSizeFor(content.length);
  const blocks = Math.ceil(content.length / step);
  const out = new Uint8Array(before + header.length + content.length + 4 * blocks + 8);
  out.set(header, before);
  let to = before + header.length;
  for (let at = 0; at < content.length; at += step) {
    to += writeBlock(content.subarray(at, at + step), out.subarray(to));
  }
  // The end mark is four zeros, which are there.
  to += 4;
  if (!checksum) return out.slice(0, to);
  viewOf(out).setUint32(to, xxhash32(viewOf(content), 0, content.length, 0), true);
  return out.slice(0, to + 4);
}
