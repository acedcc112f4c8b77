/** Effects: what a publish or an outcome does besides, all in one step. @module */

import assert from "node:assert/strict";
import type { Effects } from "../../broker.ts";
import { hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of effects. */
export const effectCases: Cases = {
  "A held letter is not handed out": async (bench) => {
    const letter = bench.letter();
    assert.deepEqual(await bench.broker.publish({ hold: [letter] }), []);
    await bench.claimNone();
    assert.deepEqual(await bench.broker.held([letter.id, bench.id()]), [letter.text, null]);
    assert.deepEqual(await bench.read(letter.id), { kind: "queued" });
    assert.equal((await bench.figures()).ready, 0);
  },

  "A held letter that is sent carries its input, and goes where the hop says": async (bench) => {
    const letter = bench.letter({ queue: "somewhere", priority: 1 });
    await bench.broker.publish({ hold: [letter] });
    await bench.broker.publish({ send: [{ hop: { id: letter.id, queue: "q", priority: 8 }, input: "[8]" }] });
    const { id, text } = letter;
    const want = { id, queue: "q", priority: 8, text, deliveries: 1, input: "[8]" };
    assert.deepEqual(await bench.claim(bench.worker(), 10, ["q", "somewhere"]), [want]);
    assert.deepEqual(await bench.broker.held([id]), [null]);
  },

  "A held letter may be sent without input": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    await bench.broker.publish({ send: [{ hop: hop(letter) }] });
    assert.equal("input" in await bench.claimOne(bench.worker()), false);
  },

  "An input may be empty": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "" }] });
    assert.equal((await bench.claimOne(bench.worker())).input, "");
  },

  "A hop to a letter that is not held is passed over": async (bench) => {
    const [known, running, unknown] = [bench.letter(), bench.letter({ queue: "other" }), bench.letter()];
    await bench.publish(known);
    await bench.deliver(bench.worker(), running);
    const send = [known, running, unknown].map((letter) => ({ hop: hop(letter), input: "x" }));
    await bench.broker.publish({ send });
    const delivery = await bench.claimOne(bench.worker());
    assert.deepEqual([delivery.id, "input" in delivery], [known.id, false]);
    await bench.claimNone(bench.worker(), ["other"]);
  },

  "A held letter is sent once": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    const send = [{ hop: hop(letter), input: "first" }, { hop: hop(letter), input: "second" }];
    await bench.broker.publish({ send });
    await bench.broker.publish({ send });
    assert.equal((await bench.claimOne(bench.worker())).input, "first");
    await bench.claimNone();
  },

  "A letter to hold whose id is known is passed over": async (bench) => {
    const [waiting, held] = [bench.letter({ text: "first" }), bench.letter({ text: "first" })];
    await bench.broker.publish({ publish: [waiting], hold: [held] });
    await bench.broker.publish({ hold: [{ ...waiting, text: "second" }, { ...held, text: "second" }] });
    assert.deepEqual(await bench.broker.held([waiting.id, held.id]), [null, "first"]);
    await bench.broker.publish({ send: [{ hop: hop(waiting), input: "x" }] });
    assert.equal((await bench.claimOne(bench.worker())).text, "first");
  },

  "A letter to hold whose task is over is passed over": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.finish(worker, await bench.deliver(worker, letter));
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "x" }] });
    await bench.claimNone();
    assert.deepEqual(await bench.broker.held([letter.id]), [null]);
  },

  "A letter that runs again keeps its input": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "[1,2]" }] });
    const delivery = await bench.claimOne(worker);
    await bench.settle(worker, { kind: "again", delivery: ref(delivery), letter: { ...letter, text: "second try" } });
    const again = await bench.claimOne(worker);
    assert.deepEqual([again.input, again.text], ["[1,2]", "second try"]);
  },

  "A letter that is given back, or comes back from a dead worker, keeps its input": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "[1,2]" }] });
    await bench.settle(worker, { kind: "released", delivery: ref(await bench.claimOne(worker)) });
    assert.equal((await bench.claimOne(worker)).input, "[1,2]");
    await bench.broker.leave(worker);
    assert.equal((await bench.claimOne(worker)).input, "[1,2]");
  },

  "A dropped letter is not held any more, and nothing is known of it": async (bench) => {
    const [a, b] = [bench.letter(), bench.letter()];
    await bench.broker.publish({ hold: [a, b] });
    await bench.broker.publish({ drop: [a.id, bench.id()] });
    assert.deepEqual(await bench.broker.held([a.id, b.id]), [null, b.text]);
    await bench.broker.publish({ send: [{ hop: hop(a), input: "x" }] });
    await bench.claimNone();
    assert.equal(await bench.read(a.id), null);
    assert.deepEqual(await bench.broker.publish({ publish: [a] }), ["created"]);
  },

  "A drop does not touch a letter that was sent": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter], send: [{ hop: hop(letter), input: "x" }] });
    await bench.broker.publish({ drop: [letter.id] });
    assert.equal((await bench.claimOne(bench.worker())).id, letter.id);
  },

  "Effects finish tasks that will never run, but not those that are over": async (bench) => {
    const worker = bench.worker();
    const over = await bench.deliver(worker);
    await bench.finish(worker, over, "done");
    const [never, held] = [bench.id(), bench.letter()];
    const finish = [over.id, never, held.id].map((id) => ({ id, result: "upstream failed" }));
    await bench.broker.publish({ hold: [held] });
    await bench.broker.publish({ finish, drop: [held.id] });
    const failed = { kind: "final", text: "upstream failed" };
    assert.deepEqual(await bench.broker.read(ids(finish)), [{ kind: "final", text: "done" }, failed, failed]);
  },

  "The effects of one publish take effect in their order": async (bench) => {
    const [now, body, gone] = [bench.letter(), bench.letter(), bench.letter()];
    const gate = bench.id();
    await bench.broker.publish({
      hold: [now, body, gone],
      gates: [{ id: gate, size: 1 }],
      send: [{ hop: hop(now), input: "x" }],
      arrive: [{ gate, index: 0, value: "y", hop: hop(body) }],
      drop: [now.id, body.id, gone.id],
      close: [gate],
    });
    assert.deepEqual(ids(await bench.claim(bench.worker())), [now.id, body.id]);
    assert.deepEqual(await bench.broker.held([gone.id]), [null]);
    assert.deepEqual(await bench.broker.arrivals(gate), []);
  },

  "An outcome has all its effects in one step": async (bench) => {
    const worker = bench.worker();
    const [next, sent, kept, dropped, body] = [1, 2, 3, 4, 5].map(() => bench.letter());
    assert(next && sent && kept && dropped && body);
    const [gate, never] = [bench.id(), bench.id()];
    await bench.broker.publish({ hold: [sent, dropped, body], gates: [{ id: gate, size: 1 }] });
    const delivery = await bench.deliver(worker);
    const effects: Effects = {
      publish: [next],
      hold: [kept],
      send: [{ hop: hop(sent), input: "in" }],
      arrive: [{ gate, index: 0, value: "v", hop: hop(body) }],
      finish: [{ id: never, result: "never ran" }],
      drop: [dropped.id],
    };
    assert.equal(
      await bench.settle(worker, { kind: "done", delivery: ref(delivery), result: "r", effects }),
      "settled",
    );
    const got = await bench.claim(worker);
    assert.deepEqual(got.map(({ id, input }) => [id, input]), [[next.id, undefined], [sent.id, "in"], [
      body.id,
      undefined,
    ]]);
    assert.deepEqual(await bench.broker.held([kept.id, dropped.id]), [kept.text, null]);
    assert.deepEqual(await bench.read(never), { kind: "final", text: "never ran" });
  },

  "A letter that an outcome publishes is passed over when its id is known": async (bench) => {
    const worker = bench.worker();
    const [known, fresh] = [bench.letter({ queue: "other", text: "first" }), bench.letter()];
    await bench.publish(known);
    const delivery = await bench.deliver(worker);
    const effects: Effects = { publish: [{ ...known, text: "second" }, fresh] };
    await bench.settle(worker, { kind: "done", delivery: ref(delivery), effects });
    const got = await bench.claim(worker, 10, ["q", "other"]);
    assert.deepEqual(got.map(({ text }) => text).toSorted(), ["first", fresh.text].toSorted());
  },

  "A buried task has effects like one that is done": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const next = bench.letter();
    const effects: Effects = { publish: [next] };
    await bench.settle(worker, { kind: "buried", delivery: ref(delivery), reason: "Boom", result: "failed", effects });
    assert.equal((await bench.claimOne(worker)).id, next.id);
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "failed" });
  },

  "A task that was replaced goes on under its id": async (bench) => {
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const [first, last] = [bench.letter(), bench.letter({ id: delivery.id, text: "last step" })];
    const effects: Effects = { publish: [first], rehold: [last] };
    await bench.settle(worker, { kind: "done", delivery: ref(delivery), effects });
    assert.deepEqual(await bench.read(delivery.id), { kind: "queued" });
    const send = { effects: { send: [{ hop: hop(last), input: "[1]" }] }, result: "first" };
    await bench.settle(worker, { kind: "done", delivery: ref(await bench.claimOne(worker)), ...send });
    const again = await bench.claimOne(worker);
    assert.deepEqual([again.id, again.text, again.input, again.deliveries], [delivery.id, "last step", "[1]", 1]);
    await bench.finish(worker, again, "value");
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "value" });
  },

  "What is held again under an id that has a final result, waits or is dead is passed over": async (bench) => {
    const worker = bench.worker();
    const dead = await bench.deliver(worker);
    await bench.settle(worker, { kind: "buried", delivery: ref(dead), reason: "Boom" });
    const over = await bench.deliver(worker);
    await bench.finish(worker, over);
    const waiting = bench.letter({ text: "first" });
    await bench.publish(waiting);
    await bench.broker.publish({ rehold: [over, waiting, dead].map(({ id }) => bench.letter({ id, text: "second" })) });
    assert.deepEqual(await bench.broker.held(ids([over, waiting, dead])), [null, null, null]);
    assert.equal((await bench.claimOne(worker)).text, "first");
  },

  "What is held again and waited before is held once": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    await bench.broker.publish({ rehold: [bench.letter({ id: letter.id, text: "newer" })] });
    assert.deepEqual(await bench.broker.held([letter.id]), ["newer"]);
    await bench.broker.publish({ send: [{ hop: hop(letter) }] });
    assert.equal((await bench.claimOne(bench.worker())).text, "newer");
    await bench.claimNone();
  },
};
