/** Claiming: order, bounds, several queues, several workers, and what may not run. @module */

import assert from "node:assert/strict";
import { ids } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of claiming. */
export const claimCases: Cases = {
  "Nothing is handed out where nothing was published": async (bench) => {
    assert.deepEqual(await bench.broker.claim(bench.worker(), { queues: ["q", "other"], max: 10 }), { deliveries: [] });
  },

  "Letters are handed out in the order in which they came": async (bench) => {
    const letters = bench.letters(20);
    for (const letter of letters.slice(0, 10)) await bench.publish(letter);
    await bench.publish(...letters.slice(10));
    assert.deepEqual(ids(await bench.claim(bench.worker(), 15)), ids(letters.slice(0, 15)));
    assert.deepEqual(ids(await bench.claim(bench.worker(), 15)), ids(letters.slice(15)));
  },

  "A claim hands out no more than it asks for": async (bench) => {
    await bench.publish(...bench.letters(5));
    assert.equal((await bench.claim(bench.worker(), 2)).length, 2);
    assert.deepEqual(await bench.claim(bench.worker(), 0), []);
    assert.equal((await bench.claim(bench.worker(), 100)).length, 3);
  },

  "A letter is handed out to one worker only": async (bench) => {
    const letters = bench.letters(10);
    await bench.publish(...letters);
    const claims = await Promise.all(Array.from({ length: 5 }, () => bench.claim(bench.worker(), 3)));
    const got = claims.flatMap((deliveries) => ids(deliveries));
    assert.deepEqual(got.toSorted(), ids(letters).toSorted());
  },

  "A claim hands out letters of its queues only": async (bench) => {
    const [a, b] = [bench.letter({ queue: "a" }), bench.letter({ queue: "b" })];
    await bench.publish(a, b);
    assert.deepEqual(ids(await bench.claim(bench.worker(), 10, ["b", "c"])), [b.id]);
    assert.deepEqual(ids(await bench.claim(bench.worker(), 10, ["a"])), [a.id]);
  },

  "A claim that asks for enough empties all its queues": async (bench) => {
    const [a, b] = [bench.letters(3, { queue: "a" }), bench.letters(3, { queue: "b" })];
    await bench.publish(...a, ...b);
    const got = await bench.claim(bench.worker(), 10, ["a", "b"]);
    const of = (queue: string) => ids(got.filter((delivery) => delivery.queue === queue));
    assert.deepEqual([of("a"), of("b")], [ids(a), ids(b)]);
  },

  "A queue that has more does not starve the next": async (bench) => {
    await bench.publish(...bench.letters(60, { queue: "long" }), ...bench.letters(2, { queue: "short" }));
    const worker = bench.worker();
    const got = [];
    for (let i = 0; i < 10; i++) got.push(...await bench.claim(worker, 5, ["long", "short"]));
    assert.equal(got.filter(({ queue }) => queue === "short").length, 2);
  },

  "A queue does not starve when another worker serves the long one too": async (bench) => {
    await bench.publish(...bench.letters(60, { queue: "long" }), ...bench.letters(2, { queue: "short" }));
    const [both, one] = [bench.worker(), bench.worker()];
    const got = [];
    for (let i = 0; i < 10; i++) {
      got.push(...await bench.claim(both, 3, ["long", "short"]));
      await bench.claim(one, 2, ["long"]);
    }
    assert.equal(got.filter(({ queue }) => queue === "short").length, 2);
  },

  "Priorities are served from 9 down to 0": async (bench) => {
    const letters = [4, 0, 9, 1, 8, 2, 7, 3, 6, 5].map((priority) => bench.letter({ priority }));
    for (const letter of letters) await bench.publish(letter);
    const got = await bench.claim(bench.worker(), 10);
    assert.deepEqual(got.map(({ priority }) => priority), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  },

  "Within a priority the order is that of coming": async (bench) => {
    const letters = Array.from({ length: 30 }, (_, i) => bench.letter({ priority: [2, 9, 5][i % 3] }));
    await bench.publish(...letters);
    const want = [9, 5, 2].flatMap((priority) => letters.filter((letter) => letter.priority === priority));
    const worker = bench.worker();
    const got = [];
    for (let i = 0; i < 30; i += 7) got.push(...await bench.claim(worker, 7));
    assert.deepEqual(ids(got), ids(want));
  },

  "A letter of a higher priority that comes later is served first": async (bench) => {
    const [low, next, high] = [
      bench.letter({ priority: 0 }),
      bench.letter({ priority: 0 }),
      bench.letter({ priority: 9 }),
    ];
    await bench.publish(low, next);
    const worker = bench.worker();
    assert.deepEqual(ids(await bench.claim(worker, 1)), [low.id]);
    await bench.publish(high);
    assert.deepEqual(ids(await bench.claim(worker, 2)), [high.id, next.id]);
  },

  "A letter that is claimed after its expiry is marked, and handed out all the same": async (bench) => {
    const late = bench.letter({ expires: { at: Date.now() - 60_000 } });
    await bench.publish(late);
    const delivery = await bench.claimOne(bench.worker());
    assert.deepEqual([delivery.id, delivery.expired, delivery.text], [late.id, true, late.text]);
  },

  "A letter expires so many milliseconds after it came": async (bench) => {
    await bench.publish(bench.letter({ expires: { in: 50 } }));
    await bench.pass(200);
    assert.equal((await bench.claimOne(bench.worker())).expired, true);
  },

  "A letter that is claimed before its expiry is not marked": async (bench) => {
    await bench.publish(
      bench.letter({ expires: { in: 600_000 } }),
      bench.letter({ expires: { at: Date.now() + 900_000 } }),
    );
    const got = await bench.claim(bench.worker());
    assert.deepEqual(got.map((delivery) => "expired" in delivery), [false, false]);
  },

  "An expired letter is settled like any other": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter({ expires: { at: 1 } });
    await bench.finish(worker, await bench.deliver(worker, letter), "expired");
    assert.deepEqual(await bench.read(letter.id), { kind: "final", text: "expired" });
  },

  "Queues may have strange names": async (bench) => {
    const names = [
      "a b",
      "a:b",
      "{x}",
      "*",
      "ünïcode-队列",
      "%",
      "'; --",
      "a/b",
      "toString",
      "__proto__",
      "q".repeat(200),
    ];
    for (const queue of names) {
      const letter = bench.letter({ queue });
      await bench.publish(letter);
      assert.deepEqual(await bench.figures(queue), { ...await bench.figures("none"), name: queue, ready: 1 });
      assert.equal((await bench.claimOne(bench.worker(), [queue])).queue, queue);
    }
  },
};
