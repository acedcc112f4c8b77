import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Redis } from "@upstash/redis";
import { type ServedGateway, serveGateway } from "../../src/gateway/serve_gateway.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(60_000);
let server: RedisServer;
let gateway: ServedGateway;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "t", readOnlyToken: "r" });
  redis = new Redis({ url: gateway.url, token: "t" });
});
afterAll(async () => {
  await gateway.close();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  gateway.resetCost();
});

describe("the official client, unchanged", () => {
  test("sets and gets what it can serialize", async () => {
    await redis.set("object", { deep: [1, "zwei", null, { é: "🎉" }] });
    expect(await redis.get<unknown>("object")).toEqual({ deep: [1, "zwei", null, { é: "🎉" }] });
    await redis.hset("hash", { a: 1, b: "text" });
    expect(await redis.hgetall<Record<string, unknown>>("hash")).toEqual({ a: 1, b: "text" });
    expect(await redis.xadd("stream", "*", { field: "value" })).toMatch(/^\d+-\d+$/);
    expect(await redis.zadd("scores", { score: 1.5, member: "m" })).toBe(1);
    expect(await redis.scan(0)).toHaveLength(2);
  });

  test("pipelines by itself: many calls are few requests", async () => {
    const sums = await Promise.all(Array.from({ length: 50 }, () => redis.incr("n")));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(gateway.cost()).toMatchObject({ requests: 1, client: 50 });
  });

  test("pipelines when asked to, with the errors of each", async () => {
    const results = await redis.pipeline().set("a", "x").incr("a").get("a").exec({ keepErrors: true });
    expect(results.map(({ result, error }) => error ?? result)).toEqual([
      "OK",
      "ERR value is not an integer or out of range",
      "x",
    ]);
  });

  test("runs transactions", async () => {
    expect(await redis.multi().set("a", 1).incr("a").mget("a", "b").exec<unknown[]>()).toEqual(["OK", 2, [2, null]]);
  });

  test("runs scripts by hash, after the first time", async () => {
    const script = redis.createScript<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])");
    await redis.scriptFlush();
    expect(await script.exec(["n"], ["5"])).toBe(5);
    expect(await script.exec(["n"], ["5"])).toBe(10);
    expect(gateway.cost().byCommand).toMatchObject({
      EVALSHA: { client: 2 },
      EVAL: { client: 1 },
      INCRBY: { inner: 2 },
    });
    const bad = redis.createScript<number, true>("return redis.call('INCRBY', KEYS[1], ARGV[1])", { readonly: true });
    await expect(bad.exec(["n"], ["5"])).rejects.toThrow("Write commands are not allowed");
  });

  test("runs scripts under allow-key-locking, and learns of an undeclared key", async () => {
    const declared = await redis.eval("#!lua flags=allow-key-locking\nreturn redis.call('SET', KEYS[1], 1)", ["k"], []);
    expect(declared).toBe("OK");
    const undeclared = redis.eval("#!lua flags=allow-key-locking\nreturn redis.call('GET', 'other')", ["k"], []);
    await expect(undeclared).rejects.toThrow("Dynamic keys are not allowed");
  });

  test("subscribes over an event stream", async () => {
    const heard: unknown[] = [];
    const subscription = redis.subscribe<unknown>(["news"]);
    subscription.on("message", ({ message }) => heard.push(message));
    const patterns = redis.psubscribe<unknown>(["n*"]);
    patterns.on("pmessage", ({ pattern, message }) => heard.push([pattern, message]));
    await until("both listeners", async () => await redis.publish("news", "ping") === 2);
    await redis.publish("news", { id: 7 });
    await until("the messages", () => heard.filter((one) => JSON.stringify(one).includes('"id":7')).length === 2);
    expect(heard).toContainEqual({ id: 7 });
    expect(heard).toContainEqual(["n*", { id: 7 }]);
    await subscription.unsubscribe();
    await patterns.unsubscribe();
    await until("the end", async () => await redis.publish("news", "anyone?") === 0);
  });

  test("reads its writes: it sends back the token of the last answer", async () => {
    const sent: (string | null)[] = [];
    const received: (string | null)[] = [];
    const proxy = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async (request) => {
        sent.push(request.headers.get("upstash-sync-token"));
        const response = await gateway.fetch(request);
        received.push(response.headers.get("upstash-sync-token"));
        return response;
      },
    });
    const client = new Redis({ url: `http://127.0.0.1:${proxy.port}`, token: "t" });
    for (let i = 0; i < 3; i++) await client.set("a", i);
    await proxy.stop(true);
    expect(sent.slice(1)).toEqual(received.slice(0, 2));
    expect(new Set(received).size).toBe(3);
  });

  test("is told what the read-only token may not do", async () => {
    const reader = new Redis({ url: gateway.url, token: "r", enableAutoPipelining: false });
    expect(await reader.get("none")).toBeNull();
    await expect(reader.set("a", 1)).rejects.toThrow("NOPERM");
    const stranger = new Redis({ url: gateway.url, token: "x", enableAutoPipelining: false });
    await expect(stranger.get("a")).rejects.toThrow("WRONGPASS");
  });

  test("retries a broken connection, so that what it sends has to be idempotent", async () => {
    gateway.faults.add({ drop: true, when: "after" });
    const plain = new Redis({
      url: gateway.url,
      token: "t",
      enableAutoPipelining: false,
      retry: { retries: 1, backoff: () => 1 },
    });
    expect(await plain.incr("n")).toBe(2);
  });
});
