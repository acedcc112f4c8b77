/** Streams of whatever people stream, as streams of bytes. @module */
import { type Chunk, streamOf } from "../base/byte_streams.ts";

/** The same stream in bytes: texts as UTF-8, buffers and views as what they hold. Anything else makes it fail. */
export function bytesOfStream(stream: ReadableStream<unknown>): ReadableStream<Chunk> {
  return streamOf({ chunks: bytesOfChunks(stream) });
}

async function* bytesOfChunks(stream: ReadableStream<unknown>): AsyncGenerator<Chunk, void, undefined> {
  const reader = stream.getReader();
  const encoder = new TextEncoder();
  let whole = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield bytesOf(value, encoder);
    }
    whole = true;
  } finally {
    if (!whole) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

function bytesOf(chunk: unknown, encoder: TextEncoder): Chunk {
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) {
    const { buffer, byteOffset, byteLength } = chunk;
    const isOwn = buffer instanceof ArrayBuffer;
    return isOwn
      ? new Uint8Array(buffer, byteOffset, byteLength)
      : new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  throw new TypeError(`Cannot send a stream as it must give bytes or texts: it gave a ${typeof chunk}`);
}
