/** A blob store behind a seal: what is put is encrypted as it streams by, and what is read is checked. @module */
import {
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
import { CHUNK, contentSize, HEADER, SEALED_CHUNK } from "./blob_format.ts";
import { openPart, openStream, sealStream } from "./blob_stream.ts";
import type { KeyRing } from "./key_ring.ts";

/** A blob store that keeps only what is sealed. A blob is bound to its key: under another it is refused. */
export class SealedBlobStore implements BlobStore {
  readonly #inner: BlobStore;
  readonly #ring: KeyRing;

  constructor(inner: BlobStore, ring: KeyRing) {
    this.#inner = inner;
    this.#ring = ring;
  }

  get description(): string {
    return `${this.#inner.description}, sealed`;
  }

  async put(key: string, body: BlobBody, meta?: BlobMeta, options?: PutBlobOptions): Promise<number> {
    checkBlobKey(key);
    const content = body instanceof Uint8Array ? streamOf(body) : body;
    const sealed = content.pipeThrough(sealStream(this.#ring, key), { signal: options?.signal });
    return contentSize(await this.#inner.put(key, sealed, meta, options));
  }

  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    checkBlobKey(key);
    const { range, signal } = options;
    if (range !== undefined) return await this.#getPart(key, range, signal);
    const opened = await this.#inner.get(key, { signal });
    if (opened === null) return null;
    return { info: told(opened.info), body: opened.body.pipeThrough(openStream(this.#ring, key)) };
  }

  /**
   * Reads the header, then the chunks that hold the part. Where another blob came in between, they do not fit. Of a part
   * beyond the end the last chunk is read, as only that tells that the end is where it was.
   */
  async #getPart(key: string, range: BlobRange, signal: AbortSignal | undefined): Promise<OpenBlob | null> {
    const head = await this.#inner.get(key, { range: { offset: 0, length: HEADER }, signal });
    if (head === null) return null;
    const header = new Uint8Array(await new Response(head.body).arrayBuffer());
    const info = told(head.info);
    const { start, end } = boundsOf(range, info.size);
    if (range.length === 0) return { info, body: streamOf(new Uint8Array(0)) };
    const lastOfAll = Math.max(0, Math.ceil(info.size / CHUNK) - 1);
    const first = Math.min(lastOfAll, Math.floor(start / CHUNK));
    const last = Math.max(first, Math.floor((end - 1) / CHUNK));
    const chunks = { offset: HEADER + first * SEALED_CHUNK, length: (last - first + 1) * SEALED_CHUNK };
    const opened = await this.#inner.get(key, { range: chunks, signal });
    if (opened === null) return null;
    const part = { first, isEnd: last === lastOfAll, skip: start - first * CHUNK, take: end - start };
    return { info, body: opened.body.pipeThrough(openPart(this.#ring, key, header, part)) };
  }

  async head(key: string): Promise<BlobInfo | null> {
    const info = await this.#inner.head(key);
    return info && told(info);
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#inner.delete(keys);
  }

  async list(prefix: string, options?: ListBlobsOptions): Promise<BlobPage> {
    const page = await this.#inner.list(prefix, options);
    return { ...page, blobs: page.blobs.map(told) };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** What is known of a sealed blob, told of its content. */
function told(info: BlobInfo): BlobInfo {
  return { ...info, size: contentSize(info.size) };
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

function boundsOf({ offset, length = Infinity }: BlobRange, size: number): { start: number; end: number } {
  if (Number.isSafeInteger(offset) && offset >= 0 && length >= 0) {
    return { start: Math.min(offset, size), end: Math.min(size, offset + length) };
  }
  throw new RangeError(
    `Cannot read a part of a blob as offset and length must be 0 or more: current values are ${offset} and ${length}`,
  );
}
