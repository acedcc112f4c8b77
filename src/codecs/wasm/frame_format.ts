/** The LZ4 frame format: what the words and bits of a frame mean, for the twin and for both directions of streams. */

import { CodecError } from "./codec_error.ts";
import { xxhash32 } from "./twin/xxhash32.ts";
import { viewOf } from "./twin/view.ts";

/** The first word of every LZ4 frame. */
export const FRAME_MAGIC = 0x184d2204;
/** The top bit of a block's size word: the block is stored as it is. */
export const STORED = 0x80000000;
/** The most a compressed byte can yield. */
export const MAX_RATIO = 255;
/** The farthest a match can reach back. */
export const WINDOW = 65536;

const VERSION = 0x40;
const INDEPENDENT = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_OR_RESERVED = 0x03;

/** Whether a word is one of the sixteen that start a skippable frame. */
export function isSkippable(word: number): boolean {
  return (word & 0xfffffff0) === 0x184d2a50;
}

/** What a frame's header says. */
export interface FrameHeader {
  /** The most bytes a block yields. */
  readonly blockMax: number;
  /** Whether no block refers to one before it. */
  readonly independent: boolean;
  readonly blockChecksum: boolean;
  readonly contentChecksum: boolean;
  /** The size of the content, where it was known beforehand. */
  readonly contentSize: number | undefined;
}

/** The smallest block size that takes the whole content, never over 1 MB; that too where the size is not known. */
export function blockSizeFor(contentSize: number = Infinity): number {
  return contentSize <= 1 << 16 ? 1 << 16 : contentSize <= 1 << 18 ? 1 << 18 : 1 << 20;
}

/** The header of a frame of ours: independent blocks, and the content's size if it is known. */
export function writeHeader(contentSize: number | undefined, contentChecksum: boolean): Uint8Array<ArrayBuffer> {
  const sized = contentSize !== undefined;
  const bytes = new Uint8Array(sized ? 15 : 7);
  const view = viewOf(bytes);
  view.setUint32(0, FRAME_MAGIC, true);
  bytes[4] = VERSION | INDEPENDENT | (sized ? CONTENT_SIZE : 0) | (contentChecksum ? CONTENT_CHECKSUM : 0);
  bytes[5] = ((31 - Math.clz32(blockSizeFor(contentSize)) - 8) / 2) << 4;
  if (sized) view.setBigUint64(6, BigInt(contentSize), true);
  bytes[bytes.length - 1] = xxhash32(view, 4, bytes.length - 1, 0) >>> 8;
  return bytes;
}

/** How many bytes a header has after its magic word, by its first byte there. */
export function headerLength(flags: number): number {
  if (flags >> 6 !== 1) throw new CodecError("unsupported");
  return (flags & CONTENT_SIZE) !== 0 ? 11 : 3;
}

/** Reads the {@link headerLength} bytes that follow the magic word, at `at`. */
export function readHeader(view: DataView, at: number): FrameHeader {
  const flags = view.getUint8(at);
  const descriptor = view.getUint8(at + 1);
  const end = at + headerLength(flags) - 1;
  if ((xxhash32(view, at, end, 0) >>> 8 & 0xff) !== view.getUint8(end)) throw new CodecError("checksum");
  const isKnown = (flags & DICTIONARY_OR_RESERVED) === 0 && (descriptor & 0x8f) === 0 && descriptor >= 0x40;
  if (!isKnown) throw new CodecError("unsupported");
  return {
    blockMax: 1 << (8 + (descriptor >> 3)),
    independent: (flags & INDEPENDENT) !== 0,
    blockChecksum: (flags & BLOCK_CHECKSUM) !== 0,
    contentChecksum: (flags & CONTENT_CHECKSUM) !== 0,
    contentSize: (flags & CONTENT_SIZE) !== 0 ? Number(view.getBigUint64(at + 2, true)) : undefined,
  };
}
