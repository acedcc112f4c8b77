/** Blobs in a bucket of Cloudflare R2, by its binding. @module */
import { blocksOf, boundsOf, type Chunk, chunksOf, streamOf } from "../../base/byte_streams.ts";
import {
  BLOB_PAGE,
  type BlobBody,
  type BlobInfo,
  type BlobMeta,
  type BlobPage,
  type BlobRange,
  type BlobStore,
  checkBlobKey,
  type GetBlobOptions,
  type ListBlobsOptions,
  type OpenBlob,
  type PutBlobOptions,
} from "../../blob_store.ts";
import type { R2Bucket, R2Object, R2ObjectBody, R2Part, R2PutOptions } from "./r2_bucket.ts";

/** Options of {@link r2Blobs}. */
export interface R2BlobsOptions {
  /** The binding, such as `env.BUCKET`. */
  readonly bucket: R2Bucket;
  /** What stands before every key, so that several apps may share a bucket: `umbel/shop/`. @default {""} */
  readonly prefix?: string;
}

/** The length of the parts in which a stream is put: so much of it is in memory. R2 wants all but the last one the same. */
const PART = 8_388_608;

/** As many keys as R2 deletes, or lists, in one call. */
const MOST_KEYS = 1_000;

/** A blob store in a bucket of R2. */
export function r2Blobs(options: R2BlobsOptions): R2BlobStore {
  return new R2BlobStore(options);
}

/** A {@link BlobStore} in a bucket of R2. */
export class R2BlobStore implements BlobStore {
  readonly description: string;
  readonly #bucket: R2Bucket;
  readonly #prefix: string;
  #closed = false;

  constructor({ bucket, prefix = "" }: R2BlobsOptions) {
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.description = `R2 ${prefix}`.trim();
  }

  /** {@inheritDoc BlobStore.put} */
  async put(key: string, body: BlobBody, meta: BlobMeta = {}, options: PutBlobOptions = {}): Promise<number> {
    const name = this.#name(key);
    const { signal } = options;
    signal?.throwIfAborted();
    const put: R2PutOptions = meta.type ? { httpMetadata: { contentType: meta.type } } : {};
    const blocks = blocksOf(body, PART, signal);
    const first = await blocks.next();
    if (first.done || first.value.length < PART) {
      if (!first.done) await blocks.return();
      const whole = first.done ? new Uint8Array() : first.value;
      await this.#bucket.put(name, whole, put);
      return whole.length;
    }
    return await this.#putParts(name, first.value, blocks, put);
  }

  async #putParts(name: string, first: Chunk, rest: AsyncIterable<Chunk>, put: R2PutOptions): Promise<number> {
    const upload = await this.#bucket.createMultipartUpload(name, put);
    try {
      const parts: R2Part[] = [await upload.uploadPart(1, first)];
      let size = first.length;
      for await (const block of rest) {
        parts.push(await upload.uploadPart(parts.length + 1, block));
        size += block.length;
      }
      await upload.complete(parts);
      return size;
    } catch (error) {
      await upload.abort().catch(() => {});
      throw error;
    }
  }

  /** {@inheritDoc BlobStore.get} */
  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    const name = this.#name(key);
    const { range, signal } = options;
    signal?.throwIfAborted();
    if (range) return await this.#getPart(key, name, range, signal);
    const object = await this.#bucket.get(name);
    return object && hasBody(object) ? { info: infoOf(key, object), body: bodyOf(object, signal) } : null;
  }

  /** R2 refuses a part that lies beyond the end, so the length is looked up first. */
  async #getPart(
    key: string,
    name: string,
    range: BlobRange,
    signal: AbortSignal | undefined,
  ): Promise<OpenBlob | null> {
    boundsOf(range, 0);
    const head = await this.#bucket.head(name);
    if (head === null) return null;
    const { start, end } = boundsOf(range, head.size);
    const info = infoOf(key, head);
    if (start >= end) return { info, body: new Blob([]).stream() };
    const onlyIf = { etagMatches: head.etag };
    const object = await this.#bucket.get(name, { range: { offset: start, length: end - start }, onlyIf });
    // Another one was put, or it was deleted, in between.
    if (object === null || !hasBody(object)) return await this.#getPart(key, name, range, signal);
    return { info, body: bodyOf(object, signal) };
  }

  /** {@inheritDoc BlobStore.head} */
  async head(key: string): Promise<BlobInfo | null> {
    const object = await this.#bucket.head(this.#name(key));
    return object && infoOf(key, object);
  }

  /** {@inheritDoc BlobStore.delete} */
  async delete(keys: readonly string[]): Promise<void> {
    const names = keys.map((key) => this.#name(key));
    for (let at = 0; at < names.length; at += MOST_KEYS) {
      await this.#bucket.delete(names.slice(at, at + MOST_KEYS));
    }
  }

  /** {@inheritDoc BlobStore.list} */
  async list(prefix: string, { cursor, limit = BLOB_PAGE }: ListBlobsOptions = {}): Promise<BlobPage> {
    this.#check();
    const { objects, truncated } = await this.#bucket.list({
      prefix: this.#prefix + prefix,
      limit: Math.min(limit, MOST_KEYS),
      ...(cursor !== undefined && { startAfter: this.#prefix + cursor }),
    });
    const blobs = objects.map((object) => infoOf(object.key.slice(this.#prefix.length), object));
    return truncated ? { blobs, cursor: blobs.at(-1)?.key } : { blobs };
  }

  /** {@inheritDoc BlobStore.close} */
  async close(): Promise<void> {
    this.#closed = true;
  }

  #name(key: string): string {
    this.#check();
    checkBlobKey(key);
    return this.#prefix + key;
  }

  #check(): void {
    if (this.#closed) throw new TypeError("Cannot use the blob store as it must be open: it was closed");
  }
}

function hasBody(object: R2ObjectBody | R2Object): object is R2ObjectBody {
  return "body" in object && object.body !== undefined;
}

function infoOf(key: string, { size, uploaded, httpMetadata }: R2Object): BlobInfo {
  const type = httpMetadata?.contentType;
  return { key, size, created: uploaded.getTime(), ...(type && { type }) };
}

function bodyOf({ body }: R2ObjectBody, signal: AbortSignal | undefined): ReadableStream<Chunk> {
  return streamOf({ chunks: chunksOf(body), signal });
}
