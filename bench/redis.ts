/**
 * The Redis broker against BullMQ on Bun and on Node, and effect-mq, over one redis-server, with the same payload, results kept:
 * `bun bench/redis.ts [--quick]`, after `npm install` in `bench/`.
 */
import { join } from "node:path";
import bullmq from "bullmq/package.json" with { type: "json" };
import effectMqPackage from "effect-mq/package.json" with { type: "json" };
import * as z from "zod";
import { redis } from "../src/brokers/redis/mod.ts";
import { RespClient } from "../src/brokers/redis/resp_client.ts";
import { Worker } from "../src/worker/mod.ts";
import { startRedisServer } from "../test/support/redis_server.ts";
import { compare, type Contender, type Heat, machine, markdown, median, type Row } from "./harness.ts";
import { freshQueue, Own, PAYLOAD } from "./own.ts";
import { Peer } from "./peer.ts";

const quick = process.argv.includes("--quick");
const heats = quick ? 1 : 5;
const scale = quick ? 0.2 : 1;

const server = await startRedisServer({ config: { save: "" } });
const script = join(import.meta.dir, "peers/bullmq.mjs");
const onBun = new Peer([process.execPath, script, server.url]);
const onNode = new Peer(["node", script, server.url]);
const effectMq = new Peer([process.execPath, join(import.meta.dir, "peers/effect_mq.mjs"), server.url]);
const client = new RespClient({ url: server.url });
const own = new Own(redis(server.url));

async function publishUmbel(
  count: number,
  inFlight: number,
  batch: boolean,
): Promise<Heat> {
  const heat = await own.publish(count, inFlight, batch);
  await clear();
  return heat;
}

async function publishPeer(
  peer: Peer,
  count: number,
  inFlight: number,
  batch: boolean,
): Promise<Heat> {
  const heat = await peer.ask<Heat>({
    work: "publish",
    queue: freshQueue(),
    count,
    inFlight,
    batch,
    payload: PAYLOAD,
  });
  await clear();
  return heat;
}

async function drainUmbel(
  count: number,
  concurrency: number,
  delay: number,
): Promise<Heat> {
  const heat = await own.drain(count, concurrency, delay, async () => {
    const before = await cpuOf();
    return async () => ({ "redis us": (await cpuOf() - before) / count });
  });
  await clear();
  return heat;
}

async function drainPeer(
  peer: Peer,
  count: number,
  concurrency: number,
  delay: number,
): Promise<Heat> {
  const queue = freshQueue();
  await peer.ask({
    work: "publish",
    queue,
    count,
    inFlight: Math.min(count, 1_000),
    batch: true,
    payload: PAYLOAD,
  });
  const before = await cpuOf();
  const heat = await peer.ask<Heat>({
    work: "drain",
    queue,
    count,
    concurrency,
    delay,
  });
  const spent = ((await cpuOf()) - before) / count;
  await clear();
  return { ...heat, more: { "redis us": spent } };
}

/** The processor time that redis-server has used, in microseconds. */
async function cpuOf(): Promise<number> {
  const info = String(await client.command(["INFO", "cpu"]));
  const read = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return (read("used_cpu_sys") + read("used_cpu_user")) * 1e6;
}

async function memoryOf(): Promise<number> {
  return Number(
    /used_memory:(\d+)/.exec(String(await client.command(["INFO", "memory"])))
      ?.[1],
  );
}

async function clear(): Promise<void> {
  await client.command(["FLUSHALL"]);
}

/** effect-mq does a tenth of the work: otherwise a heat of it would take longer than all the others together. */
const LIGHTER = 10;

const all = (
  umbel: () => Promise<Heat>,
  peer: (peer: Peer, share: number) => Promise<Heat>,
): Contender[] => [
  { name: "umbel", run: umbel },
  { name: "bullmq on bun", run: () => peer(onBun, scale) },
  { name: "bullmq on node", run: () => peer(onNode, scale) },
  { name: "effect-mq", run: () => peer(effectMq, scale / LIGHTER) },
];
const publish = (
  work: string,
  count: number,
  inFlight: number,
  batch: boolean,
) =>
  compare(
    work,
    all(() => publishUmbel(count * scale, inFlight, batch), (peer, share) =>
      publishPeer(peer, Math.max(inFlight, Math.round(count * share)), inFlight, batch)),
    heats,
  );
const drain = (work: string, count: number, concurrency: number, delay = 0) =>
  compare(
    work,
    all(
      () => drainUmbel(count * scale, concurrency, delay),
      (peer, share) => drainPeer(peer, Math.round(count * share), concurrency, delay),
    ),
    heats,
  );

const rows: Row[] = [
  await publish("publish one by one", 2_000, 1, false),
  await publish("publish, 100 in flight", 20_000, 100, false),
  await publish("publish in batches of 1,000", 50_000, 1_000, true),
  await drain("drain with results, 1 slot", 5_000, 1),
  await drain("drain with results, 50 slots", 20_000, 50),
  await drain("drain with results, 200 slots", 40_000, 200),
  await drain("drain, 5 ms tasks, 200 slots", 10_000, 200, 5),
];

/** How long a task waits until it begins, at a hundred a second. */
async function latencies(): Promise<void> {
  const count = quick ? 100 : 500;
  const times: number[] = [];
  const timedTask = own.app.task(
    "timed",
    { args: [z.number()] },
    (sent) => void times.push(performance.now() - sent),
  );
  const worker = await Worker.start(own.app, { concurrency: 10 });
  let last = await timedTask.delay(performance.now());
  for (let sent = 1; sent < count; sent++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    last = await timedTask.delay(performance.now());
  }
  await last.get();
  await worker.stop();
  report("umbel", times);
  for (
    const [name, peer] of [["bullmq on bun", onBun], [
      "bullmq on node",
      onNode,
    ]] as const
  ) {
    report(
      name,
      (await peer.ask<{ times: number[] }>({
        work: "latency",
        queue: freshQueue(),
        count,
        every: 10,
      })).times,
    );
  }
}

function report(name: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  console.log(
    `pickup at 100/s  ${name.padEnd(16)} p50 ${median(times).toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`,
  );
}

/** What a queued task of 100 bytes takes of Redis' memory. */
async function memories(): Promise<void> {
  const count = 20_000;
  const measure = async (fill: () => Promise<unknown>) => {
    await clear();
    const before = await memoryOf();
    await fill();
    return Math.round((await memoryOf() - before) / count);
  };
  const ours = await measure(() => own.fill(count));
  const peer = await measure(() =>
    onBun.ask({
      work: "publish",
      queue: freshQueue(),
      count,
      inFlight: 1_000,
      batch: true,
      payload: PAYLOAD,
    })
  );
  console.log(
    `memory per queued task  umbel ${ours} B  bullmq ${peer} B  1/${(peer / ours).toFixed(1)}`,
  );
}

/** The processor time of Redis per drained task. */
async function processorTimes(): Promise<void> {
  const spent = async (heat: Promise<Heat>) => (await heat).more?.["redis us"] ?? 0;
  const ours = await spent(drainUmbel(20_000, 200, 0));
  const peer = await spent(drainPeer(onBun, 20_000, 200, 0));
  console.log(
    `Redis CPU per drained task  umbel ${ours.toFixed(1)} us  bullmq ${peer.toFixed(1)} us  1/${
      (peer / ours).toFixed(1)
    }`,
  );
}

/** Celery drains a few thousand tasks with two processes, where Debian's package is present. */
async function celery(): Promise<Row | undefined> {
  const python = "/usr/bin/python3";
  if (
    Bun.spawnSync([python, "-c", "import celery, redis"], { stderr: "ignore" })
      .exitCode !== 0
  ) return undefined;
  const peer = new Peer([
    python,
    join(import.meta.dir, "peers/celery_peer.py"),
    server.url,
  ]);
  const count = quick ? 500 : 2_000;
  const row = await compare("drain with results, Celery with 2 processes", [
    { name: "umbel", run: () => drainUmbel(count * 5, 200, 0) },
    {
      name: "celery",
      run: async () => {
        const queue = freshQueue();
        await peer.ask({ work: "publish", queue, count, payload: PAYLOAD });
        const heat = await peer.ask<Heat>({
          work: "drain",
          queue,
          count,
          concurrency: 2,
        });
        await clear();
        return heat;
      },
    },
  ], quick ? 1 : 2);
  await peer.end();
  return row;
}

const celeryRow = await celery();
await latencies();
await memories();
await processorTimes();
console.log(
  `\nUmbel, BullMQ ${bullmq.version} and effect-mq ${effectMqPackage.version} on ${machine()}\n\n${markdown(rows)}`,
);
if (celeryRow) console.log(`\n${markdown([celeryRow])}`);
await Promise.all([onBun.end(), onNode.end(), effectMq.end(), own.close()]);
await client.close();
await server[Symbol.asyncDispose]();
process.exit(0);
