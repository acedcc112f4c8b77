import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord } from "../../mod.ts";
import { deferred } from "../../src/base/deferred.ts";
import { newId } from "../../src/base/ids.ts";
import { BrokerUnavailable } from "../../src/broker_error.ts";
import type { Broker } from "../../src/broker.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { Worker } from "../../src/worker/mod.ts";
import { cuttable } from "../canvas/crashes.ts";
import { makeApp, start, timeout, until } from "./bench.ts";

describe("a crash", () => {
  test("brings a task back, and a deadly one ends with WorkerLost", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const task = app.task("deadly", { maxDeliveries: 2 }, () => "alive");
    const result = await task.delay();
    for (let crash = 0; crash < 2; crash++) {
      const ref = { incarnation: newId(), name: "dying", lease: 20 };
      await until(async () => (await broker.claim(ref, { queues: ["default"], max: 1 })).deliveries.length === 1);
    }
    await start(app);
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "WorkerLost" });
    expect(await broker.dead("default", 10)).toMatchObject([{ id: result.id, reason: "worker lost" }]);
  });

  test("ends a task with early ack that had begun, and all that follows it; it runs at most once", async () => {
    const broker = new MemoryBroker();
    let [began, after, retries] = [0, 0, 0];
    const makeWith = (shared: Broker) => {
      const app = makeApp(shared);
      const once = app.task("once", { ack: "early", trackStarted: true, bind: true }, async (ctx) => {
        if (ctx.attempt < 1) {
          retries++;
          ctx.retry({ countdown: "1ms" });
        }
        began++;
        return await new Promise<number>(() => {});
      });
      const next = app.task("next", { args: [z.unknown()] }, () => void after++);
      const noted = app.task("noted", { args: [z.unknown()] }, () => {});
      return { app, once, next, noted };
    };
    const dying = cuttable(broker.reopen());
    await Worker.start(makeWith(dying.broker).app, { lease: "1s" });
    const { app, once, next, noted } = makeWith(broker);
    const alone = await once.delay();
    const behind = await chain(once.s(), next.s()).linkError(noted.s()).delay();
    const body = await chord([once.s(), once.s()], next.s()).delay();
    await until(() => began === 4);
    expect(await alone.state()).toBe("STARTED");
    dying.cut();
    await start(app);
    await expect(alone.get({ timeout })).rejects.toMatchObject({ name: "WorkerLost" });
    await expect(behind.get({ timeout })).rejects.toMatchObject({ name: "WorkerLost" });
    await expect(body.get({ timeout })).rejects.toMatchObject({ name: "ChordError", cause: { name: "WorkerLost" } });
    expect([began, retries, after]).toEqual([4, 4, 0]);
    expect((await broker.dead("default", 10)).map(({ reason }) => reason)).toEqual(Array(4).fill("worker lost"));
  });

  test("calls no task with early ack twice that was called for each of many items", async () => {
    const broker = new MemoryBroker();
    const began: number[] = [];
    const makeWith = (shared: Broker) => {
      const app = makeApp(shared);
      const once = app.task("once", { ack: "early", args: [z.number()] }, async (x) => {
        began.push(x);
        return await new Promise<number>(() => {});
      });
      return { app, once };
    };
    const dying = cuttable(broker.reopen());
    await Worker.start(makeWith(dying.broker).app, { lease: "1s" });
    const { app, once } = makeWith(broker);
    const result = await once.map([1, 2]).delay();
    await until(() => began.length === 1);
    dying.cut();
    await start(app);
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "WorkerLost" });
    expect(began).toEqual([1]);
  });

  test("runs a task with early ack that had not begun", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const task = app.task("once", { ack: "early" }, () => "done");
    const results = await task.applyMany([[], [], []]);
    await broker.claim({ incarnation: newId(), name: "dying", lease: 20 }, { queues: ["default"], max: 3 });
    await start(app);
    for (const result of results) expect(await result.get({ timeout })).toBe("done");
  });

  test("costs tasks with early ack one call for all that begin together, and others nothing", async () => {
    const broker = new MemoryBroker();
    const calls: number[] = [];
    const counted = new Proxy(broker, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (key === "settle" || key === "settleAndClaim") calls.push(Array.isArray(args[1]) ? args[1].length : 0);
          return Reflect.apply(value, target, args);
        };
      },
    });
    const app = makeApp(counted);
    const early = app.task("early", { ack: "early" }, () => 1);
    const late = app.task("late", {}, () => 1);
    const results = [...await early.applyMany(Array.from({ length: 50 }, () => [] as const))];
    await start(app, { concurrency: 100 });
    for (const result of results) await result.get({ timeout });
    await until(() => calls.length === 2);
    expect(calls).toEqual([50, 50]);
    calls.length = 0;
    for (const result of await late.applyMany(Array.from({ length: 50 }, () => [] as const))) {
      await result.get({ timeout });
    }
    await until(() => calls.length === 1);
    expect(calls).toEqual([50]);
  });

  test("loses nothing of what a predecessor sent when a task with early ack is retried", async () => {
    const app = makeApp();
    const give = app.task("give", { args: [z.number()], returns: z.number() }, (x) => x);
    const early = { ack: "early", bind: true, retryDelay: "1ms" } as const;
    const one = app.task("one", { ...early, args: [z.number(), z.string()] }, (ctx, x, label) => {
      if (ctx.attempt < 2) ctx.retry();
      return `${label}${x}`;
    });
    const all = app.task("all", { ...early, args: [z.array(z.number())] }, (ctx, xs) => {
      if (ctx.attempt < 1) ctx.retry();
      return xs.join("+");
    });
    await start(app);
    expect(await (await give.s(7).pipe(one.s("x")).delay()).get({ timeout })).toBe("x7");
    expect(await (await chord([give.s(1), give.s(2)], all.s()).delay()).get({ timeout })).toBe("1+2");
  });

  test("does not follow when a task with early ack asks for a retry", async () => {
    const app = makeApp();
    const task = app.task("early", { ack: "early", bind: true, retryDelay: "1ms" }, (ctx) => {
      if (ctx.attempt < 2) ctx.retry();
      return ctx.attempt;
    });
    await start(app);
    expect(await (await task.delay()).get({ timeout })).toBe(2);
  });
});

/** What a broker does that is away, to every call. */
const AWAY: Readonly<Record<string, () => Promise<never>>> = {
  "refuses": () => Promise.reject(new BrokerUnavailable("settle", "no connection", "not done")),
  "answers nothing": () => new Promise(() => {}),
};

/** A broker that goes away when it is told to. */
function leaving(broker: Broker, what: () => Promise<never>): { readonly broker: Broker; leave: () => void } {
  let away = false;
  const seen = new Proxy(broker, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => away && key !== "close" ? what() : Reflect.apply(value, target, args);
    },
  });
  return { broker: seen, leave: () => away = true };
}

describe.each(Object.entries(AWAY))("a stop at once whose broker %s", (_, what) => {
  test("ends after fifteen seconds, and another worker gets what it held", async () => {
    const broker = new MemoryBroker();
    const away = leaving(broker.reopen(), what);
    const clock = new FakeClock();
    const app = makeApp(away.broker);
    let begun = 0;
    const fail = app.task("fail", { bind: true }, async (ctx) => {
      begun++;
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      throw new Error("It does not matter");
    });
    const stubborn = app.task("stubborn", {}, () => new Promise<void>(() => void begun++));
    const next = app.task("next", {}, () => {});
    const worker = await Worker.start(app, { clock, lease: "1s" });
    await chain(fail.s(), next.si()).delay();
    const result = await stubborn.delay();
    await until(() => begun === 2);
    away.leave();
    const stopping = worker.cancel();
    let stopped = false;
    void stopping.then(() => stopped = true);
    for (let second = 0; second < 14; second++) await clock.advance(1_000);
    expect(stopped).toBe(false);
    await clock.advance(2_000);
    await stopping;
    const ref = { incarnation: newId(), name: "other", lease: 60_000 };
    const got: string[] = [];
    await until(async () => {
      got.push(...(await broker.claim(ref, { queues: ["default"], max: 10 })).deliveries.map(({ id }) => id));
      return got.length === 2;
    });
    expect(got).toContain(result.id);
    // Nothing of it goes on: what reads for a workflow's rest, or tries to settle, sleeps on this clock.
    await until(() => clock.sleeping === 0);
  });
});

describe("a stop", () => {
  test("finishes what runs and gives back the rest, unburned", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const go = deferred();
    let begun = 0;
    const task = app.task("slow", {}, async () => {
      begun++;
      await go.promise;
      return "finished";
    });
    const worker = await start(app, { concurrency: 1, prefetch: 3 });
    const results = await task.applyMany([[], [], []]);
    await until(() => begun === 1);
    const stopping = worker.stop();
    go.resolve();
    await stopping;
    expect(await results[0]?.get({ timeout })).toBe("finished");
    const other = { incarnation: newId(), name: "other", lease: 1_000 };
    const { deliveries } = await broker.claim(other, { queues: ["default"], max: 10 });
    expect(deliveries.map(({ id, deliveries }) => [id, deliveries])).toEqual(results.slice(1).map(({ id }) => [id, 1]));
  });

  test("at once tells what runs, and gives it back", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const begun = deferred();
    const task = app.task("long", { bind: true }, async (ctx) => {
      begun.resolve();
      await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    });
    const worker = await start(app);
    const result = await task.delay();
    await begun.promise;
    await worker.cancel();
    expect(await result.state()).toBe("QUEUED");
    expect((await broker.peek("default", 10)).map(({ id }) => id)).toEqual([result.id]);
  });

  test("at once ends a task with early ack, which cannot be given back", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const begun = deferred();
    const task = app.task("long", { bind: true, ack: "early" }, async (ctx) => {
      begun.resolve();
      await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    });
    const worker = await start(app);
    const result = await task.delay();
    await begun.promise;
    await worker.cancel();
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "WorkerLost" });
    expect(await broker.peek("default", 10)).toEqual([]);
  });
});
