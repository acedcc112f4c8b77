/** A redis-server for a test file, and a fresh broker in a namespace of its own for each test. */
import { afterAll, beforeAll } from "bun:test";
import type { BrokerOptions } from "../../../src/broker.ts";
import { redis, type RedisBroker, type RedisOptions } from "../../../src/brokers/redis/mod.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { type RedisCluster, startRedisCluster } from "../../support/redis_cluster.ts";
import { type RedisServer, type RedisServerOptions, startRedisServer } from "../../support/redis_server.ts";

/** The server of this test file, started before its first test and stopped after its last. */
export function serverForTests(): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    server = await startRedisServer();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  }, 60_000);
  return () => {
    if (server) return server;
    throw new Error("Cannot use the server as it must have been started");
  };
}

/** The cluster of this test file, started before its first test and stopped after its last. */
export function clusterForTests(options: RedisServerOptions = {}): () => RedisCluster {
  let cluster: RedisCluster | undefined;
  beforeAll(async () => {
    cluster = await startRedisCluster(3, options);
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
  }, 60_000);
  return () => {
    if (cluster) return cluster;
    throw new Error("Cannot use the cluster as it must have been started");
  };
}

let count = 0;

/** A broker in a namespace that no other test uses. */
export function createRedis(server: RedisServer, options: RedisOptions = {}): BrokerFixture & { broker: RedisBroker } {
  const namespace = `test ${++count}`;
  const open = () => redis({ url: server.url, namespace, ...options });
  const broker = open();
  return { broker, reopen: () => Promise.resolve(open()), close: () => broker.close() };
}

/** The same as the conformance suite takes it. */
export function creates(
  server: () => RedisServer,
  options: RedisOptions = {},
): (given: BrokerOptions) => Promise<BrokerFixture> {
  return (given) => Promise.resolve(createRedis(server(), { ...options, ...given }));
}
