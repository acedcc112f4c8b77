/** Publishing: what is taken in, what is a duplicate, what is refused. @module */

import assert from "node:assert/strict";
import type { Letter } from "../../broker.ts";
import { ids, ref } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** The cases of publishing. */
export const publishCases: Cases = {
  "A published letter is handed out with its queue, its priority and its text": async (bench) => {
    const letter = bench.letter({ priority: 3, text: '{"a":1}' });
    await bench.publish(letter);
    const { id, queue, priority, text } = letter;
    assert.deepEqual(await bench.claim(bench.worker()), [{ id, queue, priority, text, deliveries: 1 }]);
  },

  "A publish of nothing tells of nothing": async (bench) => {
    assert.deepEqual(await bench.broker.publish({}), []);
    assert.deepEqual(await bench.broker.publish({ publish: [] }), []);
  },

  "A publish tells of each letter whether it was new, in their order": async (bench) => {
    const [a, b, c] = [bench.letter(), bench.letter(), bench.letter()];
    await bench.publish(b);
    assert.deepEqual(await bench.broker.publish({ publish: [a, b, c] }), ["created", "duplicate", "created"]);
    assert.deepEqual(ids(await bench.claim(bench.worker())), [b.id, a.id, c.id]);
  },

  "An id that stands twice in one publish is created once, with its first text": async (bench) => {
    const letter = bench.letter({ text: "first" });
    const answers = await bench.broker.publish({ publish: [letter, { ...letter, text: "second" }] });
    assert.deepEqual(answers, ["created", "duplicate"]);
    assert.equal((await bench.claimOne(bench.worker())).text, "first");
  },

  "An id that waits is a duplicate, and what waits stays as it was": async (bench) => {
    const letter = bench.letter({ text: "first" });
    await bench.publish(letter);
    const again = { ...letter, text: "second", queue: "other" };
    assert.deepEqual(await bench.broker.publish({ publish: [again] }), ["duplicate"]);
    await bench.claimNone(bench.worker(), ["other"]);
    assert.equal((await bench.claimOne(bench.worker())).text, "first");
  },

  "An id that waits for its time is a duplicate": async (bench) => {
    const letter = bench.letter({ due: { in: 600_000 } });
    await bench.publish(letter);
    assert.deepEqual(await bench.broker.publish({ publish: [{ ...letter, due: undefined }] }), ["duplicate"]);
    await bench.claimNone();
  },

  "An id that is in a worker's hands is a duplicate": async (bench) => {
    const letter = bench.letter();
    await bench.deliver(bench.worker(), letter);
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
  },

  "An id that is held is a duplicate, and stays held": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ hold: [letter] });
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
    assert.deepEqual(await bench.broker.held([letter.id]), [letter.text]);
  },

  "An id whose task is over is a duplicate as long as its result is kept": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.finish(worker, await bench.deliver(worker, letter));
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
    assert.deepEqual(await bench.read(letter.id), { kind: "final", text: "result" });
  },

  "An id whose task is over without a result is a duplicate": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    const delivery = await bench.deliver(worker, letter);
    assert.equal(await bench.settle(worker, { kind: "done", delivery: ref(delivery) }), "settled");
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
  },

  "An id among the dead is a duplicate": async (bench) => {
    const worker = bench.worker();
    const letter = bench.letter();
    await bench.bury(worker, await bench.deliver(worker, letter));
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
  },

  "A task that was finished from outside is a duplicate": async (bench) => {
    const letter = bench.letter();
    await bench.broker.publish({ finish: [{ id: letter.id, result: "never ran" }] });
    assert.deepEqual(await bench.broker.publish({ publish: [letter] }), ["duplicate"]);
    await bench.claimNone();
  },

  "Room that a publish asks for, for letters to follow, is not taken": async (bench) => {
    const letter = bench.letter();
    const room = [{ queue: letter.queue, priority: letter.priority, count: 5 }];
    assert.deepEqual(await bench.broker.publish({ publish: [letter], room }), ["created"]);
    const late = { ...bench.letter(), due: { in: 60_000 } };
    const later = [{ queue: late.queue, priority: late.priority, count: 5, delayed: true }];
    assert.deepEqual(await bench.broker.publish({ publish: [late], room: later, hold: [bench.letter()] }), ["created"]);
    const [{ ready, delayed } = { ready: 0, delayed: 0 }] = await bench.broker.queues();
    assert.deepEqual([ready, delayed], [1, 1]);
    await assert.rejects(bench.broker.publish({ room: [{ queue: letter.queue, priority: 0, count: 0 }] }), RangeError);
  },

  "A publish with one letter that is not sane is refused whole": async (bench) => {
    for (const wrong of insane(bench.letter())) {
      const good = bench.letter();
      await assert.rejects(async () => await bench.broker.publish({ publish: [good, wrong] }), JSON.stringify(wrong));
      assert.equal(await bench.read(good.id), null);
    }
    await bench.claimNone();
  },

  "A publish whose held letter or gate is not sane is refused whole": async (bench) => {
    const good = bench.letter();
    const wrong = bench.letter({ priority: 10 });
    await assert.rejects(async () => await bench.broker.publish({ publish: [good], hold: [wrong] }));
    await assert.rejects(async () => {
      await bench.broker.publish({ publish: [good], gates: [{ id: bench.id(), size: 0 }] });
    });
    assert.equal(await bench.read(good.id), null);
    await bench.claimNone();
  },

  "A publish that is repeated has no effect": async (bench) => {
    const [member, body, late] = [bench.letter(), bench.letter(), bench.letter()];
    const effects = { publish: [member], hold: [body], gates: [{ id: bench.id(), size: 1 }] };
    assert.deepEqual(await bench.broker.publish(effects), ["created"]);
    const repeated = { ...effects, finish: [{ id: late.id, result: "never ran" }] };
    assert.deepEqual(await bench.broker.publish(repeated), ["duplicate"]);
    assert.equal(await bench.read(late.id), null);
    assert.equal((await bench.figures()).ready, 1);
  },
};

/** Letters with one field each that no broker takes. */
function insane(letter: Letter): readonly Letter[] {
  const priorities = [-1, 10, 1.5, NaN].map((priority) => ({ ...letter, priority }));
  const queues = ["", "a\nb", "a\u0000b", "q".repeat(201)].map((queue) => ({ ...letter, queue }));
  const names = ["", "no-uuid", letter.id.toUpperCase().replace(/^./, "F")].map((id) => ({ ...letter, id }));
  const moments = [{ due: { in: NaN } }, { due: { at: Infinity } }, { expires: { in: NaN } }];
  return [...priorities, ...queues, ...names, ...moments.map((moment) => ({ ...letter, ...moment }))];
}
