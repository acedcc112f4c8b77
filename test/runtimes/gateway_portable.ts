/** The gateway and the client under it work on every runtime. */

import assert from "node:assert/strict";
import { RespClient } from "../../src/brokers/redis/resp_client.ts";
import { serveGateway } from "../../src/gateway/serve_gateway.ts";
import { test } from "../support/portable.ts";
import { startRedisServer } from "../support/redis_server.ts";
import { until } from "../support/until.ts";

test("a client of Redis carries bytes, comes back after a restart and listens again", async () => {
  await using server = await startRedisServer({ appendonly: true, config: { appendfsync: "always" } });
  await using redis = new RespClient({ url: server.url, backoff: { base: 10, max: 100 } });
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  await redis.command(["SET", "bytes", bytes]);
  assert.deepEqual(await redis.command(["GET", "bytes"], { decoding: "bytes" }), bytes);
  const heard: string[] = [];
  let returns = 0;
  await redis.subscribe(["news"], ({ payload }) => heard.push(String(payload)), { onReconnect: () => returns++ });
  await server.restart();
  await until("the return", () => returns > 0);
  // A command that was on its way when the connection broke is lost, and the client says so.
  const get = () => redis.command(["GET", "bytes"], { decoding: "bytes" });
  assert.deepEqual(await get().catch(get), bytes);
  await redis.command(["PUBLISH", "news", "back"]);
  await until("the message", () => heard.includes("back"));
});

test("a gateway serves commands, scripts, bytes and streams", async () => {
  await using server = await startRedisServer();
  await using gateway = await serveGateway({ redis: server.url, port: 0, token: "t", keepAlive: "100ms" });
  const send = (path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
    fetch(gateway.url + path, { method: "POST", body, headers: { authorization: "Bearer t", ...headers } });
  const ask = async (path: string, body: string | Uint8Array<ArrayBuffer>) => await (await send(path, body)).json();
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(await ask("/set/bytes", bytes), { result: "OK" });
  const raw = await send("/get/bytes", "", { "upstash-response-format": "resp2" });
  assert.deepEqual(new Uint8Array(await raw.arrayBuffer()).slice(6, 262), bytes);
  const pipeline = JSON.stringify([["EVAL", "return redis.call('INCR', KEYS[1])", 1, "n"], ["LPUSH", "n", 1]]);
  assert.deepEqual(await ask("/pipeline", pipeline), [
    { result: 1 },
    { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
  ]);
  assert.equal(gateway.cost().inner, 1);
  const abort = new AbortController();
  const stream = await fetch(`${gateway.url}/subscribe/news?_token=t`, { method: "POST", signal: abort.signal });
  const reader = stream.body?.getReader();
  const first = await reader?.read();
  assert.equal(new TextDecoder().decode(first?.value), "data: subscribe,news,1\n\n");
  const publish = async () => await ask("/", JSON.stringify(["PUBLISH", "news", "x"]));
  assert.deepEqual(await publish(), { result: 1 });
  abort.abort();
  await until("the end of the stream", async () => JSON.stringify(await publish()) === '{"result":0}');
});

test("a dropped answer is a broken connection", async () => {
  await using server = await startRedisServer();
  await using gateway = await serveGateway({ redis: server.url, port: 0, token: "t" });
  gateway.faults.add({ drop: true, when: "after" });
  await assert.rejects(fetch(`${gateway.url}/incr/n?_token=t`));
  assert.deepEqual(await (await fetch(`${gateway.url}/get/n?_token=t`)).json(), { result: "1" });
});
