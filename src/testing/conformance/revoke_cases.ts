/** Revoking tasks. @module */

import assert from "node:assert/strict";
import { hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of revoking. */
export const revokeCases: Cases = {
  "A revoked letter that waits is handed out marked": async (bench) => {
    const [a, b] = [bench.letter(), bench.letter()];
    await bench.publish(a, b);
    await bench.broker.revoke([a.id, bench.id()]);
    const got = await bench.claim(bench.worker());
    assert.deepEqual(got.map(({ id, revoked }) => [id, revoked]), [[a.id, true], [b.id, undefined]]);
  },

  "A revoked letter that is delayed is handed out marked when its time comes": async (bench) => {
    const letter = bench.letter({ due: { in: 100 } });
    await bench.publish(letter);
    await bench.broker.revoke([letter.id]);
    await bench.pass(150);
    assert.equal((await bench.claimEventually(bench.worker()))[0]?.revoked, true);
  },

  "A revoked letter that is held is handed out marked when it is sent": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    await bench.broker.revoke([letter.id]);
    await bench.broker.publish({ send: [{ hop: hop(letter), input: "x" }] });
    assert.equal((await bench.claimOne(bench.worker())).revoked, true);
  },

  "A revoked letter may be expired too": async (bench) => {
    const letter = bench.letter({ expires: { at: 1 } });
    await bench.publish(letter);
    await bench.broker.revoke([letter.id]);
    const { revoked, expired } = await bench.claimOne(bench.worker());
    assert.deepEqual([revoked, expired], [true, true]);
  },

  "A heartbeat tells which running tasks were revoked": async (bench) => {
    const worker = bench.worker();
    await bench.publish(...bench.letters(3));
    const deliveries = await bench.claim(worker);
    const [a, b, c] = ids(deliveries);
    assert(a && b && c);
    assert.deepEqual(await bench.broker.heartbeat(worker, [a, b, c]), { lost: false, revoked: [] });
    await bench.broker.revoke([a, c]);
    const { lost, revoked } = await bench.broker.heartbeat(worker, [a, b, c]);
    assert.deepEqual([lost, revoked.toSorted()], [false, [a, c].toSorted()]);
    for (const delivery of deliveries) await bench.finish(worker, delivery);
  },

  "The mark stays while the task runs again": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.broker.revoke([delivery.id]);
    const letter = bench.letter({ id: delivery.id });
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter });
    assert.equal((await bench.claimOne(worker)).revoked, true);
    await bench.broker.leave(worker);
    assert.equal((await bench.claimOne(worker)).revoked, true);
  },

  "The mark goes when the task is over": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.publish(letter);
    await bench.broker.revoke([letter.id]);
    await bench.bury(worker, await bench.claimOne(worker), "revoked");
    await bench.broker.revive("q", [letter.id]);
    assert.equal("revoked" in await bench.claimOne(worker), false);
  },

  "A revoke does not touch a task that is over": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    await bench.finish(worker, delivery);
    await bench.broker.revoke([delivery.id]);
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
    await bench.claimNone();
  },
};
