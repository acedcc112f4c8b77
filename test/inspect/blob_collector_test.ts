import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { BrokerUnavailable, bytes, Ref, ref } from "../../mod.ts";
import { memoryBlobs } from "../../src/blob_stores/memory/mod.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { BlobCollector } from "../../src/inspect/blob_collector.ts";
import { silentLogger } from "../../src/base/log.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { BlobSweeper } from "../../src/worker/blob_sweeper.ts";
import { makeApp, start, timeout, until } from "../worker/bench.ts";

const HOUR = 3_600_000;

/** An app with a broker and a store whose clock is in the test's hand. */
function bench() {
  const clock = new FakeClock();
  const broker = new MemoryBroker({ clock });
  const store = memoryBlobs({ clock });
  const app = makeApp(broker, { blobs: store });
  const collector = new BlobCollector({ store, broker, now: () => clock.now(), grace: HOUR });
  const keys = async () => (await store.list("")).blobs.map(({ key }) => key.split("/")[0]);
  return { clock, broker, store, app, collector, keys };
}

describe("a blob is kept", () => {
  test("while its task waits, runs, or has a result, and for the time of grace", async () => {
    const { app, clock, collector, keys, store } = bench();
    const task = app.task("task", { args: [ref()] }, (file) => file);
    const result = await task.delay(new Blob(["a"]));
    await store.put(`values/${crypto.randomUUID()}/orphan`, new Uint8Array(5));
    expect(await collector.collect()).toEqual({ seen: 2, seenBytes: 6, removed: 0, removedBytes: 0 });
    await clock.advance(2 * HOUR);
    expect(await collector.collect()).toEqual({ seen: 2, seenBytes: 6, removed: 1, removedBytes: 5 });
    await start(app);
    const handle = await result.get({ timeout });
    await clock.advance(20 * HOUR);
    await collector.collect();
    expect(handle instanceof Ref && await handle.text()).toBe("a");
    await clock.advance(10 * HOUR);
    await collector.collect();
    expect(await keys()).toEqual([]);
  });

  test("while its message is among the dead letters", async () => {
    const { app, broker, clock, collector, keys } = bench();
    const task = app.task("task", { args: [bytes(), z.number()] }, () => 1);
    const sent = await app.send("unknown", [new Blob(["a"])]);
    await task.delay(new Blob(["b"]), 1);
    const worker = await start(app);
    await sent.get({ timeout, propagate: false });
    await worker.stop();
    await clock.advance(100 * HOUR);
    await collector.collect();
    expect(await keys()).toEqual(["values"]);
    await broker.discard("default", [sent.id]);
    await collector.collect();
    expect(await keys()).toEqual([]);
  });

  test("as long as one of those that got it passed on is there", async () => {
    const { app, clock, collector, keys, store } = bench();
    const first = app.task("first", { args: [ref()], returns: ref() }, (file) => file);
    const second = app.task("second", { args: [ref()] }, async (file) => await file.text());
    const worker = await start(app);
    const handle = await (await first.delay(new Blob(["a"]))).get({ timeout });
    await worker.stop();
    await clock.advance(23 * HOUR);
    const later = await second.applyAsync([handle], { countdown: "30d" });
    await clock.advance(24 * HOUR);
    await collector.collect();
    expect(await keys()).toEqual(["held", "values"]);
    await clock.advance(31 * 24 * HOUR);
    const another = await start(app);
    expect(await later.get({ timeout })).toBe("a");
    await another.stop();
    await clock.advance(25 * HOUR);
    expect(await collector.collect()).toMatchObject({ seen: 1, removed: 1 });
    expect((await store.list("")).blobs).toEqual([]);
  });

  test("for the later steps of a chain, whose first one was forgotten", async () => {
    const { app, clock, collector } = bench();
    const make = app.task("make", { returns: ref() }, () => new Blob(["made"]));
    const pass = app.task("pass", { args: [ref()], returns: ref() }, (file) => file);
    const use = app.task("use", { args: [ref()] }, async (file) => await file.text());
    const worker = await start(app, { queues: ["default"] });
    const result = await make.s().pipe(pass.s()).pipe(use.s().set({ queue: "late" })).delay();
    const [middle, root] = [result.parent, result.parent?.parent];
    await middle?.get({ timeout });
    await Promise.all([root?.forget(), middle?.forget()]);
    await clock.advance(2 * HOUR);
    await collector.collect();
    await worker.stop();
    await start(app, { queues: ["late"] });
    expect(await result.get({ timeout })).toBe("made");
  });
});

describe("a blob is removed", () => {
  test("at once, when its task's result is forgotten", async () => {
    const { app, keys } = bench();
    const task = app.task("task", { args: [ref()], returns: ref() }, (file) => file);
    await start(app);
    const result = await task.delay(new Blob(["a"]));
    await result.get({ timeout });
    expect(await keys()).toEqual(["values"]);
    await result.forget();
    expect(await keys()).toEqual([]);
  });

  test("after the time of grace, when the call it was for has failed", async () => {
    const { app, broker, clock, collector, keys } = bench();
    const task = app.task("task", { args: [ref()] }, (file) => file);
    broker.publish = () => Promise.reject(new BrokerUnavailable("publish", "a broker that is away", "unknown"));
    await expect(task.delay(new Blob(["a"]))).rejects.toThrow(BrokerUnavailable);
    await clock.advance(HOUR - 1);
    await collector.collect();
    expect(await keys()).toEqual(["values"]);
    await clock.advance(2);
    await collector.collect();
    expect(await keys()).toEqual([]);
  });

  test("with its marks; marks without a blob go too", async () => {
    const { clock, collector, keys, store } = bench();
    const [owner, other] = [crypto.randomUUID(), crypto.randomUUID()];
    await store.put(`values/${owner}/1`, new Uint8Array(1));
    await store.put(`held/${owner}/1/${other}`, new Uint8Array());
    await store.put(`held/${owner}/2/${other}`, new Uint8Array());
    await store.put("of/another/kind/altogether", new Uint8Array());
    await clock.advance(2 * HOUR);
    await collector.collect();
    expect(await keys()).toEqual(["of"]);
  });
});

describe("a sweeper", () => {
  /** Three workers' sweepers over one store, and how often one of them looked through it. */
  function sweepers() {
    const { broker, clock, store } = bench();
    const params = { broker, blobs: () => Promise.resolve(store), clock, log: silentLogger, grace: HOUR };
    const counted = { sweeps: 0 };
    const list = store.list.bind(store);
    store.list = (prefix, options) => {
      if (prefix === "values/") counted.sweeps++;
      return list(prefix, options);
    };
    return { all: [1, 2, 3].map(() => new BlobSweeper(params)), clock, store, counted };
  }

  test("sweeps about once in the time of grace, whatever the number of workers and the moments they choose", async () => {
    const { all, clock, store, counted } = sweepers();
    for (const sweeper of all) sweeper.start();
    await store.put(`values/${crypto.randomUUID()}/1`, new Uint8Array(1));
    for (let hour = 0; hour < 12; hour++) await clock.advance(HOUR);
    await Promise.all(all.map((sweeper) => sweeper.stop()));
    expect((await store.list("values/")).blobs).toEqual([]);
    // Each looks after one and a half hours at the latest, and nobody sweeps within half an hour of another.
    expect(counted.sweeps).toBeGreaterThanOrEqual(6);
    expect(counted.sweeps).toBeLessThanOrEqual(24);
  });

  test("that begins as others do leaves it to one of them", async () => {
    const { all, clock, counted } = sweepers();
    const done = Promise.all(all.map((sweeper) => sweeper.sweep()));
    await until(() => clock.sleeping === 3);
    await clock.advance(1_000);
    await done;
    expect(counted.sweeps).toBe(1);
    await Promise.all(all.map((sweeper) => sweeper.sweep()));
    expect(counted.sweeps).toBe(1);
  });

  test("ends where there is no store", async () => {
    const { broker, clock } = bench();
    const blobs = () => Promise.reject(new TypeError("none"));
    const sweeper = new BlobSweeper({ broker, blobs, clock, log: silentLogger, grace: HOUR });
    sweeper.start();
    await sweeper.stop();
  });
});
