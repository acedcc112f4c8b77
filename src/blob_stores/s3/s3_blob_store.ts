/** Blobs in a bucket of S3, or of a service that speaks like it. @module */
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
import { checkAnswer, partsOf, S3Client, textOf } from "./s3_client.ts";
import { uploadParts } from "./upload.ts";

/** Options of {@link s3Blobs}. */
export interface S3BlobsOptions {
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For credentials that are lent for a time. */
  readonly sessionToken?: string | undefined;
  /** The region of the bucket; for services that have none, any. @default {"us-east-1"} */
  readonly region?: string | undefined;
  /**
   * The URL of the service, such as `https://<account>.r2.cloudflarestorage.com` or `http://127.0.0.1:9000`: the bucket is
   * the first part of its paths. That of AWS when absent, where the bucket is a part of the name.
   */
  readonly endpoint?: string | undefined;
  /** What stands before every key, so that several apps may share a bucket: `umbel/shop/`. @default {""} */
  readonly prefix?: string | undefined;
  /**
   * The length of the parts in which a stream is put, in bytes: so much of it is in memory. At least 5 MiB, and a blob has
   * 10,000 parts at most. @default {8388608}
   */
  readonly partSize?: number | undefined;
  /** How often a request is tried that fails by the network, or with 429 or 5xx. @default {4} */
  readonly tries?: number | undefined;
}

const PART = 8_388_608;
const TRIES = 4;

/** Deletes that are under way at once. */
const DELETES_AT_ONCE = 8;

/** A blob store in a bucket of S3, or of a service that speaks like it: R2, MinIO, Ceph, and others. */
export function s3Blobs(options: S3BlobsOptions): S3BlobStore {
  return new S3BlobStore(options);
}

/** A {@link BlobStore} in a bucket of S3. */
export class S3BlobStore implements BlobStore {
  readonly description: string;
  readonly #client: S3Client;
  readonly #prefix: string;
  readonly #partSize: number;
  #closed = false;

  constructor(options: S3BlobsOptions) {
    const { bucket, region = "us-east-1", endpoint, prefix = "", partSize = PART, tries = TRIES } = options;
    if (partSize < 5_242_880) {
      throw new RangeError(`Cannot use a bucket as partSize must be at least 5242880: current value is ${partSize}`);
    }
    const bucketUrl = endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/+$/, "")}/${bucket}`;
    const { accessKeyId, secretAccessKey, sessionToken } = options;
    this.#client = new S3Client({ bucketUrl, region, accessKeyId, secretAccessKey, sessionToken, tries });
    this.#prefix = prefix;
    this.#partSize = partSize;
    this.description = `S3 ${new URL(bucketUrl).host} ${bucket}/${prefix}`;
  }

  /** {@inheritDoc BlobStore.put} */
  async put(key: string, body: BlobBody, meta: BlobMeta = {}, options: PutBlobOptions = {}): Promise<number> {
    const name = this.#name(key);
    const { signal } = options;
    signal?.throwIfAborted();
    const headers: Record<string, string> = meta.type ? { "content-type": meta.type } : {};
    if (body instanceof Uint8Array) return await this.#putWhole(name, body, headers, signal);
    const blocks = blocksOf(body, this.#partSize, signal);
    const first = await blocks.next();
    if (first.done) return await this.#putWhole(name, new Uint8Array(), headers, signal);
    if (first.value.length < this.#partSize) {
      await blocks.return();
      return await this.#putWhole(name, first.value, headers, signal);
    }
    return await uploadParts(this.#client, { key: name, headers, signal }, chained(first.value, blocks));
  }

  async #putWhole(
    key: string,
    body: Chunk,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const answer = await this.#client.send({ method: "PUT", key, headers, body, signal });
    await (await checkAnswer(answer, `put blob ${key}`)).body?.cancel();
    return body.length;
  }

  /** {@inheritDoc BlobStore.get} */
  async get(key: string, options: GetBlobOptions = {}): Promise<OpenBlob | null> {
    const name = this.#name(key);
    const { range, signal } = options;
    signal?.throwIfAborted();
    if (range) boundsOf(range, 0);
    if (range?.length === 0) return await this.#openEmpty(key);
    const headers: Record<string, string> = range ? { range: rangeHeader(range) } : {};
    const answer = await this.#client.send({ method: "GET", key: name, headers, signal });
    if (answer.status === 404 || answer.status === 416) {
      await answer.body?.cancel();
      return answer.status === 404 ? null : await this.#openEmpty(key);
    }
    await checkAnswer(answer, `read blob ${name}`);
    return { info: infoOf(key, answer.headers), body: bodyOf(answer, signal) };
  }

  /** A part that lies beyond the end, which the service takes for a mistake. */
  async #openEmpty(key: string): Promise<OpenBlob | null> {
    const info = await this.head(key);
    return info && { info, body: new Blob([]).stream() };
  }

  /** {@inheritDoc BlobStore.head} */
  async head(key: string): Promise<BlobInfo | null> {
    const name = this.#name(key);
    const answer = await this.#client.send({ method: "HEAD", key: name });
    if (answer.status === 404) return null;
    await checkAnswer(answer, `look at blob ${name}`);
    return infoOf(key, answer.headers);
  }

  /** {@inheritDoc BlobStore.delete} */
  async delete(keys: readonly string[]): Promise<void> {
    const queue = keys.map((key) => this.#name(key)).values();
    const worker = async () => {
      for (const key of queue) {
        const answer = await this.#client.send({ method: "DELETE", key });
        if (answer.status !== 404) await checkAnswer(answer, `delete blob ${key}`);
        await answer.body?.cancel();
      }
    };
    await Promise.all(Array.from({ length: Math.min(DELETES_AT_ONCE, keys.length) }, worker));
  }

  /** {@inheritDoc BlobStore.list} */
  async list(prefix: string, { cursor, limit = BLOB_PAGE }: ListBlobsOptions = {}): Promise<BlobPage> {
    this.#check();
    const query = {
      "list-type": "2",
      "max-keys": String(limit),
      prefix: this.#prefix + prefix,
      // A key, not the service's own token: pages go on behind it, whatever was put or deleted before.
      ...(cursor !== undefined && { "start-after": this.#prefix + cursor }),
    };
    const answer = await this.#client.send({ method: "GET", query });
    const xml = await (await checkAnswer(answer, "list blobs")).text();
    const blobs = partsOf(xml, "Contents").map((entry) => this.#listed(entry));
    return textOf(xml, "IsTruncated") === "true" ? { blobs, cursor: blobs.at(-1)?.key } : { blobs };
  }

  #listed(entry: string): BlobInfo {
    const key = (textOf(entry, "Key") ?? "").slice(this.#prefix.length);
    return { key, size: Number(textOf(entry, "Size")), created: Date.parse(textOf(entry, "LastModified") ?? "") };
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

async function* chained(first: Chunk, rest: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  yield first;
  yield* rest;
}

function rangeHeader({ offset, length = Infinity }: BlobRange): string {
  return `bytes=${offset}-${length === Infinity ? "" : offset + length - 1}`;
}

/** The types that services give to what was put without one. */
const NO_TYPE = new Set(["binary/octet-stream", "application/octet-stream", ""]);

function infoOf(key: string, headers: Headers): BlobInfo {
  const whole = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] ?? headers.get("content-length");
  const type = headers.get("content-type") ?? "";
  const created = Date.parse(headers.get("last-modified") ?? "");
  return { key, size: Number(whole), created, ...(!NO_TYPE.has(type) && { type }) };
}

function bodyOf(answer: Response, signal: AbortSignal | undefined): ReadableStream<Chunk> {
  return answer.body ? streamOf({ chunks: chunksOf(answer.body), signal }) : new Blob([]).stream();
}
