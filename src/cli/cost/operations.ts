/** What sending and running tasks costs in commands, measured by doing it. @module */
import { systemClock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Delivery, Letter, Outcome, WorkerRef } from "../../broker.ts";
import type { RedisBroker } from "../../brokers/redis/redis_broker.ts";
import type { Meter, Spent } from "./meter.ts";

/** What one of an operation costs, in commands. */
export interface OperationCost extends Spent {
  readonly key: "publish" | "publishMany" | "backlog" | "single" | "look" | "beat" | "idle";
  readonly operation: string;
}

/** Tasks of a batch, as many as the client puts into one call. */
const BATCH = 1_000;

const SINGLES = 10;

/** Measures in a namespace of its own, and leaves nothing of it behind. */
export async function measureOperations(meter: Meter): Promise<OperationCost[]> {
  const bench = new Bench(meter);
  try {
    return await bench.measure();
  } finally {
    await bench.close();
  }
}

class Bench {
  readonly #meter: Meter;
  readonly #namespace = `cost ${newId()}`;
  readonly #producer: RedisBroker;
  readonly #consumer: RedisBroker;
  readonly #worker: WorkerRef = { incarnation: newId(), name: "cost", lease: 60_000 };

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#producer = meter.broker(this.#namespace);
    this.#consumer = meter.broker(this.#namespace);
  }

  async measure(): Promise<OperationCost[]> {
    await this.#warmUp();
    const [one] = letters(1);
    return [
      await this.#cost("publish", "send a task", 1, () => this.#producer.publish({ publish: one ? [one] : [] })),
      await this.#cost("publishMany", `send ${BATCH} tasks at once, each`, BATCH, async () => {
        await this.#producer.publish({ publish: letters(BATCH) });
      }),
      await this.#cost("look", "look for a result", 1, () => this.#producer.read([one?.id ?? ""])),
      await this.#cost("backlog", "run a task of a backlog, in batches of 100", BATCH + 1, () => this.#drain()),
      await this.#single(),
      await this.#beat(),
      await this.#idle(),
    ];
  }

  /** Scripts are sent whole the first time, and queues are registered once. */
  async #warmUp(): Promise<void> {
    await this.#producer.publish({ publish: letters(2) });
    await this.#drain();
    await this.#consumer.publish({ publish: letters(1) });
    const { deliveries } = await this.#consumer.claim(this.#worker, { queues: ["q"], max: 1 });
    await this.#consumer.heartbeat(this.#worker, deliveries.map(({ id }) => id));
    await this.#consumer.settle(this.#worker, deliveries.map(done));
    await this.#rest(50);
  }

  async #cost(key: OperationCost["key"], operation: string, per: number, act: () => Promise<unknown>) {
    const { sent, billed } = await this.#meter.spent(act);
    return { key, operation, sent: sent / per, billed: billed / per };
  }

  async #drain(): Promise<void> {
    const request = { queues: ["q"], max: 100 };
    let { deliveries } = await this.#consumer.claim(this.#worker, request);
    while (deliveries.length > 0) {
      deliveries = (await this.#consumer.settleAndClaim(this.#worker, deliveries.map(done), request)).claim.deliveries;
    }
  }

  /** A task now and then, to a worker that sleeps in between. */
  #single(): Promise<OperationCost> {
    return this.#cost("single", "send a task to a waiting worker, which runs it", SINGLES, async () => {
      for (let i = 0; i < SINGLES; i++) {
        const woken = this.#consumer.wait(this.#worker, ["q"], 60_000, new AbortController().signal);
        await this.#parked();
        await this.#producer.publish({ publish: letters(1) });
        await woken;
        await this.#drain();
      }
    });
  }

  async #beat(): Promise<OperationCost> {
    await this.#producer.publish({ publish: letters(100) });
    const { deliveries } = await this.#consumer.claim(this.#worker, { queues: ["q"], max: 100 });
    const held = deliveries.map(({ id }) => id);
    const cost = await this.#cost("beat", "keep the lease of a busy worker, each 10 s", 1, async () => {
      await this.#consumer.heartbeat(this.#worker, held);
    });
    await this.#consumer.settle(this.#worker, deliveries.map(done));
    await this.#drain();
    return cost;
  }

  /** An idle worker looks once a minute, should nobody have woken it; here the minute is a moment. */
  async #idle(): Promise<OperationCost> {
    await this.#rest(50);
    return await this.#cost("idle", "an idle worker, each minute", 1, async () => {
      await this.#rest(50);
      await this.#consumer.claim(this.#worker, { queues: ["q"], max: 10 });
    });
  }

  #rest(ms: number): Promise<void> {
    return this.#consumer.wait(this.#worker, ["q"], ms, new AbortController().signal);
  }

  async #parked(): Promise<void> {
    for (let pause = 1; pause < 5_000; pause *= 1.5) {
      if (await this.#meter.ask("SCARD", `umbel:{${this.#namespace}/0}:i:q`) === 1) return;
      await systemClock.sleep(pause);
    }
    throw new Error("Cannot measure the cost as a waiting worker must be parked: it was not within seconds");
  }

  async close(): Promise<void> {
    await this.#consumer.leave(this.#worker);
    await Promise.all([this.#producer.close(), this.#consumer.close()]);
    let cursor = "0";
    do {
      const found = await this.#meter.ask("SCAN", cursor, "MATCH", `umbel:{${this.#namespace}/*`, "COUNT", "1000");
      const [next, keys]: readonly unknown[] = Array.isArray(found) ? found : [];
      if (Array.isArray(keys) && keys.length > 0) await this.#meter.ask("UNLINK", ...keys.map(String));
      cursor = String(next ?? 0);
    } while (cursor !== "0");
  }
}

function letters(count: number): Letter[] {
  return Array.from({ length: count }, () => ({ id: newId(), queue: "q", priority: 0, text: "{}" }));
}

function done({ id, deliveries }: Delivery): Outcome {
  return { kind: "done", delivery: { id, deliveries }, result: "{}" };
}
