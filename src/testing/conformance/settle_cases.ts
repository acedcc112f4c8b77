/** Settling: each kind of outcome, fencing, and settling with claiming in one step. @module */

import assert from "node:assert/strict";
import { hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of settling. */
export const settleCases: Cases = {
  "A task that is done is gone, and its result is kept": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    assert.equal((await bench.figures()).active, 1);
    await bench.finish(worker, delivery, "42");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "42" });
    assert.deepEqual(await bench.figures(), { name: "q", ready: 0, delayed: 0, active: 0, dead: 0, paused: false });
    await bench.claimNone();
  },

  "A task that is done without a result stays known as it was": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.settle(worker, { kind: "done", delivery: ref(delivery) });
    assert.deepEqual(await bench.read(delivery.id), { kind: "queued" });
    await bench.broker.note([{ id: delivery.id, text: "half done" }]);
    assert.deepEqual(await bench.read(delivery.id), { kind: "note", text: "half done" });
    await bench.broker.publish({ finish: [{ id: delivery.id, result: "told later" }] });
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "told later" });
    await bench.claimNone();
  },

  "Outcomes are answered in their order, each for itself": async (bench) => {
    const worker = bench.worker();
    await bench.publish(...bench.letters(2));
    const [a, b] = await bench.claim(worker);
    assert(a && b);
    const done = (id: string, deliveries: number) =>
      ({ kind: "done", delivery: { id, deliveries }, result: "x" }) as const;
    const outcomes = [done(a.id, 1), done(bench.id(), 1), done(b.id, 1)];
    assert.deepEqual(await bench.broker.settle(worker, outcomes), ["settled", "lost", "settled"]);
  },

  "A settle of nothing answers nothing": async (bench) => {
    assert.deepEqual(await bench.broker.settle(bench.worker(), []), []);
  },

  "A delivery ends once": async (bench) => {
    const worker = bench.worker();
    const delivery = ref(await bench.deliver(worker));
    const first = { kind: "done", delivery, result: "first" } as const;
    const second = { kind: "buried", delivery, reason: "second", result: "second" } as const;
    assert.deepEqual(await bench.broker.settle(worker, [first, second]), ["settled", "lost"]);
    assert.equal(await bench.settle(worker, first), "lost");
    assert.equal(await bench.settle(worker, { kind: "released", delivery }), "lost");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "first" });
    assert.equal((await bench.figures()).dead, 0);
    await bench.claimNone();
  },

  "A worker cannot settle what another holds": async (bench) => {
    const delivery = ref(await bench.deliver(bench.worker("same name")));
    const outcome = { kind: "done", delivery, result: "stolen", effects: { publish: [bench.letter()] } } as const;
    assert.equal(await bench.settle(bench.worker("same name"), outcome), "lost");
    assert.deepEqual(await bench.read(delivery.id), { kind: "queued" });
    await bench.claimNone();
    assert.equal((await bench.figures()).active, 1);
  },

  "An outcome of an earlier handing out is lost, though the same worker got the letter again": async (bench) => {
    const worker = bench.worker();
    const first = ref(await bench.deliver(worker));
    await bench.broker.leave(worker);
    const second = ref(await bench.claimOne(worker));
    assert.equal(second.deliveries, 2);
    assert.equal(await bench.settle(worker, { kind: "done", delivery: first, result: "stale" }), "lost");
    await bench.finish(worker, second, "fresh");
    assert.deepEqual(await bench.read(first.id), { kind: "final", text: "fresh" });
  },

  "A lost outcome has no effects": async (bench) => {
    const worker = bench.worker();
    const delivery = ref(await bench.deliver(worker));
    await bench.finish(worker, delivery);
    const [held, other] = [bench.letter(), bench.id()];
    const effects = { publish: [bench.letter()], hold: [held], finish: [{ id: other, result: "x" }] };
    assert.equal(await bench.settle(worker, { kind: "done", delivery, effects }), "lost");
    assert.deepEqual(await bench.broker.held([held.id]), [null]);
    assert.equal(await bench.read(other), null);
    await bench.claimNone();
  },

  "A task that runs again comes back with another text, counted anew": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.broker.leave(worker);
    const second = await bench.claimOne(worker);
    const letter = bench.letter({ id: delivery.id, text: "second try" });
    assert.equal(await bench.settle(worker, { kind: "again", delivery: ref(second), letter }), "settled");
    assert.deepEqual(await bench.read(delivery.id), { kind: "queued" });
    const again = await bench.claimOne(worker);
    assert.deepEqual([again.id, again.text, again.deliveries], [delivery.id, "second try", 1]);
    await bench.finish(worker, again);
  },

  "A task that runs again may change its queue, its priority, its time and its expiry": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const fields = { id: delivery.id, queue: "other", priority: 9, due: { in: 100 }, expires: { in: 1 } } as const;
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter: bench.letter(fields) });
    const figures = { name: "other", ready: 0, delayed: 1, active: 0, dead: 0, paused: false };
    if (bench.fakesTime) assert.deepEqual(await bench.figures("other"), figures);
    await bench.pass(150);
    const [again] = await bench.claimEventually(worker, 1, ["other"]);
    assert.deepEqual([again?.priority, again?.expired, again?.deliveries], [9, true, 1]);
  },

  "A task that runs again keeps its expiry where the new letter has none": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker, bench.letter({ expires: { in: 300 } }));
    const letter = bench.letter({ id: delivery.id, due: { at: 0 } });
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter });
    await bench.pass(400);
    assert.equal((await bench.claimOne(worker)).expired, true);
  },

  "A task that runs again stands behind what came before": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const next = bench.letter();
    await bench.publish(next);
    const letter = bench.letter({ id: delivery.id });
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter });
    assert.deepEqual(ids(await bench.claim(worker)), [next.id, letter.id]);
  },

  "A task that runs again may leave a note": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const letter = bench.letter({ id: delivery.id, due: { in: 600_000 } });
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter, note: "tried once" });
    assert.deepEqual(await bench.read(delivery.id), { kind: "note", text: "tried once" });
  },

  "A letter that is given back is first in its queue, and was not counted": async (bench) => {
    const worker = bench.worker();
    const [first, second] = [bench.letter(), bench.letter()];
    await bench.publish(first, second);
    const [delivery] = await bench.claim(worker, 1);
    assert(delivery);
    assert.equal(await bench.settle(worker, { kind: "released", delivery: ref(delivery) }), "settled");
    assert.deepEqual(await bench.read(first.id), { kind: "queued" });
    const got = await bench.claim(bench.worker());
    assert.deepEqual(got.map(({ id, deliveries }) => [id, deliveries]), [[first.id, 1], [second.id, 1]]);
  },

  "Letters that are given back together come in the order in which they had been handed out": async (bench) => {
    const worker = bench.worker();
    const letters = bench.letters(6);
    await bench.publish(...letters);
    const deliveries = await bench.claim(worker, 4);
    await bench.broker.settle(worker, deliveries.map((it) => ({ kind: "released", delivery: ref(it) }) as const));
    assert.deepEqual(ids(await bench.claim(worker)), ids(letters));
  },

  "A letter that is given back is still behind a higher priority": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker, bench.letter({ priority: 2 }));
    const [low, high] = [bench.letter({ priority: 2 }), bench.letter({ priority: 8 })];
    await bench.publish(low, high);
    await bench.settle(worker, { kind: "released", delivery: ref(delivery) });
    assert.deepEqual(ids(await bench.claim(worker)), [high.id, delivery.id, low.id]);
  },

  "A task that has begun stays its worker's, and ends as any other": async (bench) => {
    const worker = bench.worker();
    const delivery = ref(await bench.deliver(worker));
    const begun = { kind: "begun", delivery } as const;
    assert.equal(await bench.settle(worker, begun), "settled");
    assert.equal(await bench.settle(worker, begun), "settled");
    assert.deepEqual(await bench.read(delivery.id), { kind: "queued" });
    assert.equal((await bench.figures()).active, 1);
    await bench.claimNone();
    await bench.finish(worker, delivery, "42");
    assert.equal(await bench.settle(worker, begun), "lost");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "42" });
  },

  "A task may begin and end in one settle": async (bench) => {
    const worker = bench.worker();
    await bench.publish(...bench.letters(2));
    const [a, b] = await bench.claim(worker);
    assert(a && b);
    const outcomes = [
      { kind: "begun", delivery: ref(a) },
      { kind: "done", delivery: ref(a), result: "x" },
      { kind: "begun", delivery: ref(b) },
      { kind: "released", delivery: ref(b) },
    ] as const;
    assert.deepEqual(await bench.broker.settle(worker, outcomes), ["settled", "settled", "settled", "settled"]);
    assert.deepEqual(await bench.read(a.id), { kind: "final", text: "x" });
    assert.deepEqual([(await bench.claimOne(worker)).begun, (await bench.figures()).ready], [true, 0]);
  },

  "What has begun comes back from a worker that is gone as begun, with all it had": async (bench) => {
    const [gone, other] = [bench.worker("gone"), bench.worker("other")];
    const letters = [
      bench.letter(),
      bench.letter({ expires: { in: 600_000 }, priority: 4 }),
      bench.letter({ priority: 3 }),
    ];
    const [plain, expiring, waiting] = letters;
    const [withInput, withGate, gate] = [bench.letter({ priority: 2 }), bench.letter({ priority: 1 }), bench.id()];
    assert(plain && expiring && waiting);
    await bench.broker.publish({
      publish: letters,
      hold: [withInput, withGate],
      gates: [{ id: gate, size: 1 }],
      send: [{ hop: hop(withInput), input: "input" }],
      arrive: [{ gate, index: 0, value: "value", hop: hop(withGate) }],
    });
    const claimed = await bench.claim(gone);
    const begun = claimed.filter(({ id }) => id !== waiting.id);
    assert.equal(begun.length, 4);
    await bench.broker.settle(gone, begun.map((it) => ({ kind: "begun", delivery: ref(it) }) as const));
    await bench.broker.leave(gone);
    const again = await bench.claim(other);
    assert.deepEqual(
      again,
      claimed.map((it) => {
        return { ...it, deliveries: 2, ...(it.id !== waiting.id && { begun: true as const }) };
      }),
    );
    for (const it of again) await bench.finish(other, it);
  },

  "What has begun stays begun when it is given back, until it is to run again": async (bench) => {
    const worker = bench.worker();
    const delivery = ref(await bench.deliver(worker, bench.letter({ expires: { in: 600_000 } })));
    await bench.settle(worker, { kind: "begun", delivery });
    await bench.settle(worker, { kind: "released", delivery });
    const back = await bench.claimOne(worker);
    assert.deepEqual([back.begun, back.deliveries], [true, 1]);
    await bench.settle(worker, { kind: "again", delivery: ref(back), letter: bench.letter({ id: back.id }) });
    const again = await bench.claimOne(worker);
    assert.deepEqual([again.begun, again.deliveries], [undefined, 1]);
    await bench.settle(worker, { kind: "begun", delivery: ref(again) });
    await bench.bury(worker, again);
    await bench.broker.revive("q", [again.id]);
    assert.equal((await bench.claimOne(worker)).begun, undefined);
  },

  "Another worker cannot say that a task begins": async (bench) => {
    const delivery = ref(await bench.deliver(bench.worker()));
    assert.equal(await bench.settle(bench.worker(), { kind: "begun", delivery }), "lost");
  },

  "A settle that claims too hands out what its own outcomes published": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const next = bench.letter();
    const done = { kind: "done", delivery: ref(delivery), result: "x", effects: { publish: [next] } } as const;
    const request = { queues: ["q"], max: 10 };
    const { settlements, claim } = await bench.broker.settleAndClaim(worker, [done, done], request);
    assert.deepEqual(settlements, ["settled", "lost"]);
    assert.deepEqual(ids(claim.deliveries), [next.id]);
    const empty = await bench.broker.settleAndClaim(worker, [], request);
    assert.deepEqual(empty, { settlements: [], claim: { deliveries: [] } });
  },
};
