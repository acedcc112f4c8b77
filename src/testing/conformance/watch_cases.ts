/** Watching results, where the broker pushes. @module */

import assert from "node:assert/strict";
import type { Broker } from "../../broker.ts";
import { type Bench, hop } from "./bench.ts";
import type { Cases } from "./cases.ts";

/** Watches ids, and tells which of them were called since it was asked last. */
async function watching(bench: Bench, ids: readonly string[], broker: Broker = bench.broker) {
  const called = new Set<string>();
  const watch = await broker.watch(ids, (id) => called.add(id));
  const sees = async (id: string) => {
    await bench.eventually(() => Promise.resolve(assert(called.delete(id), "the watch should have called back")));
  };
  return { watch, called, sees };
}

/** The cases of watching. Where a broker does not push, a watch opens and closes, and that is all. */
export const watchCases: Cases = {
  "A watch opens and closes, and closes again": async (bench) => {
    const watch = await bench.broker.watch([bench.id(), bench.id()], () => {});
    await watch.close();
    await watch.close();
    await (await bench.broker.watch([], () => {})).close();
  },

  "A watch calls back when a task is done": async (bench) => {
    if (!bench.broker.pushes) return;
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const { watch, sees } = await watching(bench, [bench.id(), delivery.id]);
    await bench.finish(worker, delivery);
    await sees(delivery.id);
    assert.deepEqual(await bench.read(delivery.id), { kind: "final", text: "result" });
    await watch.close();
  },

  "A watch calls back for each note": async (bench) => {
    if (!bench.broker.pushes) return;
    const id = bench.id();
    const { watch, sees } = await watching(bench, [id]);
    for (const text of ["first", "second", "third"]) {
      await bench.broker.note([{ id, text }]);
      await sees(id);
    }
    await watch.close();
  },

  "A watch calls back when a task is buried, and when it is finished by others": async (bench) => {
    if (!bench.broker.pushes) return;
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const later = bench.letter();
    const { watch, sees } = await watching(bench, [delivery.id, later.id]);
    await bench.bury(worker, delivery);
    await sees(delivery.id);
    await bench.broker.publish({ finish: [{ id: later.id, result: "upstream failed" }] });
    await sees(later.id);
    await watch.close();
  },

  "A watch sees what is settled through a second instance": async (bench) => {
    if (!bench.broker.pushes) return;
    const worker = bench.worker();
    const delivery = await bench.deliver(worker);
    const { watch, sees } = await watching(bench, [delivery.id], await bench.reopen());
    await bench.finish(worker, delivery);
    await sees(delivery.id);
    await watch.close();
  },

  "Several watches of one id are all called, each until it is closed": async (bench) => {
    if (!bench.broker.pushes) return;
    const id = bench.id();
    const [a, b] = [await watching(bench, [id]), await watching(bench, [id])];
    await bench.broker.note([{ id, text: "1" }]);
    await a.sees(id);
    await b.sees(id);
    await a.watch.close();
    a.called.clear();
    await bench.broker.note([{ id, text: "2" }]);
    await b.sees(id);
    assert.equal(a.called.size, 0);
    await b.watch.close();
  },

  "A watch of many ids calls back with each that changed": async (bench) => {
    if (!bench.broker.pushes) return;
    const ids = Array.from({ length: 200 }, () => bench.id());
    const { watch, called } = await watching(bench, ids);
    const others = Array.from({ length: 200 }, () => bench.id());
    await bench.broker.note([...others, ...ids].map((id) => ({ id, text: "x" })));
    await bench.eventually(() => Promise.resolve(assert.deepEqual(called, new Set(ids))));
    await watch.close();
  },

  "Watches of many ids and of one of them are each called until they are closed": async (bench) => {
    if (!bench.broker.pushes) return;
    const ids = Array.from({ length: 200 }, () => bench.id());
    const [first = ""] = ids;
    const many = await watching(bench, ids);
    const few = await watching(bench, [first]);
    const again = await watching(bench, ids);
    await many.watch.close();
    await bench.broker.note(ids.map((id) => ({ id, text: "x" })));
    await few.sees(first);
    await bench.eventually(() => Promise.resolve(assert.equal(again.called.size, 200)));
    assert.equal(many.called.size, 0);
    await again.watch.close();
    again.called.clear();
    await bench.broker.note([{ id: first, text: "y" }]);
    await few.sees(first);
    assert.equal(again.called.size, 0);
    await few.watch.close();
  },

  "A watch may be opened before its task is published": async (bench) => {
    if (!bench.broker.pushes) return;
    const worker = bench.worker();
    const body = bench.letter();
    const { watch, sees } = await watching(bench, [body.id]);
    await bench.broker.publish({ hold: [body] });
    await bench.broker.publish({ send: [{ hop: hop(body), input: "x" }] });
    await bench.finish(worker, await bench.claimOne(worker));
    await bench.eventually(async () => {
      await sees(body.id);
      assert.equal((await bench.read(body.id))?.kind, "final");
    });
    await watch.close();
  },
};
