// effect-mq with its Redis store as a contender: run in a process of its own; reads one JSON request a line, answers one a
// line. Time is measured in here; a heat that does not do every job exactly once is an error.
import { createInterface } from "node:readline";
import { Effect, Layer, ManagedRuntime, Schema } from "effect";
import { Redis } from "effect/unstable/persistence";
import { Job, JobStore, Worker } from "effect-mq";
import { RedisJobStore } from "effect-mq/redis";
import { Redis as Client } from "ioredis";

const client = new Client(process.argv[2], { maxRetriesPerRequest: null });

/** What Effect asks of a client of Redis, by the one that BullMQ uses too. */
const redis = Layer.effect(
  Redis.Redis,
  Redis.make({
    send: (command, ...args) =>
      Effect.tryPromise({
        try: () => client.call(command, ...args),
        catch: (cause) => new Redis.RedisError({ cause }),
      }),
    subscribe: (channel, heard) =>
      Effect.gen(function* () {
        const listener = yield* Effect.acquireRelease(
          Effect.sync(() => client.duplicate()),
          (it) => Effect.sync(() => it.disconnect()),
        );
        listener.on("message", (from, message) => heard({ channel: from, message }));
        yield* Effect.promise(() => listener.subscribe(channel));
        return Effect.never;
      }),
  }),
);
const store = RedisJobStore.layer().pipe(Layer.provide(redis));
const runtime = ManagedRuntime.make(store);

/** A job that goes to one queue. */
const jobOf = (queue) =>
  Job.make("noop", {
    payload: { order: Schema.Number, email: Schema.String, note: Schema.String },
    success: Schema.Number,
    queue,
  });

const countOf = (queue, state) =>
  runtime.runPromise(
    Effect.flatMap(JobStore.JobStore, (it) => it.counts(queue)).pipe(Effect.map((counts) => counts[state])),
  );

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const WORKS = {
  /** Publishes `count` jobs, `inFlight` at a time; a batch is one call. */
  async publish({ queue, count, inFlight, batch, payload }) {
    const job = jobOf(queue);
    const payloads = Array.from({ length: inFlight }, () => payload);
    const step = batch
      ? job.enqueueMany(payloads)
      : Effect.forEach(payloads, (it) => job.enqueue(it), { concurrency: "unbounded", discard: true });
    await runtime.runPromise(Effect.void);
    const begin = performance.now();
    await runtime.runPromise(Effect.repeat(step, { times: count / inFlight - 1 }));
    const ms = performance.now() - begin;
    const waiting = await countOf(queue, "waiting");
    if (waiting !== count) throw new Error(`${waiting} of ${count} jobs wait`);
    return { count, ms };
  },

  /** Drains what waits in a queue, results kept. */
  async drain({ queue, count, concurrency, delay }) {
    let runs = 0;
    const handler = ({ order }) => Effect.sync(() => (runs++, order)).pipe(delay ? Effect.delay(delay) : (it) => it);
    const workers = jobOf(queue).toLayer(handler, { concurrency }).pipe(
      Layer.provideMerge(Worker.layer()),
      Layer.provide(store),
    );
    const begin = performance.now();
    const worker = ManagedRuntime.make(workers);
    await worker.runPromise(Effect.void);
    while (runs < count) await pause(5);
    while (await countOf(queue, "completed") < count) await pause(1);
    const ms = performance.now() - begin;
    await worker.dispose();
    if (runs !== count) throw new Error(`${count} jobs ran ${runs} times`);
    return { count, ms };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { work, ...request } = JSON.parse(line);
  const answer = await WORKS[work](request).catch((error) => ({ error: String(error?.message ?? error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
