/** Workflows: held letters, hops, gates, and all effects in one step. @module */

import assert from "node:assert/strict";
import type { Arrival, Delivery, Effects, Letter } from "../../broker.ts";
import { type Bench, hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** Holds a body behind a new gate, and gives what makes an arrival at it. */
async function gateWith(bench: Bench, size: number, body: Letter = bench.letter()) {
  const gate = bench.id();
  await bench.broker.publish({ hold: [body], gates: [{ id: gate, size }] });
  const at = (index: number, value = `value ${index}`): Arrival => ({ gate, index, value, hop: hop(body) });
  const arrive = async (...arrivals: readonly Arrival[]) => void await bench.broker.publish({ arrive: arrivals });
  return { gate, body, at, arrive };
}

/** The cases of gates. */
export const gateCases: Cases = {
  "A gate that only grows is not set up again where it was closed": async (bench) => {
    const [body, gate] = [bench.letter(), bench.id()];
    await bench.broker.publish({ hold: [body], gates: [{ id: gate, size: 1 }] });
    await bench.broker.publish({ gates: [{ id: gate, size: 1, grows: true }] });
    const arrive = (index: number) => ({ arrive: [{ gate, index, value: `${index}`, hop: hop(body) }] });
    await bench.broker.publish(arrive(0));
    await bench.claimNone();
    await bench.broker.publish({ close: [gate] });
    await bench.broker.publish({ gates: [{ id: gate, size: 1, grows: true }], ...arrive(1) });
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    await bench.claimNone();
    assert.deepEqual(await bench.broker.held([body.id]), [body.text]);
  },

  "A gate opens with its last arrival, and its body knows the gate": async (bench) => {
    const { gate, body, at, arrive } = await gateWith(bench, 3);
    await arrive(at(0));
    await arrive(at(1));
    await bench.claimNone();
    await arrive(at(2));
    const { id, queue, priority, text } = body;
    assert.deepEqual(await bench.claim(bench.worker()), [{ id, queue, priority, text, deliveries: 1, gate }]);
    assert.deepEqual(await bench.broker.held([id]), [null]);
  },

  "What has arrived is told in the order of the indices": async (bench) => {
    const { gate, at, arrive } = await gateWith(bench, 12);
    const order = [10, 2, 0, 11, 1, 9, 3, 8, 4, 7, 5, 6];
    for (const index of order.slice(0, 6)) await arrive(at(index));
    const seen = [0, 1, 2, 9, 10, 11].map((index) => `value ${index}`);
    assert.deepEqual(await bench.broker.arrivals(gate), seen);
    await arrive(...order.slice(6).map((index) => at(index)));
    assert.deepEqual(await bench.broker.arrivals(gate), Array.from({ length: 12 }, (_, i) => `value ${i}`));
  },

  "An index counts once, and its first value stays": async (bench) => {
    const { gate, at, arrive } = await gateWith(bench, 2);
    await arrive(at(0, "first"), at(0, "second"));
    await arrive(at(0, "third"));
    await bench.claimNone();
    await arrive(at(7, "other"));
    await bench.claimOne(bench.worker());
    assert.deepEqual(await bench.broker.arrivals(gate), ["first", "other"]);
  },

  "A gate opens once": async (bench) => {
    const { gate, body, at, arrive } = await gateWith(bench, 2);
    const worker = bench.worker();
    await arrive(at(0), at(1), at(2));
    const delivery = await bench.claimOne(worker);
    await arrive(at(1), at(3));
    await bench.broker.publish({ gates: [{ id: gate, size: 1 }] });
    await arrive(at(4));
    await bench.claimNone();
    await bench.finish(worker, delivery);
    await arrive(at(5));
    await bench.claimNone();
    assert.deepEqual(await bench.broker.arrivals(gate), ["value 0", "value 1"]);
    assert.deepEqual(await bench.read(body.id), { kind: "final", text: "result" });
  },

  "A gate that is published again grows": async (bench) => {
    const { gate, at, arrive } = await gateWith(bench, 2);
    await arrive(at(0));
    const member = bench.letter();
    await bench.broker.publish({ publish: [member], gates: [{ id: gate, size: 2 }] });
    assert.equal((await bench.claimOne(bench.worker())).id, member.id);
    await arrive(at(1), at(2));
    await bench.claimNone();
    await arrive(at(3));
    assert.equal((await bench.claimOne(bench.worker())).gate, gate);
  },

  "A publish that is repeated makes no gate grow": async (bench) => {
    const [gate, body, member] = [bench.id(), bench.letter(), bench.letter({ queue: "members" })];
    const effects: Effects = { publish: [member], hold: [body], gates: [{ id: gate, size: 1 }] };
    await bench.broker.publish(effects);
    await bench.broker.publish(effects);
    await bench.broker.publish({ arrive: [{ gate, index: 0, value: "x", hop: hop(body) }] });
    assert.equal((await bench.claimOne(bench.worker())).id, body.id);
  },

  "A gate that is closed forgets its arrivals and does not open": async (bench) => {
    const { gate, body, at, arrive } = await gateWith(bench, 2);
    await arrive(at(0));
    await bench.broker.publish({ close: [gate] });
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    await arrive(at(0), at(1), at(2));
    await bench.claimNone();
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    assert.deepEqual(await bench.broker.held([body.id]), [body.text]);
  },

  "A gate that has opened may be closed": async (bench) => {
    const { gate, at, arrive } = await gateWith(bench, 1);
    const worker = bench.worker();
    await arrive(at(0));
    const delivery = await bench.claimOne(worker);
    const done = { kind: "done", delivery: ref(delivery), result: "x", effects: { close: [gate] } } as const;
    assert.equal(await bench.settle(worker, done), "settled");
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    await arrive(at(0));
    await bench.claimNone();
  },

  "An arrival at a gate that is not there is passed over": async (bench) => {
    const body = bench.letter();
    const gate = bench.id();
    await bench.broker.publish({ hold: [body], arrive: [{ gate, index: 0, value: "x", hop: hop(body) }] });
    await bench.claimNone();
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    assert.deepEqual(await bench.broker.held([body.id]), [body.text]);
  },

  "A gate opens for the body that its last arrival names, if that is still held": async (bench) => {
    const { body, at, arrive } = await gateWith(bench, 1);
    await bench.broker.publish({ drop: [body.id] });
    await arrive(at(0));
    await bench.claimNone();
    assert.equal(await bench.read(body.id), null);
  },

  "Members that arrive with their outcomes open the gate exactly once, however they are settled": async (bench) => {
    const { gate, at } = await gateWith(bench, 20, bench.letter({ queue: "body" }));
    await bench.publish(...bench.letters(20));
    const workers = Array.from({ length: 4 }, () => bench.worker());
    const claims: (readonly Delivery[])[] = [];
    for (const worker of workers) claims.push(await bench.claim(worker, 5));
    const settled = await Promise.all(workers.map((worker, w) => {
      const outcomes = (claims[w] ?? []).map((it, i) => {
        return { kind: "done", delivery: ref(it), result: "x", effects: { arrive: [at(w * 5 + i)] } } as const;
      });
      return bench.broker.settle(worker, [...outcomes, ...outcomes]);
    }));
    assert.equal(settled.flat().filter((settlement) => settlement === "settled").length, 20);
    assert.equal((await bench.claimOne(bench.worker(), ["body"])).gate, gate);
    assert.equal((await bench.broker.arrivals(gate)).length, 20);
  },

  "A body keeps its gate when it runs again, and among the dead": async (bench) => {
    const { gate, body, at, arrive } = await gateWith(bench, 1);
    const worker = bench.worker();
    await arrive(at(0));
    const first = await bench.claimOne(worker);
    await bench.settle(worker, { kind: "again", delivery: ref(first), letter: { ...body, text: "second try" } });
    const second = await bench.claimOne(worker);
    assert.deepEqual([second.gate, second.text], [gate, "second try"]);
    await bench.bury(worker, second);
    assert.equal((await bench.broker.dead("q", 1))[0]?.gate, gate);
    await bench.broker.revive("q", [body.id]);
    assert.deepEqual(ids(await bench.claim(worker)), [body.id]);
    assert.equal((await bench.broker.arrivals(gate)).length, 1);
  },
};
