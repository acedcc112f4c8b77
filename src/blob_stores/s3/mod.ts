/**
 * Blobs in a bucket of S3, or of a service that speaks like it: over fetch, on every runtime.
 *
 * @module
 */
export { s3Blobs, type S3BlobsOptions, S3BlobStore } from "./s3_blob_store.ts";
