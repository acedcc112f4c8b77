import { describe, expect, test } from "bun:test";
import { connectBlobs, storeBeside } from "../../src/app/connect_blobs.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "hidden-secret" };

describe("the blob store of a URL", () => {
  test.each<[string, string, Record<string, string>]>([
    ["memory:", "memory", {}],
    ["file:/var/blobs", "files in /var/blobs", {}],
    ["s3://bucket/shop/?region=eu-west-1", "S3 bucket.s3.eu-west-1.amazonaws.com bucket/shop/", KEYS],
    ["s3://bucket", "S3 127.0.0.1:9000 bucket/", { ...KEYS, AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9000/" }],
    ["redis://user:hidden@127.0.0.1:1/2", "redis 127.0.0.1:1/2", {}],
    ["rediss+cluster://:hidden@127.0.0.1:1,127.0.0.1:2", "redis cluster 127.0.0.1:1,127.0.0.1:2", {}],
    ["https://db.example.com", "upstash https://db.example.com", { UPSTASH_REDIS_REST_TOKEN: "hidden" }],
  ])("%s", async (url, description, env) => {
    const store = await connectBlobs(url, env);
    expect(store.description).toBe(description);
    await store.close();
  });

  test("that names none, or lacks its keys, is told without secrets", async () => {
    await expect(connectBlobs("ftp://user:hidden@host", {})).rejects.toThrow(
      /one of memory:, .*: current scheme is ftp$/,
    );
    await expect(connectBlobs("s3://bucket", { AWS_ACCESS_KEY_ID: "id" })).rejects.toThrow(/set AWS_ACCESS_KEY_ID and/);
  });
});

describe("a URL that lacks something is told, and shown to nobody:", () => {
  test.each([
    ["s3:bucket", /must name a bucket, as in s3:\/\/bucket\/prefix: it names none$/],
    ["s3:///hidden", /must name a bucket/],
    ["s3://bucket?endpoint=hidden", /Cannot connect to the endpoint of S3 as its URL must be valid/],
    ["file:", /must name a folder, as in file:uploads: it names none$/],
    ["https://user:hidden@", /Cannot connect to Upstash as its URL must be valid: current value is not a URL$/],
    ["rediss://user:hidden@[::1", /must be valid: current value is not a URL$/],
    ["redis+cluster://user:hidden@", /must be redis\+cluster:\/\/.*: current value is another$/],
    ["r2://hidden", /current scheme is r2$/],
  ])("%s", async (url, words) => {
    const error: unknown = await connectBlobs(url, KEYS).catch((error) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(words);
    expect(Bun.inspect(error, { colors: false }).replace(/^ *\d* \|.*$/gm, "")).not.toContain("hidden");
  });
});

describe("the blob store beside a broker", () => {
  test("is one for all that share a broker in memory", async () => {
    const broker = new MemoryBroker();
    expect(await storeBeside(broker)).toBe(await storeBeside(broker));
    expect(await storeBeside(broker)).not.toBe(await storeBeside(new MemoryBroker()));
  });

  test("is a folder, or the same Redis", async () => {
    const file = sqlite({ path: "/tmp/umbel-nowhere/shop.sqlite" });
    expect((await storeBeside(file)).description).toBe("files in /tmp/umbel-nowhere/shop.sqlite.blobs");
    const broker = redis("redis://127.0.0.1:1");
    expect((await storeBeside(broker)).description).toBe("redis 127.0.0.1:1");
    await broker.close();
  });
});
