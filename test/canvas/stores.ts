/** Stores that random workflows run on, for one test file: a redis-server, a gateway and a folder of their own. */
import { afterAll, beforeAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../src/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { redis } from "../../src/brokers/redis/mod.ts";
import { upstash } from "../../src/brokers/redis/upstash/mod.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";

/** Opens a store; what it gives opens any number of brokers on it. */
export type Store = () => () => Promise<Broker>;

/**
 * The stores of a test file by their names, started before its first test and stopped after its last.
 *
 * @param partitions how many partitions Redis has over TCP, by the name of the store
 */
export function storesForTests(partitions: Readonly<Record<string, number>>): Readonly<Record<string, Store>> {
  let folder = "";
  let server: RedisServer;
  let gateway: ServedGateway;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "umbel-canvas-"));
    server = await startRedisServer();
    gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
  }, 60_000);
  afterAll(async () => {
    await gateway?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);
  const overTcp = Object.entries(partitions).map(([name, count]): [string, Store] => [
    name,
    () => async () => redis({ url: server.url, namespace: name, partitions: count }),
  ]);
  return {
    "in memory": () => {
      const first = new MemoryBroker();
      return async () => first.reopen();
    },
    "in SQLite": () => async () => sqlite({ path: join(folder, "canvas.sqlite") }),
    ...Object.fromEntries(overTcp),
    "in Redis over HTTP": () => async () => upstash({ url: gateway.url, token: "token", namespace: "over HTTP" }),
  };
}
