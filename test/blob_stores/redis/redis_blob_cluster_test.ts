import { afterAll, beforeAll, test } from "bun:test";
import { storeBeside } from "../../../src/app/connect_blobs.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { type RedisCluster, startRedisCluster } from "../../support/redis_cluster.ts";

let cluster: RedisCluster | undefined;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 120_000);
afterAll(async () => {
  await cluster?.stop();
}, 60_000);

let count = 0;

blobStoreConformance({
  name: "redis cluster, beside its broker",
  test: (name, run) => test(name, run, 60_000),
  create: async () => {
    const broker = redis({ url: cluster?.url, namespace: `cluster blobs ${++count}` });
    return {
      store: await storeBeside(broker),
      reopen: () => storeBeside(broker),
      close: () => broker.close(),
    };
  },
});
