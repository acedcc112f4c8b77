// Reads LZ4 frames in two passes: the first walks the structure and finds how much may come out, the second decodes.
//
// So nothing is reserved that the input's own structure does not bear out (a block yields at most 255 bytes for one), and a
// frame that is cut short is refused before any work.

import { decodeBlock, MALFORMED, OVERFLOW } from "./block_decoder";
import { MAGIC, STORED } from "./frame_writer";
import { CHECKSUM, CORRUPT, NOT_LZ4, TOO_LARGE, TRUNCATED, UNSUPPORTED } from "./layout";
import { xxhash32 } from "./xxhash32";

const DICTIONARY_OR_RESERVED: u32 = 0x03;
const CONTENT_CHECKSUM: u32 = 0x04;
const CONTENT_SIZE: u32 = 0x08;
const BLOCK_CHECKSUM: u32 = 0x10;
const INDEPENDENT: u32 = 0x20;

/** Where the pass stands. */
let at: usize = 0;
let end: usize = 0;
/** What the header that was read last says. */
let flags: u32 = 0;
let blockMax: usize = 0;
let declared: usize = 0;

/** Whether `length` more bytes are there. */
// @ts-ignore: decorator
@inline
function has(length: usize): bool {
  return end - at >= length;
}

/** Steps over skippable frames; the status says whether the walk can go on. */
function skip(): i32 {
  while (has(4) && (load<u32>(at) & 0xfffffff0) == 0x184d2a50) {
    if (!has(8)) return TRUNCATED;
    const size: usize = load<u32>(at, 4);
    at += 8;
    if (!has(size)) return TRUNCATED;
    at += size;
  }
  return 0;
}

function readHeader(): i32 {
  if (!has(4)) return TRUNCATED;
  if (load<u32>(at) != MAGIC) return NOT_LZ4;
  if (!has(7)) return TRUNCATED;
  flags = load<u8>(at, 4);
  if (flags >> 6 != 1) return UNSUPPORTED;
  const sized = flags & CONTENT_SIZE;
  const length: usize = sized ? 10 : 2;
  if (!has(length + 5)) return TRUNCATED;
  if (<u8>(xxhash32(at + 4, length, 0) >> 8) != load<u8>(at + 4 + length)) return CHECKSUM;
  const descriptor: u32 = load<u8>(at, 5);
  if (flags & DICTIONARY_OR_RESERVED || descriptor & 0x8f || descriptor < 0x40) return UNSUPPORTED;
  blockMax = <usize>1 << (8 + (descriptor >> 3));
  if (sized) {
    if (load<u32>(at, 10) || load<u32>(at, 6) > 0x7fffffff) return TOO_LARGE;
    declared = load<u32>(at, 6);
  }
  at += length + 5;
  return 0;
}

/** The output the walk has found so far: the sum of what the frames declare or can yield. */
let total: u64 = 0;

/** Walks over one frame's blocks and adds what they can yield. */
function walkFrame(): i32 {
  const status = readHeader();
  if (status < 0) return status;
  const trailer: usize = flags & BLOCK_CHECKSUM ? 4 : 0;
  let bound: u64 = 0;
  while (true) {
    if (!has(4)) return TRUNCATED;
    const word = load<u32>(at);
    at += 4;
    if (word == 0) break;
    const size: usize = word & ~STORED;
    if (size > blockMax) return CORRUPT;
    if (!has(size + trailer)) return TRUNCATED;
    at += size + trailer;
    bound += word & STORED ? <u64>size : min<u64>(blockMax, <u64>size * 255);
  }
  if (flags & CONTENT_CHECKSUM) {
    if (!has(4)) return TRUNCATED;
    at += 4;
  }
  if (flags & CONTENT_SIZE) {
    if (<u64>declared > bound) return CORRUPT;
    bound = declared;
    fixed += bound;
  }
  total += bound;
  return 0;
}

/** How much of the total was declared, and so is certain. */
let fixed: u64 = 0;

/**
 * Walks all frames in [`from`, `from + length`) and returns how many bytes to reserve for their content, at most `most`. With
 * `single`, there must be one frame and nothing else.
 */
export function survey(from: usize, length: usize, most: u32, single: bool): i32 {
  at = from;
  end = from + length;
  total = 0;
  fixed = 0;
  do {
    let status = single ? 0 : skip();
    if (status == 0) status = walkFrame();
    if (status == 0 && !single) status = skip();
    if (status < 0) return status;
  } while (at < end && !single);
  if (at < end) return CORRUPT;
  if (fixed > most) return TOO_LARGE;
  return <i32>min<u64>(total, most);
}

/** Decodes what {@link survey} found sound to `to`, at most up to `limit`; returns the length of the content. */
export function readFrames(from: usize, length: usize, to: usize, limit: usize): i32 {
  const start = to;
  at = from;
  end = from + length;
  do {
    skip();
    if (at == end) break;
    readHeader();
    const sized = flags & CONTENT_SIZE;
    if (sized && declared > limit - to) return TOO_LARGE;
    const frameEnd = sized ? to + declared : limit;
    const stop = readBlocks(to, frameEnd);
    if (stop == 0) return failure == TOO_LARGE && sized ? CORRUPT : failure;
    if (sized && stop != frameEnd) return CORRUPT;
    if (flags & CONTENT_CHECKSUM) {
      if (load<u32>(at) != xxhash32(to, stop - to, 0)) return CHECKSUM;
      at += 4;
    }
    to = stop;
  } while (at < end);
  return <i32>(to - start);
}

/** Why {@link readBlocks} yielded nothing. */
let failure: i32 = 0;

function fail(status: i32): usize {
  failure = status;
  return 0;
}

/** Decodes the blocks of one frame and returns where its content ends; 0 when it fails. */
function readBlocks(to: usize, frameEnd: usize): usize {
  const frameStart = to;
  while (true) {
    const word = load<u32>(at);
    at += 4;
    if (word == 0) return to;
    const size: usize = word & ~STORED;
    const room = min(blockMax, frameEnd - to);
    if (flags & BLOCK_CHECKSUM && load<u32>(at + size) != xxhash32(at, size, 0)) return fail(CHECKSUM);
    if (word & STORED) {
      if (size > room) return fail(TOO_LARGE);
      memory.copy(to, at, size);
      to += size;
    } else {
      const stop = decodeBlock(at, at + size, to, to + room, flags & INDEPENDENT ? to : frameStart);
      if (stop == OVERFLOW) return fail(room == blockMax ? CORRUPT : TOO_LARGE);
      if (stop == MALFORMED) return fail(CORRUPT);
      to = stop;
    }
    at += size + (flags & BLOCK_CHECKSUM ? 4 : 0);
  }
}
