// The module's entry: what the host calls. Each call takes its input at `input()` and leaves its output at `output()`.
//
// A call returns the length of its output, or a negative status word. The host calls `reserve` before it writes an input.

import { decodeBase64, encodeBase64, buildTables } from "./base64";
import { decodeBlock, MALFORMED, OVERFLOW } from "./block_decoder";
import { readFrames, survey } from "./frame_reader";
import { frameBound, writeBlock, writeFrame } from "./frame_writer";
import { after, CHECKSUM, CORRUPT, ensure, INPUT, NOT_LZ4, STATE, TOO_LARGE, TRUNCATED } from "./layout";
import { digest32, reset32, update32, xxhash32 as hash32 } from "./xxhash32";
import { xxhash64 as hash64 } from "./xxhash64";

/** A skippable frame of eight bytes, which any LZ4 tool steps over: it carries the xxHash64 of the original bytes. */
const SEAL: u64 = 0x00000008_184d2a5c;
const SEAL_LENGTH: usize = 16;

let result: usize = INPUT;

buildTables();

/** Where inputs start. */
export function input(): usize {
  return INPUT;
}

/** Where the output of the last call starts. */
export function output(): usize {
  return result;
}

/** Where the running hash state of a stream stands. */
export function state(): usize {
  return STATE;
}

/** Makes room for an input; false if the host has no memory left. */
export function reserve(length: usize): bool {
  return ensure(INPUT + length);
}

/** The xxHash64 of the input. */
export function xxhash64(length: usize, seed: u64): u64 {
  return hash64(INPUT, length, seed);
}

/** The xxHash32 of the input. */
export function xxhash32(length: usize, seed: u32): u32 {
  return hash32(INPUT, length, seed);
}

/** Bytes to one LZ4 frame with its content checksum. */
export function compress(length: usize): i32 {
  result = after(INPUT + length);
  if (!ensure(result + frameBound(length))) return TOO_LARGE;
  return <i32>(writeFrame(INPUT, length, result, true) - result);
}

/** LZ4 frames to bytes. */
export function decompress(length: usize, most: u32): i32 {
  const size = survey(INPUT, length, most, false);
  if (size < 0) return size;
  return decode(INPUT, length, <usize>size);
}

function decode(from: usize, length: usize, size: usize): i32 {
  result = after(from + length);
  if (!ensure(result + size)) return TOO_LARGE;
  return readFrames(from, length, result, result + size);
}

/** Bytes to base64 text: compressed, with the xxHash64 of the bytes. */
export function pack(length: usize): i32 {
  result = after(INPUT + length);
  const bound = SEAL_LENGTH + frameBound(length);
  // The frame is written into the last three quarters of where its base64 goes.
  const frame = result + bound / 3 + 8;
  if (!ensure(frame + bound)) return TOO_LARGE;
  store<u64>(frame, SEAL);
  store<u64>(frame, hash64(INPUT, length, 0), 8);
  const end = writeFrame(INPUT, length, frame + SEAL_LENGTH, false);
  return <i32>(encodeBase64(frame, end - frame, result) - result);
}

/** What {@link pack} wrote back to bytes. */
export function unpack(length: usize, most: u32): i32 {
  const binary = decodeBase64(INPUT, length);
  if (binary < 0) return binary;
  if (<usize>binary < SEAL_LENGTH) return TRUNCATED;
  if (load<u64>(INPUT) != SEAL) return NOT_LZ4;
  const frame = INPUT + SEAL_LENGTH;
  const rest = <usize>binary - SEAL_LENGTH;
  const size = survey(frame, rest, most, true);
  if (size < 0) return size;
  const content = decode(frame, rest, <usize>size);
  if (content >= 0 && hash64(result, <usize>content, 0) != load<u64>(INPUT, 8)) return CHECKSUM;
  return content;
}

/** Starts the running hash of a stream. */
export function startHash(): void {
  reset32(STATE);
}

/** The running hash of a stream so far. */
export function finishHash(): u32 {
  return digest32(STATE);
}

/** One block of a stream, with its size word; the running hash takes it in. */
export function encodeStreamBlock(length: usize): i32 {
  result = after(INPUT + length);
  if (!ensure(result + length + 4)) return TOO_LARGE;
  update32(STATE, INPUT, length);
  return <i32>(writeBlock(INPUT, length, result) - result);
}

/** Where the host puts the history that the block of `length` bytes at `input()` may reach back to. */
export function history(length: usize): usize {
  return after(INPUT + length);
}

/** One compressed block of a stream, `back` bytes of history behind it; the running hash takes its content in. */
export function decodeStreamBlock(length: usize, back: usize, most: usize): i32 {
  const low = after(INPUT + length);
  result = low + back;
  if (!ensure(result + most)) return TOO_LARGE;
  const stop = decodeBlock(INPUT, INPUT + length, result, result + most, low);
  if (stop == OVERFLOW) return TOO_LARGE;
  if (stop == MALFORMED) return CORRUPT;
  update32(STATE, result, stop - result);
  return <i32>(stop - result);
}

/** Adds an input to the running hash: a block that came as it is. */
export function updateHash(length: usize): void {
  update32(STATE, INPUT, length);
}
