import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Miniflare } from "miniflare";
import { blobConformanceTests } from "../../src/testing/blob_conformance/blob_conformance.ts";
import { S3Server } from "../support/s3_server.ts";
import { startWorkerd } from "../support/workerd.ts";

const KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

let workerd: Miniflare | undefined;
const server = new S3Server(KEYS);

beforeAll(async () => {
  const { bucket, region } = server;
  const S3 = { ...KEYS, bucket, region, endpoint: await server.start() };
  workerd = await startWorkerd("test/support/workers/blob_stores.ts", {
    miniflare: { r2Buckets: ["BUCKET"], bindings: { S3 }, compatibilityFlags: ["nodejs_compat"] },
  });
}, 60_000);

afterAll(async () => {
  await workerd?.dispose();
  await server.stop();
});

async function answer(path: string): Promise<string | undefined> {
  return await (await workerd?.dispatchFetch(`http://worker/${path}`))?.text();
}

test("workerd has the whole suite", async () => {
  expect(JSON.parse(await answer("") ?? "")).toEqual(blobConformanceTests.map(({ name }) => name));
});

for (const kind of ["r2", "s3"]) {
  for (const [number, { name }] of blobConformanceTests.entries()) {
    test(`${kind} in workerd: ${name}`, async () => expect(await answer(`${kind}/${number}`)).toBe("passed"), 60_000);
  }
}
