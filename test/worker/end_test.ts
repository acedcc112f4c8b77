import { describe, expect, test } from "bun:test";
import { Ignore, Reject, type SoftTimeLimitExceeded, TaskRevoked } from "../../mod.ts";
import { deferred } from "../../src/base/deferred.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { makeApp, start, timeout, until } from "./bench.ts";

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
