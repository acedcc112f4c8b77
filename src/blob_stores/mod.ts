/**
 * Blob stores: what keeps files, streams and large values that messages only refer to. Those of this door run everywhere;
 * files in a folder are behind `blobs/file`.
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
