/** The ready-made routes in workerd and in Bun: one API, its broker in the bindings of each request, and a worker in Bun. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { startWorkerd } from "../support/workerd.ts";
import api, { add } from "../support/workers/hono_api.ts";

let server: RedisServer;
let gateway: ServedGateway;
let worker: Worker;
beforeAll(async () => {
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
  const app = new Umbel("hono-api", { broker: server.url, log: silentLogger });
  app.implement(add, (x, y) => x + y);
  worker = await Worker.start(app);
}, 60_000);
afterAll(async () => {
  await worker.cancel();
  await gateway.close();
  await server.stop();
}, 60_000);

type Ask = (path: string, init?: { method?: string; body?: string; headers?: Record<string, string> }) => Promise<{
  readonly status: number;
  json(): Promise<unknown>;
  text(): Promise<string>;
}>;

const HEADERS = { "authorization": "Bearer key", "content-type": "application/json" };

function bindings() {
  return { UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: gateway.token };
}

/** Each request is answered by itself: what one has opened ends with it. */
async function round(ask: Ask): Promise<void> {
  const send = (args: unknown[]) =>
    ask("/queue/tasks/math.add", { method: "POST", headers: HEADERS, body: JSON.stringify({ args }) });
  const sent = await send([4, 4]);
  expect(sent.status).toBe(202);
  const { id } = Object(await sent.json());
  const wrong = await send([4, "4"]);
  expect([wrong.status, await wrong.json()]).toMatchObject([422, { problems: [{ path: "args[1]" }] }]);
  expect((await ask("/queue/tasks/math.add", { method: "POST" })).status).toBe(403);
  const read = await ask(`/queue/results/${id}`, { headers: { ...HEADERS, prefer: "wait=20" } });
  expect([read.status, await read.json()]).toMatchObject([200, { state: "SUCCESS", result: 8 }]);
  const followed = await ask(`/queue/results/${id}`, { headers: { ...HEADERS, accept: "text/event-stream" } });
  expect(await followed.text()).toContain('"state":"SUCCESS","result":8');
  expect((await ask("/queue/openapi.json", { headers: HEADERS })).status).toBe(200);
}

test("the routes serve in workerd", async () => {
  const workerd = await startWorkerd("test/support/workers/hono_api.ts", { miniflare: { bindings: bindings() } });
  try {
    const ask: Ask = (path, init) => workerd.dispatchFetch(`http://worker${path}`, init);
    for (let i = 0; i < 3; i++) await round(ask);
  } finally {
    await workerd.dispose();
  }
}, 120_000);

test("the same routes serve in Bun", async () => {
  const served = Bun.serve({ port: 0, fetch: (request) => api.fetch(request, bindings()) });
  try {
    await round((path, init) => fetch(new URL(path, served.url), init));
  } finally {
    await served.stop(true);
  }
}, 60_000);
