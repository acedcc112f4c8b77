/** What an implementation of the codec can do. There are two, in WebAssembly and in TypeScript, that yield the same bytes. */

/** The most bytes of content that one call takes or yields: 64 MiB. Streams have no such limit. */
export const MAX_CONTENT: number = 64 * 1024 * 1024;

/** The most bytes or characters of encoded data that one call takes: what the largest content needs in base64, and some. */
export const MAX_ENCODED: number = 88 * 1024 * 1024;

/** Bytes in memory of their own. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A running xxHash32: 48 bytes, laid out alike by both implementations. */
export type HashState = Bytes;

/** An implementation. It trusts its caller to have checked arguments and sizes, and nothing about encoded data. */
export interface Engine {
  /** Which one it is. */
  readonly implementation: "wasm" | "typescript";
  /** Text, or bytes, to packed text. The text must be well formed. */
  packText(text: string): string;
  packBytes(bytes: Uint8Array): string;
  /** Packed text to what it was made of. */
  unpackText(packed: string, maxBytes: number): string;
  unpackBytes(packed: string, maxBytes: number): Bytes;
  /** Bytes to one LZ4 frame, and LZ4 frames to bytes. */
  compress(bytes: Uint8Array): Bytes;
  decompress(frames: Uint8Array, maxBytes: number): Bytes;
  /** Hashes at once. */
  xxhash32(bytes: Uint8Array, seed: number): number;
  xxhash64(bytes: Uint8Array, seed: bigint): bigint;
  /** A running hash with seed 0, what adds to it, and what it comes to. */
  startHash(): HashState;
  updateHash(state: HashState, bytes: Uint8Array): void;
  finishHash(state: HashState): number;
  /** One block of a frame, size word first; the running hash takes in its content. */
  encodeBlock(state: HashState, content: Uint8Array): Bytes;
  /** The content of one compressed block, at most `most` bytes, that may refer to `history`; so does the running hash. */
  decodeBlock(state: HashState, block: Uint8Array, history: Uint8Array, most: number): Bytes;
}

/** Refuses content that is too large for one call. */
export function checkContentSize(length: number): void {
  if (length <= MAX_CONTENT) return;
  throw new RangeError(
    `Cannot encode the content in one call as it must be at most ${MAX_CONTENT} bytes: it is larger`,
  );
}
