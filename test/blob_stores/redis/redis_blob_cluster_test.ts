import { afterEach, expect, test } from "bun:test";
import { connectBlobs, storeBeside } from "../../../src/app/connect_blobs.ts";
import type { BlobStore } from "../../../src/blob_store.ts";
import { ChunkKeys } from "../../../src/blob_stores/redis/chunk_keys.ts";
import { redisBlobs } from "../../../src/blob_stores/redis/mod.ts";
import { keySlot } from "../../../src/brokers/redis/cluster/key_slot.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import { RespClient } from "../../../src/brokers/redis/resp_client.ts";
import { noise, read } from "../../../src/testing/blob_conformance/bench.ts";
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

blobStoreConformance({
  name: "redis cluster, by its URL",
  test: (name, run) => test(name, run, 60_000),
  create: () => {
    const namespace = `cluster blobs ${++count}`;
    const open = () => redisBlobs({ url: cluster().url, namespace });
    const store = open();
    return Promise.resolve({
      store,
      reopen: () => Promise.resolve(open()),
      close: () => store.close(),
    });
  },
});

const closing: BlobStore[] = [];
afterEach(async () => {
  for (const store of closing.splice(0)) await store.close();
});

test("the store of UMBEL_BLOBS spreads blobs over all masters, and the chunks of each lie on one", async () => {
  await cluster().tell("FLUSHALL");
  const store = await connectBlobs(cluster().url, {});
  closing.push(store);
  const blobs = Array.from({ length: 60 }, () => noise(270_000));
  for (const [at, bytes] of blobs.entries()) await store.put(`blob-${at}`, bytes);
  const generations = await Promise.all(cluster().masters.map(({ url }) => generationsAt(url)));
  expect(generations.every((some) => some.length > 0)).toBe(true);
  expect(new Set(generations.flat()).size).toBe(60);
  expect(generations.flat()).toHaveLength(60);
  for (const [at, bytes] of blobs.entries()) expect(await read(store, `blob-${at}`)).toEqual(bytes);
}, 60_000);

/** The generations of which a server has chunks, each once. */
async function generationsAt(url: string): Promise<string[]> {
  await using client = new RespClient({ url });
  const keys = await client.command(["KEYS", "umbel:{default/blobs/*"]);
  return [...new Set((Array.isArray(keys) ? keys : []).map((key) => String(key).replace(/:\d+$/, "")))];
}

test("blobs follow their slots to other masters", async () => {
  const namespace = "moves";
  const store = redisBlobs({ url: cluster().url, namespace });
  closing.push(store);
  const bytes = noise(600_000);
  for (const [at, master] of cluster().masters.entries()) {
    await store.put(`blob-${at}`, bytes);
    await cluster().moveSlot(keySlot(new ChunkKeys(namespace).infos), master);
    for (let before = 0; before <= at; before++) expect(await read(store, `blob-${before}`)).toEqual(bytes);
  }
  expect((await store.list("")).blobs.map(({ key, size }) => [key, size])).toEqual([
    ["blob-0", 600_000],
    ["blob-1", 600_000],
    ["blob-2", 600_000],
  ]);
}, 60_000);
