/** Showing and steering queues: figures, peeking, purging, pausing. @module */

import assert from "node:assert/strict";
import { hop, ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of control. */
export const controlCases: Cases = {
  "The figures of a queue tell what is ready, delayed, active and dead": async (bench) => {
    const worker = bench.worker();
    await bench.publish(...bench.letters(2));
    const [first] = await bench.claim(worker);
    assert(first);
    await bench.bury(worker, first);
    await bench.publish(...bench.letters(3), ...bench.letters(4, { due: { in: 600_000 } }));
    const want = { name: "q", ready: 3, delayed: 4, active: 1, dead: 1, paused: false };
    assert.deepEqual(await bench.figures(), want);
  },

  "Every queue has figures of its own": async (bench) => {
    await bench.publish(...bench.letters(1, { queue: "a" }), ...bench.letters(2, { queue: "b" }));
    const listed = (await bench.broker.queues()).filter(({ ready }) => ready > 0);
    assert.deepEqual(listed.map(({ name, ready }) => [name, ready]).toSorted(), [["a", 1], ["b", 2]]);
    assert.equal((await bench.figures("a")).active, 0);
  },

  "Held letters are in no figures": async (bench) => {
    await bench.broker.publish({ hold: bench.letters(3) });
    assert.deepEqual(await bench.figures(), { name: "q", ready: 0, delayed: 0, active: 0, dead: 0, paused: false });
  },

  "A peek shows the ready letters in the order of serving, then the delayed ones by time": async (bench) => {
    const low = bench.letters(2, { priority: 1 });
    const high = bench.letters(2, { priority: 8 });
    const at = Date.now() + 500_000;
    const [later, sooner] = [bench.letter({ due: { at: at + 1_000 } }), bench.letter({ due: { at } })];
    await bench.publish(...low, later, sooner, ...high);
    const peeked = await bench.broker.peek("q", 10);
    assert.deepEqual(ids(peeked), ids([...high, ...low, sooner, later]));
    assert.deepEqual(peeked.map(({ state }) => state), [..."rrrrdd"].map((it) => (it === "r" ? "ready" : "delayed")));
    const due = [undefined, undefined, undefined, undefined, at, at + 1_000];
    assert.deepEqual(peeked.map((letter) => letter.due), due);
    const [first] = high;
    assert(first);
    const { version, ...shown } = peeked[0] ?? assert.fail();
    assert.deepEqual(shown, { id: first.id, queue: "q", priority: 8, text: first.text, state: "ready" });
    assert.equal((await bench.broker.peek("q", 1))[0]?.version, version);
  },

  "A peek shows no more than its limit, and takes nothing": async (bench) => {
    const letters = bench.letters(5);
    const delayed = bench.letters(2, { due: { in: 600_000 } });
    await bench.publish(...letters, ...delayed);
    assert.deepEqual(ids(await bench.broker.peek("q", 2)), ids(letters.slice(0, 2)));
    assert.equal((await bench.broker.peek("q", 6)).length, 6);
    assert.deepEqual(await bench.broker.peek("q", 0), []);
    assert.deepEqual(await bench.broker.peek("other", 5), []);
    assert.deepEqual((await bench.claim(bench.worker())).map(({ deliveries }) => deliveries), [1, 1, 1, 1, 1]);
  },

  "A peek shows the input of a letter, and no letter in a worker's hands": async (bench) => {
    const [sent, taken] = [bench.letter(), bench.letter({ priority: 9 })];
    await bench.broker.publish({ publish: [taken], hold: [sent], send: [{ hop: hop(sent), input: "[1]" }] });
    await bench.claim(bench.worker(), 1);
    assert.deepEqual((await bench.broker.peek("q", 5)).map(({ id, input }) => [id, input]), [[sent.id, "[1]"]]);
  },

  "Letters that wait are withdrawn, ready and delayed ones, with their results": async (bench) => {
    const letters = [
      ...bench.letters(3),
      ...bench.letters(2, { priority: 8 }),
      ...bench.letters(2, { due: { in: 600_000 } }),
    ];
    const stays = bench.letters(3);
    await bench.publish(...letters, ...stays, bench.letter({ queue: "other" }));
    await bench.broker.revoke(ids(letters.slice(0, 1)));
    const seen = new Map((await bench.broker.peek("q", 100)).map(({ id, version }) => [id, version]));
    const withdrawn = letters.map(({ id }) => ({ id, version: seen.get(id) ?? "", result: `end of ${id}` }));
    assert.deepEqual(await bench.broker.withdraw("q", withdrawn), letters.map(() => "settled"));
    assert.deepEqual(await bench.broker.withdraw("q", withdrawn), letters.map(() => "lost"));
    assert.deepEqual(
      await bench.broker.read(ids(letters)),
      withdrawn.map(({ result }) => ({ kind: "final", text: result })),
    );
    assert.deepEqual(await bench.broker.publish({ publish: letters }), letters.map(() => "duplicate"));
    assert.deepEqual(ids(await bench.claim(bench.worker())), ids(stays));
    assert.equal((await bench.figures("other")).ready, 1);
  },

  "Only what waits in the queue is withdrawn": async (bench) => {
    const worker = bench.worker();
    const [held, elsewhere] = [bench.letter(), bench.letter({ queue: "other" })];
    await bench.bury(worker, await bench.deliver(worker));
    const active = await bench.deliver(worker);
    await bench.broker.publish({ publish: [elsewhere], hold: [held] });
    const all = [held.id, elsewhere.id, active.id, bench.id()];
    const effects = { publish: [bench.letter({ queue: "third" })] };
    const answers = await bench.broker.withdraw("q", all.map((id) => ({ id, version: "1", result: "x", effects })));
    assert.deepEqual(answers, all.map(() => "lost"));
    assert.deepEqual(await bench.broker.withdraw("q", []), []);
    assert.deepEqual(await bench.broker.held([held.id]), [held.text]);
    assert.deepEqual((await bench.broker.read(all)).map((it) => it?.kind), ["queued", "queued", "queued", undefined]);
    assert.equal((await bench.figures()).dead, 1);
    await bench.claimNone(worker, ["third"]);
    await bench.finish(worker, active);
  },

  "What is withdrawn has its effects, each whole": async (bench) => {
    const letters = bench.letters(2);
    const [dropped, sent, body, gate] = [bench.letter(), bench.letter(), bench.letter(), bench.id()];
    await bench.broker.publish({ publish: letters, hold: [dropped, sent, body], gates: [{ id: gate, size: 1 }] });
    const [a, b] = letters;
    assert(a && b);
    await bench.broker.pause("q");
    const effects = [
      { finish: [{ id: dropped.id, result: "never ran" }], drop: [dropped.id], close: [gate] },
      { send: [{ hop: hop(sent), input: "input" }], arrive: [{ gate, index: 0, value: "v", hop: hop(body) }] },
    ];
    const seen = await bench.broker.peek("q", 2);
    const answers = await bench.broker.withdraw(
      "q",
      seen.map(({ id, version }, index) => {
        return { id, version, effects: effects[index] ?? {}, ...(index === 1 && { result: "end" }) };
      }),
    );
    assert.deepEqual(answers, ["settled", "settled"]);
    assert.deepEqual(await bench.broker.held([dropped.id, sent.id, body.id]), [null, null, body.text]);
    assert.deepEqual(await bench.read(dropped.id), { kind: "final", text: "never ran" });
    assert.deepEqual(await bench.read(a.id), { kind: "queued" });
    await bench.broker.resume("q");
    const delivery = await bench.claimOne(bench.worker());
    assert.deepEqual([delivery.id, delivery.input], [sent.id, "input"]);
  },

  "What is withdrawn is the letter that was seen, and no other under its id": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.publish(letter);
    const [seen] = await bench.broker.peek("q", 1);
    assert(seen);
    const end = { id: letter.id, version: seen.version, result: "withdrawn" };
    await bench.settle(worker, {
      kind: "done",
      delivery: ref(await bench.claimOne(worker)),
      effects: { rehold: [{ ...letter, text: "another" }], send: [{ hop: hop(letter) }] },
    });
    assert.deepEqual(await bench.broker.withdraw("q", [end]), ["lost"]);
    const [again] = await bench.broker.peek("q", 1);
    assert.equal(again?.text, "another");
    assert.deepEqual(await bench.broker.withdraw("q", [{ ...end, version: again.version }]), ["settled"]);
    assert.deepEqual(await bench.read(letter.id), { kind: "final", text: "withdrawn" });
    const other = bench.letter();
    await bench.publish(other);
    assert.deepEqual(await bench.broker.withdraw("q", [{ id: other.id }]), ["settled"]);
    assert.deepEqual(await bench.read(other.id), { kind: "queued" });
  },

  "A paused queue takes letters and hands out none": async (bench) => {
    await bench.publish(bench.letter());
    await bench.broker.pause("q");
    await bench.publish(bench.letter({ due: { at: 1 } }));
    await bench.claimNone();
    const { ready, delayed, paused } = await bench.figures();
    assert.deepEqual([ready + delayed, paused], [2, true]);
    await bench.broker.resume("q");
    assert.equal((await bench.claim(bench.worker())).length, 2);
    assert.equal((await bench.figures()).paused, false);
  },

  "A pause of one queue leaves the others alone": async (bench) => {
    const [a, b] = [bench.letter({ queue: "a" }), bench.letter({ queue: "b" })];
    await bench.publish(a, b);
    await bench.broker.pause("a");
    await bench.broker.pause("a");
    assert.deepEqual(ids(await bench.claim(bench.worker(), 10, ["a", "b"])), [b.id]);
    await bench.broker.resume("a");
    await bench.broker.resume("never paused");
    assert.deepEqual(ids(await bench.claim(bench.worker(), 10, ["a", "b"])), [a.id]);
  },

  "A queue may be paused before anything was published to it": async (bench) => {
    await bench.broker.pause("q");
    assert.equal((await bench.figures()).paused, true);
    await bench.publish(bench.letter());
    await bench.claimNone();
  },

  "What runs when its queue is paused may end": async (bench) => {
    const worker = bench.worker();
    await bench.publish(...bench.letters(2));
    const [a, b] = await bench.claim(worker);
    assert(a && b);
    await bench.broker.pause("q");
    await bench.finish(worker, a);
    await bench.broker.leave(worker);
    await bench.claimNone();
    await bench.broker.resume("q");
    const back = await bench.claimOne(worker);
    assert.deepEqual([back.id, back.deliveries], [b.id, 2]);
  },
};
