import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Miniflare } from "miniflare";
import { blobConformanceTests } from "../../src/testing/blob_conformance/blob_conformance.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { S3Server } from "../support/s3_server.ts";
import { startWorkerd } from "../support/workerd.ts";

const KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

let workerd: Miniflare | undefined;
let redis: RedisServer | undefined;
let gateway: ServedGateway | undefined;
const server = new S3Server(KEYS);

beforeAll(async () => {
  const { bucket, region } = server;
  const S3 = { ...KEYS, bucket, region, endpoint: await server.start() };
  redis = await startRedisServer();
  gateway = await serveGateway({ redis: redis.url, port: 0, token: "token" });
  const UPSTASH = { url: gateway.url, token: "token" };
  workerd = await startWorkerd("test/support/workers/blob_stores.ts", {
    miniflare: { r2Buckets: ["BUCKET"], bindings: { S3, UPSTASH }, compatibilityFlags: ["nodejs_compat"] },
  });
}, 60_000);

afterAll(async () => {
  await workerd?.dispose();
  await gateway?.close();
  await redis?.stop();
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

test.each(["r2", "s3", "upstash"])("requests in workerd share a store: %s", async (kind) => {
  const url = `http://worker/${kind}/shared`;
  const body = new Uint8Array(700_000).map((_, at) => at % 251);
  for (let turn = 0; turn < 3; turn++) {
    const put = await workerd?.dispatchFetch(url, { method: "POST", body });
    expect(await put?.text()).toBe("700000");
    const got = await workerd?.dispatchFetch(url);
    expect(Bun.hash(await got?.arrayBuffer() ?? "")).toBe(Bun.hash(body));
  }
}, 60_000);
