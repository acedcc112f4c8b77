/**
 * The whole shop on one machine: an API, a worker in another process, and a first round of tasks.
 *
 * `npm start` stays up for `curl` until Ctrl-C; `npm start -- --once` ends after the first round, with 0 only if its
 * results are right.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { api } from "./api.ts";
import { app } from "./tasks.ts";

const once = process.argv.includes("--once");
const folder = await mkdtemp(join(tmpdir(), "umbel-shop-"));
process.env.UMBEL_BROKER ??= `sqlite:${join(folder, "shop.sqlite")}`;

const worker = await startWorker();
const server = serve(Number(process.env.PORT ?? 3000));
const stopped = new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});

try {
  await firstRound(server.url.href);
  if (!once) {
    console.log(`\nThe shop is open. Try, in another terminal:
  curl ${server.url.href}add/4/4
  curl ${server.url.href}tasks/<the id it answers>
  curl ${server.url.href}orders -H 'content-type: application/json' \\
    -d '{"id":8,"email":"ada@example.com","lines":[{"sku":"tea","price":4.5,"quantity":2}]}'
Ctrl-C stops it.`);
    await stopped;
  }
} finally {
  console.log("Closing the shop.");
  worker.kill("SIGTERM");
  await worker.exited;
  await server.stop(true);
  await app.close();
  await rm(folder, { recursive: true, force: true });
}

/** Starts the worker and waits until it is ready. */
async function startWorker() {
  const ready = Promise.withResolvers<void>();
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "worker.ts")], {
    env: { ...process.env, UMBEL_LOG_LEVEL: process.env.UMBEL_LOG_LEVEL ?? "warn" },
    stdio: ["ignore", "inherit", "inherit"],
    ipc: () => ready.resolve(),
    onExit: () => ready.reject(new Error("The worker has ended before it was ready")),
  });
  await ready.promise;
  return child;
}

/** Serves the API at a port, or at any free one when that is taken. */
function serve(port: number) {
  const options = { fetch: api.fetch, hostname: "127.0.0.1" };
  try {
    return Bun.serve({ ...options, port });
  } catch {
    return Bun.serve({ ...options, port: 0 });
  }
}

/** Sends tasks through the API, waits for them, prints what came of them, and checks it. */
async function firstRound(url: string): Promise<void> {
  const sum: { id: string } = await ask(`${url}add/4/4`);
  const order: { total: string; receipt: string } = await ask(`${url}orders`, {
    id: 7,
    email: "ada@example.com",
    lines: [{ sku: "tea", price: 4.5, quantity: 2 }, { sku: "pot", price: 20, quantity: 1 }],
  });
  const timeout = "60s";
  const [eight, cost, mail] = await Promise.all([
    app.result(sum.id).get({ timeout }),
    app.result(order.total).get({ timeout }),
    app.result(order.receipt).get({ timeout }),
  ]);
  console.log(`math.add(4, 4)      ${eight}`);
  console.log(`orders.total(order) ${cost}`);
  console.log(`mail.receipt(order) ${mail}`);
  assert.deepEqual([eight, cost], [8, 29]);
  assert.equal(mail, "receipt 7 (en) to ada@example.com, at attempt 2");
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(url, body === undefined ? {} : init);
  assert.equal(response.status, 202);
  return await response.json() as T;
}
