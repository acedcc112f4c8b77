/**
 * Blobs in the memory of a process: for tests and examples.
 *
 * @module
 */
export { memoryBlobs, type MemoryBlobsOptions, MemoryBlobStore } from "./memory_blob_store.ts";
