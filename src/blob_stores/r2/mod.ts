/**
 * Blobs in a bucket of Cloudflare R2, by the binding of a worker there. Elsewhere, R2 is reached as S3 is.
 *
 * @module
 */
export { r2Blobs, type R2BlobsOptions, R2BlobStore } from "./r2_blob_store.ts";
export type { R2Bucket, R2Object, R2ObjectBody, R2Upload } from "./r2_bucket.ts";
