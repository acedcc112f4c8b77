/**
 * Blobs as files in a folder: what goes with the embedded broker.
 *
 * @module
 */
export { fileBlobs, type FileBlobsOptions, FileBlobStore } from "./file_blob_store.ts";
