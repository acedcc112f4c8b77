/** Blobs in memory: the reference reading of the seam. @module */
import { type Clock, systemClock } from "../../base/clock.ts";
import {
  BLOB_PAGE,
  type BlobBody,
  type BlobInfo,
  type BlobMeta,
  type BlobPage,
  type BlobStore,
  checkBlobKey,
  type GetBlobOptions,
  type ListBlobsOptions,
  type OpenBlob,
  type PutBlobOptions,
} from "../../blob_store.ts";
import { boundsOf, type Chunk, chunksOf, streamOf } from "../../base/byte_streams.ts";

/** Options of {@link memoryBlobs}. */
export interface MemoryBlobsOptions {
  /** What the time is. */
  readonly clock?: Clock;
}

/** A blob in memory. */
export interface Kept {
  readonly info: BlobInfo;
  readonly chunks: readonly Chunk[];
}

/** A blob store in the memory of this process. */
export function memoryBlobs(options: MemoryBlobsOptions = {}): MemoryBlobStore {
  return new MemoryBlobStore(options);
}

/** A {@link BlobStore} in the memory of this process. */
export class MemoryBlobStore implements BlobStore {
  readonly description: string = "memory";
  readonly #blobs: Map<string, Kept>;
  readonly #clock: Clock;
  #closed = false;

  constructor({ clock = systemClock }: MemoryBlobsOptions = {}, blobs: Map<string, Kept> = new Map()) {
    this.#clock = clock;
    this.#blobs = blobs;
  }

  /** Another instance over the same blobs. */
  reopen(): MemoryBlobStore {
    return new MemoryBlobStore({ clock: this.#clock }, this.#blobs);
  }

  /** {@inheritDoc BlobStore.put} */
  async put(key: string, body: BlobBody, meta: BlobMeta = {}, options: PutBlobOptions = {}): Promise<number> {
    this.#check(key);
    const chunks: Chunk[] = [];
    let size = 0;
    for await (const chunk of chunksOf(body, options.signal)) {
      chunks.push(chunk.slice());
      size += chunk.length;
    }
    const { type } = meta;
    this.#blobs.set(key, { info: { key, size, created: this.#clock.now(), ...(type && { type }) }, chunks });
    return size;
  }

  /** {@inheritDoc BlobStore.get} */
  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    this.#check(key);
    options.signal?.throwIfAborted();
    const kept = this.#blobs.get(key);
    if (kept === undefined) return null;
    const { start, end } = boundsOf(options.range, kept.info.size);
    const body = streamOf({ chunks: parts(kept.chunks, start, end), signal: options.signal });
    return { info: kept.info, body };
  }

  /** {@inheritDoc BlobStore.head} */
  async head(key: string): Promise<BlobInfo | null> {
    this.#check(key);
    return this.#blobs.get(key)?.info ?? null;
  }

  /** {@inheritDoc BlobStore.delete} */
  async delete(keys: readonly string[]): Promise<void> {
    keys.forEach((key) => this.#check(key));
    keys.forEach((key) => this.#blobs.delete(key));
  }

  /** {@inheritDoc BlobStore.list} */
  async list(prefix: string, { cursor = "", limit = BLOB_PAGE }: ListBlobsOptions = {}): Promise<BlobPage> {
    this.#check();
    const keys = [...this.#blobs.keys()].filter((key) => key.startsWith(prefix) && key > cursor).sort();
    const blobs = keys.slice(0, limit).flatMap((key) => this.#blobs.get(key)?.info ?? []);
    return keys.length > limit ? { blobs, cursor: keys[limit - 1] } : { blobs };
  }

  /** {@inheritDoc BlobStore.close} */
  async close(): Promise<void> {
    this.#closed = true;
  }

  #check(key?: string): void {
    if (this.#closed) throw new TypeError("Cannot use the blob store as it must be open: it was closed");
    if (key !== undefined) checkBlobKey(key);
  }
}

/** The chunks of a part, copied: what is kept cannot be changed by a reader. */
async function* parts(chunks: readonly Chunk[], start: number, end: number): AsyncGenerator<Chunk, void, undefined> {
  let offset = 0;
  for (const chunk of chunks) {
    const part = chunk.slice(Math.max(0, start - offset), Math.max(0, end - offset));
    offset += chunk.length;
    if (part.length > 0) yield part;
    if (offset >= end) return;
  }
}
