import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { TaskError, type TaskOptions } from "../../mod.ts";
import { newId } from "../../src/base/ids.ts";
import { MemoryBroker } from "../../src/brokers/memory/mod.ts";
import { Busy, makeApp, start, timeout, until } from "./bench.ts";

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
