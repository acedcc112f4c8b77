/** What sending a workflow gives: results that know each other, ids that tell where a task belongs, options that reach all. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { type AnyResult, type AsyncResult, chain, chord, group, type GroupResult, signature } from "../../mod.ts";
import { slotOf } from "../../src/base/ids.ts";
import { get, makeKit, start } from "./kit.ts";

function makeLook() {
  const kit = makeKit();
  const seen = kit.app.task("look", { bind: true, args: [z.unknown().optional()] }, (ctx) => {
    const { id, root, parent, group, headers, queue } = ctx;
    return { id, root, parent, group, headers, queue };
  });
  return { ...kit, seen };
}

const ids = (result: AnyResult | undefined): string[] =>
  result === undefined ? [] : "results" in result ? result.results.flatMap(ids) : [result.id];

/** The ids of a result and of those before it. */
function lineOf(result: AnyResult | undefined): readonly string[] {
  const line: string[] = [];
  for (let one = result; one; one = one.parent) line.push(one.id);
  return line;
}

describe("results", () => {
  test("of a chain walk back to its beginning, and forward from it", async () => {
    const { app, one, inc, add } = makeKit();
    await start(app);
    const result = await chain(one.s(), inc.s(), add.s(10)).delay();
    expect(await result.get(get)).toBe(12);
    const middle = result.parent as AsyncResult<number>;
    const first = middle.parent as AsyncResult<number>;
    expect(await Promise.all([first.get(get), middle.get(get)])).toEqual([1, 2]);
    expect(first.parent).toBeUndefined();
    const [second] = await first.children();
    const [third] = await second?.children() ?? [];
    expect([second?.id, third?.id]).toEqual([middle.id, result.id]);
    expect(await result.children()).toEqual([]);
    expect(await second?.get(get)).toBe(2);
  });

  test("of groups and chords have the header before the body", async () => {
    const { app, one, inc, sum } = makeKit();
    await start(app);
    const result = await chain(one.s(), group(inc.s(), inc.s()), sum.s(), inc.s()).delay();
    expect(await result.get(get)).toBe(5);
    const header = result.parent?.parent as GroupResult<[number, number]>;
    expect(await header.get(get)).toEqual([2, 2]);
    const head = header.parent as AsyncResult<number>;
    expect(await head.get(get)).toBe(1);
    expect((await head.children()).map(({ id }) => id)).toEqual(ids(header));
  });

  test("of a task with many that follow pass over the relays between them", async () => {
    const { app, one, inc } = makeKit();
    await start(app);
    const result = await chain(one.s(), group(Array.from({ length: 600 }, () => inc.s()))).delay();
    expect((await result.get(get)).length).toBe(600);
    const children = await (result.parent as AsyncResult<number>).children();
    expect(children.map(({ id }) => id).sort()).toEqual(ids(result).sort());
  });

  test("of a group come as they end, in the order of the group, and can be counted", async () => {
    const { app, one, text, inc, fail } = makeKit();
    const open = Promise.withResolvers<number>();
    const wait = app.task("wait", { returns: z.number() }, () => open.promise);
    const result = await group(wait.s(), text.s(7), chain(one.s(), group(inc.s(), inc.s()))).delay();
    expect(await Promise.all([result.ready(), result.waiting(), result.completedCount()])).toEqual([false, true, 0]);
    await start(app);
    const order: number[] = [];
    for await (const { index, value } of result) {
      order.push(index);
      if (order.length === 2) {
        expect(await Promise.all([result.completedCount(), result.ready()])).toEqual([2, false]);
        open.resolve(3);
      }
      if (index === 2) expect(value).toEqual([2, 2]);
    }
    expect(order.at(-1)).toBe(0);
    expect(await result.get(get)).toEqual([3, "<7>", [2, 2]]);
    expect(await result.join()).toEqual([3, "<7>", [2, 2]]);
    expect(await result.successful()).toBe(true);
    expect(await result.failed()).toBe(false);
    const broken = await group(one.s(), fail.s(), one.s(), fail.s()).delay();
    await expect(broken.get(get)).rejects.toThrow("boom");
    const values = await broken.get({ ...get, propagate: false });
    expect(values.map((value) => (value as unknown) instanceof Error ? "error" : value)).toEqual([
      1,
      "error",
      1,
      "error",
    ]);
    expect(await Promise.all([broken.successful(), broken.failed(), broken.completedCount()])).toEqual([
      false,
      true,
      2,
    ]);
    const items = await Array.fromAsync(broken.items({ propagate: false }));
    expect(items.filter(({ error }) => error).map(({ index }) => index).sort()).toEqual([1, 3]);
    await expect(Array.fromAsync(broken)).rejects.toThrow("boom");
  });

  test("of a group may be left before all have ended", async () => {
    const { app, one } = makeKit();
    const never = app.task(
      "never",
      { bind: true, returns: z.number() },
      (ctx) => new Promise<number>((resolve) => ctx.signal.addEventListener("abort", () => resolve(0))),
    );
    await start(app);
    const result = await group(never.s(), one.s()).delay();
    for await (const { index } of result) {
      expect(index).toBe(1);
      break;
    }
    await expect(result.get({ timeout: "20ms" })).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(Array.fromAsync(result.items({ timeout: "20ms" }))).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("of a group are found again once they were saved, and are gone when they are forgotten", async () => {
    const { app, one, inc } = makeKit();
    await start(app);
    const result = await group(one.s(), chain(one.s(), group(inc.s(), inc.s())), chain(one.s(), inc.s())).delay();
    await expect(app.group(result.id)).rejects.toThrow("must have been saved");
    await result.save();
    const again = await app.group<[number, number[], number]>(result.id);
    expect(await again.get(get)).toEqual([1, [2, 2], 2]);
    expect(again.results.length).toBe(3);
    await again.forget();
    await expect(app.group(result.id)).rejects.toThrow("must have been saved");
    expect(await result.ready()).toBe(false);
  });
});

describe("a group that was saved", () => {
  test("knows what came before it, as does each member", async () => {
    const { app, one, inc } = makeKit();
    await start(app);
    const result = await chain(one.s(), group(chain(inc.s(), inc.s()), inc.s())).delay();
    await result.save();
    const again = await app.group<[number, number]>(result.id);
    expect(await again.get(get)).toEqual([3, 2]);
    expect(lineOf(again).length).toBe(2);
    expect(lineOf(again)).toEqual(lineOf(result));
    expect(lineOf(again.results[0]).length).toBe(2);
    expect(lineOf(again.results[0])).toEqual(lineOf(result.results[0]));
  });

  test("is over when what came before it is, where it has no members", async () => {
    const { app, inc, fail } = makeKit();
    const result = await chain(fail.s(), inc.s(), group([])).delay();
    await result.save();
    const again = await app.group<never[]>(result.id);
    expect(await again.ready()).toBe(false);
    await start(app);
    await expect(again.get(get)).rejects.toThrow("boom");
  });

  test("revokes all of its workflow that has not run", async () => {
    const { app, log, one, inc, quiet } = makeKit();
    const result = await chain(one.s(), inc.s(), group(chain(inc.s(), inc.s()), inc.s())).delay();
    await result.save();
    await (await app.group(result.id)).revoke();
    await start(app);
    await quiet();
    expect(log).toEqual([]);
  });

  test("may stand at the end of a chain of any length", async () => {
    const { app, one, inc } = makeKit();
    const steps = Array.from({ length: 5_000 }, () => inc.s());
    const result = await chain(one.s(), chain(...steps), group(inc.s())).delay();
    await result.save();
    expect(lineOf(await app.group(result.id)).length).toBe(5_002);
  });
});

describe("a task in a workflow", () => {
  test("knows the first task, the one before it, and its place in a group", async () => {
    const { app, seen } = makeLook();
    await start(app);
    const flow = chain(seen.s(), seen.s(), group(seen.s(), chain(seen.s(), seen.s())));
    const result = await flow.delay();
    const [left, right] = await result.get(get);
    const second = result.parent as AsyncResult<typeof left>;
    const first = second.parent as AsyncResult<typeof left>;
    const [head, next] = await Promise.all([first.get(get), second.get(get)]);
    expect(head).toMatchObject({ id: first.id, root: first.id });
    expect([head.parent, head.group, next.group]).toEqual([undefined, undefined, undefined]);
    expect(next).toMatchObject({ id: second.id, root: first.id, parent: first.id });
    expect(left).toMatchObject({ root: first.id, parent: second.id, group: { id: result.id, index: 0 } });
    const inner = (result.results[1] as AsyncResult<typeof left>).parent as AsyncResult<typeof left>;
    expect(await inner.get(get)).toMatchObject({ root: first.id, parent: second.id });
    expect(right).toMatchObject({ root: first.id, parent: inner.id, group: { id: result.id, index: 1 } });
    expect(new Set([first, second, inner, ...result.results].map(({ id }) => slotOf(id))).size).toBe(1);
  });

  test("in a chord has its place in the header; the body comes after the header", async () => {
    const { app, seen, same } = makeLook();
    await start(app);
    const result = await chord([seen.s(), seen.s()], same.s()).delay();
    const header = result.parent as GroupResult<unknown[]>;
    const places = await result.get(get) as { group: unknown; root: string; parent?: string }[];
    expect(places).toMatchObject([{ group: { id: header.id, index: 0 } }, { group: { id: header.id, index: 1 } }]);
    expect(await result.info()).toMatchObject({ parent: header.id, root: header.results[0]?.id });
  });

  test("that sends a workflow is its parent, and has its end among its children", async () => {
    const { app, seen } = makeLook();
    const sender = app.task("sender", {}, async () => {
      const result = await chain(seen.s(), seen.s()).delay();
      return [result.parent?.id ?? "", result.id];
    });
    await start(app);
    const result = await sender.delay();
    const [first = "", last = ""] = await result.get(get);
    expect(await app.result(first).get(get)).toMatchObject({ root: result.id, parent: result.id });
    expect(await app.result(last).get(get)).toMatchObject({ root: result.id, parent: first });
    expect((await result.children()).map(({ id }) => id)).toEqual([last]);
  });
});

describe("options of a workflow", () => {
  test("reach every task that does not say otherwise", async () => {
    const { app, seen, same } = makeLook();
    await start(app, { queues: ["default", "fast", "slow"] });
    const flow = chain(
      group(seen.s(), seen.s().set({ queue: "slow", headers: { b: "own" } })).set({ headers: { c: "group" } }),
      same.s(),
    );
    const result = await flow.applyAsync([], { queue: "fast", headers: { a: "all", b: "all" } });
    expect(await result.get(get)).toMatchObject([
      { queue: "fast", headers: { a: "all", b: "all", c: "group" } },
      { queue: "slow", headers: { a: "all", b: "own", c: "group" } },
    ]);
    expect(await result.info()).toMatchObject({ state: "SUCCESS" });
  });

  test("that delay it count where it begins, or where a part of it does", async () => {
    const { app, broker, one, inc } = makeKit();
    const wait = "20ms";
    await chain(one.s(), inc.s()).applyAsync([], { countdown: "1h" });
    await group(one.s(), one.s()).set({ eta: new Date(Date.now() + 3_600_000) }).delay();
    expect(await broker.queues()).toMatchObject([{ ready: 0, delayed: 3 }]);
    await start(app);
    const before = Date.now();
    expect(await (await chain(one.s(), chain(inc.s(), inc.s()).set({ countdown: wait })).delay()).get(get)).toBe(3);
    expect(Date.now() - before).toBeGreaterThanOrEqual(20);
  });

  test("are those of the contracts where nobody says otherwise", async () => {
    const { app, one } = makeKit();
    const far = app.task("far", { queue: "far", priority: 7, args: [z.number()] }, (x) => x);
    const worker = await start(app, { queues: ["default"] });
    const result = await chain(one.s(), far.s()).delay();
    while (!await (result.parent as AsyncResult<number>).ready()) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const broker = await app.broker();
    const [letter] = await broker.peek("far", 1);
    expect(letter).toMatchObject({ id: result.id, priority: 7, queue: "far" });
    await worker.stop();
  });

  test("may not name a queue that was not declared", async () => {
    const { app } = makeKit();
    const flow = app.use(chain(signature<number>("a"), signature<number>("b").set({ queue: "no queue" })));
    await expect(flow.delay()).rejects.toThrow("Cannot use a queue");
  });
});

describe("calls for each item", () => {
  test("are tried again as the task says, all of them", async () => {
    const { app } = makeKit();
    const seen: [attempt: number, retries: number, x: number][] = [];
    const options = { bind: true, args: [z.number()], retries: 5, retryOn: [RangeError], retryDelay: "1ms" } as const;
    const flaky = app.task("flaky", options, (ctx, x) => {
      seen.push([ctx.attempt, ctx.retries, x]);
      if (ctx.attempt < 2 && x === 2) throw new RangeError("not yet");
      return x;
    });
    await start(app);
    expect(await (await flaky.map([1, 2]).delay()).get(get)).toEqual([1, 2]);
    expect(seen).toEqual([0, 0, 1, 1, 2, 2].map((attempt, index) => [attempt, 5, index % 2 + 1]));
  });

  test("cannot be replaced one by one: the others would be lost", async () => {
    const { app, one } = makeKit();
    const turn = app.task(
      "turn",
      { bind: true, args: [z.number()], returns: z.number() },
      (ctx) => ctx.replace(one.s()),
    );
    await start(app);
    await expect((await turn.map([1, 2]).delay()).get(get)).rejects.toThrow(
      "Cannot replace one call of turn among many as a task that is replaced must be called by itself",
    );
  });

  test("run within one task, in order, with every item checked", async () => {
    const kit = makeKit();
    const { app, text, add, sum, one, log } = kit;
    const bound = app.task("bound", { bind: true, args: [z.number()] }, (ctx, x) => [ctx.task, x]);
    await start(app);
    expect(await (await text.map([1, 2, 3]).delay()).get(get)).toEqual(["<1>", "<2>", "<3>"]);
    expect(await (await add.starmap([[1, 2], [3, 4]]).delay()).get(get)).toEqual([3, 7]);
    expect(await (await sum.map([[1, 2], []]).delay()).get(get)).toEqual([3, 0]);
    expect(await (await bound.map([1]).delay()).get(get)).toEqual([["umbel.map", 1]]);
    log.length = 0;
    const pairs: [number, number][] = Array.from({ length: 10 }, (_, x) => [x, x]);
    expect(await (await add.chunks(pairs, 4).delay()).get(get)).toEqual([[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]]);
    expect(log.length).toBe(10);
    expect(await (await chain(group(one.s(), one.s()), text.map()).delay()).get(get)).toEqual(["<1>", "<1>"]);
    expect(await (await chord(add.chunks(pairs, 5), kit.same.s()).delay()).get(get)).toEqual([
      [0, 2, 4, 6, 8],
      [10, 12, 14, 16, 18],
    ]);
    await expect(text.map([1, "2" as unknown as number]).delay()).rejects.toMatchObject({ name: "ValidationError" });
    await expect(add.starmap([[1] as unknown as [number, number]]).delay()).rejects.toMatchObject({
      name: "ValidationError",
    });
    expect(() => add.chunks(pairs, 0)).toThrow("a whole number of at least 1");
    await expect((await app.use(signature("umbel.map", [[1], "nobody"])).delay()).get(get)).rejects.toMatchObject({
      name: "NotRegistered",
    });
  });
});
