import { describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { chain, chord, defineTask, group, signature, ValidationError } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { FlowProducer } from "../../src/client/mod.ts";
import { get, makeKit, start } from "../canvas/kit.ts";

const num = z.number();
const add = defineTask("add", { args: [num, num], returns: num });
const inc = defineTask("inc", { args: [num], returns: num });
const one = defineTask("one", { returns: num });
const sum = defineTask("sum", { args: [z.array(num)], returns: num });
const fail = defineTask("fail", { args: [z.optional(z.unknown())], returns: num });
const slow = defineTask("slow", { args: [num], returns: num, queue: "slow", priority: 3 });

/** A worker's app, and a producer that only has its contracts and its broker. */
function makeBoth() {
  const kit = makeKit();
  return { ...kit, producer: new FlowProducer({ broker: kit.broker }) };
}

describe("a producer of workflows", () => {
  test("sends any workflow in one request, and waits for it as for one task", async () => {
    const { app, broker, producer } = makeBoth();
    await start(app);
    expect(await (await producer.sendFlow(chain(add.s(4, 4), add.s(8)))).get(get)).toBe(16);
    expect(await (await producer.sendFlow(group(add.s(1, 1), one.s()))).get(get)).toEqual([2, 1]);
    expect(await (await producer.sendFlow(one.s())).get(get)).toBe(1);
    expect(await (await producer.sendFlow(group([]))).get(get)).toEqual([]);
    const before = broker.publishes;
    const wide = chord(Array.from({ length: 999 }, (_, x) => add.s(x, 1)), sum.s());
    const result = await producer.sendFlow(wide);
    expect(broker.publishes).toBe(before + 1);
    expect(await result.get(get)).toBe(999 * 500);
    expect(await result.state()).toBe("SUCCESS");
  });

  test("gets the failure of what breaks it", async () => {
    const { app, producer } = makeBoth();
    await start(app);
    const broken = await producer.sendFlow(chain(one.s(), fail.s(), inc.s()));
    await expect(broken.get(get)).rejects.toMatchObject({ name: "RangeError", message: "boom" });
    const chorded = await producer.sendFlow(chord([one.s(), fail.s()], sum.s()));
    await expect(chorded.get(get)).rejects.toMatchObject({ name: "ChordError", cause: { message: "boom" } });
  });

  test("tells of a wrong argument at once, wherever it stands", async () => {
    const { broker, producer } = makeBoth();
    const wrong = "1" as unknown as number;
    for (const flow of [add.s(1, wrong), chain(one.s(), add.s(wrong)), chord([one.s(), add.s(1, wrong)], sum.s())]) {
      await expect(producer.sendFlow(flow)).rejects.toBeInstanceOf(ValidationError);
    }
    expect(broker.publishes).toBe(0);
  });

  test("sends once under one id or key, which is that of the result", async () => {
    const { app, producer, log, quiet } = makeBoth();
    const flow = chain(one.s(), inc.s()).freeze();
    const options = [{}, { id: newId() }, { idempotencyKey: "order 7" }];
    await start(app);
    for (const [index, one] of options.entries()) {
      const [first, second] = [await producer.sendFlow(flow.set(one)), await producer.sendFlow(flow.set(one))];
      expect(second.id).toBe(first.id);
      if (index === 0) expect(first.id).toBe(flow.id);
      expect(await first.get(get)).toBe(2);
      await quiet();
      expect(log.splice(0).length).toBe(2);
    }
  });

  test("tells the worker what contracts say, also of tasks that it does not know", async () => {
    const { app, broker, producer } = makeBoth();
    await start(app);
    const result = await producer.sendFlow(chain(one.s(), slow.s()), { headers: { who: "me" } });
    for (let waits = 0; waits < 10_000 && (await broker.peek("slow", 1)).length === 0; waits++) await Bun.sleep(1);
    const [letter] = await broker.peek("slow", 1);
    expect(letter).toMatchObject({ id: result.id, priority: 3 });
    expect(JSON.parse(letter?.text ?? "")).toMatchObject({ task: "slow", headers: { who: "me" } });
    const launched = await producer.sendFlow(slow.s(1));
    expect(await broker.peek("slow", 10)).toMatchObject([{ id: result.id }, { id: launched.id, priority: 3 }]);
    expect(JSON.stringify(chain(one.s(), slow.s()))).toContain('"defaults":{"queue":"slow","priority":3}');
  });

  test("takes signatures by name, with options", async () => {
    const { app, producer } = makeBoth();
    await start(app);
    expect(await (await producer.sendFlow(signature<number>("add", [1, 2]), { countdown: "1ms" })).get(get)).toBe(3);
    const late = await producer.sendFlow(chain(one.s(), inc.s()), { expires: new Date(0) });
    await expect(late.get(get)).rejects.toMatchObject({ name: "TaskRevoked" });
  });

  test("refuses what is no signature", async () => {
    const { producer } = makeBoth();
    const send = async (flow: unknown) => await Reflect.apply(producer.sendFlow, producer, [flow]);
    await expect(send(one)).rejects.toThrow("part 0 must be a signature like task.s(): current value is object");
    await expect(send(undefined)).rejects.toThrow("must be a signature like task.s(): current value is undefined");
  });
});
