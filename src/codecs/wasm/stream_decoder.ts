/** A stream of LZ4 frames to their content, block by block. */

import type { ByteSource } from "./byte_source.ts";
import { CodecError } from "./codec_error.ts";
import type { Bytes, Engine, HashState } from "./engine.ts";
import {
  FRAME_MAGIC,
  type FrameHeader,
  headerLength,
  isSkippable,
  MAX_RATIO,
  readHeader,
  STORED,
  WINDOW,
} from "./frame_format.ts";
import { viewOf } from "./twin/view.ts";

/**
 * Yields the content of every frame, at most `maxBytes` in all. Holds one block, of 4 MB at the most, and its 64 KB of history.
 * Content is yielded before its checksum is known: an altered frame ends in an error, not before.
 */
export async function* decodeFrames(source: ByteSource, engine: Engine, maxBytes: number): AsyncGenerator<Bytes> {
  let left = maxBytes;
  let frames = 0;
  for (let first = await source.upTo(4); first.length > 0 || frames === 0; first = await source.upTo(4)) {
    if (first.length < 4) throw new CodecError("truncated");
    const word = viewOf(first).getUint32(0, true);
    if (isSkippable(word)) {
      await source.skip(await readWord(source));
      continue;
    }
    if (word !== FRAME_MAGIC) throw new CodecError("not-lz4");
    frames++;
    for await (const content of new FrameDecoder(source, engine, left).decode()) {
      left -= content.length;
      yield content;
    }
  }
}

async function readWord(source: ByteSource): Promise<number> {
  return viewOf(await source.exactly(4)).getUint32(0, true);
}

/** One frame, from behind its magic word to its end. */
class FrameDecoder {
  readonly #source: ByteSource;
  readonly #engine: Engine;
  readonly #hash: HashState;
  #left: number;
  #history: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource, engine: Engine, left: number) {
    this.#source = source;
    this.#engine = engine;
    this.#hash = engine.startHash();
    this.#left = left;
  }

  async *decode(): AsyncGenerator<Bytes> {
    const header = await this.#readHeader();
    const { contentSize = Infinity } = header;
    if (Number.isFinite(contentSize) && contentSize > this.#left) throw new CodecError("too-large");
    let total = 0;
    for (let word = await readWord(this.#source); word !== 0; word = await readWord(this.#source)) {
      const content = await this.#readBlock(word, header, Math.min(this.#left, contentSize - total));
      total += content.length;
      this.#left -= content.length;
      if (content.length > 0) yield content;
    }
    if (Number.isFinite(contentSize) && total !== contentSize) throw new CodecError("corrupt");
    if (!header.contentChecksum) return;
    if (await readWord(this.#source) !== this.#engine.finishHash(this.#hash)) throw new CodecError("checksum");
  }

  async #readHeader(): Promise<FrameHeader> {
    const start = (await this.#source.exactly(3)).slice();
    const rest = await this.#source.exactly(headerLength(start[0] ?? 0) - start.length);
    const whole = new Uint8Array(start.length + rest.length);
    whole.set(start);
    whole.set(rest, start.length);
    return readHeader(viewOf(whole), 0);
  }

  async #readBlock(word: number, header: FrameHeader, room: number): Promise<Bytes> {
    const isStored = word >= STORED;
    const size = isStored ? word - STORED : word;
    if (size > header.blockMax) throw new CodecError("corrupt");
    // A copy, since reading the checksum may reuse what the view shows.
    const block = (await this.#source.exactly(size)).slice();
    if (header.blockChecksum && await readWord(this.#source) !== this.#engine.xxhash32(block, 0)) {
      throw new CodecError("checksum");
    }
    const content = isStored ? this.#take(block, room) : this.#decodeBlock(block, header, room);
    if (!header.independent) this.#remember(content);
    return content;
  }

  #take(block: Bytes, room: number): Bytes {
    if (block.length > room) throw new CodecError("too-large");
    this.#engine.updateHash(this.#hash, block);
    return block;
  }

  #decodeBlock(block: Uint8Array, header: FrameHeader, room: number): Bytes {
    const most = Math.min(header.blockMax, block.length * MAX_RATIO);
    try {
      return this.#engine.decodeBlock(this.#hash, block, this.#history, Math.min(most, room));
    } catch (error) {
      const isTooLarge = error instanceof CodecError && error.reason === "too-large";
      throw isTooLarge && most <= room ? new CodecError("corrupt") : error;
    }
  }

  #remember(content: Uint8Array): void {
    const kept = content.length >= WINDOW ? 0 : Math.min(this.#history.length, WINDOW - content.length);
    const history = new Uint8Array(kept + Math.min(content.length, WINDOW));
    history.set(this.#history.subarray(this.#history.length - kept));
    history.set(content.subarray(Math.max(0, content.length - WINDOW)), kept);
    this.#history = history;
  }
}
