/** Runs the blob store suite in workerd: `GET /` names the tests, `GET /r2/<number>` or `/s3/<number>` runs one. */

import type { BlobStore } from "../../../src/blob_store.ts";
import { r2Blobs, type R2Bucket } from "../../../src/blob_stores/r2/mod.ts";
import { s3Blobs, type S3BlobsOptions } from "../../../src/blob_stores/s3/mod.ts";
import { blobConformanceTests } from "../../../src/testing/blob_conformance/blob_conformance.ts";

interface Env {
  readonly BUCKET: R2Bucket;
  readonly S3: S3BlobsOptions;
}

function opener(kind: string, prefix: string, { BUCKET: bucket, S3 }: Env): () => BlobStore {
  return kind === "r2" ? () => r2Blobs({ bucket, prefix }) : () => s3Blobs({ ...S3, prefix });
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, kind = "", number] = new URL(request.url).pathname.split("/");
    if (number === undefined) return Response.json(blobConformanceTests.map(({ name }) => name));
    const open = opener(kind, `test-${number}/`, env);
    try {
      await blobConformanceTests[Number(number)]?.run(() => {
        const store = open();
        return Promise.resolve({ store, reopen: () => Promise.resolve(open()), close: () => store.close() });
      });
      return new Response("passed");
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 });
    }
  },
};
