import { describe, expect, test } from "bun:test";
import { Umbel, UnknownTask } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { encodeResult } from "../../src/protocol/result.ts";

/** A broker that cannot call back, so that waiters poll. */
class Mute extends MemoryBroker {
  override readonly pushes: boolean = false;
  override watch(): Promise<never> {
    throw new Error("nobody may watch a broker that does not push");
  }
}

for (const [how, make] of [["that pushes", () => new MemoryBroker()], ["that is polled", () => new Mute()]] as const) {
  describe(`a result in a broker ${how}`, () => {
    test("comes to those who wait", async () => {
      const broker = make();
      const app = new Umbel("test", { broker });
      const result = await app.send("t");
      const waiting = result.get({ timeout: "20s" });
      await finish(broker, result.id, { state: "SUCCESS", data: 42 });
      expect(await waiting).toBe(42);
      expect([await result.ready(), await result.successful(), await result.failed()]).toEqual([true, true, false]);
      expect(await result.result()).toBe(42);
    });

    test("is not waited for longer than asked", async () => {
      const result = await new Umbel("test", { broker: make() }).send("t");
      await expect(result.get({ timeout: "20ms" })).rejects.toMatchObject({ name: "TimeoutError" });
      const stop = new AbortController();
      const waiting = result.get({ signal: stop.signal });
      stop.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      await expect(result.get({ signal: AbortSignal.abort(new Error("never began")) })).rejects.toThrow("never began");
    });

    test("that nobody knows is told at once", async () => {
      const result = new Umbel("test", { broker: make() }).result(newId());
      expect(await result.state()).toBe("UNKNOWN");
      await expect(result.get()).rejects.toBeInstanceOf(UnknownTask);
    });

    test("is gone when it is forgotten", async () => {
      const broker = make();
      const app = new Umbel("test", { broker });
      const result = await app.send("t");
      await finish(broker, result.id, { state: "SUCCESS", data: 1 });
      await result.forget();
      expect(await result.state()).toBe("UNKNOWN");
    });
  });
}

test("many waiters of one result all get it, and leave no watch behind", async () => {
  const broker = new MemoryBroker();
  const result = await new Umbel("test", { broker }).send("t");
  const waiting = Array.from({ length: 50 }, () => result.get({ timeout: "20s" }));
  await finish(broker, result.id, { state: "SUCCESS", data: "all" });
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["all"]));
});

test("an error is a value for those who do not want it thrown", async () => {
  const broker = new MemoryBroker();
  const result = await new Umbel("test", { broker }).send("t");
  await finish(broker, result.id, { state: "FAILURE", failure: { name: "Odd", message: "odd", fields: { code: 7 } } });
  const error = await result.get({ propagate: false }) as unknown as Error;
  expect(error).toMatchObject({ name: "Odd", message: "odd", code: 7 });
  expect(await result.error()).toMatchObject({ name: "Odd" });
});

/** Does what a worker does: claims the one task that waits, and settles it. */
async function finish(broker: MemoryBroker, id: string, record: Parameters<typeof encodeResult>[0]): Promise<void> {
  const worker = { incarnation: newId(), name: "test", lease: 10_000 };
  const { deliveries: [delivery] } = await broker.claim(worker, { queues: ["default"], max: 1 });
  expect(delivery?.id).toBe(id);
  await broker.settle(worker, [{ kind: "done", delivery: { id, deliveries: 1 }, result: encodeResult(record) }]);
}
