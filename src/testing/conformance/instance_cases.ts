/** Several brokers over one store, and closing them. @module */

import assert from "node:assert/strict";
import { hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of instances. */
export const instanceCases: Cases = {
  "A broker says what it is": async (bench) => {
    assert.match(bench.broker.description, /\S/);
    assert.equal(typeof bench.broker.pushes, "boolean");
    await Promise.resolve();
  },

  "What one instance publishes another hands out and settles": async (bench) => {
    const second = await bench.reopen();
    const letter = bench.letter();
    await bench.publish(letter);
    const worker = bench.worker();
    const { deliveries } = await second.claim(worker, { queues: ["q"], max: 10 });
    assert.deepEqual(ids(deliveries), [letter.id]);
    await bench.claimNone();
    const outcome = { kind: "done", delivery: { id: letter.id, deliveries: 1 }, result: "x" } as const;
    assert.deepEqual(await second.settle(worker, [outcome]), ["settled"]);
    assert.deepEqual(await bench.read(letter.id), { kind: "final", text: "x" });
    assert.deepEqual(await second.publish({ publish: [letter] }), ["duplicate"]);
  },

  "A worker may settle through another instance than it claimed through": async (bench) => {
    const second = await bench.reopen();
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    assert.deepEqual(await second.heartbeat(worker, [delivery.id]), { lost: false, revoked: [] });
    assert.deepEqual(await second.settle(worker, [{ kind: "released", delivery: ref(delivery) }]), ["settled"]);
    assert.equal((await bench.claimOne(worker)).id, delivery.id);
  },

  "Letters are handed out once, however many instances claim": async (bench) => {
    const brokers = [bench.broker, await bench.reopen(), await bench.reopen()];
    const letters = bench.letters(60);
    await bench.publish(...letters);
    const claims = await Promise.all(Array.from({ length: 15 }, (_, i) => {
      return brokers[i % 3]?.claim(bench.worker(), { queues: ["q"], max: 5 });
    }));
    const got = claims.flatMap((claim) => ids(claim?.deliveries ?? []));
    assert.deepEqual(got.toSorted(), ids(letters).toSorted());
  },

  "An id that is published by several instances at once is created once": async (bench) => {
    const brokers = [bench.broker, await bench.reopen(), await bench.reopen()];
    const letter = bench.letter();
    const answers = await Promise.all(brokers.map((broker) => broker.publish({ publish: [letter] })));
    assert.deepEqual(answers.flat().toSorted(), ["created", "duplicate", "duplicate"]);
    await bench.claimOne(bench.worker());
    await bench.claimNone();
  },

  "A gate opens once, whichever instances the arrivals come through": async (bench) => {
    const brokers = [bench.broker, await bench.reopen()];
    const [gate, body] = [bench.id(), bench.letter()];
    await bench.broker.publish({ hold: [body], gates: [{ id: gate, size: 20 }] });
    await Promise.all(Array.from({ length: 40 }, (_, i) => {
      const arrive = [{ gate, index: i % 20, value: "x", hop: hop(body) }];
      return brokers[i % 2]?.publish({ arrive });
    }));
    assert.equal((await bench.claimOne(bench.worker())).gate, gate);
    await bench.claimNone();
  },

  "A pause and a revoke count for every instance": async (bench) => {
    const second = await bench.reopen();
    const letter = bench.letter();
    await bench.publish(letter);
    await bench.broker.pause("q");
    await bench.broker.revoke([letter.id]);
    const request = { queues: ["q"], max: 10 };
    assert.deepEqual((await second.claim(bench.worker(), request)).deliveries, []);
    await second.resume("q");
    assert.equal((await bench.claimOne(bench.worker())).revoked, true);
  },

  "A broker that was closed refuses further calls, and another goes on": async (bench) => {
    const second = await bench.reopen();
    const letter = bench.letter();
    await second.publish({ publish: [letter] });
    await second.close();
    const worker = bench.worker();
    await assert.rejects(async () => void await second.publish({ publish: [bench.letter()] }));
    await assert.rejects(async () => void await second.claim(worker, { queues: ["q"], max: 1 }));
    await assert.rejects(async () => void await second.read([letter.id]));
    await assert.rejects(async () => void await second.queues());
    assert.equal((await bench.claimOne(worker)).id, letter.id);
  },

  "A broker may be closed twice, and before it was used": async (bench) => {
    const second = await bench.reopen();
    await second.close();
    await second.close();
    assert.deepEqual(await bench.broker.read([bench.id()]), [null]);
  },

  "A wait ends when its broker is closed": async (bench) => {
    const second = await bench.reopen();
    const wait = second.wait(bench.worker(), ["q"], 600_000, new AbortController().signal).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    await second.close();
    await bench.within(wait, "the end of the wait");
  },
};
