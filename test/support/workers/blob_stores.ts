/**
 * Runs the blob store suite in workerd: `GET /` names the tests, `GET /r2/<number>` or `/s3/<number>` runs one. `POST` and
 * `GET /<r2, s3 or upstash>/shared` put and get a blob of a store that all requests share.
 */

import type { BlobStore } from "../../../src/blob_store.ts";
import { r2Blobs, type R2Bucket } from "../../../src/blob_stores/r2/mod.ts";
import { upstashBlobs, type UpstashBlobsOptions } from "../../../src/blob_stores/redis/upstash.ts";
import { s3Blobs, type S3BlobsOptions } from "../../../src/blob_stores/s3/mod.ts";
import { blobConformanceTests } from "../../../src/testing/blob_conformance/blob_conformance.ts";

interface Env {
  readonly BUCKET: R2Bucket;
  readonly S3: S3BlobsOptions;
  readonly UPSTASH: UpstashBlobsOptions;
}

function opener(kind: string, prefix: string, { BUCKET: bucket, S3, UPSTASH }: Env): () => BlobStore {
  if (kind === "upstash") return () => upstashBlobs(UPSTASH);
  return kind === "r2" ? () => r2Blobs({ bucket, prefix }) : () => s3Blobs({ ...S3, prefix });
}

const stores = new Map<string, BlobStore>();

async function share(kind: string, env: Env, { method, body }: Request): Promise<Response> {
  const store = stores.get(kind) ?? opener(kind, "shared/", env)();
  stores.set(kind, store);
  if (method === "POST") return new Response(String(await store.put("blob", body ?? new Uint8Array())));
  return new Response((await store.get("blob"))?.body ?? "none");
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, kind = "", number] = new URL(request.url).pathname.split("/");
    if (number === undefined) return Response.json(blobConformanceTests.map(({ name }) => name));
    if (number === "shared") return await share(kind, env, request);
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
