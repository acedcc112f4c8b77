/** Dead letters: burying, listing, reviving and discarding. @module */

import assert from "node:assert/strict";
import { type Bench, hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** Buries so many letters of the queue "q", one after the other. */
async function buried(bench: Bench, count: number): Promise<readonly string[]> {
  const worker = bench.worker();
  const letters = bench.letters(count);
  for (const letter of letters) {
    await bench.bury(worker, await bench.deliver(worker, letter));
    // So that no two are buried in the same millisecond.
    await bench.pass(3);
  }
  return ids(letters);
}

/** The cases of dead letters. */
export const deadLetterCases: Cases = {
  "A buried letter is over, and stands among the dead with its reason and its input": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter({ priority: 7 });
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "[1]" }] });
    const delivery = ref(await bench.claimOne(worker));
    const outcome = { kind: "buried", delivery, reason: "Boom: it broke", result: "failed" } as const;
    assert.equal(await bench.settle(worker, outcome), "settled");
    assert.deepEqual(await bench.read(letter.id), { kind: "final", text: "failed" });
    const [dead, ...rest] = await bench.broker.dead("q", 10);
    assert(dead);
    const { at, ...fields } = dead;
    const { id, queue, priority, text } = letter;
    assert.deepEqual(fields, { id, queue, priority, text, input: "[1]", reason: "Boom: it broke" });
    assert(Math.abs(at - Date.now()) < 600_000, "a letter is buried at the time of burying");
    assert.deepEqual(rest, []);
    await bench.claimNone();
  },

  "Dead letters are listed with the newest first, up to a limit": async (bench) => {
    const letters = await buried(bench, 5);
    assert.deepEqual(ids(await bench.broker.dead("q", 10)), letters.toReversed());
    assert.deepEqual(ids(await bench.broker.dead("q", 2)), letters.toReversed().slice(0, 2));
    assert.deepEqual(await bench.broker.dead("other", 10), []);
  },

  "A revived letter goes to the end of its queue, counted anew, with its input": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "[1]" }] });
    await bench.claimOne(worker);
    await bench.broker.leave(worker);
    await bench.bury(worker, await bench.claimOne(worker));
    const other = bench.letter();
    await bench.publish(other);
    assert.equal(await bench.broker.revive("q", [letter.id]), 1);
    assert.deepEqual(await bench.broker.dead("q", 10), []);
    const got = await bench.claim(worker);
    assert.deepEqual(got.map((it) => [it.id, it.text, it.input, it.deliveries]), [
      [other.id, other.text, undefined, 1],
      [letter.id, letter.text, "[1]", 1],
    ]);
  },

  "A revived letter's result is forgotten, and that of the new run counts": async (bench) => {
    const worker = bench.worker();
    const [id] = await buried(bench, 1);
    assert(id);
    assert.deepEqual(await bench.read(id), { kind: "final", text: "buried" });
    await bench.broker.revive("q", [id]);
    assert.deepEqual(await bench.read(id), { kind: "queued" });
    await bench.finish(worker, await bench.claimOne(worker), "success");
    assert.deepEqual(await bench.read(id), { kind: "final", text: "success" });
  },

  "A revived letter does not expire any more": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter({ expires: { at: 1 } });
    await bench.bury(worker, await bench.deliver(worker, letter));
    await bench.broker.revive("q", [letter.id]);
    assert.equal("expired" in await bench.claimOne(worker), false);
  },

  "A revive tells how many it brought back, each once": async (bench) => {
    const [a, b, c] = await buried(bench, 3);
    assert(a && b && c);
    assert.equal(await bench.broker.revive("other", [a]), 0);
    assert.equal(await bench.broker.revive("q", [a, c, a, bench.id()]), 2);
    assert.equal(await bench.broker.revive("q", [a, c]), 0);
    assert.deepEqual(ids(await bench.broker.dead("q", 10)), [b]);
    assert.deepEqual(ids(await bench.claim(bench.worker())).toSorted(), [a, c].toSorted());
  },

  "A letter may be buried again after it was revived": async (bench) => {
    const worker = bench.worker();
    const [a, b] = await buried(bench, 2);
    assert(a && b);
    await bench.broker.revive("q", [a]);
    await bench.bury(worker, await bench.claimOne(worker), "again");
    const dead = await bench.broker.dead("q", 10);
    assert.deepEqual(dead.map(({ id, reason }) => [id, reason]), [[a, "again"], [b, "reason"]]);
  },

  "A discarded letter is gone, and its result stays": async (bench) => {
    const [a, b] = await buried(bench, 2);
    assert(a && b);
    assert.equal(await bench.broker.discard("other", [a]), 0);
    assert.equal(await bench.broker.discard("q", [a, a, bench.id()]), 1);
    assert.deepEqual(ids(await bench.broker.dead("q", 10)), [b]);
    assert.equal(await bench.broker.revive("q", [a]), 0);
    assert.deepEqual(await bench.read(a), { kind: "final", text: "buried" });
    await bench.claimNone();
  },

  "A discarded letter takes the gate along that was its input": async (bench) => {
    const worker = bench.worker();
    const [body, plain, gate] = [bench.letter(), bench.letter(), bench.id()];
    await bench.broker.publish({
      publish: [plain],
      hold: [body],
      gates: [{ id: gate, size: 1 }],
      arrive: [{ gate, index: 0, value: "value", hop: hop(body) }],
    });
    for (const delivery of await bench.claim(worker)) await bench.bury(worker, delivery);
    assert.deepEqual(await bench.broker.arrivals(gate), ["value"]);
    assert.equal(await bench.broker.discard("q", [plain.id, body.id, bench.id()]), 2);
    assert.deepEqual(await bench.broker.arrivals(gate), []);
    assert.deepEqual(await bench.broker.dead("q", 10), []);
  },

  "Dead letters are kept longer than results": {
    options: { resultRetention: 100 },
    run: async (bench) => {
      const [id] = await buried(bench, 1);
      assert(id);
      await bench.pass(200);
      await bench.eventually(async () => assert.equal(await bench.read(id), null));
      assert.deepEqual(ids(await bench.broker.dead("q", 10)), [id]);
      assert.deepEqual(await bench.broker.publish({ publish: [bench.letter({ id })] }), ["duplicate"]);
      assert.equal(await bench.broker.revive("q", [id]), 1);
      assert.equal((await bench.claimOne(bench.worker())).id, id);
    },
  },
};
