/** A purge ends what waits in a queue, and all that waits for it. */
import { expect, test } from "bun:test";
import { type AnyResult, chain, chord, group } from "../../mod.ts";
import { purge } from "../../src/worker/mod.ts";
import { until } from "./bench.ts";
import { get, makeKit, start } from "../canvas/kit.ts";

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

/** What a waiter gets. */
async function errorOf(result: AnyResult): Promise<unknown> {
  return await result.get(get).then(() => "no error", (error) => error);
}

test("answers whoever waits for a task that is purged, due or not, and lets what runs go on", async () => {
  const { app, broker, one, add } = makeKit();
  const results = [await one.delay(), await add.applyAsync([1, 1], { countdown: "1h" })];
  await broker.pause("default");
  const told: number[] = [];
  expect(await purge(app, "default", { progress: (ended) => told.push(ended) })).toBe(2);
  expect(told).toEqual([2]);
  for (const result of results) {
    expect(await errorOf(result)).toMatchObject({ name: "TaskRevoked", message: "purged" });
    expect(await result.state()).toBe("REVOKED");
  }
  expect(await purge(app, "default")).toBe(0);
});

test("ends all of a workflow that was to come, and leaves nothing behind", async () => {
  const kit = makeKit();
  const { app, broker, one, inc, sum, same, errback } = kit;
  const flows = [
    chain(one.s(), inc.s(), inc.s().link(same.s())).linkError(errback.s()),
    chain(one.s(), group(inc.s(), inc.s()), sum.s()),
    chord(list(3, () => one.s()), sum.s()).linkError(errback.s()),
    chord([chain(one.s(), inc.s()), chord([one.s(), one.s()], sum.s())], sum.s()),
    chain(one.s(), chord([inc.s(), inc.s()], group(sum.s(), same.s()))),
    chain(group(one.s()), group(same.s()), same.s()),
  ];
  const results: AnyResult[] = [];
  for (const flow of flows) results.push(await flow.delay());
  expect(await purge(app, "default")).toBe(10);
  const errors = await Promise.all(results.map(errorOf));
  expect(errors.map((error) => error instanceof Error && error.name)).toEqual([
    "TaskRevoked",
    "TaskRevoked",
    "ChordError",
    "ChordError",
    "TaskRevoked",
    "ChordError",
  ]);
  await start(app);
  await kit.quiet();
  expect(await broker.leftovers()).toEqual({ held: [], gates: [] });
  expect(kit.log).toEqual([]);
  expect(kit.failures).toMatchObject([{ name: "ChordError" }]);
});

test("ends what waits in the midst of a workflow: a step, a body, the members of a group", async () => {
  const kit = makeKit();
  const { app, broker, one, inc, sum } = kit;
  const worker = await start(app, { queues: ["default"] });
  const results: AnyResult[] = [
    await chain(one.s(), inc.s().set({ queue: "later" }), inc.s()).delay(),
    await chain(chord([one.s(), one.s()], sum.s().set({ queue: "later" })), inc.s()).delay(),
    await chain(one.s(), group(list(5, () => inc.s().set({ queue: "later", countdown: "1h" }))), sum.s()).delay(),
  ];
  await until(async () => {
    const later = (await broker.queues()).find(({ name }) => name === "later");
    return later?.ready === 2 && later.delayed === 5;
  });
  await worker.stop();
  expect(await purge(app, "later")).toBe(7);
  expect((await Promise.all(results.map(errorOf))).map((error) => error instanceof Error && error.name))
    .toEqual(["TaskRevoked", "TaskRevoked", "ChordError"]);
  expect(await broker.leftovers()).toEqual({ held: [], gates: [] });
});

test("ends a workflow of thousands in few calls, and passes on a failure that is on its way", async () => {
  const kit = makeKit();
  const { app, broker, one, inc, fail, same } = kit;
  const wide: AnyResult = await chain(chord(list(900, () => one.s()), same.s()), ...list(50, () => same.s())).delay();
  expect(await purge(app, "default")).toBe(900);
  expect(await errorOf(wide)).toMatchObject({ name: "ChordError" });
  const wider: AnyResult = await chord(list(1_500, () => one.s()), same.s()).delay();
  await purge(app, "default");
  expect(await errorOf(wider)).toMatchObject({ name: "TaskRevoked" });
  const broken = await chain(fail.s(), group(list(2_500, () => inc.s()))).delay();
  const worker = await start(app, { concurrency: 1 });
  await until(async () => await broken.failed());
  await worker.stop();
  await purge(app, "default");
  const values: readonly unknown[] = await broken.get({ ...get, propagate: false });
  expect(new Set(values.map((value) => value instanceof Error && value.name))).toEqual(new Set(["RangeError"]));
  expect(await broker.leftovers()).toEqual({ held: [], gates: [] });
});

test("of nothing that it can read is done all the same", async () => {
  const { app, broker } = makeKit();
  const id = crypto.randomUUID();
  await broker.publish({ publish: [{ id, queue: "default", priority: 5, text: "no message" }] });
  expect(await purge(app, "default")).toBe(1);
  expect(await app.result(id).state()).toBe("REVOKED");
});
