/** What a conformance case works with: a broker, letters and workers at hand, and time. @module */

import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type {
  Broker,
  BrokerOptions,
  Delivery,
  DeliveryRef,
  Hop,
  Letter,
  Outcome,
  QueueInfo,
  Settlement,
  StoredResult,
  WorkerRef,
} from "../../broker.ts";
import type { BrokerFixture, CreateBroker } from "./fixture.ts";

/** The slot of all ids of a case: what happens in one step lies in one slot. */
const SLOT = 7;

/** A lease that does not end during a case. */
const LONG = 600_000;

/** How long a case waits for what must come, in milliseconds: it comes soon, but the machine may be busy. */
const PATIENCE = 20_000;

/** One run of one case. */
export class Bench {
  readonly broker: Broker;
  readonly #fixture: BrokerFixture;
  readonly #others: Broker[] = [];

  constructor(fixture: BrokerFixture) {
    this.broker = fixture.broker;
    this.#fixture = fixture;
  }

  /** Runs something on a fresh broker, and closes all that it opened. */
  static async run(create: CreateBroker, options: BrokerOptions, run: (bench: Bench) => Promise<void>): Promise<void> {
    const fixture = await create(options);
    const bench = new Bench(fixture);
    try {
      await run(bench);
    } finally {
      await Promise.all(bench.#others.map((broker) => broker.close()));
      await fixture.close();
    }
  }

  /** Whether the broker's clock is in the suite's hand. */
  get fakesTime(): boolean {
    return this.#fixture.advance !== undefined;
  }

  /** A second broker over the same store. */
  async reopen(): Promise<Broker> {
    const broker = await this.#fixture.reopen();
    this.#others.push(broker);
    return broker;
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    if (this.#fixture.advance) await this.#fixture.advance(ms);
    else await systemClock.sleep(ms);
  }

  /** Waits until a condition holds, with patience. A failed assertion inside counts as not yet. */
  async eventually<T>(look: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE;
    while (true) {
      try {
        return await look();
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
      await systemClock.sleep(10);
    }
  }

  /** Waits for something that must come. */
  async within<T>(promise: Promise<T>, what: string): Promise<T> {
    const stop = new AbortController();
    const late = systemClock.sleep(PATIENCE, stop.signal).then(() => assert.fail(`${what} did not come`));
    try {
      return await Promise.race([promise, late]);
    } finally {
      stop.abort();
    }
  }

  /** A new id, in the slot of the case. */
  id(): string {
    return newId(SLOT);
  }

  /** A letter to the queue "q", with a text of its own. */
  letter(fields: Partial<Letter> = {}): Letter {
    const id = fields.id ?? this.id();
    return { id, queue: "q", priority: 5, text: `text of ${id}`, ...fields };
  }

  /** So many letters. */
  letters(count: number, fields: Partial<Letter> = {}): Letter[] {
    return Array.from({ length: count }, () => this.letter(fields));
  }

  /** A worker; its lease does not end during the case unless it is given one. */
  worker(name: string = "worker", lease: number = LONG): WorkerRef {
    return { incarnation: crypto.randomUUID(), name, lease };
  }

  /** Publishes letters. */
  async publish(...letters: readonly Letter[]): Promise<void> {
    const answers = await this.broker.publish({ publish: letters });
    assert.deepEqual(answers, letters.map(() => "created"));
  }

  /** Claims from the queue "q", or others. */
  async claim(worker: WorkerRef, max: number = 100, queues: readonly string[] = ["q"]): Promise<readonly Delivery[]> {
    return (await this.broker.claim(worker, { queues, max })).deliveries;
  }

  /** Claims the only letter that may run. */
  async claimOne(worker: WorkerRef, queues: readonly string[] = ["q"]): Promise<Delivery> {
    const deliveries = await this.claim(worker, 100, queues);
    assert.equal(deliveries.length, 1, `one letter should be handed out, not ${deliveries.length}`);
    const [delivery] = deliveries;
    assert(delivery);
    return delivery;
  }

  /** Claims until there is something; claims all of it together when `count` is more than one. */
  async claimEventually(worker: WorkerRef, count = 1, queues: readonly string[] = ["q"]): Promise<readonly Delivery[]> {
    const got: Delivery[] = [];
    await this.eventually(async () => {
      got.push(...await this.claim(worker, count - got.length, queues));
      assert.equal(got.length, count, `${count} letters should be handed out in the end, not ${got.length}`);
    });
    return got;
  }

  /** Asserts that nothing is handed out. */
  async claimNone(worker: WorkerRef = this.worker(), queues: readonly string[] = ["q"]): Promise<void> {
    assert.deepEqual(await this.claim(worker, 100, queues), []);
  }

  /** Publishes a letter and claims it. */
  async deliver(worker: WorkerRef, letter: Letter = this.letter()): Promise<Delivery> {
    await this.publish(letter);
    return await this.claimOne(worker, [letter.queue]);
  }

  /** Settles one delivery. */
  async settle(worker: WorkerRef, outcome: Outcome): Promise<Settlement> {
    const settlements = await this.broker.settle(worker, [outcome]);
    assert.equal(settlements.length, 1);
    return settlements[0] ?? assert.fail();
  }

  /** Settles one delivery as done, and asserts that it took effect. */
  async finish(worker: WorkerRef, delivery: DeliveryRef, result = "result"): Promise<void> {
    assert.equal(await this.settle(worker, { kind: "done", delivery: ref(delivery), result }), "settled");
  }

  /** Settles one delivery as buried, and asserts that it took effect. */
  async bury(worker: WorkerRef, delivery: DeliveryRef, reason = "reason"): Promise<void> {
    const outcome = { kind: "buried", delivery: ref(delivery), reason, result: "buried" } as const;
    assert.equal(await this.settle(worker, outcome), "settled");
  }

  /** What is known of an id. */
  async read(id: string): Promise<StoredResult | null> {
    const results = await this.broker.read([id]);
    assert.equal(results.length, 1);
    return results[0] ?? null;
  }

  /** The figures of a queue; all zero when it is not listed. */
  async figures(name = "q", listed?: readonly QueueInfo[]): Promise<QueueInfo> {
    const found = (listed ?? await this.broker.queues()).find((queue) => queue.name === name);
    return found ?? { name, ready: 0, delayed: 0, active: 0, dead: 0, paused: false };
  }
}

/** What names a delivery. */
export function ref({ id, deliveries }: DeliveryRef): DeliveryRef {
  return { id, deliveries };
}

/** What names a held letter. */
export function hop({ id, queue, priority }: Hop): Hop {
  return { id, queue, priority };
}

/** The ids of things that have one. */
export function ids(things: readonly { readonly id: string }[]): readonly string[] {
  return things.map(({ id }) => id);
}
