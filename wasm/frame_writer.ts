// Writes a standard LZ4 frame: independent blocks, the content's size in the header, optionally its xxHash32 at the end.

import { encodeBlock } from "./block_encoder";
import { xxhash32 } from "./xxhash32";

/** The first word of every LZ4 frame. */
export const MAGIC: u32 = 0x184d2204;
/** The top bit of a block's size: the block is stored as it is. */
export const STORED: u32 = 0x80000000;

const VERSION: u32 = 0x40;
const INDEPENDENT: u32 = 0x20;
const CONTENT_SIZE: u32 = 0x08;
const CONTENT_CHECKSUM: u32 = 0x04;

/** The smallest of the format's block sizes that takes the whole content, but never over 1 MB: 4 is 64 KB, 5 is 256 KB. */
function blockClass(length: usize): u32 {
  return length <= 0x10000 ? 4 : length <= 0x40000 ? 5 : 6;
}

/** The most bytes a frame for `length` bytes takes: header, four bytes a block, end mark, checksum. */
export function frameBound(length: usize): usize {
  return length + ((length >> 20) + 1 << 2) + 23;
}

/** Writes one block with its size word, stored if it does not get smaller; returns where it ends. */
export function writeBlock(from: usize, length: usize, to: usize): usize {
  const end = encodeBlock(from, length, to + 4);
  if (end) {
    store<u32>(to, <u32>(end - to - 4));
    return end;
  }
  store<u32>(to, <u32>length | STORED);
  memory.copy(to + 4, from, length);
  return to + 4 + length;
}

/** Writes `length` bytes at `from` as one frame to `to` and returns where it ends. */
export function writeFrame(from: usize, length: usize, to: usize, checksum: bool): usize {
  const size = blockClass(length);
  const flags = VERSION | INDEPENDENT | CONTENT_SIZE | (checksum ? CONTENT_CHECKSUM : 0);
  store<u32>(to, MAGIC);
  store<u8>(to, <u8>flags, 4);
  store<u8>(to, <u8>(size << 4), 5);
  store<u64>(to, <u64>length, 6);
  store<u8>(to, <u8>(xxhash32(to + 4, 10, 0) >> 8), 14);
  to += 15;
  const step: usize = 1 << (8 + (size << 1));
  for (let done: usize = 0; done < length; done += step) {
    to = writeBlock(from + done, min<usize>(step, length - done), to);
  }
  store<u32>(to, 0);
  to += 4;
  if (!checksum) return to;
  store<u32>(to, xxhash32(from, length, 0));
  return to + 4;
}
