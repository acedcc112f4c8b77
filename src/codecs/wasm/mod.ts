/**
 * The codec for large messages and for blobs: LZ4 frames, xxHash and base64, in WebAssembly with a TypeScript twin.
 *
 * Nothing else in the library loads this folder unless it packs: the compiled module is inlined here.
 *
 * @module
 */

import type { PackCodec } from "../pack_codec.ts";
import { CodecError } from "./codec_error.ts";
import { wasmSize } from "./codec.gen.ts";
import { type Bytes, checkContentSize, MAX_CONTENT, MAX_ENCODED } from "./engine.ts";
import { choice } from "./load.ts";
import {
  checkCount,
  type CompressStreamOptions,
  compressWith,
  type DecompressStreamOptions,
  decompressWith,
} from "./streams.ts";

export type { PackCodec } from "../pack_codec.ts";
export { CodecError, type CodecErrorReason } from "./codec_error.ts";
export type { CompressStreamOptions, DecompressStreamOptions } from "./streams.ts";

const { engine } = choice;

/** What bounds a decoding. */
export interface DecodeLimits {
  /**
   * The most bytes of content that may come out; more is refused as `too-large`, and never allocated. Values over 64 MiB
   * count as 64 MiB: larger content goes through a stream.
   */
  readonly maxBytes: number;
}

/** Which implementation runs. */
export interface CodecReport {
  /** The one in use. */
  readonly implementation: "wasm" | "typescript";
  /** Why it is not the WebAssembly one: what compiling it threw. Only where it is not. */
  readonly reason?: string;
  /** The size of the compiled module in bytes. */
  readonly moduleBytes: number;
}

/** Tells which implementation runs in this process, and why if it is not the compiled one. */
export function codecReport(): CodecReport {
  const report = { implementation: engine.implementation, moduleBytes: wasmSize };
  return choice.reason === undefined ? report : { ...report, reason: choice.reason };
}

/**
 * Compresses text and returns base64 of a standard LZ4 stream, with the xxHash64 of the text's UTF-8 in it. One call does
 * it all, for up to 64 MiB of UTF-8.
 *
 * @throws {TypeError} The text has a lone surrogate, which UTF-8 cannot carry.
 */
export function pack(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("Cannot pack the text as it must be well formed: a surrogate is alone");
  return engine.packText(text);
}

/** The text that {@link pack} packed, or a {@link CodecError}. */
export function unpack(packed: string, limits: DecodeLimits): string {
  return engine.unpackText(checkEncoded(packed), limitOf(limits));
}

/** {@link pack} for bytes, up to 64 MiB. */
export function packBytes(bytes: Uint8Array): string {
  return engine.packBytes(checkContent(bytes));
}

/** The bytes that {@link packBytes} or {@link pack} packed, or a {@link CodecError}. */
export function unpackBytes(packed: string, limits: DecodeLimits): Bytes {
  return engine.unpackBytes(checkEncoded(packed), limitOf(limits));
}

/** The codec as what the serializer packs with: values it packed have `+lz4` in their encoding. */
export const lz4: PackCodec = {
  name: "lz4",
  pack: (data) => typeof data === "string" ? pack(data) : packBytes(data),
  unpackText: unpack,
  unpackBytes,
};

/** Compresses up to 64 MiB to one LZ4 frame with its content's size and checksum, as the `lz4` command reads it. */
export function compress(bytes: Uint8Array): Bytes {
  return engine.compress(checkContent(bytes));
}

/** The content of LZ4 frames, ours or any other's, one after the other; or a {@link CodecError}. */
export function decompress(frames: Uint8Array, limits: DecodeLimits): Bytes {
  return engine.decompress(checkEncoded(frames), limitOf(limits));
}

/** {@link compress} for a stream of any length, holding 1 MB at a time. */
export function compressStream(options: CompressStreamOptions = {}): TransformStream<Uint8Array, Bytes> {
  return compressWith(engine, options);
}

/**
 * {@link decompress} for a stream of any length, holding one block at a time. Content leaves before its checksum is seen:
 * what came out is only good once the stream has ended without an error.
 */
export function decompressStream(options: DecompressStreamOptions = {}): TransformStream<Uint8Array, Bytes> {
  return decompressWith(engine, options);
}

/** The xxHash64 of up to 64 MiB. */
export function xxhash64(bytes: Uint8Array, seed: bigint = 0n): bigint {
  return engine.xxhash64(checkContent(bytes), BigInt.asUintN(64, seed));
}

/** The xxHash32 of up to 64 MiB. */
export function xxhash32(bytes: Uint8Array, seed: number = 0): number {
  return engine.xxhash32(checkContent(bytes), seed >>> 0);
}

function checkContent(bytes: Uint8Array): Uint8Array {
  checkContentSize(bytes.length);
  return bytes;
}

function checkEncoded<T extends string | Uint8Array>(encoded: T): T {
  if (encoded.length > MAX_ENCODED) throw new CodecError("too-large");
  return encoded;
}

function limitOf({ maxBytes }: DecodeLimits): number {
  checkCount("decode the data", "maxBytes", maxBytes);
  return Math.min(maxBytes, MAX_CONTENT);
}
