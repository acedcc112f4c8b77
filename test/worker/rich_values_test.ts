import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chord, group, type Ref, ref, SerializationError, TaskError } from "../../mod.ts";
import { makeApp, start, timeout, until } from "./bench.ts";

class Money {
  constructor(readonly cents: bigint, readonly currency: string) {}
}

const money = {
  name: "Money",
  match: (value: unknown) => value instanceof Money,
  encode: ({ cents, currency }: Money): [bigint, string] => [cents, currency],
  decode: ([cents, currency]: [bigint, string]) => new Money(cents, currency),
};

describe("values that JSON cannot carry", () => {
  test("reach the handler as they are, and come back", async () => {
    const app = makeApp();
    app.codec(money);
    const spec = {
      args: [z.date(), z.bigint(), z.map(z.string(), z.set(z.unknown())), z.instanceof(Uint8Array)] as const,
      kwargs: z.object({ price: z.instanceof(Money), site: z.instanceof(URL) }),
    };
    const seen: unknown[] = [];
    const task = app.task("rich", spec, (...args) => {
      seen.push(...args);
      return args;
    });
    await start(app);
    const values = [new Date(0), 10n ** 30n, new Map([["a", new Set([NaN, -0])]]), new Uint8Array([1, 2])] as const;
    const kwargs = { price: new Money(5n, "EUR"), site: new URL("https://example.com/") };
    const result = await task.delay(...values, kwargs);
    expect(await result.get({ timeout })).toEqual([...values, kwargs]);
    expect(seen).toEqual([...values, kwargs]);
    expect((await result.info())?.flags).toContainEqual(["result[3]", "Uint8Array"]);
  });

  test("are told with path and kind when they are sent, by the policy of app, task or call", async () => {
    const app = makeApp();
    const open = app.task("open", { args: [z.any()] }, () => 1);
    const strict = app.task("strict", { args: [z.any()], serialization: "strict" }, () => 1);
    await expect(open.delay({ run: () => 1 })).rejects.toThrow(/args\[0\]\.run is function/);
    await expect(strict.delay({ at: new Date() })).rejects.toBeInstanceOf(SerializationError);
    await expect(open.applyAsync([{ at: new Date() }], { serialization: "strict" })).rejects.toThrow(
      /args\[0\]\.at is Date/,
    );
    app.configure({ serialization: "strict" });
    await expect(open.delay({ at: new Date() })).rejects.toThrow(/policy "strict"/);
    expect(typeof (await strict.applyAsync([{ at: new Date() }], { serialization: "rich" })).id).toBe("string");
  });

  test("are shown as progress, by the policy of the task", async () => {
    const app = makeApp();
    const gate = Promise.withResolvers<void>();
    const spec = { bind: true } as const;
    const task = app.task("cook", spec, async (ctx) => {
      await ctx.progress({ since: new Date(0), photo: new Blob(["half done"]) });
      await gate.promise;
    });
    const strict = app.task(
      "strictly",
      { ...spec, serialization: "strict" },
      (ctx) => ctx.progress({ at: new Date() }),
    );
    await start(app);
    const result = await task.delay();
    await until(async () => (await result.state()) === "PROGRESS");
    const progress = await result.progress() as { since: Date; photo: Ref };
    expect([progress.since, await progress.photo.text()]).toEqual([new Date(0), "half done"]);
    expect((await result.info())?.flags).toEqual([["progress.since", "Date"], ["progress.photo", "Blob"]]);
    gate.resolve();
    await result.get({ timeout });
    await expect((await strict.delay()).get({ timeout })).rejects.toThrow(/progress\.at is Date/);
  });

  test("come in the results of a group, and to the body of a chord", async () => {
    const app = makeApp();
    const make = app.task("make", { args: [z.number()] }, (n) => ({ n: BigInt(n), file: new Blob([String(n)]) }));
    const sum = app.task("sum", { args: [z.array(z.object({ n: z.bigint(), file: ref() }))] }, async (all) => {
      const texts = await Promise.all(all.map(({ file }) => file.text()));
      return [all.reduce((total, { n }) => total + n, 0n), texts.join("")];
    });
    await start(app);
    const header = () => [1, 2, 3].map((n) => make.s(n));
    const results = await (await group(header()).delay()).get({ timeout });
    expect(results.map(({ n }) => n)).toEqual([1n, 2n, 3n]);
    expect(await (await chord(header(), sum.s()).delay()).get({ timeout })).toEqual([6n, "123"]);
  });

  test("in a result that cannot travel fail the task, with their path", async () => {
    const app = makeApp();
    const task = app.task("leaky", {}, () => ({ later: Promise.resolve(1), when: new Date() }));
    const strict = app.task("strictly", { serialization: "strict" }, () => ({ when: new Date() }));
    await start(app);
    const failed = await task.delay();
    await expect(failed.get({ timeout })).rejects.toThrow(/result\.later is instance of Promise \(await it first\)/);
    await expect((await strict.delay()).get({ timeout })).rejects.toBeInstanceOf(TaskError);
  });

  test("of a class without a codec in the worker fail the task, and tell what to do", async () => {
    const app = makeApp();
    const other = makeApp();
    other.codec(money);
    const encoded = await other.serializer.encode({ args: [new Money(1n, "EUR")] });
    expect(() => app.serializer.decode(encoded)).toThrow(
      /its class must have a codec here too: register it on this app/,
    );
  });
});
