import { expect, test } from "bun:test";
import { deferred } from "../../src/base/deferred.ts";
import { createLogger } from "../../src/base/log.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { makeApp, start, timeout } from "./bench.ts";

test("a handler that blocks the event loop beyond its lease is not settled when another has its task", async () => {
  const broker = new MemoryBroker();
  const app = makeApp(broker);
  const [taken, refused] = [deferred(), deferred()];
  const runs: string[] = [];
  const hog = app.task("hog", { bind: true }, async (ctx) => {
    runs.push(ctx.worker);
    if (runs.length === 2) {
      taken.resolve();
      await refused.promise;
      return "of the second";
    }
    const end = performance.now() + 1_300;
    while (performance.now() < end);
    await taken.promise;
    return "of the first";
  });
  const log = createLogger(({ message }) => message.includes("came too late") && refused.resolve());
  const result = await hog.delay();
  await start(app, { name: "first", lease: "1s", concurrency: 1, log });
  await start(app, { name: "second", concurrency: 1 });
  expect(await result.get({ timeout })).toBe("of the second");
  expect(await result.info()).toMatchObject({ state: "SUCCESS", worker: "second" });
  expect(runs).toEqual(["first", "second"]);
  expect((await broker.queues()).filter(({ ready, active, dead }) => ready + active + dead > 0)).toEqual([]);
});
