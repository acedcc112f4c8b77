/** The S3 blob store passes the suite on every runtime, against a service that checks signatures. */

import assert from "node:assert/strict";
import { s3Blobs, type S3BlobsOptions } from "../../../src/blob_stores/s3/mod.ts";
import { noise, streamed, streamedThen } from "../../../src/testing/blob_conformance/bench.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { test } from "../../support/portable.ts";
import { type S3Keys, S3Server } from "../../support/s3_server.ts";

const KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

interface Served {
  readonly server: S3Server;
  readonly options: S3BlobsOptions;
}

async function serve(keys: S3Keys = KEYS): Promise<Served> {
  const server = new S3Server(keys);
  const endpoint = await server.start();
  return { server, options: { ...keys, bucket: server.bucket, region: server.region, endpoint } };
}

async function within(use: (served: Served) => Promise<void>, keys?: S3Keys): Promise<void> {
  const served = await serve(keys);
  try {
    await use(served);
  } finally {
    await served.server.stop();
  }
}

blobStoreConformance({
  name: "s3",
  test,
  create: async () => {
    const { server, options } = await serve();
    return {
      store: s3Blobs({ ...options, prefix: "apps/shop/" }),
      reopen: () => Promise.resolve(s3Blobs({ ...options, prefix: "apps/shop/" })),
      async close() {
        const left = [...server.uploads.keys()];
        assert([...server.objects.keys()].every((key) => key.startsWith("apps/shop/")));
        await server.stop();
        assert.deepEqual(left, [], "no upload is left unfinished");
      },
    };
  },
});

test("s3: a long stream is put in parts, a short one at once", () =>
  within(async ({ server, options }) => {
    const store = s3Blobs({ ...options, partSize: 5_242_880 });
    await store.put("short", streamed(noise(5_000_000)));
    assert.deepEqual(server.log, ["PUT /bucket/short"]);
    assert.equal(await store.put("long", streamed(noise(11_000_000)), { type: "image/png" }), 11_000_000);
    assert.deepEqual(server.log.slice(1).map((line) => line.split(" ")[0]), ["POST", "PUT", "PUT", "PUT", "POST"]);
    assert.equal((await store.head("long"))?.type, "image/png");
  }));

test("s3: credentials that are lent carry their token", () =>
  within(async ({ options }) => {
    await s3Blobs(options).put("a", noise(10));
    const { sessionToken: _, ...without } = options;
    await assert.rejects(s3Blobs(without).put("a", noise(10)), /403 InvalidToken/);
  }, { ...KEYS, sessionToken: "lent//for+an=hour" }));

test("s3: what is signed by another secret, key or region is refused, and no secret is told", () =>
  within(async ({ options }) => {
    const wrong = [{ secretAccessKey: "another-secret" }, { accessKeyId: "AKIANOBODY" }, { region: "us-east-1" }];
    for (const change of wrong) {
      const store = s3Blobs({ ...options, ...change });
      await assert.rejects(store.put("a", noise(1)), (error: Error) => {
        assert.match(error.message, /Cannot put blob a as the S3 service must accept it: it answered 403 \w+/);
        return !error.message.includes("secret");
      });
      await assert.rejects(store.list(""), /403/);
      await assert.rejects(store.get("a"), /403/);
      await assert.rejects(store.head("a"), /403/);
    }
    assert(!JSON.stringify(s3Blobs(options)).includes(KEYS.secretAccessKey));
  }));

test("s3: a request that fails for a while is tried again, in the middle of an upload too", () =>
  within(async ({ server, options }) => {
    const store = s3Blobs({ ...options, partSize: 5_242_880 });
    server.faults.push(503, "cut", 500);
    await store.put("a", noise(1_000));
    server.faults.push(429);
    assert.equal((await store.head("a"))?.size, 1_000);
    const bytes = noise(6_000_000);
    let pulls = 0;
    const source = streamedThen(bytes, (controller) => controller.close());
    const counted = source.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          if (++pulls === 85) server.faults.push(503, "cut");
          controller.enqueue(chunk);
        },
      }),
    );
    assert.equal(await store.put("parts", counted), bytes.length);
    server.faults.push(503, 503, 503, 503);
    await assert.rejects(store.put("b", noise(1)), /503 SlowDown/);
  }));

test("s3: an upload that fails for good is given up at the service", () =>
  within(async ({ server, options }) => {
    const store = s3Blobs({ ...options, partSize: 5_242_880, tries: 1 });
    const broken = streamedThen(noise(6_000_000), () => {
      throw new Error("broken");
    });
    await assert.rejects(store.put("a", broken), /broken/);
    assert.equal(server.uploads.size, 0);
    assert.equal(server.log.at(-1), "DELETE /bucket/a");
  }));

test("s3: parts that S3 would refuse are refused here", () => {
  assert.throws(() => s3Blobs({ ...KEYS, bucket: "b", partSize: 1_000_000 }), RangeError);
});

test("s3: a bucket of AWS is a part of the host's name", () => {
  assert.equal(
    s3Blobs({ ...KEYS, bucket: "b", region: "eu-west-1", prefix: "p/" }).description,
    "S3 b.s3.eu-west-1.amazonaws.com b/p/",
  );
});
