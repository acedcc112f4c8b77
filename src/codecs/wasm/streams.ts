/** The codec as a pair of streams with real backpressure: one block leaves for each pull, whatever the size of a chunk. */

import { ByteSource } from "./byte_source.ts";
import type { Bytes, Engine } from "./engine.ts";
import { decodeFrames } from "./stream_decoder.ts";
import { encodeFrame } from "./stream_encoder.ts";

/** How a stream is compressed. */
export interface CompressStreamOptions {
  /**
   * The size of the content in bytes, where it is known. It goes into the frame's header, and small content gets small
   * blocks. The stream fails if the content has another size. Default: not known.
   */
  readonly size?: number;
}

/** How a stream is decompressed. */
export interface DecompressStreamOptions {
  /** The most bytes of content that may come out. Default: no limit, since memory does not grow with the content. */
  readonly maxBytes?: number;
}

/** Bytes to one LZ4 frame. */
export function compressWith(engine: Engine, { size }: CompressStreamOptions): TransformStream<Uint8Array, Bytes> {
  checkCount("compress the stream", "size", size);
  return through((source) => encodeFrame(source, engine, size));
}

/** LZ4 frames to bytes. */
export function decompressWith(
  engine: Engine,
  { maxBytes }: DecompressStreamOptions,
): TransformStream<Uint8Array, Bytes> {
  checkCount("decompress the stream", "maxBytes", maxBytes);
  return through((source) => decodeFrames(source, engine, maxBytes ?? Infinity));
}

/** Refuses a number of bytes that is none. */
export function checkCount(purpose: string, name: string, value: number | undefined): void {
  if (value === undefined || Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`Cannot ${purpose} as ${name} must be a whole number of bytes: current value is ${value}`);
}

function through(convert: (source: ByteSource) => AsyncGenerator<Bytes>): TransformStream<Uint8Array, Bytes> {
  const { readable: input, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = input.getReader();
  const pieces = convert(new ByteSource(reader));
  const readable = new ReadableStream<Bytes>({
    async pull(controller): Promise<void> {
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        // Whoever writes must learn of it too. The failure itself reaches the reading side.
        await reader.cancel(error).catch(() => {});
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return { readable, writable };
}
