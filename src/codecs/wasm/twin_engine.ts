/** The codec in TypeScript, for hosts that compile no WebAssembly: the same bytes and the same refusals, slower. */

import { CodecError } from "./codec_error.ts";
import { type Bytes, checkContentSize, type Engine, type HashState } from "./engine.ts";
import { decodeText, encoder } from "./text.ts";
import { decodeBase64, encodeBase64 } from "./twin/base64.ts";
import { decodeBlock } from "./twin/block_decoder.ts";
import { readFrames } from "./twin/frame_reader.ts";
import { writeBlock, writeFrame } from "./twin/frame_writer.ts";
import { viewOf } from "./twin/view.ts";
import { finishHash, startHash, updateHash, xxhash32 } from "./twin/xxhash32.ts";
import { xxhash64 } from "./twin/xxhash64.ts";

/** The first eight bytes of packed data: a skippable frame of eight bytes, which hold the xxHash64 of the content. */
const SEAL = 0x00000008_184d2a5cn;
const SEAL_LENGTH = 16;

/** The engine in TypeScript. */
export class TwinEngine implements Engine {
  readonly implementation = "typescript";

  packText(text: string): string {
    const bytes = encoder.encode(text);
    checkContentSize(bytes.length);
    return this.packBytes(bytes);
  }

  packBytes(bytes: Uint8Array): string {
    const packed = writeFrame(bytes, SEAL_LENGTH, false);
    const view = viewOf(packed);
    view.setBigUint64(0, SEAL, true);
    view.setBigUint64(8, xxhash64(viewOf(bytes), 0n), true);
    return encodeBase64(packed);
  }

  unpackText(packed: string, maxBytes: number): string {
    return decodeText(this.unpackBytes(packed, maxBytes));
  }

  unpackBytes(packed: string, maxBytes: number): Bytes {
    const data = decodeBase64(packed);
    if (data.length < SEAL_LENGTH) throw new CodecError("truncated");
    const view = viewOf(data);
    if (view.getBigUint64(0, true) !== SEAL) throw new CodecError("not-lz4");
    const content = readFrames(data.subarray(SEAL_LENGTH), maxBytes, true);
    if (xxhash64(viewOf(content), 0n) !== view.getBigUint64(8, true)) throw new CodecError("checksum");
    return content;
  }

  compress(bytes: Uint8Array): Bytes {
    return writeFrame(bytes, 0, true);
  }

  decompress(frames: Uint8Array, maxBytes: number): Bytes {
    return readFrames(frames, maxBytes, false);
  }

  xxhash32(bytes: Uint8Array, seed: number): number {
    return xxhash32(viewOf(bytes), 0, bytes.length, seed);
  }

  xxhash64(bytes: Uint8Array, seed: bigint): bigint {
    return xxhash64(viewOf(bytes), seed);
  }

  startHash(): HashState {
    return startHash();
  }

  updateHash(state: HashState, bytes: Uint8Array): void {
    updateHash(state, bytes);
  }

  finishHash(state: HashState): number {
    return finishHash(state);
  }

  encodeBlock(state: HashState, content: Uint8Array): Bytes {
    updateHash(state, content);
    const out = new Uint8Array(content.length + 4);
    return out.slice(0, writeBlock(content, out));
  }

  decodeBlock(state: HashState, block: Uint8Array, history: Uint8Array, most: number): Bytes {
    const bytes = new Uint8Array(history.length + most);
    bytes.set(history);
    const start = history.length;
    const end = decodeBlock(viewOf(block), 0, block.length, { bytes, start, limit: bytes.length, low: 0 });
    const content = bytes.slice(start, end);
    updateHash(state, content);
    return content;
  }
}
