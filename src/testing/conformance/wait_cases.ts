/** Waiting for letters: what wakes a worker, and what bounds its sleep. @module */

import assert from "node:assert/strict";
import type { WorkerRef } from "../../broker.ts";
import { type Bench, hop, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** Longer than a case lives: a wait of that length ends because something woke it. */
const FOREVER = 600_000;

/** A lease that outlives falling asleep, and ends within a case, in milliseconds. */
const SHORT = 1_000;

const QUEUES: readonly string[] = ["q", "other"];

/**
 * Waits and claims in turn, as a worker does, until something was handed out. Waking up for nothing is allowed, so a
 * wait that ends proves nothing; that the letter comes long before the wait's own end does.
 */
async function consume(bench: Bench, worker: WorkerRef = bench.worker()): Promise<string> {
  while (true) {
    const [delivery] = await bench.claim(worker, 1, QUEUES);
    if (delivery) return delivery.id;
    await bench.broker.wait(worker, QUEUES, FOREVER, new AbortController().signal);
  }
}

/** Lets a worker go to sleep, then does something, and asserts that it got the letter because of that. */
async function wakes(bench: Bench, id: string, act: () => Promise<unknown>): Promise<void> {
  const got = consume(bench);
  await settleDown(bench);
  await act();
  assert.equal(await bench.within(got, "what should have woken the worker"), id);
}

/** Gives a worker the time to fall asleep. */
async function settleDown(bench: Bench): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, bench.fakesTime ? 5 : 150));
}

/** The cases of waiting. */
export const waitCases: Cases = {
  "A wait ends after its time": async (bench) => {
    const wait = bench.broker.wait(bench.worker(), QUEUES, 100, new AbortController().signal);
    await bench.pass(150);
    await bench.within(wait, "the end of the wait");
  },

  "A wait ends with its signal": async (bench) => {
    const stop = new AbortController();
    const wait = bench.broker.wait(bench.worker(), QUEUES, FOREVER, stop.signal);
    await settleDown(bench);
    stop.abort();
    await bench.within(wait, "the end of the wait");
    await bench.within(bench.broker.wait(bench.worker(), QUEUES, FOREVER, stop.signal), "the end of the wait");
  },

  "A wait ends at once where something waits already": async (bench) => {
    const letter = bench.letter();
    await bench.publish(letter);
    const wait = bench.broker.wait(bench.worker(), QUEUES, FOREVER, new AbortController().signal);
    await bench.within(wait, "the end of the wait");
  },

  "A publish wakes a worker that waits": async (bench) => {
    const letter = bench.letter();
    await wakes(bench, letter.id, () => bench.publish(letter));
  },

  "A publish to any of its queues wakes a worker that waits": async (bench) => {
    const letter = bench.letter({ queue: "other" });
    await wakes(bench, letter.id, () => bench.publish(letter));
  },

  "A publish of a second instance wakes a worker that waits": async (bench) => {
    const second = await bench.reopen();
    const letter = bench.letter();
    await wakes(bench, letter.id, () => second.publish({ publish: [letter] }));
  },

  "A letter that becomes due wakes a worker that waits": async (bench) => {
    const letter = bench.letter({ due: { in: 400 } });
    await bench.publish(letter);
    await wakes(bench, letter.id, () => bench.pass(450));
  },

  "A letter with a time that is published meanwhile wakes a worker when it becomes due": async (bench) => {
    const letter = bench.letter({ due: { in: 200 } });
    await bench.publish(bench.letter({ due: { in: 500_000 } }));
    await wakes(bench, letter.id, async () => {
      await bench.publish(letter);
      await settleDown(bench);
      await bench.pass(250);
    });
  },

  "A letter that is given back wakes a worker that waits": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await wakes(bench, delivery.id, () => bench.settle(worker, { kind: "released", delivery: ref(delivery) }));
  },

  "A task that runs again wakes a worker that waits": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const letter = bench.letter({ id: delivery.id });
    await wakes(bench, letter.id, () => bench.settle(worker, { kind: "again", delivery: ref(delivery), letter }));
  },

  "A worker that leaves wakes one that waits": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await wakes(bench, delivery.id, () => bench.broker.leave(worker));
  },

  "The end of a dead worker's lease wakes one that waits": async (bench) => {
    const letter = bench.letter();
    await bench.deliver(bench.worker("dead", SHORT), letter);
    await wakes(bench, letter.id, () => bench.pass(SHORT + 50));
  },

  "The end of a lease wakes one that waits, though the dead worker was ready for more": async (bench) => {
    const [dead, stop] = [bench.worker("dead", SHORT), new AbortController()];
    const asleep = () => bench.broker.wait(dead, QUEUES, FOREVER, stop.signal);
    const woken = asleep();
    await settleDown(bench);
    const letter = bench.letter();
    await bench.publish(letter);
    await bench.within(woken, "the letter");
    assert.equal((await bench.claim(dead, 10, QUEUES)).length, 1);
    const last = asleep();
    await wakes(bench, letter.id, () => bench.pass(SHORT + 50));
    stop.abort();
    await last;
  },

  "A held letter that is sent wakes a worker that waits": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    await wakes(bench, letter.id, () => bench.broker.publish({ send: [{ hop: hop(letter), input: "x" }] }));
  },

  "A gate that opens wakes a worker that waits": async (bench) => {
    const [body, gate] = [bench.letter(), bench.id()];
    await bench.broker.publish({ hold: [body], gates: [{ id: gate, size: 1 }] });
    const arrive = [{ gate, index: 0, value: "x", hop: hop(body) }];
    await wakes(bench, body.id, () => bench.broker.publish({ arrive }));
  },

  "What an outcome publishes wakes a worker that waits": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const letter = bench.letter();
    const outcome = { kind: "done", delivery: ref(delivery), effects: { publish: [letter] } } as const;
    await wakes(bench, letter.id, () => bench.settle(worker, outcome));
  },

  "A queue that is resumed wakes a worker that waits": async (bench) => {
    const letter = bench.letter();
    await bench.broker.pause("q");
    await bench.publish(letter);
    await wakes(bench, letter.id, () => bench.broker.resume("q"));
  },

  "A revived letter wakes a worker that waits": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.bury(worker, await bench.deliver(worker, letter));
    await wakes(bench, letter.id, () => bench.broker.revive("q", [letter.id]));
  },

  "Letters that come at once wake as many workers as there are letters": async (bench) => {
    const letters = bench.letters(4);
    const got = Promise.all(letters.map(() => consume(bench)));
    await settleDown(bench);
    await bench.publish(...letters);
    const want = letters.map(({ id }) => id);
    assert.deepEqual((await bench.within(got, "a letter for each worker")).toSorted(), want.toSorted());
  },

  "A letter that is taken by somebody who does not wait leaves the others asleep or hungry, not failed": async (
    bench,
  ) => {
    const stop = new AbortController();
    const wait = bench.broker.wait(bench.worker(), QUEUES, FOREVER, stop.signal);
    await settleDown(bench);
    await bench.publish(bench.letter());
    await bench.claimEventually(bench.worker());
    stop.abort();
    await bench.within(wait, "the end of the wait");
  },
};
