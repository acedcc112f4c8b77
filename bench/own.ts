/** What Umbel does in the benchmarks: publishes and drains tasks over a given broker, with exact checks. */
import assert from "node:assert/strict";
import * as z from "zod";
import { Umbel } from "../mod.ts";
import type { Broker } from "../src/broker.ts";
import { Worker } from "../src/worker/mod.ts";
import { type Heat, timed } from "./harness.ts";

/** About a hundred bytes of JSON. */
export const PAYLOAD = {
  order: 7,
  email: "ada@example.com",
  note: "x".repeat(56),
};
const Payload = z.object({
  order: z.number(),
  email: z.string(),
  note: z.string(),
});

let serial = 0;

/** A queue that nobody has used before. */
export function freshQueue(): string {
  return `q${serial++}`;
}

/** An app over a broker, with a task that does nothing and one that takes 5 ms. */
export class Own {
  readonly app: Umbel;
  readonly #noop;
  readonly #slow;

  constructor(broker: Broker) {
    this.app = new Umbel("bench", { broker, logLevel: "error" });
    this.#noop = this.app.task(
      "noop",
      { args: [Payload], returns: z.number() },
      ({ order }) => order,
    );
    this.#slow = this.app.task(
      "slow",
      { args: [Payload], returns: z.number() },
      async ({ order }) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return order;
      },
    );
  }

  /** Publishes so many tasks, so many in flight; a batch is one call. */
  async publish(
    count: number,
    inFlight: number,
    batch: boolean,
  ): Promise<Heat> {
    const queue = freshQueue();
    const heat = await timed(count, async () => {
      for (let sent = 0; sent < count; sent += inFlight) {
        const calls = Array.from(
          { length: inFlight },
          (): [typeof PAYLOAD] => [PAYLOAD],
        );
        if (batch) await this.#noop.applyMany(calls, { queue });
        else await Promise.all(calls.map((args) => this.#noop.applyAsync(args, { queue })));
      }
    });
    const found = (await (await this.app.broker()).queues()).find(({ name }) => name === queue);
    assert.equal(found?.ready, count);
    return heat;
  }

  /**
   * Drains a backlog with results kept; every task must have run, and its result must be there. `begin` is told when the
   * backlog stands, and what it gives is part of what was measured.
   */
  async drain(
    count: number,
    concurrency: number,
    delay = 0,
    begin: () => Promise<() => Promise<Heat["more"]>> = async () => async () => ({}),
  ): Promise<Heat> {
    const queue = freshQueue();
    const task = delay ? this.#slow : this.#noop;
    const results = await task.applyMany(
      Array.from({ length: count }, () => [PAYLOAD]),
      { queue },
    );
    const end = await begin();
    const heat = await timed(count, async () => {
      const worker = await Worker.start(this.app, {
        queues: [queue],
        concurrency,
      });
      await results.at(-1)?.get();
      await worker.stop();
    });
    const more = await end();
    const broker = await this.app.broker();
    for (let from = 0; from < count; from += 5_000) {
      const stored = await broker.read(
        results.slice(from, from + 5_000).map(({ id }) => id),
      );
      assert(stored.every((one) => one?.kind === "final"));
    }
    return { ...heat, more };
  }

  /** Drains a backlog by worker processes that stand ready: the queue is paused while it fills. */
  async drainBy(start: (queue: string) => Promise<() => Promise<void>>, count: number): Promise<Heat> {
    const queue = freshQueue();
    const broker = await this.app.broker();
    await broker.pause(queue);
    const stop = await start(queue);
    const results = await this.#noop.applyMany(Array.from({ length: count }, () => [PAYLOAD]), { queue });
    const heat = await timed(count, async () => {
      await broker.resume(queue);
      await Promise.all(results.slice(-200).map((result) => result.get()));
      for (let done = false; !done;) {
        done = (await broker.queues()).every(({ name, ready, active }) => name !== queue || ready + active === 0);
      }
    });
    await stop();
    const stored = await broker.read(results.map(({ id }) => id));
    assert(stored.every((one) => one?.kind === "final"));
    return heat;
  }

  /** Fills a queue with so many tasks. */
  async fill(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1_000) {
      await this.#noop.applyMany(
        Array.from({ length: 1_000 }, () => [PAYLOAD]),
      );
    }
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
