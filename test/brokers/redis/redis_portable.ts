/** The Redis broker passes the suite on Deno and Node over TCP; over HTTP, workers are woken and results told there too. */

import assert from "node:assert/strict";
import type { BrokerOptions } from "../../../src/broker.ts";
import { redis } from "../../../src/brokers/redis/mod.ts";
import type { RedisBroker } from "../../../src/brokers/redis/redis_broker.ts";
import { upstash } from "../../../src/brokers/redis/upstash/mod.ts";
import { type ServedGateway, serveGateway } from "../../../src/gateway/mod.ts";
import { brokerConformance, conformanceTests } from "../../../src/testing/conformance/conformance.ts";
import type { BrokerFixture, CreateBroker } from "../../../src/testing/conformance/fixture.ts";
import { runtime, test } from "../../support/portable.ts";
import { type RedisServer, startRedisServer } from "../../support/redis_server.ts";

let started: Promise<{ server: RedisServer; gateway: ServedGateway }> | undefined;

/** The server of this file and a gateway before it, started when a test needs them first. */
function servers(): NonNullable<typeof started> {
  return started ??= (async () => {
    const server = await startRedisServer();
    return { server, gateway: await serveGateway({ redis: server.url, port: 0, token: "secret-token" }) };
  })();
}

let count = 0;

function creates(
  open: (
    servers: { server: RedisServer; gateway: ServedGateway },
    options: BrokerOptions & { namespace: string },
  ) => RedisBroker,
): CreateBroker {
  return async (options): Promise<BrokerFixture> => {
    const running = await servers();
    const named = { ...options, namespace: `portable ${++count}` };
    const broker = open(running, named);
    return { broker, reopen: () => Promise.resolve(open(running, named)), close: () => broker.close() };
  };
}

const overTcp = creates(({ server }, options) => redis({ ...options, url: server.url }));
const overHttp = creates(({ gateway }, options) => upstash({ ...options, url: gateway.url, token: "secret-token" }));

// On Bun `tcp_conformance_test.ts` and `upstash_conformance_test.ts` do so.
if (runtime !== "bun") {
  brokerConformance({ name: "redis over TCP", create: overTcp, test });
  for (const { name, run } of conformanceTests) {
    if (/wakes|watch|megabyte|Unicode/.test(name)) test(`upstash: ${name}`, () => run(overHttp));
  }
}

test("letters come over TCP and HTTP to one and the same store", async () => {
  const { server, gateway } = await servers();
  const tcp = redis({ url: server.url, namespace: "both" });
  const http = upstash({ url: gateway.url, token: "secret-token", namespace: "both" });
  const letter = { id: crypto.randomUUID(), queue: "q", priority: 3, text: "über {}" };
  assert.deepEqual(await http.publish({ publish: [letter] }), ["created"]);
  assert.deepEqual(await tcp.publish({ publish: [letter] }), ["duplicate"]);
  assert.equal((await tcp.peek("q", 1))[0]?.text, letter.text);
  await Promise.all([tcp.close(), http.close()]);
});

test("the servers stop", async () => {
  const { server, gateway } = await servers();
  await gateway.close();
  await server.stop();
});
