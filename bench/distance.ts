/**
 * The Redis broker and BullMQ over injected round trips, and the broker over HTTP through the gateway:
 * `bun bench/distance.ts [--quick]`, after `npm install` in `bench/`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as z from "zod";
import { Umbel } from "../mod.ts";
import { redis } from "../src/brokers/redis/mod.ts";
import { upstash } from "../src/brokers/redis/upstash/mod.ts";
import { serveGateway } from "../src/gateway/mod.ts";
import { Worker } from "../src/worker/mod.ts";
import { startRedisServer } from "../test/support/redis_server.ts";
import { delayProxy } from "./delay_proxy.ts";
import { compare, type Heat, machine, markdown, type Row, timed } from "./harness.ts";
import { Peer } from "./peer.ts";

const quick = process.argv.includes("--quick");
const heats = quick ? 1 : 3;
const payload = { order: 7, email: "ada@example.com", note: "x".repeat(56) };
const Payload = z.object({
  order: z.number(),
  email: z.string(),
  note: z.string(),
});
const server = await startRedisServer({ config: { save: "" } });
let serial = 0;

function shop(app: Umbel) {
  const noop = app.task(
    "noop",
    { args: [Payload], returns: z.number() },
    (order) => order.order,
  );
  const publish = async (count: number): Promise<Heat> => {
    const queue = `p${serial++}`;
    return await timed(count, async () => {
      for (let sent = 0; sent < count; sent += 100) {
        await Promise.all(
          Array.from(
            { length: 100 },
            () => noop.applyAsync([payload], { queue }),
          ),
        );
      }
    });
  };
  const drain = async (count: number): Promise<Heat> => {
    const queue = `d${serial++}`;
    const results = await noop.applyMany(
      Array.from({ length: count }, () => [payload]),
      { queue },
    );
    const heat = await timed(count, async () => {
      const worker = await Worker.start(app, {
        queues: [queue],
        concurrency: 50,
      });
      await results.at(-1)?.get();
      await worker.stop();
    });
    const stored = await (await app.broker()).read(results.map(({ id }) => id));
    assert(stored.every((one) => one?.kind === "final"));
    return heat;
  };
  return { publish, drain };
}

const rows: Row[] = [];
for (const ms of [1, 20, 80]) {
  const proxy = await delayProxy(server.url, ms);
  const own = new Umbel("bench", {
    broker: redis(proxy.url),
    logLevel: "error",
  });
  const peer = new Peer([
    process.execPath,
    join(import.meta.dir, "peers/bullmq.mjs"),
    proxy.url,
  ]);
  const { publish, drain } = shop(own);
  const count = quick ? 300 : 2_000;
  const ask = (work: string, queue: string, more: object) => peer.ask<Heat>({ work, queue, count, ...more });
  rows.push(
    await compare(`publish, 100 in flight, ${ms} ms away`, [
      { name: "umbel", run: () => publish(count) },
      {
        name: "bullmq",
        run: () =>
          ask("publish", `p${serial++}`, {
            inFlight: 100,
            batch: false,
            payload,
          }),
      },
    ], heats),
    await compare(`drain with results, 50 slots, ${ms} ms away`, [
      { name: "umbel", run: () => drain(count) },
      {
        name: "bullmq",
        run: async () => {
          const queue = `d${serial++}`;
          await ask("publish", queue, { inFlight: 100, batch: true, payload });
          return await ask("drain", queue, { concurrency: 50 });
        },
      },
    ], heats),
  );
  await Promise.all([own.close(), peer.end()]);
  proxy.close();
}

const gateway = await serveGateway({
  redis: server.url,
  port: 0,
  token: "bench",
});
const http = new Umbel("bench", {
  broker: upstash({ url: gateway.url, token: "bench" }),
  logLevel: "error",
});
const tcp = new Umbel("bench", {
  broker: redis(server.url),
  logLevel: "error",
});
const [overHttp, overTcp] = [shop(http), shop(tcp)];
for (const work of ["publish", "drain"] as const) {
  rows.push(
    await compare(`${work}, over HTTP (the other is TCP)`, [
      { name: "umbel", run: () => overHttp[work](quick ? 500 : 5_000) },
      { name: "tcp", run: () => overTcp[work](quick ? 500 : 5_000) },
    ], heats),
  );
}
console.log(
  `\nOn ${machine()}\n\n${markdown(rows.slice(0, 6))}\n\n${markdown(rows.slice(6))}`,
);
await Promise.all([http.close(), tcp.close()]);
await gateway.close();
await server.stop();
process.exit(0);
