/** Leases: signs of life, workers that die or leave, and what comes back from them. @module */

import assert from "node:assert/strict";
import { ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** A lease that ends soon, in milliseconds: for workers that die. */
const SHORT = 100;

/** A lease that outlives a call or two on a busy machine, and ends within a test, in milliseconds. */
const MEDIUM = 3_000;

/** The cases of leases. */
export const leaseCases: Cases = {
  "What a dead worker held is handed to another, counted": async (bench) => {
    const [dead, alive] = [bench.worker("dead", SHORT), bench.worker("alive")];
    const letter = bench.letter();
    await bench.deliver(dead, letter);
    await bench.pass(SHORT + 50);
    const [delivery] = await bench.claimEventually(alive);
    assert(delivery);
    assert.deepEqual([delivery.id, delivery.text, delivery.deliveries], [letter.id, letter.text, 2]);
    await bench.finish(alive, delivery);
  },

  "What a dead worker held is not handed out while its lease lasts": async (bench) => {
    const worker = bench.worker("slow", 60_000);
    const delivery = await bench.deliver(worker);
    if (bench.fakesTime) await bench.pass(59_000);
    await bench.claimNone();
    await bench.finish(worker, delivery);
  },

  "What a dead worker held comes before what waits": async (bench) => {
    const dead = bench.worker("dead", SHORT);
    const letters = bench.letters(5);
    await bench.publish(...letters);
    const held = ids(await bench.claim(dead, 2));
    await bench.pass(SHORT + 50);
    const got = ids(await bench.claimEventually(bench.worker(), 5));
    assert.deepEqual(got.slice(0, 2).toSorted(), held.toSorted());
    assert.deepEqual(got.slice(2), ids(letters.slice(2)));
  },

  "What a dead worker held comes back in its order": async (bench) => {
    const dead = bench.worker("dead", SHORT);
    const letters = bench.letters(8);
    await bench.publish(...letters);
    await bench.claim(dead, 6);
    await bench.pass(SHORT + 50);
    assert.deepEqual(ids(await bench.claimEventually(bench.worker(), 8)), ids(letters));
  },

  "What a dead worker held keeps its priority": async (bench) => {
    const dead = bench.worker("dead", SHORT);
    const low = bench.letter({ priority: 1 });
    await bench.deliver(dead, low);
    const high = bench.letter({ priority: 9 });
    await bench.publish(high);
    await bench.pass(SHORT + 50);
    assert.deepEqual(ids(await bench.claimEventually(bench.worker(), 2)), [high.id, low.id]);
  },

  "A worker that comes back from the dead cannot settle what another owns": async (bench) => {
    const [dead, alive] = [bench.worker("dead", SHORT), bench.worker("alive")];
    const old = ref(await bench.deliver(dead));
    await bench.pass(SHORT + 50);
    const [delivery] = await bench.claimEventually(alive);
    assert(delivery);
    const effects = { publish: [bench.letter()] };
    assert.equal(await bench.settle(dead, { kind: "done", delivery: old, result: "stale", effects }), "lost");
    assert.equal(await bench.settle(dead, { kind: "released", delivery: old }), "lost");
    assert.equal(await bench.settle(dead, { kind: "done", delivery: ref(delivery), result: "stolen" }), "lost");
    assert.deepEqual(await bench.read(old.id), { kind: "queued" });
    await bench.claimNone();
    await bench.finish(alive, delivery, "fresh");
    assert.deepEqual(await bench.read(old.id), { kind: "final", text: "fresh" });
  },

  "Deliveries are counted through one death after another": async (bench) => {
    await bench.publish(bench.letter());
    for (let deliveries = 1; deliveries <= 4; deliveries++) {
      const [delivery] = await bench.claimEventually(bench.worker("dead", SHORT));
      assert.equal(delivery?.deliveries, deliveries);
      await bench.pass(SHORT + 50);
    }
  },

  "A heartbeat renews all leases of its worker": async (bench) => {
    const worker = bench.worker("worker", MEDIUM);
    await bench.publish(...bench.letters(2));
    const deliveries = await bench.claim(worker);
    const alive = await bench.broker.heartbeat({ ...worker, lease: 600_000 }, ids(deliveries));
    assert.deepEqual(alive, { lost: false, revoked: [] });
    await bench.pass(MEDIUM + 100);
    await bench.claimNone();
    for (const delivery of deliveries) await bench.finish(worker, delivery);
  },

  "A claim that hands something out renews the lease": async (bench) => {
    const worker = bench.worker("worker", MEDIUM);
    const first = await bench.deliver(worker);
    await bench.deliver({ ...worker, lease: 600_000 });
    await bench.pass(MEDIUM + 100);
    await bench.claimNone();
    await bench.finish(worker, first);
  },

  "A heartbeat that comes too late tells of the loss": async (bench) => {
    const worker = bench.worker("worker", SHORT);
    const delivery = await bench.deliver(worker);
    await bench.pass(SHORT + 50);
    await bench.claimEventually(bench.worker());
    assert.equal((await bench.broker.heartbeat(worker, [delivery.id])).lost, true);
    await bench.claimNone();
  },

  "A heartbeat that comes too late does so, though nobody took the letters yet": async (bench) => {
    const worker = bench.worker("worker", SHORT);
    const delivery = await bench.deliver(worker);
    await bench.pass(SHORT + 200);
    assert.equal((await bench.broker.heartbeat(worker, [delivery.id])).lost, true);
    assert.equal((await bench.claimEventually(bench.worker()))[0]?.id, delivery.id);
  },

  "A worker that holds nothing loses nothing": async (bench) => {
    const worker = bench.worker();
    assert.deepEqual(await bench.broker.heartbeat(worker, []), { lost: false, revoked: [] });
    await bench.finish(worker, await bench.deliver(worker));
    assert.deepEqual(await bench.broker.heartbeat(worker, []), { lost: false, revoked: [] });
  },

  "A worker that lost its lease may claim again": async (bench) => {
    const worker = bench.worker("worker", SHORT);
    const first = await bench.deliver(worker);
    await bench.pass(SHORT + 50);
    const back = { ...worker, lease: 600_000 };
    const [second] = await bench.claimEventually(back);
    assert(second);
    assert.deepEqual([second.id, second.deliveries], [first.id, 2]);
    assert.equal((await bench.broker.heartbeat(back, [second.id])).lost, false);
    assert.equal(await bench.settle(worker, { kind: "done", delivery: ref(first) }), "lost");
    await bench.finish(worker, second);
  },

  "What a worker holds when it leaves goes back to the front, counted": async (bench) => {
    const worker = bench.worker();
    const letters = bench.letters(5);
    await bench.publish(...letters);
    const deliveries = await bench.claim(worker, 3);
    await bench.finish(worker, deliveries[1] ?? assert.fail());
    await bench.broker.leave(worker);
    const want = [[0, 2], [2, 2], [3, 1], [4, 1]].map(([i, count]) => [letters[i ?? 0]?.id, count]);
    assert.deepEqual((await bench.claim(bench.worker())).map((it) => [it.id, it.deliveries]), want);
    assert.equal(await bench.settle(worker, { kind: "done", delivery: ref(deliveries[0] ?? assert.fail()) }), "lost");
  },

  "A worker that holds nothing may leave": async (bench) => {
    await bench.broker.leave(bench.worker());
    await bench.claimNone();
  },

  "A worker that holds something is listed, until it leaves or its lease ends": async (bench) => {
    assert.deepEqual(await bench.broker.workers(), []);
    const [a, b] = [bench.worker("a@host", 60_000), bench.worker("b@host", MEDIUM)];
    await bench.publish(...bench.letters(3));
    await bench.claim(a, 2);
    await bench.claim(b, 1);
    const listed = (await bench.broker.workers()).toSorted((x, y) => (x.name < y.name ? -1 : 1));
    assert.deepEqual(listed.map(({ incarnation, name, active }) => ({ incarnation, name, active })), [
      { incarnation: a.incarnation, name: "a@host", active: 2 },
      { incarnation: b.incarnation, name: "b@host", active: 1 },
    ]);
    const left = listed[0]?.leaseLeft ?? 0;
    assert(left > 0 && left <= 60_000, `${left} ms should be what is left of 60000`);
    await bench.broker.leave(a);
    await bench.pass(MEDIUM + 100);
    await bench.eventually(async () => assert.deepEqual(await bench.broker.workers(), []));
  },

  "A worker that tells exactly what it holds gives the rest back, unburned": async (bench) => {
    const worker = bench.worker();
    const letters = bench.letters(4);
    await bench.publish(...letters);
    const held = await bench.claim(worker, 3);
    const beat = await bench.broker.heartbeat(worker, [letters[1]?.id ?? ""], { exactly: true });
    assert.equal(beat.lost, false);
    const got = await bench.claim(bench.worker(), 10);
    assert.deepEqual(ids(got), [letters[0], letters[2], letters[3]].map((letter) => letter?.id));
    assert.deepEqual(got.map(({ deliveries }) => deliveries), [1, 1, 1]);
    const kept = held[1];
    assert(kept);
    await bench.finish(worker, kept);
  },
};
