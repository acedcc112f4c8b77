/** Streams of bytes: read in chunks or blocks, made of generators, ended by signals. @module */

/** A chunk of a stream of bytes. */
export type Chunk = Uint8Array<ArrayBuffer>;

/** Bytes, or a stream of them. */
export type ByteBody = Chunk | ReadableStream<Chunk>;

/** A part: so many bytes from an offset, or all that follow it. */
export interface ByteRange {
  readonly offset: number;
  readonly length?: number | undefined;
}

/** Ends a wait when a signal aborts: rejects with its reason. */
function aborted(signal: AbortSignal | undefined, onAbort: (reason: unknown) => void): () => void {
  if (signal === undefined) return () => {};
  const listener = () => onAbort(signal.reason);
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/**
 * The chunks of a body, none of them empty. When the loop over it ends early, or the signal aborts, the stream is
 * cancelled; an abort also ends a read that waits.
 */
export async function* chunksOf(body: ByteBody, signal?: AbortSignal): AsyncGenerator<Chunk, void, undefined> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) {
    if (body.length > 0) yield body;
    return;
  }
  const reader = body.getReader();
  let whole = false;
  const stop = aborted(signal, (reason) => void reader.cancel(reason).catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      if (value.length > 0) yield value;
    }
    whole = true;
  } finally {
    stop();
    if (!whole) await reader.cancel(signal?.reason).catch(() => {});
    reader.releaseLock();
  }
}

/** The same bytes in chunks of one size, the last one as long as what is left; none for an empty body. */
export async function* blocksOf(
  body: ByteBody,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  let block = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of chunksOf(body, signal)) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + size - filled);
      block.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < size) continue;
      yield block;
      block = new Uint8Array(size);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** What a stream is made of. */
export interface StreamParts {
  /** What it gives, read as it is asked for. */
  readonly chunks: AsyncIterator<Chunk, unknown, undefined>;
  /** Makes it fail. */
  readonly signal?: AbortSignal | undefined;
  /** Is called once when it has ended in whatever way, also before the first chunk was asked for. */
  readonly release?: () => Promise<void>;
}

/** A stream of what a generator yields. Nothing is read before it is asked for. */
export function streamOf({ chunks, signal, release }: StreamParts): ReadableStream<Chunk> {
  let ended = false;
  let stop = () => {};
  const end = async () => {
    if (ended) return;
    ended = true;
    stop();
    await chunks.return?.().catch(() => {});
    await release?.();
  };
  return new ReadableStream<Chunk>({
    start(controller) {
      stop = aborted(signal, (reason) => {
        controller.error(reason);
        void end().catch(() => {});
      });
    },
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (ended) return;
        if (!done && value instanceof Uint8Array) return controller.enqueue(value);
      } catch (error) {
        await end();
        throw error;
      }
      await end();
      controller.close();
    },
    cancel: end,
  }, { highWaterMark: 0 });
}

/** Where a range begins and ends in a blob of this size. */
export function boundsOf(range: ByteRange | undefined, size: number): { readonly start: number; readonly end: number } {
  if (range === undefined) return { start: 0, end: size };
  const { offset, length = Infinity } = range;
  if (!Number.isSafeInteger(offset) || offset < 0 || !(length >= 0)) {
    throw new RangeError(
      `Cannot read a part of a blob as offset and length must be 0 or more: current values are ${offset} and ${length}`,
    );
  }
  const start = Math.min(offset, size);
  return { start, end: Math.min(size, start + length) };
}

/** The same stream in bytes: texts as UTF-8, buffers and views as what they hold. Anything else makes it fail. */
export function byteStreamOf(stream: ReadableStream<unknown>): ReadableStream<Chunk> {
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
    return ownBytes(chunk);
  }
  throw new TypeError(`Cannot send a stream as it must give bytes or texts: it gave a ${typeof chunk}`);
}

/** The bytes of a view; a copy of those of a shared buffer. */
export function ownBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Chunk {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
