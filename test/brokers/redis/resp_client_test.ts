import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ConnectionLost, RedisError } from "../../../src/brokers/redis/redis_error.ts";
import { RespClient } from "../../../src/brokers/redis/resp_client.ts";
import { freePort, type RedisServer, startRedisServer } from "../../support/redis_server.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer({ appendonly: true, config: { appendfsync: "always" } });
});
afterAll(() => server.stop());

const client = (more = {}) => new RespClient({ url: server.url, backoff: { base: 10, max: 100 }, ...more });

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown");
}

async function killAll(): Promise<void> {
  await using admin = client();
  await admin.commands([["CLIENT", "KILL", "TYPE", "normal"], ["CLIENT", "KILL", "TYPE", "pubsub"]]);
}

describe("RespClient", () => {
  test("connects at the first command, once for all of a tick", async () => {
    await using redis = client();
    expect(redis.connected).toBe(false);
    const ids = await Promise.all(Array.from({ length: 50 }, () => redis.command(["CLIENT", "ID"])));
    expect(new Set(ids).size).toBe(1);
    expect(redis.connected).toBe(true);
  });

  test("comes back after its connection was killed", async () => {
    await using redis = client();
    const before = await redis.command(["CLIENT", "ID"]);
    await killAll();
    await until("the loss", () => !redis.connected);
    expect(await redis.command(["CLIENT", "ID"])).not.toBe(before);
  });

  test("what was written and not answered is told, once and truly", async () => {
    await using redis = client();
    const waiting = failure(redis.command(["BLPOP", "nothing", 0]));
    await using admin = client();
    await until(
      "the blocked client",
      async () => String(await admin.command(["CLIENT", "LIST"])).includes("cmd=blpop"),
    );
    await killAll();
    const lost = await waiting;
    expect(lost instanceof ConnectionLost && lost.written).toBe(true);
  });

  test("commands wait for a server that restarts, in their order", async () => {
    await using redis = client();
    await redis.command(["DEL", "list"]);
    await server.kill();
    await until("the loss", () => !redis.connected);
    const pushed = Array.from({ length: 100 }, (_, i) => redis.command(["RPUSH", "list", i]));
    await server.restart();
    expect(await Promise.all(pushed)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(await redis.command(["LRANGE", "list", 0, -1])).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  test("a command that finds no server until its deadline was not sent, and says why", async () => {
    await using redis = client({ url: `redis://127.0.0.1:${await freePort()}` });
    const lost = await failure(redis.command(["PING"], { timeout: 200 }));
    expect(lost instanceof ConnectionLost && lost.written).toBe(false);
    expect(lost instanceof ConnectionLost && lost.cause).toBeInstanceOf(Error);
  });

  test("a refused password is told at once", async () => {
    await using guarded = await startRedisServer({ password: "right" });
    await using redis = new RespClient({ port: guarded.port, password: "wr0ng" });
    const error = await failure(redis.command(["PING"]));
    expect(error instanceof RedisError && error.code).toBe("WRONGPASS");
    expect(Bun.inspect(error)).not.toContain("wr0ng");
  });

  test("a primary that became a replica is left", async () => {
    await using primary = await startRedisServer();
    await using redis = new RespClient({ url: primary.url });
    const before = await redis.command(["CLIENT", "ID"]);
    await redis.command(["REPLICAOF", "127.0.0.1", server.port]);
    const error = await failure(redis.command(["SET", "a", 1]));
    expect(error instanceof RedisError && error.code).toBe("READONLY");
    expect(await redis.command(["CLIENT", "ID"])).not.toBe(before);
  });

  test("after close nothing is taken and nothing is left open", async () => {
    const redis = client();
    const last = redis.command(["ECHO", "last"]);
    await until("the connection", () => redis.connected);
    await redis.close();
    expect(await last).toBe("last");
    expect(await failure(redis.command(["PING"]))).toBeInstanceOf(ConnectionLost);
    const unused = client();
    await unused.close();
  });

  test("close ends what waits for a server that is away", async () => {
    const redis = client({ url: `redis://127.0.0.1:${await freePort()}` });
    const waiting = failure(redis.command(["PING"]));
    await redis.close();
    expect(await waiting).toBeInstanceOf(ConnectionLost);
  });
});

describe("subscriptions", () => {
  test("are restored after a kill and after a restart, and say so", async () => {
    await using redis = client();
    await using mouth = client();
    const heard: string[] = [];
    let returns = 0;
    await redis.subscribe(["chat"], ({ payload }) => heard.push(String(payload)), { onReconnect: () => returns++ });
    await redis.psubscribe(["ch*"], ({ pattern, payload }) => heard.push(`${pattern} ${payload}`));
    await mouth.command(["PUBLISH", "chat", "one"]);
    await until("the first message twice", () => heard.length === 2);
    await killAll();
    await until("the return", () => returns === 1);
    await mouth.command(["PUBLISH", "chat", "two"]);
    await until("the second message twice", () => heard.length === 4);
    await server.restart();
    await until("the second return", () => returns >= 2);
    await mouth.command(["PUBLISH", "chat", "three"]);
    await until("the third message twice", () => heard.length === 6);
    expect(heard.sort()).toEqual(["ch* one", "ch* three", "ch* two", "one", "three", "two"]);
  });

  test("share one connection and leave one by one", async () => {
    await using redis = client();
    await using mouth = client();
    const heard: string[] = [];
    const first = await redis.subscribe(["x", "y"], ({ channel }) => heard.push(`first ${channel}`));
    const second = await redis.subscribe(["y"], ({ channel }) => heard.push(`second ${channel}`));
    expect(await mouth.commands([["PUBLISH", "x", ""], ["PUBLISH", "y", ""]])).toEqual([1, 1]);
    await until("three messages", () => heard.length === 3);
    await first.unsubscribe();
    expect(await mouth.commands([["PUBLISH", "x", ""], ["PUBLISH", "y", ""]])).toEqual([0, 1]);
    await until("the fourth message", () => heard.length === 4);
    expect(heard[3]).toBe("second y");
    await second.unsubscribe();
    await until("nobody", async () => Number(await mouth.command(["PUBLISH", "y", ""])) === 0);
    const third = await redis.subscribe(["z"], () => {});
    await third.unsubscribe();
    await third.unsubscribe();
  });

  test("wait for a server that is away, and give up in time", async () => {
    await using away = client({ url: `redis://127.0.0.1:${await freePort()}` });
    const lost = await failure(away.subscribe(["a"], () => {}, { timeout: 200 }));
    expect(lost instanceof ConnectionLost && lost.written).toBe(false);
    await server.kill();
    await using redis = client();
    const listening = redis.subscribe(["a"], () => {});
    await server.restart();
    await listening;
  });
});
