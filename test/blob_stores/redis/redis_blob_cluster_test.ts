import { test } from "bun:test";
import { storeBeside } from "../../../src/app/connect_blobs.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { clusterForTests } from "../../brokers/redis/redis_fixture.ts";

const cluster = clusterForTests();

let count = 0;

blobStoreConformance({
  name: "redis cluster, beside its broker",
  test: (name, run) => test(name, run, 60_000),
  create: async () => {
    const broker = redis({ url: cluster().url, namespace: `cluster blobs ${++count}` });
    return {
      store: await storeBeside(broker),
      reopen: () => storeBeside(broker),
      close: () => broker.close(),
    };
  },
});
