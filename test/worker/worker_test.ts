import { afterEach, describe, expect, test } from "bun:test";
import * as z from "zod";
import {
  Ignore,
  Reject,
  type SoftTimeLimitExceeded,
  TaskError,
  type TaskOptions,
  TaskRevoked,
  Umbel,
} from "../../mod.ts";
import { deferred } from "../../src/base/deferred.ts";
import { newId } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/log.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { Worker, type WorkerOptions } from "../../src/worker/mod.ts";

class Busy extends Error {
  override readonly name = "Busy";
  readonly after: number;
  constructor(after: number) {
    super("busy");
    this.after = after;
  }
}

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function makeApp(broker = new MemoryBroker()) {
  const app = new Umbel("test", { broker, errors: [Busy], log: silentLogger });
  stops.push(() => app.close());
  return app;
}

async function start(app: Umbel, options: WorkerOptions = {}) {
  const worker = await Worker.start(app, options);
  stops.push(() => worker.cancel());
  return worker;
}

const timeout = "20s";

describe("a worker", () => {
  test("runs tasks, sync and async, and keeps their results", async () => {
    const app = makeApp();
    const add = app.task("add", { args: [z.number(), z.number()], returns: z.number() }, (x, y) => x + y);
    const later = app.task("later", { args: [z.string()] }, async (text) => await Promise.resolve(text.length));
    await start(app);
    const [sum, length] = [await add.delay(4, 4), await later.delay("four")];
    expect(await sum.get({ timeout })).toBe(8);
    expect(await length.get({ timeout })).toBe(4);
    expect(await sum.successful()).toBe(true);
    expect(await sum.info()).toMatchObject({
      state: "SUCCESS",
      task: "add",
      worker: expect.stringContaining("worker@"),
    });
  });

  test("parses arguments by the contract and checks the result", async () => {
    const app = makeApp();
    const parsed = app.task(
      "parsed",
      {
        args: [z.string().transform(Number), z.number().default(2)],
        kwargs: z.object({ tag: z.string().default("x") }),
      },
      (a, b, { tag }) => [a, b, tag],
    );
    const liar = app.task("liar", { returns: z.number() }, () => "no number" as unknown as number);
    await start(app);
    expect(await (await parsed.delay("40")).get({ timeout })).toEqual([40, 2, "x"]);
    const wrong = await liar.delay();
    await expect(wrong.get({ timeout })).rejects.toThrow("Cannot take the result of liar as result must be a number");
    expect(await wrong.state()).toBe("FAILURE");
  });

  test("never runs more than its concurrency at once", async () => {
    const app = makeApp();
    let running = 0;
    let most = 0;
    const task = app.task("busy", {}, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
    });
    await start(app, { concurrency: 3 });
    const results = await task.applyMany(Array.from({ length: 30 }, () => []));
    await Promise.all(results.map((result) => result.get({ timeout })));
    expect(most).toBe(3);
  });

  test("serves only its own queues", async () => {
    const app = makeApp();
    const task = app.task("where", { bind: true }, (ctx) => ctx.queue);
    await start(app, { queues: ["a"] });
    const other = await task.applyAsync([], { queue: "b" });
    expect(await (await task.applyAsync([], { queue: "a" })).get({ timeout })).toBe("a");
    expect(await other.state()).toBe("QUEUED");
  });

  test("waits for a countdown", async () => {
    const app = makeApp();
    const now = app.task("now", {}, () => Date.now());
    await start(app);
    const sent = Date.now();
    const ran = await (await now.applyAsync([], { countdown: "150ms" })).get({ timeout });
    expect(ran).toBeGreaterThanOrEqual(sent + 149);
  });
});

describe("a failure", () => {
  test("comes back with its class, message, stack, cause and fields", async () => {
    const app = makeApp();
    const known = app.task("known", {}, () => {
      throw new Busy(7);
    });
    const foreign = app.task("foreign", {}, () => {
      throw Object.assign(new RangeError("too far", { cause: new TypeError("deep") }), { code: "E_FAR" });
    });
    await start(app);
    const [busy, far] = [await known.delay(), await foreign.delay()];
    const busyError = await busy.get({ timeout }).catch((error: unknown) => error);
    expect(busyError).toBeInstanceOf(Busy);
    expect(busyError).toMatchObject({ message: "busy", after: 7 });
    const farError = await far.get({ timeout, propagate: false }) as unknown as TaskError & { code: string };
    expect(farError).toBeInstanceOf(TaskError);
    expect(farError).toMatchObject({ name: "RangeError", message: "too far", code: "E_FAR", taskId: far.id });
    expect(farError.cause).toMatchObject({ name: "TypeError", message: "deep" });
    expect(await far.traceback()).toContain("too far");
    expect(await far.failed()).toBe(true);
    expect(await far.result()).toBeUndefined();
  });

  test("of what is no error is told all the same", async () => {
    const app = makeApp();
    const odd = app.task("odd", {}, () => {
      throw "just a text";
    });
    await start(app);
    await expect((await odd.delay()).get({ timeout })).rejects.toThrow("just a text");
  });

  test("of an unknown task names it, and its message is kept", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    await start(app);
    const result = await app.send("no.such.task", [1]);
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "NotRegistered" });
    const [dead] = await broker.dead("default", 10);
    expect(dead).toMatchObject({ id: result.id, reason: "not registered" });
  });

  test("of an unreadable message is told, and the message is kept", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    await start(app);
    const id = newId();
    const text = '{"v":99,"task":"future"}';
    await broker.publish({ publish: [{ id, queue: "default", priority: 0, text }] });
    await expect(app.result(id).get({ timeout })).rejects.toThrow("its version must be 1: current value is 99");
    expect(await broker.dead("default", 10)).toMatchObject([{ id, text, reason: "unreadable" }]);
  });
});

describe("a retry", () => {
  test("keeps the id, counts attempts, and ends with the cause", async () => {
    const app = makeApp();
    const seen: (readonly [string, number])[] = [];
    const spec = { bind: true, retries: 2, retryDelay: "1ms" } as const;
    const task = app.task("again", spec, (ctx) => {
      seen.push([ctx.id, ctx.attempt]);
      ctx.retry({ cause: new Busy(ctx.attempt) });
    });
    await start(app);
    const result = await task.delay();
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "Busy", after: 2 });
    expect(seen).toEqual([0, 1, 2].map((attempt) => [result.id, attempt] as const));
  });

  test("by error class happens by itself, for the classes that are named", async () => {
    const app = makeApp();
    let runs = 0;
    const options: TaskOptions = { retryOn: [Busy], retries: 5, retryDelay: "1ms" };
    const flaky = app.task("flaky", options, () => {
      if (++runs < 3) throw new Busy(runs);
      return runs;
    });
    const broken = app.task("broken", options, () => {
      throw new TypeError("not worth a retry");
    });
    await start(app);
    expect(await (await flaky.delay()).get({ timeout })).toBe(3);
    const result = await broken.delay();
    await expect(result.get({ timeout })).rejects.toThrow("not worth a retry");
    expect((await result.info())?.attempt).toBeUndefined();
  });

  test("shows as RETRY while it waits, and keeps its expiry", async () => {
    const app = makeApp();
    const task = app.task("soon", { bind: true }, (ctx) => ctx.retry({ countdown: "1h" }));
    await start(app);
    const result = await task.applyAsync([], { expires: "2h" });
    await until(async () => (await result.state()) === "RETRY");
    expect(await result.ready()).toBe(false);
  });
});

describe("the end of a task", () => {
  test("by Ignore is IGNORED, and a waiter gets undefined", async () => {
    const app = makeApp();
    const task = app.task("ignore", {}, () => {
      throw new Ignore();
    });
    await start(app);
    const result = await task.delay();
    expect(await result.get({ timeout })).toBeUndefined();
    expect(await result.state()).toBe("IGNORED");
  });

  test("by Reject goes to the dead letters with its reason", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const task = app.task("reject", {}, () => {
      throw new Reject("not for us");
    });
    await start(app);
    const result = await task.delay();
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "Reject", message: "not for us" });
    expect(await broker.dead("default", 10)).toMatchObject([{ id: result.id, reason: "not for us" }]);
  });

  test("without a result, when none is wanted, still lets a waiter go", async () => {
    const app = makeApp();
    const quiet = app.task("quiet", { ignoreResult: true }, () => "unheard");
    await start(app);
    const result = await quiet.delay();
    expect(await result.get({ timeout })).toBeUndefined();
    expect(await result.state()).toBe("IGNORED");
  });

  test("comes by the hard limit, whatever the handler does", async () => {
    const app = makeApp();
    const stuck = app.task("stuck", { timeLimit: "50ms" }, () => new Promise<never>(() => {}));
    await start(app);
    await expect((await stuck.delay()).get({ timeout })).rejects.toMatchObject({ name: "TimeLimitExceeded" });
  });

  test("may come by the soft limit, which the handler hears", async () => {
    const app = makeApp();
    const polite = app.task("polite", { bind: true, softTimeLimit: "20ms", timeLimit: "10s" }, async (ctx) => {
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      return (ctx.signal.reason as SoftTimeLimitExceeded).name;
    });
    await start(app);
    expect(await (await polite.delay()).get({ timeout })).toBe("SoftTimeLimitExceeded");
  });

  test("comes before the run when it has expired or was revoked", async () => {
    const app = makeApp();
    let runs = 0;
    const task = app.task("late", {}, () => ++runs);
    const expired = await task.applyAsync([], { expires: "1ms" });
    const revoked = await task.delay();
    await revoked.revoke();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await start(app);
    await expect(expired.get({ timeout })).rejects.toThrow("expired");
    const error = await revoked.get({ timeout, propagate: false }) as unknown as Error;
    expect(error).toMatchObject({ name: TaskRevoked.name, message: "revoked" });
    expect([await revoked.state(), await revoked.failed()]).toEqual(["REVOKED", false]);
    expect(runs).toBe(0);
  });

  test("is told to a running task that is revoked", async () => {
    const app = makeApp();
    const begun = deferred();
    const task = app.task("running", { bind: true }, async (ctx) => {
      begun.resolve();
      await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    });
    await start(app, { lease: "1s" });
    const result = await task.delay();
    await begun.promise;
    await result.revoke();
    await expect(result.get({ timeout })).rejects.toMatchObject({ name: "TaskRevoked" });
  });
});

describe("a context", () => {
  test("tells the run what it is", async () => {
    const app = makeApp();
    const task = app.task("tell", { bind: true, retries: 7 }, (ctx) => ({
      ...{ id: ctx.id, task: ctx.task, attempt: ctx.attempt, retries: ctx.retries, deliveries: ctx.deliveries },
      ...{ queue: ctx.queue, root: ctx.root, parent: ctx.parent ?? null, headers: ctx.headers },
    }));
    await start(app);
    const result = await task.applyAsync([], { headers: { who: "ada" } });
    expect(await result.get({ timeout })).toEqual({
      ...{ id: result.id, task: "tell", attempt: 0, retries: 7, deliveries: 1 },
      ...{ queue: "default", root: result.id, parent: null, headers: { who: "ada" } },
    });
  });

  test("shows progress, in the task's own state", async () => {
    const app = makeApp();
    const go = deferred();
    const task = app.task("steps", { bind: true }, async (ctx) => {
      await ctx.progress({ done: 1, of: 2 }, "COOKING");
      await go.promise;
      await expect(ctx.progress(1, "SUCCESS")).rejects.toThrow("state must not be a final one");
    });
    await start(app);
    const result = await task.delay();
    await until(async () => (await result.state()) === "COOKING");
    expect(await result.progress()).toEqual({ done: 1, of: 2 });
    go.resolve();
    await result.get({ timeout });
  });

  test("makes what a task sends its child", async () => {
    const app = makeApp();
    const child = app.task("child", { bind: true }, (ctx) => [ctx.parent, ctx.root]);
    const parent = app.task("parent", {}, async () => (await child.delay()).id);
    await start(app);
    const result = await parent.delay();
    const id = await result.get({ timeout });
    expect(await app.result(id).get({ timeout })).toEqual([result.id, result.id]);
    expect((await result.children()).map((one) => one.id)).toEqual([id]);
  });

  test("shows STARTED where that is asked for", async () => {
    const app = makeApp();
    const go = deferred();
    const task = app.task("tracked", { trackStarted: true }, () => go.promise);
    await start(app);
    const result = await task.delay();
    await until(async () => (await result.state()) === "STARTED");
    go.resolve();
    await result.get({ timeout });
  });
});

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

  test("loses a task with early ack, which runs at most once", async () => {
    const broker = new MemoryBroker();
    const app = makeApp(broker);
    const go = deferred();
    let runs = 0;
    const task = app.task("once", { ack: "early" }, async () => {
      runs++;
      await go.promise;
      return "done";
    });
    await start(app);
    const result = await task.delay();
    await until(() => runs === 1);
    expect(await broker.workers()).toMatchObject([{ active: 0 }]);
    expect(await result.state()).toBe("QUEUED");
    go.resolve();
    expect(await result.get({ timeout })).toBe("done");
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
});

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("It did not come to that");
}
