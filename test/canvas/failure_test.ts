/** A broken workflow ends at once, everywhere: no waiter hangs, errbacks are called once, nothing is left behind. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord, ChordError, group, Ignore, Reject, Umbel } from "../../mod.ts";
import { failing, get, makeKit, runs, start } from "./kit.ts";

describe("a failed step", () => {
  test("fails every later step with the same failure, and none of them runs", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, inc, add } = kit;
    const result = await chain(one.s(), fail.s(), inc.s(), add.s(1)).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "RangeError", message: "boom" });
    const [last, third, failed, first] = [result, result.parent, result.parent?.parent, result.parent?.parent?.parent];
    expect(await Promise.all([first, failed, third, last].map((one) => one && "state" in one && one.state())))
      .toEqual(["SUCCESS", "FAILURE", "FAILURE", "FAILURE"]);
    expect(await result.info()).toMatchObject({
      task: "add",
      failure: { name: "RangeError", task: { id: failed?.id, name: "fail" } },
      root: first?.id,
    });
    expect(await result.traceback()).toContain("RangeError: boom");
    expect(runs(kit)).toEqual(["one"]);
  });

  test("fails a group that follows, each member of it, also behind relays", async () => {
    const kit = makeKit();
    await start(kit.app);
    const members = Array.from({ length: 1_300 }, (_, x) => kit.add.s(x));
    const result = await chain(kit.fail.s(), group(members)).delay();
    const values = await result.get({ ...get, propagate: false });
    expect(values.length).toBe(1_300);
    expect(values.every((value) => (value as unknown) instanceof Error)).toBe(true);
    expect(await result.failed()).toBe(true);
    expect(await result.completedCount()).toBe(0);
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
    expect(runs(kit)).toEqual([]);
  });

  test("fails all at once in a deep workflow, whatever comes", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, inc, fail, sum, same } = kit;
    for (
      const flow of [
        chain(one.s(), fail.s(), group(inc.s(), inc.s()), sum.s(), inc.s()),
        chain(fail.s(), group([]), sum.s()),
        chain(fail.s(), group([])),
        chain(fail.s(), chord([inc.s(), inc.s()], group(same.s(), same.s()))),
        chain(fail.s(), group(group(inc.s()), chain(inc.s(), group(inc.s(), inc.s())))),
      ]
    ) expect(await failing(kit, flow)).toMatchObject({ name: "RangeError", message: "boom" });
    expect(new Set(runs(kit))).toEqual(new Set(["one"]));
  });

  test("at the head of a long chain ends it in few reads", async () => {
    const kit = makeKit();
    await start(kit.app);
    const steps = Array.from({ length: 2_500 }, () => kit.inc.s());
    const error = await failing(kit, chain(kit.fail.s(), ...steps));
    expect(error).toMatchObject({ name: "RangeError", message: "boom" });
  });
});

describe("a failed member of a chord", () => {
  test("fails the body with a ChordError that names it, and the body does not run", async () => {
    const kit = makeKit();
    const app = kit.app;
    await start(app);
    const { one, fail, sum, inc } = kit;
    const result = await chain(chord([one.s(), fail.s(), one.s()], sum.s()), inc.s()).delay();
    const error = await result.get(get).catch((reason) => reason);
    expect(error).toMatchObject({
      name: "ChordError",
      taskName: "fail",
      cause: { name: "RangeError", message: "boom" },
    });
    expect(error.message).toContain("(fail), failed: RangeError: boom");
    expect(await app.result(error.taskId).state()).toBe("FAILURE");
    await kit.quiet();
    expect(runs(kit)).toEqual(["one", "one"]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("is rebuilt as ChordError where the app is told so", async () => {
    const kit = makeKit();
    const app = new Umbel("reader", { broker: kit.broker, errors: [ChordError] });
    await start(kit.app);
    const { id } = await chord([kit.fail.s()], kit.sum.s()).delay();
    await expect(app.result(id).get(get)).rejects.toBeInstanceOf(ChordError);
  });

  test("fails each member of a group that is the body", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, sum, same, errback } = kit;
    const body = group(sum.s(), same.s()).linkError(errback.s());
    const result = await chord([one.s(), fail.s()], body).delay();
    const values = await result.get({ ...get, propagate: false });
    expect(values).toMatchObject([{ name: "ChordError" }, { name: "ChordError" }]);
    await kit.quiet();
    expect(kit.failures.map(({ task }) => task?.name).sort()).toEqual(["same", "sum"]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("through many gates keeps the first error as the cause", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, sum, inc } = kit;
    const inner = chord([one.s(), chord([one.s(), fail.s()], sum.s())], sum.s());
    const error = await failing(kit, chain(chord([inner, one.s()], sum.s()), inc.s()));
    expect(error).toMatchObject({ name: "ChordError", taskName: "fail", cause: { name: "RangeError" } });
    expect(error.cause).not.toHaveProperty("cause.name");
  });

  test("in a member that is a chain or ends in a group breaks it as well", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, inc, same } = kit;
    for (
      const member of [
        chain(one.s(), fail.s(), inc.s()),
        chain(one.s(), group(inc.s(), fail.s())),
        chain(fail.s(), group(inc.s(), inc.s())),
        chain(fail.s(), group([])),
      ]
    ) {
      expect(await failing(kit, chord([member, one.s()], same.s()))).toMatchObject({
        name: "ChordError",
        taskName: "fail",
      });
    }
    expect(runs(kit)).not.toContain("same");
  });

  test("fails it once, however many fail at once", async () => {
    const kit = makeKit();
    await start(kit.app, { concurrency: 50 });
    const header = Array.from({ length: 200 }, () => kit.fail.s());
    const error = await failing(kit, chord(header, kit.sum.s()).linkError(kit.errback.s()));
    expect(error.name).toBe("ChordError");
    expect(kit.failures.length).toBe(1);
  });
});

describe("errbacks", () => {
  test("get the failure with the task that failed; in a chain any step's, once", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, inc, errback } = kit;
    for (
      const flow of [chain(fail.s(), inc.s(), inc.s()), chain(one.s(), inc.s(), fail.s()), chain(one.s(), fail.s())]
    ) {
      kit.failures.length = 0;
      await failing(kit, flow.linkError(errback.s()));
      expect(kit.failures).toMatchObject([{ name: "RangeError", message: "boom", task: { name: "fail" } }]);
    }
  });

  test("of a step that does not run are not called", async () => {
    const kit = makeKit();
    await start(kit.app);
    await failing(kit, chain(kit.fail.s(), kit.inc.s().linkError(kit.errback.s())));
    expect(kit.failures).toEqual([]);
  });

  test("of a group are called for each member that fails", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, errback } = kit;
    await failing(kit, group(fail.s(), one.s(), fail.s(), group(fail.s())).linkError(errback.s()));
    expect(kit.failures.length).toBe(3);
  });

  test("of a chord are called for the body alone, with its id", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, sum, errback } = kit;
    const result = await chord([one.s(), fail.s(), fail.s()], sum.s()).linkError(errback.s()).delay();
    await expect(result.get(get)).rejects.toThrow();
    await kit.quiet();
    expect(kit.failures).toMatchObject([{
      name: "ChordError",
      task: { id: result.id, name: "sum" },
      cause: { name: "RangeError" },
    }]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });

  test("of a chain with a chord in it are called once, wherever it breaks", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, inc, sum, errback } = kit;
    const flows = [
      chain(fail.s(), group(inc.s(), inc.s()), sum.s(), inc.s()),
      chain(one.s(), group(inc.s(), fail.s()), sum.s(), inc.s()),
      chain(one.s(), group(inc.s(), inc.s()), fail.s(), inc.s()),
      chain(one.s(), group(inc.s(), inc.s()), sum.s(), fail.s()),
      chain(one.s(), chord([inc.s(), fail.s()], sum.s()), inc.s()),
      chain(chain(one.s(), group(fail.s(), fail.s())).set({ priority: 1 }), sum.s()),
      chain(chord([one.s()], group(fail.s(), fail.s())), sum.s()),
      chain(chord([fail.s(), fail.s()], group(sum.s(), sum.s())), sum.s()),
      chain(one.s(), chain(chord([one.si()], group(fail.s(), fail.s()))).set({ priority: 1 }), sum.s(), inc.s()),
    ];
    for (const flow of flows) {
      kit.failures.length = 0;
      await failing(kit, flow.linkError(errback.s()));
      expect(kit.failures.length).toBe(1);
    }
  });

  test("of a part are its members' own, though what follows is another's", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, fail, sum, errback, failures } = kit;
    const part = chain(one.s(), group(fail.s(), fail.s())).linkError(errback.s());
    await failing(kit, chain(part, sum.s()).linkError(errback.s()));
    expect(failures.map(({ name }) => name).sort()).toEqual(["ChordError", "RangeError", "RangeError"]);
  });

  test("may be whole workflows, and are dropped when nothing fails", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, inc, fail, errback, log } = kit;
    const both = chain(group(errback.s(), one.si()), inc.si(4));
    const flow = chain(one.s(), inc.s()).linkError(both).linkError(errback.s()).linkError(one.si());
    expect(await (await flow.delay()).get(get)).toBe(2);
    await kit.quiet();
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
    log.length = 0;
    await failing(kit, chain(one.s(), fail.s()).linkError(both).linkError(errback.s()).linkError(one.si()));
    expect(kit.failures.length).toBe(2);
    expect(runs(kit).sort()).toEqual(["inc", "one", "one", "one"]);
  });

  test("are not called while a task is tried again, nor when it succeeds in the end", async () => {
    const kit = makeKit();
    let tries = 0;
    const flaky = kit.app.task("flaky", { retryOn: [TypeError], retryDelay: "1ms" }, () => {
      if (++tries < 3) throw new TypeError("not yet");
      return tries;
    });
    await start(kit.app);
    expect(await (await flaky.s().linkError(kit.errback.s()).delay()).get(get)).toBe(3);
    await kit.quiet();
    expect(kit.failures).toEqual([]);
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });
});

describe("other ends than failure", () => {
  test("an ignored step ends the chain without an error, and a chord with one", async () => {
    const kit = makeKit();
    const skip = kit.app.task("skip", { returns: z.number() }, () => {
      throw new Ignore();
    });
    await start(kit.app);
    const result = await chain(skip.s(), kit.inc.s(), kit.inc.s()).linkError(kit.errback.s()).delay();
    expect(await result.get(get)).toBeUndefined();
    expect(await result.state()).toBe("IGNORED");
    const error = await failing(kit, chord([kit.one.s(), skip.s()], kit.sum.s()));
    expect(error).toMatchObject({ name: "ChordError", taskName: "skip" });
    expect(error.message).toContain("ended without a result");
    expect(kit.failures).toEqual([]);
  });

  test("a step without a result of its own hands its value on all the same", async () => {
    const kit = makeKit();
    await start(kit.app);
    const { one, inc, sum } = kit;
    const quiet = one.s().set({ ignoreResult: true });
    expect(await (await chain(quiet, inc.s()).delay()).get(get)).toBe(2);
    expect(await (await chord([quiet, quiet], sum.s()).delay()).get(get)).toBe(2);
  });

  test("a rejected, an unknown and a limited task break their workflow too", async () => {
    const kit = makeKit();
    const app = kit.app;
    const reject = app.task("reject", { returns: z.number() }, () => {
      throw new Reject("not for us");
    });
    const stuck = app.task("stuck", { returns: z.number(), timeLimit: "20ms" }, () => new Promise<never>(() => {}));
    await start(app);
    const elsewhere = new Umbel("elsewhere", { broker: kit.broker });
    const unknown = elsewhere.task("nobody.knows", { returns: z.number() }, () => 1);
    const { inc, sum, one } = kit;
    expect(await failing(kit, chain(reject.s(), inc.s()))).toMatchObject({ name: "Reject" });
    expect(await failing(kit, chord([stuck.s(), one.s()], sum.s()))).toMatchObject({
      cause: { name: "TimeLimitExceeded" },
    });
    const result = await elsewhere.use(chain(unknown.s(), app.signature<number>(inc.s()).bind(elsewhere.flows)))
      .delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "NotRegistered" });
  });

  test("an expired step ends the chain as revoked; one that waits for its turn has its own time", async () => {
    const kit = makeKit();
    const { app, one, inc, sum } = kit;
    const late = one.s().set({ expires: new Date(Date.now() - 1_000) });
    await start(app);
    const result = await chain(late, inc.s()).linkError(kit.errback.s()).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "TaskRevoked", message: "expired" });
    expect(await result.state()).toBe("REVOKED");
    expect(await failing(kit, chord([late, one.s()], sum.s()))).toMatchObject({ cause: { name: "TaskRevoked" } });
    const whole = chain(one.s(), inc.s()).applyAsync([], { expires: new Date(Date.now() - 1_000) });
    await expect((await whole).get(get)).rejects.toMatchObject({ name: "TaskRevoked" });
    expect(await (await chain(one.s(), inc.s().set({ expires: "1m" })).applyAsync([], { expires: "5m" })).get(get))
      .toBe(2);
    expect(kit.failures).toEqual([]);
  });

  test("a revoked workflow revokes all that has not run", async () => {
    const kit = makeKit();
    const { app, one, inc, sum } = kit;
    const results = [
      await chain(one.s(), inc.s(), inc.s()).delay(),
      await chain(one.s(), group(inc.s(), inc.s()), sum.s()).delay(),
      await group(one.s(), chain(one.s(), inc.s())).delay(),
    ];
    for (const result of results) await result.revoke();
    await start(app);
    for (const result of results) await expect(result.get(get)).rejects.toThrow();
    await kit.quiet();
    expect(runs(kit)).toEqual([]);
    const [first] = results;
    expect(first && await first.ready()).toBe(true);
    expect(await app.result(results[0]?.id ?? "").state()).toBe("REVOKED");
    expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  });
});
