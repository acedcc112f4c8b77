/**
 * The blob store seam: what keeps the values that messages only refer to.
 *
 * A store never looks into what it keeps. Checksums, encryption, and who still needs what are decided above it, so a
 * store is little more than a folder of named byte strings, read and written as streams.
 *
 * @module
 */
import type { ByteBody, ByteRange } from "./base/byte_streams.ts";

/** What is told of a blob when it is put. */
export interface BlobMeta {
  /** Its media type, such as `image/png`; stores that serve files by themselves give it to readers. */
  readonly type?: string | undefined;
}

/** What a store knows of a blob. */
export interface BlobInfo {
  readonly key: string;
  /** Its length in bytes. */
  readonly size: number;
  /** When it was put, in milliseconds since the Unix epoch by the store's clock; it may be cut to the second. */
  readonly created: number;
  /** Its media type; in a list, a store may not tell. */
  readonly type?: string | undefined;
}

/** A part of a blob: so many bytes from an offset, or all that follow it. What lies beyond its end is left out. */
export type BlobRange = ByteRange;

/** How a blob is read. */
export interface GetBlobOptions {
  /** Only this part of it. */
  readonly range?: BlobRange | undefined;
  /** Stops the reading: the stream fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a blob is put. */
export interface PutBlobOptions {
  /** Stops the writing: nothing of it stays. */
  readonly signal?: AbortSignal | undefined;
}

/** A blob being read. */
export interface OpenBlob {
  /** What is known of the whole, also where a part is read. */
  readonly info: BlobInfo;
  /** Its bytes. Cancel it when they are not wanted after all. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How blobs are listed. */
export interface ListBlobsOptions {
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
  /** As many as this at most. @default {1000} */
  readonly limit?: number | undefined;
}

/** A page of a list. */
export interface BlobPage {
  readonly blobs: readonly BlobInfo[];
  /** Where the next page begins; absent on the last one. */
  readonly cursor?: string | undefined;
}

/** What may be put: bytes, or a stream of them, which is read as it is written. */
export type BlobBody = ByteBody;

/**
 * A blob store. Implementations are in `blob_stores/`; each passes the conformance suite of `testing/`.
 *
 * Keys are 1 to 512 letters, digits, and `. _ - /`; what stands between slashes is 1 to 200 of them, and neither `.`
 * nor `..`. Nothing connects or opens before the first call.
 */
export interface BlobStore {
  /** What it is, for banners and reports: no secrets, such as `files in .umbel/shop.blobs`. */
  readonly description: string;
  /**
   * Keeps a blob under a key, in place of one that is there. It appears whole, once the last byte is in: when the stream
   * fails or the signal aborts, what was there before stays as it was. Gives the number of bytes.
   */
  put(key: string, body: BlobBody, meta?: BlobMeta, options?: PutBlobOptions): Promise<number>;
  /**
   * Opens a blob; null when there is none. What a reader has begun to read it reads to the end, or the stream fails: it
   * never gets parts of two blobs that were put one after the other.
   */
  get(key: string, options?: GetBlobOptions): Promise<OpenBlob | null>;
  /** What is known of a blob; null when there is none. */
  head(key: string): Promise<BlobInfo | null>;
  /** Removes blobs. A key that has none is passed over. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Blobs whose keys begin with the prefix, by their keys in ascending order, a page at a time. What is put or deleted
   * between two pages may be missed; all others are listed once.
   */
  list(prefix: string, options?: ListBlobsOptions): Promise<BlobPage>;
  /** Lets go of files and connections. Further calls are refused. */
  close(): Promise<void>;
}

const KEY = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))(?=.{1,512}$)[\w.-]{1,200}(?:\/[\w.-]{1,200})*$/;

/**
 * Refuses a key that is none; every implementation calls it first.
 *
 * @throws {RangeError}
 */
export function checkBlobKey(key: string): void {
  if (KEY.test(key)) return;
  throw new RangeError(
    `Cannot use a blob as its key must be up to 512 letters, digits and . _ - / with no part empty or over 200: current value is ${
      JSON.stringify(key)
    }`,
  );
}

/** The default of {@link ListBlobsOptions.limit}. */
export const BLOB_PAGE = 1_000;
