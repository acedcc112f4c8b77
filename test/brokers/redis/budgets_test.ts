/** What each operation may cost, in commands as a provider bills them: of clients [and with every one inside scripts]. */
import { afterAll, expect, test } from "bun:test";
import * as z from "zod";
import { Umbel } from "../../../src/app/umbel.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { newId } from "../../../src/base/ids.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { Delivery, Letter, Outcome, Settlement, WorkerRef } from "../../../src/broker.ts";
import { RedisBroker } from "../../../src/brokers/redis/redis_broker.ts";
import type { RedisBrokerOptions } from "../../../src/brokers/redis/redis_options.ts";
import { RespConnection } from "../../../src/brokers/redis/resp_connection.ts";
import { TcpTransport } from "../../../src/brokers/redis/tcp.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { Worker } from "../../../src/worker/worker.ts";
import { type CommandCount, CommandCounter } from "../../support/command_counter.ts";
import { until } from "../../support/until.ts";
import { serverForTests } from "./redis_fixture.ts";

const server = serverForTests();
const rows: Record<string, string>[] = [];
afterAll(() => console.table(rows));

/** Asserts a budget for each of `per` operations, and remembers it for the table. */
function within(operation: string, count: CommandCount, per: number, sent: number, all: number): void {
  const figure = (value: number) => String(Math.round(value / per * 1_000) / 1_000);
  const row = { operation, budget: `${sent} [${all}]`, measured: `${figure(count.sent)} [${figure(count.all)}]` };
  rows.push(row);
  if (count.sent / per <= sent && count.all / per <= all) return;
  expect(`${operation} cost ${JSON.stringify(count.names)}`).toBe("within the budget");
}

/** Tells how many deliveries were settled through it. */
class CountingBroker extends RedisBroker {
  settled = 0;
  override async settle(ref: WorkerRef, outcomes: readonly Outcome[]): Promise<readonly Settlement[]> {
    const settlements = await super.settle(ref, outcomes);
    this.settled += settlements.length;
    return settlements;
  }
}

/** A producer's and a worker's broker, as two processes have them, and what counts their commands. */
class Desk {
  readonly producer: RedisBroker;
  readonly consumer: CountingBroker;
  readonly worker: WorkerRef = { incarnation: crypto.randomUUID(), name: "worker", lease: 30_000 };
  readonly counter: CommandCounter;
  readonly #raw: RespConnection;
  readonly #idle: string;
  static #count = 0;

  private constructor(options: RedisBrokerOptions, counter: CommandCounter, raw: RespConnection) {
    const namespace = `budget ${++Desk.#count}`;
    const transport = () => new TcpTransport({ url: server().url });
    this.producer = new RedisBroker(transport(), { ...options, namespace });
    this.consumer = new CountingBroker(transport(), { ...options, namespace });
    this.counter = counter;
    this.#raw = raw;
    this.#idle = `umbel:{${namespace}/0}:i:q`;
  }

  /** Runs a test on a fresh one; the server knows the scripts already. */
  static async run(run: (desk: Desk) => Promise<void>, options: RedisBrokerOptions = {}): Promise<void> {
    const { url } = server();
    const desk = new Desk(options, await CommandCounter.start(url), await RespConnection.connect({ url }));
    try {
      await desk.warmUp();
      await run(desk);
    } finally {
      await Promise.all([desk.counter.stop(), desk.producer.close(), desk.consumer.close(), desk.#raw.close()]);
    }
  }

  async warmUp(): Promise<void> {
    const other = { ...this.worker, incarnation: "warms up" };
    await this.producer.publish({ publish: letters(1, { queue: "warm" }) });
    const { deliveries } = await this.consumer.claim(other, { queues: ["warm"], max: 10 });
    await this.consumer.heartbeat(other, deliveries.map(({ id }) => id));
    await this.consumer.settle(other, deliveries.map(done));
    await this.consumer.leave(other);
  }

  /** Resolves when a worker is parked in the queue "q". */
  async parked(): Promise<void> {
    await until("the worker to be parked", async () => await this.#raw.command(["SCARD", this.#idle]) === 1);
  }
}

const letters = (count: number, fields: Partial<Letter> = {}) => {
  const letter = (): Letter => ({ id: newId(), queue: "q", priority: 0, text: "x".repeat(100), ...fields });
  return Array.from({ length: count }, letter);
};
const done = ({ id, deliveries }: Delivery): Outcome => ({ kind: "done", delivery: { id, deliveries }, result: "42" });

test("publishing", () =>
  Desk.run(async ({ producer, counter }) => {
    const first = await counter.count(() => producer.publish({ publish: letters(1) }));
    within("publish one task to an empty queue", first, 1, 1, 4);
    const second = await counter.count(() => producer.publish({ publish: letters(1) }));
    within("publish one task to a queue that has some", second, 1, 1, 4);
    const together = await counter.count(() => {
      return Promise.all(letters(100).map((letter) => producer.publish({ publish: [letter] })));
    });
    within("publish 100 tasks at once, each by itself", together, 1, 1, 6);
  }), 60_000);

test("publishing to a worker that sleeps", () =>
  Desk.run(async (desk) => {
    const { producer, consumer, counter, worker } = desk;
    const stop = new AbortController();
    for (const [operation, count, all] of [["one task", 1, 5], ["a batch of 1,000", 1_000, 6]] as const) {
      const waiting = consumer.wait(worker, ["q"], 600_000, stop.signal);
      await desk.parked();
      const cost = await counter.count(() => producer.publish({ publish: letters(count) }));
      within(`publish ${operation} and wake a worker`, cost, 1, 1, all);
      await waiting;
      while ((await consumer.claim(worker, { queues: ["q"], max: 1_001 })).deliveries.length > 0);
    }
  }), 60_000);

test("processing a backlog in batches of 100", () =>
  Desk.run(async ({ producer, consumer, counter, worker }) => {
    for (let i = 0; i < 5; i++) await producer.publish({ publish: letters(1_000) });
    const request = { queues: ["q"], max: 100 };
    const cost = await counter.count(async () => {
      let { deliveries } = await consumer.claim(worker, request);
      while (deliveries.length > 0) {
        deliveries = (await consumer.settleAndClaim(worker, deliveries.map(done), request)).claim.deliveries;
      }
    });
    within("process one task of a backlog, with its result", cost, 5_000, 0.02, 0.15);
  }), 60_000);

test("a chain, one step after the other", () =>
  Desk.run(async ({ producer, consumer, counter, worker }) => {
    const [first, ...hold] = letters(102);
    if (first === undefined) throw new Error("no letter");
    await producer.publish({ publish: [first], hold });
    const request = { queues: ["q"], max: 100 };
    let { deliveries } = await consumer.claim(worker, request);
    const steps = async (hops: readonly Letter[]) => {
      for (const hop of hops) {
        const outcomes = deliveries.map((one) => ({ ...done(one), effects: { send: [{ hop, input: "42" }] } }));
        ({ claim: { deliveries } } = await consumer.settleAndClaim(worker, outcomes, request));
        expect(deliveries).toMatchObject([{ id: hop.id, input: "42" }]);
      }
    };
    await steps(hold.slice(0, 1));
    const cost = await counter.count(() => steps(hold.slice(1)));
    within("a step of a chain: its result, and the next one in hand", cost, 100, 1, 9);
  }), 60_000);

test("a chord of 1,000 in batches of 100", () =>
  Desk.run(async ({ producer, consumer, counter, worker }) => {
    const [gate, [hop]] = [newId(), letters(1)];
    if (hop === undefined) throw new Error("no letter");
    await producer.publish({ publish: letters(1_000), hold: [hop], gates: [{ id: gate, size: 1_000 }] });
    const request = { queues: ["q"], max: 100 };
    let { deliveries } = await consumer.claim(worker, request);
    let index = 0;
    const cost = await counter.count(async () => {
      while (deliveries.length > 1) {
        const outcomes = deliveries.map((one) => {
          return { ...done(one), effects: { arrive: [{ gate, index: index++, value: "42", hop }] } };
        });
        ({ claim: { deliveries } } = await consumer.settleAndClaim(worker, outcomes, request));
      }
    });
    expect(deliveries).toMatchObject([{ id: hop.id, gate }]);
    within("process one member of a chord", cost, 1_000, 0.02, 0.15);
  }), 60_000);

test("a worker that is busy", () =>
  Desk.run(async ({ producer, consumer, counter, worker }) => {
    await producer.publish({ publish: letters(500) });
    const { deliveries } = await consumer.claim(worker, { queues: ["q"], max: 500 });
    const cost = await counter.count(() => consumer.heartbeat(worker, deliveries.map(({ id }) => id)));
    within("renew the lease of 500 tasks, each 10 s", cost, 1, 1, 5);
  }), 60_000);

test("a task a second", async () => {
  const clock = new FakeClock();
  await Desk.run(async (desk) => {
    const app = new Umbel("budget", { broker: desk.consumer, logLevel: "error" });
    app.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
    const worker = await Worker.start(app, { queues: ["q"], concurrency: 10, clock, log: silentLogger });
    await desk.parked();
    const client = new Umbel("budget", { broker: desk.producer, queue: "q" });
    const add = client.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
    const { settled } = desk.consumer;
    const each = async (count: number) => {
      for (let i = 1; i <= count; i++) {
        const before = desk.consumer.settled;
        await add.delay(i, i);
        await until("the task to be done", () => desk.consumer.settled > before);
        await clock.advance(1_000);
      }
    };
    await each(3);
    const cost = await desk.counter.count(() => each(60));
    expect(desk.consumer.settled).toBe(settled + 63);
    within("a task a second: publish, process, result", cost, 60, 4, 14);
    await stop(worker, clock);
  }, { clock });
}, 60_000);

test("a worker that is idle", async () => {
  const clock = new FakeClock();
  await Desk.run(async (desk) => {
    const app = new Umbel("budget", { broker: desk.consumer, logLevel: "error" });
    const queues = ["q", "a", "b", "c", "d"];
    const worker = await Worker.start(app, { queues, concurrency: 10, clock, log: silentLogger });
    await desk.parked();
    const minutes = 10;
    const cost = await desk.counter.count(async () => {
      for (let second = 0; second < minutes * 60; second += 5) {
        await clock.advance(5_000);
        if (second % 30 === 0) await systemClock.sleep(20);
      }
    });
    expect(cost.sent).toBeGreaterThan(minutes / 2);
    within("a worker that is idle, with five queues, a minute", cost, minutes, 1, 2);
    await stop(worker, clock);
  }, { clock });
}, 60_000);

/** Stops a worker whose clock stands still. */
async function stop(worker: Worker, clock: FakeClock): Promise<void> {
  const stopped = worker.stop();
  await clock.advance(1_000);
  await stopped;
}
