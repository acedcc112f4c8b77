/**
 * Workflows against BullMQ's flows and, where Debian's package is present, Celery's canvas, over one redis-server:
 * `bun bench/canvas.ts [--quick] [--celery]`, after `npm install` in `bench/`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as z from "zod";
import { chain, chord, group, Umbel } from "../mod.ts";
import { redis } from "../src/brokers/redis/mod.ts";
import { RespClient } from "../src/brokers/redis/resp_client.ts";
import { Worker } from "../src/worker/mod.ts";
import { startRedisServer } from "../test/support/redis_server.ts";
import { compare, type Heat, machine, markdown, type Row, timed } from "./harness.ts";
import { Peer } from "./peer.ts";

const quick = process.argv.includes("--quick");
const withCelery = process.argv.includes("--celery");
const heats = quick ? 1 : 3;
const server = await startRedisServer({ config: { save: "" } });
const bullmq = new Peer([
  process.execPath,
  join(import.meta.dir, "peers/bullmq.mjs"),
  server.url,
]);
const celery = withCelery
  ? new Peer([
    "/usr/bin/python3",
    join(import.meta.dir, "peers/celery_peer.py"),
    server.url,
  ])
  : undefined;
const client = new RespClient({ url: server.url });
const app = new Umbel("bench", {
  broker: redis(server.url),
  logLevel: "error",
});
const add = app.task("add", {
  args: [z.number(), z.number()],
  returns: z.number(),
}, (x, y) => x + y);
const total = app.task("total", {
  args: [z.array(z.number())],
  returns: z.number(),
}, (all) => all.reduce((a, b) => a + b, 0));
const numbers = (size: number) => Array.from({ length: size }, (_, i) => i);
const sum = (size: number) => (size * (size - 1)) / 2;
let serial = 0;

type Shape = "chain" | "group" | "chord" | "mapreduce";

/** How many tasks a workflow has. */
function tasksOf(shape: Shape, size: number): number {
  return shape === "chord" ? size + 1 : shape === "mapreduce" ? size * size + size + 1 : size;
}

async function run(shape: Shape, size: number): Promise<Heat> {
  const worker = await Worker.start(app, { concurrency: 200 });
  const heat = await timed(tasksOf(shape, size), async () => {
    if (shape === "chain") {
      assert.equal(await (await chainOf(size).delay()).get(), size - 1);
    } else if (shape === "group") {
      assert.deepEqual(
        await (await group(numbers(size).map((i) => add.s(i, i))).delay())
          .get(),
        numbers(size).map((i) => i * 2),
      );
    } else if (shape === "chord") {
      assert.equal(
        await (await chord(numbers(size).map((i) => add.s(i, i)), total.s())
          .delay()).get(),
        2 * sum(size),
      );
    } else {
      const parts = numbers(size).map((i) => chord(numbers(size).map((j) => add.s(i, j)), total.s()));
      assert.equal(
        await (await chord(parts, total.s()).delay()).get(),
        2 * size * sum(size),
      );
    }
  });
  await worker.stop();
  await client.command(["FLUSHALL"]);
  return heat;
}

function chainOf(size: number) {
  const begin = chain(add.s(0, 0), add.s(1));
  return numbers(size - 2).reduce((steps) => steps.pipe(add.s(1)), begin);
}

async function contest(
  work: string,
  shape: Shape,
  size: number,
  smaller = size,
): Promise<Row[]> {
  const request = { shape, size, tasks: tasksOf(shape, size) };
  const flow = async () => {
    const heat = await bullmq.ask<Heat>({
      work: "flow",
      queue: `f${serial++}`,
      ...request,
    });
    await client.command(["FLUSHALL"]);
    return heat;
  };
  const rows = [
    await compare(work, [{ name: "umbel", run: () => run(shape, size) }, {
      name: "bullmq flows",
      run: flow,
    }], heats),
  ];
  if (celery === undefined) return rows;
  const canvas = async () => {
    const heat = await celery.ask<Heat>({
      work: "workflow",
      shape,
      size: smaller,
      tasks: tasksOf(shape, smaller),
    });
    await client.command(["FLUSHALL"]);
    return heat;
  };
  return [
    ...rows,
    await compare(`${work} (Celery: ${smaller})`, [
      { name: "umbel", run: () => run(shape, size) },
      { name: "celery", run: canvas },
    ], 1),
  ];
}

const scale = quick ? 10 : 1;
const [steps, wide, square] = [1_000 / scale, 10_000 / scale, quick ? 30 : 100];
const rows = [
  ...await contest(`chain of ${steps.toLocaleString("en")}`, "chain", steps, 200),
  ...await contest(`group of ${wide.toLocaleString("en")}`, "group", wide, 500),
  ...await contest(`chord of ${wide.toLocaleString("en")}`, "chord", wide, 500),
  ...await contest(`map-reduce of ${square} x ${square}`, "mapreduce", square, 20),
];
console.log(`\nOn ${machine()}\n`);
for (const peer of ["bullmq flows", "celery"]) {
  const part = rows.filter(({ rates }) => peer in rates);
  if (part.length > 0) console.log(`${markdown(part)}\n`);
}
await Promise.all([bullmq.end(), celery?.end(), app.close()]);
await client.close();
await server.stop();
process.exit(0);
