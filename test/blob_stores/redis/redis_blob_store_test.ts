import { afterAll, describe, expect, test } from "bun:test";
import { RedisBlobStore } from "../../../src/blob_stores/redis/redis_blob_store.ts";
import { redisBlobs, type RedisBlobsOptions } from "../../../src/blob_stores/redis/mod.ts";
import { upstashBlobs } from "../../../src/blob_stores/redis/upstash.ts";
import { RespClient } from "../../../src/brokers/redis/resp_client.ts";
import { TcpTransport } from "../../../src/brokers/redis/tcp.ts";
import { UpstashTransport } from "../../../src/brokers/redis/upstash/client.ts";
import { Redis } from "@upstash/redis/cloudflare";
import { noise, read, streamed, streamedThen } from "../../../src/testing/blob_conformance/bench.ts";
import { blobStoreConformance } from "../../../src/testing/blob_conformance/blob_conformance.ts";
import { gatewayForTests } from "../../brokers/redis/rest_fixture.ts";

const setup = gatewayForTests();
const clients: RespClient[] = [];
let count = 0;

afterAll(async () => {
  for (const client of clients) await client.destroy();
});

function raw(): RespClient {
  const client = new RespClient({ url: setup().server.url });
  clients.push(client);
  return client;
}

/** The names of all keys of a namespace but the noted ones, and what is noted as unfinished. */
async function left(namespace: string): Promise<{ chunks: number; unfinished: unknown }> {
  const keys = await raw().command(["KEYS", `umbel:{${namespace}/blobs/*`]);
  const unfinished = await raw().command(["ZRANGE", `umbel:{${namespace}/blobs}:unfinished`, 0, -1]);
  return { chunks: Array.isArray(keys) ? keys.length : -1, unfinished };
}

type Open = (namespace: string) => RedisBlobStore;

function suite(name: string, open: Open): void {
  blobStoreConformance({
    name,
    test,
    create: () => {
      const namespace = `blobs ${++count}`;
      const store = open(namespace);
      return Promise.resolve({
        store,
        reopen: () => Promise.resolve(open(namespace)),
        async close() {
          const blobs = (await store.list("")).blobs;
          const chunks = blobs.reduce((sum, { size }) => sum + Math.ceil(size / 262_144), 0);
          expect(await left(namespace)).toEqual({ chunks, unfinished: [] });
          await store.close();
        },
      });
    },
  });
}

suite("redis over TCP", (namespace) => redisBlobs({ url: setup().server.url, namespace }));
suite("redis over HTTP by fetch", (namespace) => upstashBlobs({ ...setup().access, namespace }));
// As the client comes: it takes answers for JSON, and sends several commands in one request.
suite("redis over HTTP by the official client", (namespace) => {
  const { url, token } = setup().access;
  return new RedisBlobStore(new UpstashTransport(new Redis({ url, token }), "upstash"), { namespace });
});

describe("blobs in Redis", () => {
  const open = (options: Partial<RedisBlobsOptions> = {}) => {
    const namespace = `own ${++count}`;
    return { namespace, store: redisBlobs({ url: setup().server.url, namespace, ...options }) };
  };

  test("are in chunks, none of them long", async () => {
    const { store, namespace } = open();
    await store.put("long", streamed(noise(1_000_000)));
    const keys = await raw().command(["KEYS", `umbel:{${namespace}/blobs/*`]);
    expect(keys).toHaveLength(4);
    for (const key of keys as string[]) expect(Number(await raw().command(["STRLEN", key]))).toBeLessThan(350_000);
    await store.close();
  });

  test("that were never finished are removed a day later, by who lists", async () => {
    const { store, namespace } = open();
    const unfinished = `umbel:{${namespace}/blobs}:unfinished`;
    for (const [generation, age] of [["old", 90_000_000], ["young", 80_000_000]] as const) {
      await raw().command(["ZADD", unfinished, Date.now() - age, generation]);
      for (let number = 0; number < 450; number++) {
        await raw().command(["SET", `umbel:{${namespace}/blobs/${generation}}:${number}`, "="]);
      }
    }
    await store.list("");
    expect(await left(namespace)).toEqual({ chunks: 450, unfinished: ["young"] });
    await store.close();
  });

  test("that were taken for unfinished ones are not put in parts", async () => {
    const { store, namespace } = open();
    await store.put("kept", noise(10));
    const slow = streamedThen(noise(300_000), async (controller) => {
      await raw().command(["DEL", `umbel:{${namespace}/blobs}:unfinished`]);
      controller.close();
    });
    await expect(store.put("kept", slow)).rejects.toThrow(/it took longer, and was removed/);
    expect(await read(store, "kept")).toEqual(noise(10));
    await store.close();
  });

  test("survive cut connections", async () => {
    const { store } = open();
    const bytes = noise(3_000_000);
    let cuts = 0;
    const source = streamed(bytes, [100_000]).pipeThrough(
      new TransformStream({
        async transform(chunk, controller) {
          if (++cuts % 7 === 0) await raw().command(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
          controller.enqueue(chunk);
        },
      }),
    );
    expect(await store.put("tough", source)).toBe(bytes.length);
    expect(await read(store, "tough")).toEqual(bytes);
    await store.close();
  });

  test("leave another's transport open", async () => {
    const transport = new TcpTransport({ url: setup().server.url });
    const store = new RedisBlobStore(transport, { namespace: "borrowed" });
    await store.put("a", noise(1));
    await store.close();
    expect(await transport.command(["PING"])).toBe("PONG");
    await transport.close();
  });
});
