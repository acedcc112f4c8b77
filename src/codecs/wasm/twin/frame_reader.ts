/** Reads LZ4 frames in TypeScript, in the two passes of `wasm/frame_reader.ts`: walk the structure, then decode. */

import { CodecError } from "../codec_error.ts";
import {
  FRAME_MAGIC,
  type FrameHeader,
  headerLength,
  isSkippable,
  MAX_RATIO,
  readHeader,
  STORED,
} from "../frame_format.ts";
import { decodeBlock } from "./block_decoder.ts";
import { viewOf } from "./view.ts";
import { xxhash32 } from "./xxhash32.ts";

/** The largest content size that a header may declare: what a signed word holds. */
const MAX_DECLARED = 0x7fffffff;

/** Decodes all frames in `data` to at most `most` bytes. With `single`, there must be one frame and nothing else. */
export function readFrames(data: Uint8Array, most: number, single: boolean): Uint8Array<ArrayBuffer> {
  const view = viewOf(data);
  const content = new Uint8Array(new FrameWalk(view, single).survey(most));
  const length = new FrameReader(view, content).read();
  return length === content.length ? content : content.slice(0, length);
}

/** A cursor over frames; `take` refuses to go beyond the end. */
class Cursor {
  readonly view: DataView;
  at = 0;

  constructor(view: DataView) {
    this.view = view;
  }

  get isAtEnd(): boolean {
    return this.at === this.view.byteLength;
  }

  /** Steps over `length` bytes and returns where they start. */
  take(length: number): number {
    if (length > this.view.byteLength - this.at) throw new CodecError("truncated");
    const start = this.at;
    this.at += length;
    return start;
  }

  word(): number {
    return this.view.getUint32(this.take(4), true);
  }

  skipSkippable(): void {
    while (this.view.byteLength - this.at >= 4 && isSkippable(this.view.getUint32(this.at, true))) {
      this.take(4);
      this.take(this.word());
    }
  }

  header(): FrameHeader {
    if (this.word() !== FRAME_MAGIC) throw new CodecError("not-lz4");
    const start = this.at;
    this.take(3);
    const length = headerLength(this.view.getUint8(start));
    this.take(length - 3);
    const header = readHeader(this.view, start);
    if ((header.contentSize ?? 0) > MAX_DECLARED) throw new CodecError("too-large");
    return header;
  }
}

/** The first pass: how many bytes to reserve. A frame that is cut short, or lies about its size, is refused here. */
class FrameWalk {
  readonly #cursor: Cursor;
  readonly #single: boolean;
  #total = 0;
  #declared = 0;

  constructor(view: DataView, single: boolean) {
    this.#cursor = new Cursor(view);
    this.#single = single;
  }

  survey(most: number): number {
    do {
      if (!this.#single) this.#cursor.skipSkippable();
      this.#walkFrame();
      if (!this.#single) this.#cursor.skipSkippable();
    } while (!this.#cursor.isAtEnd && !this.#single);
    if (!this.#cursor.isAtEnd) throw new CodecError("corrupt");
    if (this.#declared > most) throw new CodecError("too-large");
    return Math.min(this.#total, most);
  }

  #walkFrame(): void {
    const header = this.#cursor.header();
    const bound = this.#walkBlocks(header);
    if (header.contentChecksum) this.#cursor.take(4);
    if (header.contentSize !== undefined) {
      if (header.contentSize > bound) throw new CodecError("corrupt");
      this.#declared += header.contentSize;
    }
    this.#total += header.contentSize ?? bound;
  }

  #walkBlocks({ blockMax, blockChecksum }: FrameHeader): number {
    let bound = 0;
    for (let word = this.#cursor.word(); word !== 0; word = this.#cursor.word()) {
      const isStored = word >= STORED;
      const size = isStored ? word - STORED : word;
      if (size > blockMax) throw new CodecError("corrupt");
      this.#cursor.take(size + (blockChecksum ? 4 : 0));
      bound += isStored ? size : Math.min(blockMax, size * MAX_RATIO);
    }
    return bound;
  }
}

/** The second pass: decodes what the first found sound. */
class FrameReader {
  readonly #cursor: Cursor;
  readonly #content: Uint8Array;
  #to = 0;

  constructor(view: DataView, content: Uint8Array) {
    this.#cursor = new Cursor(view);
    this.#content = content;
  }

  read(): number {
    for (this.#cursor.skipSkippable(); !this.#cursor.isAtEnd; this.#cursor.skipSkippable()) this.#readFrame();
    return this.#to;
  }

  #readFrame(): void {
    const header = this.#cursor.header();
    const start = this.#to;
    const room = this.#content.length - start;
    if ((header.contentSize ?? 0) > room) throw new CodecError("too-large");
    const end = start + (header.contentSize ?? room);
    for (let word = this.#cursor.word(); word !== 0; word = this.#cursor.word()) {
      this.#readBlock(word, header, start, end);
    }
    if (header.contentSize !== undefined && this.#to !== end) throw new CodecError("corrupt");
    if (!header.contentChecksum) return;
    const checksum = xxhash32(viewOf(this.#content), start, this.#to, 0);
    if (this.#cursor.word() !== checksum) throw new CodecError("checksum");
  }

  #readBlock(word: number, header: FrameHeader, frameStart: number, frameEnd: number): void {
    const { view } = this.#cursor;
    const isStored = word >= STORED;
    const size = isStored ? word - STORED : word;
    const from = this.#cursor.take(size);
    if (header.blockChecksum && this.#cursor.word() !== xxhash32(view, from, from + size, 0)) {
      throw new CodecError("checksum");
    }
    const room = Math.min(header.blockMax, frameEnd - this.#to);
    try {
      if (isStored) this.#copyStored(from, size, room);
      else this.#decode(from, size, room, header.independent ? this.#to : frameStart);
    } catch (error) {
      // Too much for the block or for the frame is the frame's fault; too much for the caller's limit is not.
      const isTooLarge = error instanceof CodecError && error.reason === "too-large";
      const isBroken = room === header.blockMax || header.contentSize !== undefined;
      throw isTooLarge && isBroken ? new CodecError("corrupt") : error;
    }
  }

  #copyStored(from: number, size: number, room: number): void {
    const { view } = this.#cursor;
    if (size > room) throw new CodecError("too-large");
    this.#content.set(new Uint8Array(view.buffer, view.byteOffset + from, size), this.#to);
    this.#to += size;
  }

  #decode(from: number, size: number, room: number, low: number): void {
    const target = { bytes: this.#content, start: this.#to, limit: this.#to + room, low };
    this.#to = decodeBlock(this.#cursor.view, from, from + size, target);
  }
}
