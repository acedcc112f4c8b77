// BullMQ as a contender: run in a process of its own by Bun or by Node; reads one JSON request a line, answers one a line.
// Time is measured in here; a heat that does not do every job exactly once is an error.
import { createInterface } from "node:readline";
import { FlowProducer, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const url = process.argv[2];
const connection = new Redis(url, { maxRetriesPerRequest: null });

const WORKS = {
  /** Publishes `count` jobs, `inFlight` at a time; a batch is one call. */
  async publish({ queue: name, count, inFlight, batch, payload }) {
    const queue = new Queue(name, { connection });
    await queue.waitUntilReady();
    const begin = performance.now();
    for (let sent = 0; sent < count; sent += inFlight) {
      const jobs = Array.from(
        { length: inFlight },
        () => ({ name: "noop", data: payload }),
      );
      if (batch) await queue.addBulk(jobs);
      else await Promise.all(jobs.map((job) => queue.add(job.name, job.data)));
    }
    const ms = performance.now() - begin;
    const counts = await queue.getJobCounts("waiting");
    if (counts.waiting !== count) {
      throw new Error(`${counts.waiting} of ${count} jobs wait`);
    }
    return { count, ms };
  },

  /** Drains what waits in a queue, results kept. */
  async drain({ queue: name, count, concurrency, delay }) {
    let completed = 0;
    const done = Promise.withResolvers?.() ?? resolvers();
    const begin = performance.now();
    const handler = delay
      ? async (
        job,
      ) => (await new Promise((resolve) => setTimeout(resolve, delay)), job.data.order)
      : (job) => Promise.resolve(job.data.order);
    const worker = new Worker(name, handler, {
      connection: connection.duplicate(),
      concurrency,
    });
    worker.on("completed", () => ++completed === count && done.resolve());
    await done.promise;
    const ms = performance.now() - begin;
    await worker.close();
    const queue = new Queue(name, { connection });
    const counts = await queue.getJobCounts("completed");
    if (counts.completed !== count) {
      throw new Error(`${counts.completed} of ${count} jobs completed`);
    }
    return { count, ms };
  },

  /** Runs a workflow as a flow of parents and children; a parent adds up what its children gave. */
  async flow({ queue: name, shape, size, tasks }) {
    const flows = new FlowProducer({ connection });
    const leaf = (value) => ({
      name: "leaf",
      queueName: name,
      data: { value },
    });
    const parent = (children) => ({
      name: "sum",
      queueName: name,
      data: {},
      children,
    });
    const shapes = {
      chain: () =>
        Array.from({ length: size - 1 }).reduce(
          (tree) => parent([tree]),
          leaf(1),
        ),
      chord: () => parent(Array.from({ length: size }, (_, i) => leaf(i))),
      mapreduce: () =>
        parent(
          Array.from({ length: size }, () => parent(Array.from({ length: size }, (_, i) => leaf(i)))),
        ),
    };
    let completed = 0;
    let root;
    const done = Promise.withResolvers?.() ?? resolvers();
    const worker = new Worker(name, async (job) => {
      if (job.name === "leaf") return job.data.value;
      return Object.values(await job.getChildrenValues()).reduce(
        (a, b) => a + b,
        0,
      );
    }, { connection: connection.duplicate(), concurrency: 200 });
    worker.on("completed", (job, value) => {
      completed++;
      if (job.id === root || (shape === "group" && completed === size)) {
        done.resolve(value);
      }
    });
    await worker.waitUntilReady();
    const begin = performance.now();
    if (shape === "group") {
      const queue = new Queue(name, { connection });
      await queue.addBulk(
        Array.from(
          { length: size },
          (_, i) => ({ name: "leaf", data: { value: i } }),
        ),
      );
    } else root = (await flows.add(shapes[shape]())).job.id;
    await done.promise;
    const ms = performance.now() - begin;
    await worker.close();
    if (completed !== tasks) {
      throw new Error(`${completed} of ${tasks} jobs completed`);
    }
    return { count: tasks, ms };
  },

  /** Sends a job every `every` milliseconds and tells how long each took to be picked up. */
  async latency({ queue: name, count, every }) {
    const queue = new Queue(name, { connection });
    const times = [];
    const done = Promise.withResolvers?.() ?? resolvers();
    const worker = new Worker(name, async (job) => {
      times.push(performance.now() - job.data.sent);
      if (times.length === count) done.resolve();
    }, { connection: connection.duplicate(), concurrency: 10 });
    await worker.waitUntilReady();
    for (let sent = 0; sent < count; sent++) {
      await queue.add("noop", { sent: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, every));
    }
    await done.promise;
    await worker.close();
    return { times };
  },
};

function resolvers() {
  let resolve;
  const promise = new Promise((yes) => resolve = yes);
  return { promise, resolve };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { work, ...request } = JSON.parse(line);
  const answer = await WORKS[work](request).catch((error) => ({
    error: error.message,
  }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
