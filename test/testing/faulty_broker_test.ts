import { describe, expect, test } from "bun:test";
import { newId } from "../../src/base/ids.ts";
import { memory } from "../../src/brokers/memory/memory_broker.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { type Fault, faultyBroker } from "../../src/testing/faulty_broker.ts";

const error = new Error("The line went dead");

function letter() {
  return { id: newId(), queue: "q", priority: 5, text: "{}" };
}

describe("A faulty broker", () => {
  test("is like the inner one without faults", async () => {
    const broker = faultyBroker(memory(), []);
    expect(await broker.publish({ publish: [letter()] })).toEqual(["created"]);
    expect([broker.description, broker.pushes]).toEqual(["memory", true]);
    await broker.close();
    await expect(broker.queues()).rejects.toThrow("closed");
  });

  test("fails before a call takes effect", async () => {
    const inner = memory();
    const broker = faultyBroker(inner, [{ verb: "publish", error }]);
    await expect(broker.publish({ publish: [letter()] })).rejects.toThrow(error);
    expect(await inner.queues()).toEqual([]);
  });

  test("fails after a call took effect", async () => {
    const inner = memory();
    const broker = faultyBroker(inner, [{ verb: "publish", when: "after", error }]);
    await expect(broker.publish({ publish: [letter()] })).rejects.toThrow(error);
    expect((await inner.queues())[0]?.ready).toBe(1);
  });

  test("fails for the calls that were chosen, of that verb only", async () => {
    const broker = faultyBroker(memory(), [{ verb: "read", error, skip: 1, times: 2 }]);
    const outcomes = [];
    for (let i = 0; i < 5; i++) outcomes.push(await broker.read([]).then(() => "well", () => "failed"));
    expect(outcomes).toEqual(["well", "failed", "failed", "well", "well"]);
    expect(await broker.queues()).toEqual([]);
  });

  test("looks at its faults anew for each call", async () => {
    const faults: Fault[] = [];
    const broker = faultyBroker(memory(), faults);
    await broker.queues();
    faults.push({ verb: "queues", error });
    await expect(broker.queues()).rejects.toThrow(error);
    faults.pop();
    await broker.queues();
  });

  test("holds calls up", async () => {
    const clock = new FakeClock(0);
    const inner = memory();
    const broker = faultyBroker(inner, [{ verb: "publish", when: "after", delay: 500 }], { clock });
    let answered = false;
    const published = broker.publish({ publish: [letter()] }).then(() => answered = true);
    await clock.advance(499);
    expect([answered, (await inner.queues())[0]?.ready]).toEqual([false, 1]);
    await clock.advance(1);
    await published;
  });
});
