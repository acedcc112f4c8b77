/** A gateway over a redis-server for a test file, which refuses what Upstash would, and brokers over HTTP. */
import { afterAll, beforeAll } from "bun:test";
import type { BrokerOptions } from "../../../src/broker.ts";
import { RedisBroker } from "../../../src/brokers/redis/redis_broker.ts";
import type { RedisBrokerOptions } from "../../../src/brokers/redis/redis_options.ts";
import type { RestAccess } from "../../../src/brokers/redis/rest_request.ts";
import type { Transport } from "../../../src/brokers/redis/transport.ts";
import { type GatewayOptions, type ServedGateway, serveGateway } from "../../../src/gateway/mod.ts";
import type { BrokerFixture } from "../../../src/testing/conformance/fixture.ts";
import { type RedisServer, startRedisServer } from "../../support/redis_server.ts";

/** The token of the gateways of tests. */
export const TOKEN = "secret-token";

/** A gateway and the server behind it. */
export interface GatewayForTests {
  readonly server: RedisServer;
  readonly gateway: ServedGateway;
  readonly access: RestAccess;
}

/** The gateway of this test file, started before its first test and stopped after its last. */
export function gatewayForTests(options: GatewayOptions = {}): () => GatewayForTests {
  let running: GatewayForTests | undefined;
  beforeAll(async () => {
    const server = await startRedisServer();
    const gateway = await serveGateway({ redis: server.url, port: 0, token: TOKEN, ...options });
    running = { server, gateway, access: { url: gateway.url, token: TOKEN } };
  }, 60_000);
  afterAll(async () => {
    await running?.gateway.close();
    await running?.server.stop();
  }, 60_000);
  return () => {
    if (running) return running;
    throw new Error("Cannot use the gateway as it must have been started");
  };
}

let count = 0;

/** Makes brokers of transports, each in a namespace that no other test uses. */
export function createsOver(
  transport: () => Transport,
  more: RedisBrokerOptions = {},
): (options: BrokerOptions) => Promise<BrokerFixture> {
  return (options) => {
    const namespace = `rest ${++count}`;
    const open = () => new RedisBroker(transport(), { namespace, ...more, ...options });
    const broker = open();
    return Promise.resolve({ broker, reopen: () => Promise.resolve(open()), close: () => broker.close() });
  };
}
