/**
 * From the edge to a worker and back, on one machine and offline: workerd runs the edge function as Cloudflare does, a
 * gateway speaks Upstash's REST protocol in front of a plain Redis, and a worker runs in a process of its own.
 *
 * `npm run edge` stays up for `curl` until Ctrl-C; `npm run edge -- --once` ends after a first round, with 0 only if its
 * results are right.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { serveGateway } from "../../src/gateway/mod.ts";
import { startRedisServer } from "../../test/support/redis_server.ts";
import { startWorkerd } from "../../test/support/workerd.ts";

const once = process.argv.includes("--once");
const token = "only-on-this-machine";

const server = await startRedisServer();
const gateway = await serveGateway({ redis: server.url, port: 0, token });
const worker = await startWorker();
const bindings = { UPSTASH_REDIS_REST_URL: gateway.url, UPSTASH_REDIS_REST_TOKEN: token };
const edge = await startWorkerd("workers/edge.ts", { miniflare: { bindings, host: "127.0.0.1", port: 0 } });
const url = await edge.ready;
const stopped = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Miniflare's own listener ends this process at once, and would leave the others running.
    process.removeAllListeners(signal);
    process.once(signal, () => resolve());
  }
});

try {
  await firstRound();
  if (!once) {
    console.log(`\nThe edge is up. Try, in another terminal:
  curl -X POST ${url.href}sums/4/4
  curl '${url.href}tasks/<the id it answers>?wait'
  curl ${url.href}orders -d '{"id":7,"email":"ada@example.com"}'
Ctrl-C stops it.`);
    await stopped;
  }
} finally {
  worker.kill("SIGTERM");
  await worker.exited;
  await edge.dispose();
  await gateway.close();
  await server.stop();
}

/** Starts the worker over TCP, and waits until it is ready. */
async function startWorker() {
  const ready = Promise.withResolvers<void>();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "../../workers/worker.ts")], {
    env: { ...process.env, UMBEL_BROKER: server.url, UMBEL_LOG_LEVEL: process.env.UMBEL_LOG_LEVEL ?? "warn" },
    stdio: ["ignore", "inherit", "inherit"],
    ipc: () => ready.resolve(),
    onExit: () => ready.reject(new Error("The worker has ended before it was ready")),
  });
  await ready.promise;
  return child;
}

/** Sends tasks through the edge, asks the edge for their results, prints and checks them. */
async function firstRound(): Promise<void> {
  const sum = await resultOf(await send("sums/4/4"));
  const mail = await resultOf(await send("orders", { id: 7, email: "ada@example.com" }));
  const wrong = await fetch(`${url.href}orders`, { method: "POST", body: JSON.stringify({ id: 7, email: "nobody" }) });
  console.log(`math.add(4, 4)       ${sum}`);
  console.log(`mail.receipt(order)  ${mail}`);
  console.log(`a wrong order        ${wrong.status} ${await wrong.text()}`);
  assert.deepEqual([sum, mail, wrong.status], [8, "receipt of order 7 to ada@example.com", 422]);
}

async function send(path: string, body?: unknown): Promise<string> {
  const response = await fetch(url.href + path, { method: "POST", body: JSON.stringify(body) ?? null });
  assert.equal(response.status, 202);
  const { id } = await response.json() as { id: string };
  return id;
}

async function resultOf(id: string): Promise<unknown> {
  const response = await fetch(`${url.href}tasks/${id}?wait`);
  const { result } = await response.json() as { result: unknown };
  return result;
}
