/** Letters that wait for their time. @module */

import assert from "node:assert/strict";
import { ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of delays. */
export const delayCases: Cases = {
  "A letter that is due in some time is handed out then, and not before": async (bench) => {
    const start = performance.now();
    const letter = bench.letter({ due: { in: 300 } });
    await bench.publish(letter);
    if (bench.fakesTime) {
      await bench.pass(299);
      await bench.claimNone();
      await bench.pass(1);
    }
    assert.deepEqual(ids(await bench.claimEventually(bench.worker())), [letter.id]);
    if (!bench.fakesTime) assert(performance.now() - start >= 295, "the letter was handed out before its time");
  },

  "A letter that is due at a time is handed out then, and not before": async (bench) => {
    const letter = bench.letter({ due: { at: Date.now() + 600_000 } });
    await bench.publish(letter);
    await bench.claimNone();
    if (!bench.fakesTime) return;
    await bench.pass(590_000);
    await bench.claimNone();
    await bench.pass(60_000);
    assert.equal((await bench.claimOne(bench.worker())).id, letter.id);
  },

  "A letter whose time is past is handed out at once": async (bench) => {
    const letters = [
      bench.letter({ due: { at: 1 } }),
      bench.letter({ due: { in: 0 } }),
      bench.letter({ due: { in: -5 } }),
    ];
    await bench.publish(...letters);
    assert.deepEqual(ids(await bench.claim(bench.worker())).toSorted(), ids(letters).toSorted());
  },

  "A letter that comes without a time passes one that waits": async (bench) => {
    const [late, now] = [bench.letter({ due: { in: 600_000 } }), bench.letter()];
    await bench.publish(late, now);
    assert.equal((await bench.claimOne(bench.worker())).id, now.id);
    assert.equal((await bench.figures()).delayed, 1);
  },

  "Letters that have become due are served in the order of their times": async (bench) => {
    const due = [90, 30, 60, 10, 70].map((ms) => bench.letter({ due: { in: ms } }));
    await bench.publish(...due);
    await bench.pass(200);
    await bench.eventually(async () => assert.equal((await bench.figures()).ready, 5));
    const order = [3, 1, 2, 4, 0].map((i) => due[i]?.id);
    assert.deepEqual(ids(await bench.claim(bench.worker())), order);
  },

  "A letter that has become due is served by its priority": async (bench) => {
    const [low, high] = [bench.letter({ priority: 1 }), bench.letter({ priority: 9, due: { in: 50 } })];
    await bench.publish(low, high);
    await bench.pass(200);
    await bench.eventually(async () => assert.equal((await bench.figures()).ready, 2));
    assert.deepEqual(ids(await bench.claim(bench.worker())), [high.id, low.id]);
  },

  "A letter that became due before another came is served before it": async (bench) => {
    const [delayed, first, later] = [bench.letter({ due: { in: 50 } }), bench.letter({ priority: 9 }), bench.letter()];
    await bench.publish(delayed, first);
    await bench.pass(200);
    await bench.eventually(async () => assert.equal((await bench.figures()).ready, 2));
    assert.deepEqual(ids(await bench.claim(bench.worker(), 1)), [first.id]);
    await bench.publish(later);
    assert.deepEqual(ids(await bench.claim(bench.worker())), [delayed.id, later.id]);
  },

  "A thousand letters may become due at once": async (bench) => {
    const letters = bench.letters(1_000, { due: { in: 100 } });
    await bench.publish(...letters);
    await bench.pass(150);
    const got = await bench.claimEventually(bench.worker(), 1_000);
    assert.deepEqual(ids(got).toSorted(), ids(letters).toSorted());
  },

  "A claim tells when the next letter of its queues becomes due": async (bench) => {
    await bench.publish(
      bench.letter({ due: { in: 500_000 } }),
      bench.letter({ due: { in: 300_000 } }),
      bench.letter({ queue: "b", due: { in: 200_000 } }),
      bench.letter({ queue: "c", due: { in: 100_000 } }),
    );
    const nextDue = async (...queues: string[]) => {
      return (await bench.broker.claim(bench.worker(), { queues, max: 10 })).nextDue ?? NaN;
    };
    for (const [ms, got] of [[300_000, await nextDue("q")], [200_000, await nextDue("q", "b")]] as const) {
      assert(got > ms - 60_000 && got <= ms + 1_000, `${got} ms should be about ${ms}`);
    }
    assert.equal(await nextDue("none"), NaN);
  },

  "A claim that hands letters out tells when the next becomes due all the same": async (bench) => {
    await bench.publish(bench.letter(), bench.letter({ due: { in: 300_000 } }));
    const { deliveries, nextDue = 0 } = await bench.broker.claim(bench.worker(), { queues: ["q"], max: 10 });
    assert.equal(deliveries.length, 1);
    assert(nextDue > 200_000 && nextDue <= 301_000);
  },

  "A claim tells of no next letter when the last one has become due": async (bench) => {
    const worker = bench.worker();
    await bench.publish(bench.letter({ due: { in: 50 } }));
    await bench.pass(60);
    await bench.claimEventually(worker);
    assert.deepEqual(await bench.broker.claim(worker, { queues: ["q"], max: 10 }), { deliveries: [] });
  },

  "A delayed letter may expire before its time": async (bench) => {
    await bench.publish(bench.letter({ due: { in: 100 }, expires: { in: 20 } }));
    await bench.pass(150);
    assert.equal((await bench.claimEventually(bench.worker()))[0]?.expired, true);
  },

  "A held letter's time counts from when it is sent": async (bench) => {
    const held = bench.letter({ due: { in: 600_000 }, expires: { in: 900_000 } });
    await bench.broker.publish({ hold: [held] });
    await bench.pass(100);
    if (bench.fakesTime) await bench.pass(800_000);
    await bench.broker.publish({ send: [{ hop: { id: held.id, queue: "q", priority: 5 }, input: "x" }] });
    await bench.claimNone();
    assert.equal((await bench.figures()).delayed, 1);
    if (!bench.fakesTime) return;
    await bench.pass(600_000);
    const delivery = await bench.claimOne(bench.worker());
    assert.deepEqual([delivery.id, delivery.input, delivery.expired], [held.id, "x", undefined]);
  },

  "A task that runs again later is delayed": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const letter = bench.letter({ id: delivery.id, due: { in: 100 } });
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter });
    await bench.pass(100);
    assert.equal((await bench.claimEventually(worker))[0]?.id, letter.id);
  },
};
