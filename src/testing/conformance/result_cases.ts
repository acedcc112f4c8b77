/** Results: notes, final ones, how long they are kept, and forgetting them. @module */

import assert from "node:assert/strict";
import { ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of results. */
export const resultCases: Cases = {
  "Nothing is known of an id that nobody published": async (bench) => {
    assert.deepEqual(await bench.broker.read([bench.id(), bench.id()]), [null, null]);
    assert.deepEqual(await bench.broker.read([]), []);
  },

  "Results are read in the order of the ids": async (bench) => {
    const worker = bench.worker();
    const over = await bench.deliver(worker);
    await bench.finish(worker, over);
    const waiting = bench.letter();
    await bench.publish(waiting);
    assert.deepEqual(await bench.broker.read([waiting.id, bench.id(), over.id, waiting.id]), [
      { kind: "queued" },
      null,
      { kind: "final", text: "result" },
      { kind: "queued" },
    ]);
  },

  "A task is queued while it waits, is delayed or runs": async (bench) => {
    const [letter, delayed] = [bench.letter(), bench.letter({ due: { in: 600_000 } })];
    await bench.publish(letter, delayed);
    assert.deepEqual(await bench.read(letter.id), { kind: "queued" });
    assert.deepEqual(await bench.read(delayed.id), { kind: "queued" });
    await bench.claimOne(bench.worker());
    assert.deepEqual(await bench.read(letter.id), { kind: "queued" });
  },

  "A note tells of a task under way, the last one counts": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.broker.note([{ id: delivery.id, text: "10 %" }]);
    await bench.broker.note([{ id: delivery.id, text: "50 %" }]);
    assert.deepEqual(await bench.read(delivery.id), { kind: "note", text: "50 %" });
    await bench.finish(worker, delivery);
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
  },

  "A note does not take the place of a final result": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.finish(worker, delivery);
    await bench.broker.note([{ id: delivery.id, text: "late" }]);
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
  },

  "Several notes are written at once, also of ids that are no tasks": async (bench) => {
    const [group, waiting] = [bench.id(), bench.letter()];
    await bench.publish(waiting);
    await bench.broker.note([{ id: group, text: "a group of three" }, { id: waiting.id, text: "soon" }]);
    assert.deepEqual(await bench.broker.read([group, waiting.id]), [
      { kind: "note", text: "a group of three" },
      { kind: "note", text: "soon" },
    ]);
  },

  "A result that is empty is a result": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.broker.note([{ id: delivery.id, text: "" }]);
    assert.deepEqual(await bench.read(delivery.id), { kind: "note", text: "" });
    await bench.finish(worker, delivery, "");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "" });
  },

  "The first final result stays": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.broker.publish({ finish: [{ id: delivery.id, result: "cancelled" }] });
    await bench.broker.publish({ finish: [{ id: delivery.id, result: "again" }] });
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "cancelled" });
    await bench.finish(worker, delivery, "too late");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "cancelled" });
  },

  "A final result is forgotten after its time": {
    options: { resultRetention: 300 },
    run: async (bench) => {
      const worker = bench.worker();
      const delivery = await bench.deliver(worker);
      if (bench.fakesTime) await bench.pass(1_000);
      await bench.finish(worker, delivery);
      if (bench.fakesTime) {
        await bench.pass(299);
        assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
      }
      await bench.pass(302);
      await bench.eventually(async () => assert.equal(await bench.read(delivery.id), null));
    },
  },

  "A final result is kept for as long as was said": {
    options: { resultRetention: 600_000 },
    run: async (bench) => {
      const worker = bench.worker();
      const delivery = await bench.deliver(worker);
      await bench.finish(worker, delivery);
      await bench.pass(bench.fakesTime ? 599_000 : 100);
      assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
      assert.deepEqual(await bench.broker.publish({ publish: [bench.letter({ id: delivery.id })] }), ["duplicate"]);
    },
  },

  "A note is forgotten after its time, counted from the last one": {
    options: { resultRetention: 300 },
    run: async (bench) => {
      const group = bench.id();
      await bench.broker.note([{ id: group, text: "first" }]);
      if (bench.fakesTime) {
        await bench.pass(200);
        await bench.broker.note([{ id: group, text: "second" }]);
        await bench.pass(200);
        assert.deepEqual(await bench.read(group), { kind: "note", text: "second" });
      }
      await bench.pass(302);
      await bench.eventually(async () => assert.equal(await bench.read(group), null));
    },
  },

  "A task that waits longer than results are kept is still known": {
    options: { resultRetention: 100 },
    run: async (bench) => {
      const letter = bench.letter({ due: { in: 400 } });
      await bench.publish(letter);
      await bench.pass(200);
      assert.deepEqual(await bench.read(letter.id), { kind: "queued" });
      assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
      await bench.pass(200);
      assert.equal((await bench.claimEventually(bench.worker()))[0]?.id, letter.id);
      assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    },
  },

  "A forgotten result is gone": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.finish(worker, delivery);
    await bench.broker.note([{ id: "a group", text: "x" }]);
    await bench.broker.forget([delivery.id, bench.id(), "a group"]);
    assert.deepEqual(await bench.broker.read([delivery.id, "a group"]), [null, null]);
  },

  "Forgetting a task that waits or runs does not touch it, and what comes of it is kept": async (bench) => {
    const worker = bench.worker();
    const [running, waiting] = [bench.letter(), bench.letter()];
    await bench.publish(running, waiting);
    const [delivery] = await bench.claim(worker, 1);
    assert(delivery);
    await bench.broker.forget([running.id, waiting.id]);
    assert.deepEqual(await bench.broker.publish({ publish: [running, waiting] }), ["duplicate", "duplicate"]);
    assert.equal(await bench.settle(worker, { kind: "done", delivery: ref(delivery), result: "1" }), "settled");
    await bench.finish(worker, await bench.claimOne(worker), "2");
    const final = ["1", "2"].map((text) => ({ kind: "final", text }));
    assert.deepEqual(await bench.broker.read([running.id, waiting.id]), final);
  },
};
