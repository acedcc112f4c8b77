import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord, failureSchema, group, Umbel } from "../../mod.ts";
import { eager } from "../../src/testing/mod.ts";

const num = z.number();

function makeShop() {
  const app = new Umbel("eager", { queues: ["default", "slow"] });
  const failures: string[] = [];
  return {
    app,
    failures,
    add: app.task("add", { args: [num, num], returns: num }, (x, y) => x + y),
    sum: app.task("sum", { args: [z.array(num)], returns: num, queue: "slow" }, (xs) => xs.reduce((a, b) => a + b, 0)),
    fail: app.task("fail", { args: [num.optional()], returns: num }, () => {
      throw new RangeError("boom");
    }),
    note: app.task("note", { args: [failureSchema] }, ({ message }) => void failures.push(message)),
  };
}

describe("an eager app", () => {
  test("has run what it sent when the call comes back", async () => {
    const { app, add, sum } = makeShop();
    await using _ = await eager(app);
    const result = await add.delay(1, 2);
    expect(await result.ready()).toBe(true);
    expect(await result.result()).toBe(3);
    const flow = await chain(group(add.s(1, 1), add.s(2, 2)), sum.s(), add.s(10)).delay();
    expect(await flow.result()).toBe(16);
    const many = await add.applyMany([[1, 1], [2, 2]]);
    expect(await Promise.all(many.map((one) => one.result()))).toEqual([2, 4]);
    expect(await (await chord([add.s(1, 1)], sum.s()).applyAsync([], { queue: "slow" })).result()).toBe(2);
  });

  test("lets no time pass for delays and retries", async () => {
    const { app, add } = makeShop();
    let tries = 0;
    const flaky = app.task(
      "flaky",
      { returns: num, retryOn: [TypeError], retryDelay: "10m", retryDelayMax: "1d" },
      () => {
        if (++tries < 4) throw new TypeError("not yet");
        return tries;
      },
    );
    await using _ = await eager(app);
    const result = await chain(flaky.s(), add.s(1).set({ countdown: "2d" })).applyAsync([], {
      eta: new Date(Date.now() + 9e8),
    });
    expect(await result.result()).toBe(5);
  });

  test("fails as a worker would, errbacks and all", async () => {
    const { app, add, fail, note, failures } = makeShop();
    await using _ = await eager(app);
    const result = await chain(add.s(1, 1), fail.s(), add.s(1)).linkError(note.s()).delay();
    expect(await result.error()).toMatchObject({ name: "RangeError", message: "boom" });
    expect(failures).toEqual(["boom"]);
  });

  test("has the serializer in the way", async () => {
    const { app } = makeShop();
    const echo = app.task("echo", { args: [z.unknown()] }, (x) => x);
    const made = app.task("made", {}, () => () => 1);
    await using _ = await eager(app);
    const given = { list: [1, { deep: true }] };
    const value = await (await echo.delay(given)).result();
    expect(value).toEqual(given);
    expect(value).not.toBe(given);
    await expect(echo.delay(() => 1)).rejects.toMatchObject({ name: "SerializationError" });
    expect(await (await made.delay()).error()).toMatchObject({ name: "SerializationError" });
  });

  test("lets a task wait for what it sends", async () => {
    const { app, add, sum } = makeShop();
    const outer = app.task(
      "outer",
      { returns: num },
      async () => await (await chord([add.s(1, 1), add.s(2, 2)], sum.s()).delay()).get(),
    );
    const inner = app.task("inner", { bind: true, returns: num }, (ctx) => ctx.replace(chain(add.s(1, 1), add.s(1))));
    await using _ = await eager(app);
    expect(await (await outer.delay()).result()).toBe(6);
    expect(await (await inner.delay()).result()).toBe(3);
  });

  test("tells of tasks that never come to rest", async () => {
    const { app } = makeShop();
    const again: { delay(): Promise<unknown> } = app.task("again", {}, async () => {
      await again.delay();
    });
    await using _ = await eager(app, { limit: 50 });
    await expect(again.delay()).rejects.toThrow("must come to rest within 50 turns");
  });

  test("goes back to its own broker", async () => {
    const app = new Umbel("back", { broker: "memory:" });
    const one = app.task("one", { returns: num }, () => 1);
    const broker = await app.broker();
    const mode = await eager(app);
    expect(await (await one.delay()).result()).toBe(1);
    await mode.stop();
    expect(await app.broker()).toBe(broker);
    const result = await one.delay();
    expect(await result.state()).toBe("QUEUED");
    await app.close();
  });
});
