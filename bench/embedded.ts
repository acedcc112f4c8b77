/**
 * The embedded broker against bunqueue: embedded, on disk, with the same durability (each publish is in the file before
 * it is answered). `bun bench/embedded.ts [--quick]`, after `npm install` in `bench/`.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue, Worker as BunqueueWorker } from "bunqueue/client";
import bunqueue from "bunqueue/package.json" with { type: "json" };
import { sqlite } from "../src/brokers/sqlite/mod.ts";
import { compare, type Heat, machine, markdown, timed } from "./harness.ts";
import { freshQueue, Own, PAYLOAD } from "./own.ts";

const quick = process.argv.includes("--quick");
const folder = await mkdtemp(join(tmpdir(), "umbel-bench-"));

const umbelPath = join(folder, "umbel.sqlite");
const own = new Own(sqlite({ path: umbelPath }));
const dataPath = join(folder, "bunqueue.sqlite");

async function publishBunqueue(
  count: number,
  inFlight: number,
  batch: boolean,
): Promise<Heat> {
  const queue = new Queue(freshQueue(), { embedded: true, dataPath });
  const heat = await timed(count, async () => {
    for (let sent = 0; sent < count; sent += inFlight) {
      const jobs = Array.from(
        { length: inFlight },
        () => ({ name: "noop", data: PAYLOAD, opts: { durable: true } }),
      );
      if (batch) await queue.addBulk(jobs);
      else await Promise.all(jobs.map(({ name, data, opts }) => queue.add(name, data, opts)));
    }
  });
  const counts = await queue.getJobCountsAsync();
  assert.equal(counts.waiting, count);
  await queue.obliterate();
  return heat;
}

async function drainBunqueue(
  count: number,
  concurrency: number,
): Promise<Heat> {
  const name = freshQueue();
  const queue = new Queue(name, { embedded: true, dataPath });
  const jobs = Array.from(
    { length: count },
    () => ({ name: "noop", data: PAYLOAD, opts: { durable: true } }),
  );
  await queue.addBulk(jobs);
  let completed = 0;
  const heat = await timed(count, async () => {
    const done = Promise.withResolvers<void>();
    const worker = new BunqueueWorker(
      name,
      (job: { readonly data: typeof PAYLOAD }) => Promise.resolve(job.data.order),
      {
        embedded: true,
        concurrency,
        dataPath,
      },
    );
    worker.on("completed", () => ++completed === count && done.resolve());
    await done.promise;
    await worker.close();
  });
  assert.equal(completed, count);
  await queue.obliterate();
  return heat;
}

/** Two worker processes of ours on the one file. */
async function twoProcesses(queue: string): Promise<() => Promise<void>> {
  const workers = await Promise.all([1, 2].map(async () => {
    const ready = Promise.withResolvers<void>();
    const command = [process.execPath, join(import.meta.dir, "embedded_worker.ts"), umbelPath, queue, "50"];
    const worker = Bun.spawn(command, { stdio: ["ignore", "inherit", "inherit"], ipc: () => ready.resolve() });
    await ready.promise;
    return worker;
  }));
  return async () => {
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map((worker) => worker.exited));
  };
}

const heats = quick ? 1 : 5;
const scale = quick ? 0.2 : 1;
const publish = (count: number, inFlight: number, batch: boolean) => [
  { name: "umbel", run: () => own.publish(count * scale, inFlight, batch) },
  {
    name: "bunqueue",
    run: () => publishBunqueue(count * scale, inFlight, batch),
  },
];
const drain = (count: number, concurrency: number) => [
  { name: "umbel", run: () => own.drain(count * scale, concurrency) },
  { name: "bunqueue", run: () => drainBunqueue(count * scale, concurrency) },
];
const rows = [
  await compare("publish one by one", publish(1_000, 1, false), heats),
  await compare("publish, 100 in flight", publish(5_000, 100, false), heats),
  await compare(
    "publish in batches of 1,000",
    publish(20_000, 1_000, true),
    heats,
  ),
  await compare("drain with results, 10 slots", drain(5_000, 10), heats),
  await compare("drain with results, 100 slots", drain(10_000, 100), heats),
  await compare("drain, two processes of ours, 50 slots each", [
    { name: "umbel", run: () => own.drainBy(twoProcesses, 10_000 * scale) },
    { name: "bunqueue", run: () => drainBunqueue(10_000 * scale, 100) },
  ], heats),
];
console.log(
  `\nUmbel and bunqueue ${bunqueue.version} on ${machine()}\n\n${markdown(rows)}`,
);
await own.close();
await rm(folder, { recursive: true, force: true });
process.exit(0);
