/** Callbacks of tasks and workflows: they get the value, once, and nothing waits for them. */
import { describe, expect, test } from "bun:test";
import { chain, chord, group } from "../../mod.ts";
import { failing, get, makeKit, runs, start } from "./kit.ts";

describe("callbacks", () => {
  test("get the result, also as workflows; those of a chain get its last, those of a group its list, once", async () => {
    const kit = makeKit();
    const { app, one, inc, add, same, sum, log } = kit;
    await start(app);
    const flow = chain(one.s(), inc.s()).link(same.s()).link(chain(inc.s(), add.s(10)));
    expect(await (await flow.delay()).get(get)).toBe(2);
    await kit.quiet();
    expect(log.slice(2).sort()).toEqual([["add", 3, 10], ["inc", 2], ["same", 2]]);
    log.length = 0;
    expect(await (await group(one.s(), inc.s(5)).link(sum.s()).delay()).get(get)).toEqual([1, 6]);
    await kit.quiet();
    expect(log.filter(([task]) => task === "sum")).toEqual([["sum", [1, 6]]]);
    log.length = 0;
    expect(await (await chord([one.s(), one.s()], sum.s()).link(inc.s()).delay()).get(get)).toBe(2);
    await kit.quiet();
    expect(log.filter(([task]) => task === "inc")).toEqual([["inc", 2]]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("of groups within a group get the list of theirs, whose members are members of the outer one", async () => {
    const kit = makeKit();
    const { app, one, inc, add, same, sum, log } = kit;
    await start(app);
    const inner = group(one.s(), group(inc.s(1), chain(one.s(), group(inc.s()))).link(same.s())).link(same.s());
    const flow = group(inner, group([]).link(sum.s()), add.s(5, 5));
    expect(await (await flow.delay()).get(get)).toEqual([1, 2, [2], 10]);
    await kit.quiet();
    const calls = () =>
      log.filter(([task]) => task === "same" || task === "sum").map(([, list]) => JSON.stringify(list));
    expect(calls().sort()).toEqual(["[1,2,[2]]", "[2,[2]]", "[]"]);
    log.length = 0;
    expect(
      await (await chain(one.s(), group(group(inc.s(), inc.s()).link(sum.s()), inc.s()), same.s()).delay()).get(get),
    )
      .toEqual([2, 2, 2]);
    await kit.quiet();
    expect(calls().sort()).toEqual(["[2,2,2]", "[2,2]"]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("of a group within a group are not called when a member fails, or a step before it", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, inc, fail, same, sum, errback } = kit;
    const callback = sum.s().linkError(errback.s());
    const broken = group(group(fail.s(), one.si()).link(callback), inc.s(1)).delay();
    await expect((await broken).get(get)).rejects.toThrow("boom");
    await kit.quiet();
    expect(kit.failures.map(({ name }) => name)).toEqual(["ChordError"]);
    await failing(kit, chain(fail.s(), group(group(inc.s(), inc.s()).link(callback), inc.s()), same.s()));
    const last = await chain(fail.s(), group(group(inc.s(), inc.s()).link(callback), inc.s())).delay();
    await expect(last.get(get)).rejects.toThrow("boom");
    await kit.quiet();
    expect(kit.failures.length).toBe(1);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("are not called after a failure, and do not hang", async () => {
    const kit = makeKit();
    await start(kit.app);
    await failing(kit, chain(kit.fail.s(), kit.inc.s()).link(chain(kit.inc.s(), kit.same.s())));
    expect(runs(kit)).toEqual([]);
  });

  test("that fail do not harm the result", async () => {
    const kit = makeKit();
    await start(kit.app);
    expect(await (await kit.one.s().link(kit.fail.s()).delay()).get(get)).toBe(1);
    await kit.quiet();
  });
});
