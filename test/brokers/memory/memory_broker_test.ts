import { describe, expect, test } from "bun:test";
import { newId } from "../../../src/base/ids.ts";
import { type Letter, RESULT_RETENTION, type WorkerRef } from "../../../src/broker.ts";
import { memory } from "../../../src/brokers/memory/memory_broker.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

function letter(fields: Partial<Letter> = {}): Letter {
  return { id: newId(), queue: "q", priority: 5, text: "{}", ...fields };
}

function worker(lease = 60_000): WorkerRef {
  return { incarnation: crypto.randomUUID(), name: "worker1@host", lease };
}

const forever = new AbortController().signal;

describe("A memory broker", () => {
  test("keeps a result for a day unless told otherwise", async () => {
    const clock = new FakeClock();
    const broker = memory({ clock });
    const id = newId();
    await broker.publish({ finish: [{ id, result: "1" }] });
    await clock.advance(RESULT_RETENTION - 1);
    expect(await broker.read([id])).toEqual([{ kind: "final", text: "1" }]);
    await clock.advance(1);
    expect(await broker.read([id])).toEqual([null]);
    expect(await broker.publish({ publish: [letter({ id })] })).toEqual(["created"]);
  });

  test("shares nothing with another, unless that one was made by reopening it", async () => {
    const [first, other] = [memory(), memory()];
    await first.publish({ publish: [letter()] });
    expect((await other.queues()).length).toBe(0);
    expect((await first.reopen().queues()).length).toBe(1);
  });

  test("goes on for those who reopened it after it was closed", async () => {
    const first = memory();
    await first.publish({ publish: [letter()] });
    const second = first.reopen();
    await first.close();
    await expect(first.queues()).rejects.toThrow("Cannot use the memory broker as it must be open: it was closed");
    expect((await second.claim(worker(), { queues: ["q"], max: 1 })).deliveries.length).toBe(1);
  });

  test("hands out at a letter's time to the millisecond", async () => {
    const clock = new FakeClock(1_000_000);
    const broker = memory({ clock });
    await broker.publish({ publish: [letter({ due: { at: 1_000_500 } }), letter({ due: { in: 400 } })] });
    const claim = () => broker.claim(worker(), { queues: ["q"], max: 9 });
    expect(await claim()).toEqual({ deliveries: [], nextDue: 400 });
    await clock.advance(399);
    expect(await claim()).toEqual({ deliveries: [], nextDue: 1 });
    await clock.advance(1);
    expect(await claim()).toMatchObject({ deliveries: [{ deliveries: 1 }], nextDue: 100 });
    await clock.advance(100);
    expect((await claim()).deliveries.length).toBe(1);
  });

  test("ends a lease to the millisecond, and takes a late outcome while nobody noticed", async () => {
    const clock = new FakeClock(0);
    const broker = memory({ clock });
    const [slow, other] = [worker(1_000), worker()];
    const { id } = letter();
    await broker.publish({ publish: [letter({ id })] });
    await broker.claim(slow, { queues: ["q"], max: 1 });
    expect(await broker.workers()).toEqual([
      { incarnation: slow.incarnation, name: slow.name, active: 1, leaseLeft: 1_000 },
    ]);
    await clock.advance(999);
    expect((await broker.claim(other, { queues: ["q"], max: 1 })).deliveries).toEqual([]);
    await clock.advance(1);
    const done = { kind: "done", delivery: { id, deliveries: 1 }, result: "late" } as const;
    expect(await broker.settle(slow, [done])).toEqual(["settled"]);
  });

  test("wakes a waiting worker when another's lease ends", async () => {
    const clock = new FakeClock(0);
    const broker = memory({ clock });
    await broker.publish({ publish: [letter()] });
    await broker.claim(worker(1_000), { queues: ["q"], max: 1 });
    let awake = 0;
    void broker.wait(worker(), ["q"], 60_000, forever).then(() => awake = clock.now());
    await clock.advance(5_000);
    expect(awake).toBe(1_000);
  });

  test("leaves no timer behind when a wait ends", async () => {
    const clock = new FakeClock(0);
    const broker = memory({ clock });
    const stop = new AbortController();
    const waits = [forever, forever, stop.signal].map((signal) => broker.wait(worker(), ["q"], 60_000, signal));
    await clock.advance(0);
    expect(clock.sleeping).toBe(3);
    stop.abort();
    await waits[2];
    expect(clock.sleeping).toBe(2);
    await broker.publish({ publish: [letter()] });
    await Promise.all(waits);
    expect(clock.sleeping).toBe(0);
  });

  test("wakes nobody for a queue that is not theirs, nor for a paused one", async () => {
    const clock = new FakeClock(0);
    const broker = memory({ clock });
    let awake = 0;
    void broker.wait(worker(), ["q"], 60_000, forever).then(() => awake = clock.now());
    await broker.pause("q");
    await broker.publish({ publish: [letter({ queue: "other" }), letter({ queue: "q" })] });
    await clock.advance(100_000);
    expect(awake).toBe(60_000);
  });

  test("does not call a watch back after it was closed, or its broker was", async () => {
    const broker = memory();
    const id = newId();
    const calls: string[] = [];
    const watch = await broker.watch([id], () => calls.push("closed watch"));
    await broker.watch([id], () => calls.push("closed broker"));
    const other = broker.reopen();
    await other.watch([id], () => calls.push("open"));
    await other.note([{ id, text: "1" }]);
    await watch.close();
    await broker.close();
    calls.length = 0;
    await other.note([{ id, text: "2" }]);
    await Promise.resolve();
    expect(calls).toEqual(["open"]);
  });

  test("tells a late worker of its loss by its lease, not by what it says it holds", async () => {
    const clock = new FakeClock(0);
    const broker = memory({ clock });
    const ada = worker(1_000);
    const { id } = letter();
    await broker.publish({ publish: [letter({ id })] });
    await broker.claim(ada, { queues: ["q"], max: 1 });
    await broker.settle(ada, [{ kind: "done", delivery: { id, deliveries: 1 } }]);
    // The outcome of what it still holds, as far as it knows, is on its way: nothing was lost.
    expect(await broker.heartbeat(ada, [id])).toEqual({ lost: false, revoked: [] });
    await clock.advance(2_000);
    expect(await broker.heartbeat(ada, [])).toEqual({ lost: false, revoked: [] });
    expect(await broker.heartbeat(ada, [newId()])).toEqual({ lost: true, revoked: [] });
  });
});
