/** The example of the ready-made routes in workerd and in Bun: its broker in the bindings of each request, a worker in Bun. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import api from "../../examples/edge/api.ts";
import { Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import { type ServedGateway, serveGateway } from "../../src/gateway/mod.ts";
import { Worker } from "../../src/worker/mod.ts";
import { add, receipt } from "../../workers/contracts.ts";
import { type RedisServer, startRedisServer } from "../support/redis_server.ts";
import { startWorkerd } from "../support/workerd.ts";

let server: RedisServer;
let gateway: ServedGateway;
let worker: Worker;
/** The orders whose receipts were sent. */
const receipts: number[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  gateway = await serveGateway({ redis: server.url, port: 0, token: "token" });
  const app = new Umbel("edge", { broker: server.url, log: silentLogger });
  app.implement(add, (x, y) => x + y);
  app.implement(receipt, ({ id, email }) => {
    receipts.push(id);
    return `receipt of order ${id} to ${email}`;
  });
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
  return { API_KEY: "key", UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: gateway.token };
}

/** Each request is answered by itself: what one has opened ends with it. */
async function round(ask: Ask, order: number): Promise<void> {
  const send = (task: string, args: unknown[], headers: Record<string, string> = {}) =>
    ask(`/queue/tasks/${task}`, {
      method: "POST",
      headers: { ...HEADERS, ...headers },
      body: JSON.stringify({ args }),
    });
  const sent = await send("math.add", [4, 4]);
  expect(sent.status).toBe(202);
  const { id } = Object(await sent.json());
  const wrong = await send("mail.receipt", [{ id: order, email: "nobody" }]);
  expect([wrong.status, await wrong.json()]).toMatchObject([422, { problems: [{ path: "args[0].email" }] }]);
  const read = await ask(`/queue/results/${id}`, { headers: { ...HEADERS, prefer: "wait=20" } });
  expect([read.status, await read.json()]).toMatchObject([200, { state: "SUCCESS", result: 8 }]);
  const followed = await ask(`/queue/results/${id}`, { headers: { ...HEADERS, accept: "text/event-stream" } });
  expect(await followed.text()).toContain('"state":"SUCCESS","result":8');
  await sendTwice(
    ask,
    () => send("mail.receipt", [{ id: order, email: "ada@example.com" }], { "idempotency-key": `${order}` }),
    order,
  );
  await knock(ask, id);
}

/** A request that is repeated with its idempotency key sends one task. */
async function sendTwice(ask: Ask, send: () => ReturnType<Ask>, order: number): Promise<void> {
  const ids = [];
  for (const response of [await send(), await send()]) {
    expect(response.status).toBe(202);
    ids.push(Object(await response.json()).id);
  }
  expect(ids[1]).toBe(ids[0]);
  const read = await ask(`/queue/results/${ids[0]}`, { headers: { ...HEADERS, prefer: "wait=20" } });
  expect(await read.json()).toMatchObject({ result: `receipt of order ${order} to ada@example.com` });
  expect(receipts.filter((id) => id === order)).toEqual([order]);
}

/** Without the key there is the description, and nothing else; routes of one's own stand beside. */
async function knock(ask: Ask, id: string): Promise<void> {
  for (const [headers, status] of [[{}, 401], [{ authorization: "Bearer other" }, 403]] as const) {
    expect((await ask("/queue/tasks/math.add", { method: "POST", headers })).status).toBe(status);
    expect((await ask(`/queue/results/${id}`, { headers })).status).toBe(status);
  }
  expect((await ask("/queue/tasks/secret", { method: "POST", headers: HEADERS })).status).toBe(404);
  const described = await ask("/queue/openapi.json");
  expect([described.status, await described.json()]).toMatchObject([200, {
    servers: [{ url: "/queue" }],
    paths: { "/tasks/mail.receipt": {}, "/tasks/math.add": {}, "/results/{id}": {} },
  }]);
  expect((await ask("/sums/4/four", { method: "POST" })).status).toBe(422);
}

test("the routes serve in workerd", async () => {
  const workerd = await startWorkerd("examples/edge/api.ts", { miniflare: { bindings: bindings() } });
  try {
    const ask: Ask = (path, init) => workerd.dispatchFetch(`http://worker${path}`, init);
    for (const order of [1, 2, 3]) await round(ask, order);
  } finally {
    await workerd.dispose();
  }
}, 120_000);

test("the same routes serve in Bun", async () => {
  const served = Bun.serve({ port: 0, fetch: (request) => api.fetch(request, bindings()) });
  try {
    await round((path, init) => fetch(new URL(path, served.url), init), 4);
  } finally {
    await served.stop(true);
  }
}, 60_000);

test("an edge that was given no key lets nobody in", async () => {
  const { API_KEY: _, ...database } = bindings();
  for (const authorization of ["Bearer undefined", "Bearer "]) {
    const headers = { ...HEADERS, authorization };
    const response = await api.request("/queue/tasks/math.add", { method: "POST", headers, body: "{}" }, database);
    expect(response.status).toBe(403);
  }
});
