/**
 * Blob stores: what keeps files, streams and large values that messages only refer to. Those of this door run everywhere;
 * files in a folder are behind `blobs/file`, Redis over TCP behind `blobs/redis`.
 *
 * @module
 */
export type {
  BlobBody,
  BlobInfo,
  BlobMeta,
  BlobPage,
  BlobRange,
  BlobStore,
  GetBlobOptions,
  ListBlobsOptions,
  OpenBlob,
  PutBlobOptions,
} from "../blob_store.ts";
export { memoryBlobs, type MemoryBlobsOptions, MemoryBlobStore } from "./memory/mod.ts";
export { r2Blobs, type R2BlobsOptions, R2BlobStore, type R2Bucket } from "./r2/mod.ts";
export { s3Blobs, type S3BlobsOptions, S3BlobStore } from "./s3/mod.ts";
export { upstashBlobs, type UpstashBlobsOptions } from "./redis/upstash.ts";
