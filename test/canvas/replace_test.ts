/** A task that puts a workflow in its place, or adds members to its chord. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord, group, type TaskCalls } from "../../mod.ts";
import { get, makeKit, start } from "./kit.ts";

const num = z.number();

describe("a task that replaces itself", () => {
  test("by a task gives that task's result, under its own id", async () => {
    const kit = makeKit();
    const { app, add } = kit;
    const ids: string[] = [];
    const inner = app.task("inner", { bind: true, args: [num], returns: num }, (ctx, x) => {
      ids.push(ctx.id);
      return x * 10;
    });
    const outer = app.task("outer", { bind: true, args: [num], returns: num }, (ctx, x) => ctx.replace(inner.s(x)));
    await start(app);
    const result = await outer.delay(4);
    expect(await result.get(get)).toBe(40);
    expect(ids).toEqual([result.id]);
    expect(await (await chain(outer.s(1), add.s(1)).delay()).get(get)).toBe(11);
    expect(await (await chord([outer.s(1), outer.s(2)], kit.sum.s()).delay()).get(get)).toBe(30);
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("by a workflow gives the workflow's result to all who wait for it", async () => {
    const kit = makeKit();
    const { app, one, inc, add, sum, same } = kit;
    const flows = {
      chain: () => chain(one.s(), add.s(10), inc.s()),
      group: () => group(one.s(), add.s(1, 1)),
      chord: () => chord([one.s(), add.s(1, 1)], sum.s()),
      deep: () => chain(one.s(), group(inc.s(), inc.s()), sum.s(), group(inc.s(), add.s(10))),
      empty: () => group([]),
      lone: () => chain(group(one.s())),
    };
    const values: Record<string, unknown> = { chain: 12, group: [1, 2], chord: 3, deep: [5, 14], empty: [], lone: [1] };
    const turn = app.task(
      "turn",
      { bind: true, args: [z.enum(Object.keys(flows) as (keyof typeof flows)[])] },
      (ctx, name) => ctx.replace(flows[name]()),
    );
    await start(app);
    for (const name of Object.keys(flows) as (keyof typeof flows)[]) {
      expect(await (await turn.delay(name)).get(get)).toEqual(values[name]);
      expect(await (await chain(turn.s(name), same.s()).delay()).get(get)).toEqual(values[name]);
      expect(await (await chord([turn.s(name), one.s()], same.s()).delay()).get(get)).toEqual([values[name], 1]);
      const [value, other] = await (await group(turn.s(name), one.s()).delay()).get(get);
      expect([value, other]).toEqual([values[name], 1]);
    }
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("again and again goes on until it has a value", async () => {
    const kit = makeKit();
    const { app, inc } = kit;
    const down: TaskCalls<[number, number], number> = app.task(
      "down",
      { bind: true, args: [num, num], returns: num },
      (ctx, total, left) => left === 0 ? total : ctx.replace(chain(inc.s(total), down.s(left - 1))),
    );
    await start(app);
    const result = await down.delay(0, 20);
    expect(await result.get(get)).toBe(20);
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("by one that fails has failed, with its errbacks and all that follows", async () => {
    const kit = makeKit();
    const { app, one, inc, fail, sum, errback } = kit;
    const flows = [
      () => fail.s(),
      () => chain(one.s(), fail.s(), inc.s()),
      () => group(one.s(), fail.s()),
      () => chord([one.s(), fail.s()], sum.s()),
      () => chain(fail.s(), group(inc.s(), inc.s())),
    ];
    const turn = app.task("turn", { bind: true, args: [num] }, (ctx, index) => ctx.replace((flows[index] ?? fail.s)()));
    await start(app);
    for (const index of flows.keys()) {
      kit.failures.length = 0;
      const result = await chain(turn.s(index).linkError(errback.s()), kit.same.s()).delay();
      const error = await result.get(get).then(() => new Error("none"), (reason: Error) => reason);
      expect(["RangeError", "ChordError"]).toContain(error.name);
      expect(await result.parent?.failed()).toBe(true);
      await kit.quiet();
      expect(kit.failures.length).toBe(1);
      expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
    }
    expect(kit.log.map(([task]) => task)).not.toContain("same");
  });

  test("keeps its options: headers, root, group and whether a result is wanted", async () => {
    const kit = makeKit();
    const { app, one } = kit;
    const look = app.task(
      "look",
      { bind: true },
      (ctx) => ({ headers: ctx.headers, root: ctx.root, group: ctx.group }),
    );
    const turn = app.task("turn", { bind: true }, (ctx) => ctx.replace(chain(one.s(), look.si())));
    await start(app);
    const flow = await group(one.s(), turn.s().set({ headers: { who: "me" } })).delay();
    const [, seen] = await flow.get(get);
    const root = flow.results[0]?.id;
    expect(seen).toEqual({ headers: { who: "me" }, root, group: { id: flow.id, index: 1 } });
    const quiet = await turn.applyAsync([], { ignoreResult: true });
    expect(await quiet.get(get)).toBeUndefined();
    expect(await quiet.state()).toBe("IGNORED");
  });

  test("by what cannot be sent has failed with the reason", async () => {
    const kit = makeKit();
    const { app, add, inc } = kit;
    const turn = app.task(
      "turn",
      { bind: true, returns: num },
      (ctx) => ctx.replace(add.s(1, "2" as unknown as number)),
    );
    await start(app);
    const result = await chain(turn.s(), inc.s()).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "ValidationError" });
  });

  test("by what is no signature has failed, and so has one that adds such to its chord", async () => {
    const { app, add, one, sum } = makeKit();
    const turn = app.task("turn", { bind: true, returns: num }, (ctx) => Reflect.apply(ctx.replace, ctx, [add]));
    const grow = app.task(
      "grow",
      { bind: true, returns: num },
      (ctx) => Reflect.apply(ctx.addToChord, ctx, [[one.s()]]),
    );
    await start(app);
    const replaced = await turn.delay();
    await expect(replaced.get(get)).rejects.toThrow("must be a signature like task.s(): current value is function");
    const grown = await chord([grow.s()], sum.s()).delay();
    await expect(grown.get(get)).rejects.toThrow("as part 0 must be a signature");
  });

  test("and its predecessor's value is not given twice", async () => {
    const kit = makeKit();
    const { app, one, add } = kit;
    const turn = app.task("turn", { bind: true, args: [num], returns: num }, (ctx, x) => ctx.replace(add.s(x, 100)));
    await start(app);
    expect(await (await chain(one.s(), turn.s(), add.s(1000)).delay()).get(get)).toBe(1101);
    const summed = app.task(
      "summed",
      { bind: true, args: [z.array(num)], returns: num },
      (ctx, xs) => ctx.replace(kit.sum.s(xs)),
    );
    expect(await (await chord([one.s(), one.s()], summed.s()).delay()).get(get)).toBe(2);
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });
});

describe("a member that adds to its chord", () => {
  test("adds what the body gets behind all others, also added members in turn", async () => {
    const kit = makeKit();
    const { app, one, add, inc, same } = kit;
    const grow: TaskCalls<[number], number> = app.task(
      "grow",
      { bind: true, args: [num], returns: num },
      (ctx, depth) => {
        if (depth > 0) {
          ctx.addToChord(grow.s(depth - 1), chain(add.s(depth, 100), inc.s()), chain(group(one.s(), one.s())));
        }
        return -depth;
      },
    );
    await start(app);
    const result = await chord([one.s(), grow.s(2), one.s()], same.s()).delay();
    const values = await result.get(get) as unknown[];
    expect(values.slice(0, 3)).toEqual([1, -2, 1]);
    expect(values.slice(3).map((value) => JSON.stringify(value)).sort()).toEqual(
      ["-1", "0", "102", "103", "[1,1]", "[1,1]"].sort(),
    );
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("adds once, however often it is tried", async () => {
    const kit = makeKit();
    const { app, one, sum } = kit;
    let tries = 0;
    const flaky = app.task(
      "flaky",
      { bind: true, returns: num, retryOn: [TypeError], retryDelay: "1ms" },
      (ctx) => {
        ctx.addToChord(one.s(), one.s());
        if (++tries < 3) throw new TypeError("not yet");
        return 0;
      },
    );
    await start(app);
    expect(await (await chord([flaky.s(), one.s()], sum.s()).delay()).get(get)).toBe(3);
    expect(tries).toBe(3);
  });

  test("that is replaced adds as well", async () => {
    const kit = makeKit();
    const { app, one, sum } = kit;
    const both = app.task("both", { bind: true, returns: num }, (ctx) => {
      ctx.addToChord(one.s());
      return ctx.replace(chain(one.s(), kit.inc.s()));
    });
    await start(app);
    expect(await (await chord([both.s(), one.s()], sum.s()).delay()).get(get)).toBe(4);
  });

  test("breaks the chord when what it adds fails", async () => {
    const kit = makeKit();
    const { app, one, fail, sum } = kit;
    const grow = app.task("grow", { bind: true, returns: num }, (ctx) => {
      ctx.addToChord(fail.s());
      return 0;
    });
    await start(app);
    const result = await chord([grow.s(), one.s()], sum.s()).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "ChordError", taskName: "fail" });
  });

  test("must be a member of one", async () => {
    const kit = makeKit();
    const { app, one } = kit;
    const grow = app.task("grow", { bind: true }, (ctx) => ctx.addToChord(one.s()));
    await start(app);
    for (const flow of [grow.s(), group(grow.s(), one.s()), chord([one.s()], grow.si())]) {
      await expect((await flow.delay()).get(get)).rejects.toThrow("must be a member of one");
    }
  });
});
