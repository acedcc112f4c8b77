/** What an enemy would do to a workflow: in each case every waiter gets an answer, and nothing is left behind. */
import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { type AnyResult, chain, chord, group, Reject, type Signature } from "../../mod.ts";
import { until } from "../worker/bench.ts";
import { get, makeKit, start } from "./kit.ts";

type Kit = ReturnType<typeof makeKit>;

/** What a waiter gets: a value, or an error. */
async function endOf(kit: Kit, result: AnyResult): Promise<unknown> {
  const end = await result.get({ ...get, propagate: false });
  await kit.quiet();
  expect(await kit.broker.leftovers()).toEqual({ held: [], gates: [] });
  return end;
}

async function sent(kit: Kit, flow: Signature<[], unknown, AnyResult>): Promise<unknown> {
  return await endOf(kit, await flow.delay());
}

describe("a workflow does not hang", () => {
  test("where a member adds to a chord that another has broken", async () => {
    const kit = makeKit();
    const { app, fail, sum, one, inc } = kit;
    let go = false;
    const more = app.task("more", { bind: true, returns: z.number() }, async (ctx) => {
      await until(() => go);
      ctx.addToChord(one.s(), chain(one.s(), inc.s()), group(one.s(), one.s()));
      return 0;
    });
    await start(app);
    const result = await chord([more.s(), fail.s()], sum.s()).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "ChordError" });
    go = true;
    await until(() => kit.log.length === 5);
    await endOf(kit, result);
    expect(await kit.broker.arrivals(String(kit.broker.gates_.values().next().value))).toEqual([]);
  });

  test("where a step of a chord within a group within a chord is replaced, well or badly", async () => {
    const kit = makeKit();
    const { app, one, inc, sum, fail } = kit;
    const flows = {
      well: () => chain(group(one.s(), one.s()), sum.s(), inc.s()),
      badly: () => chain(group(one.s(), fail.s()), sum.s(), inc.s()),
      deep: () => chord([turn.s("well"), turn.s("well")], sum.s()),
    };
    const turn = app.task(
      "turn",
      { bind: true, args: [z.enum(["well", "badly", "deep"])], returns: z.number() },
      (ctx, how): number => ctx.replace(flows[how]()),
    );
    await start(app);
    const around = (how: keyof typeof flows) =>
      chord([chord([one.s(), chain(turn.s(how), inc.s())], sum.s()), group(one.s(), turn.s("well"))], kit.same.s());
    expect(await sent(kit, around("well"))).toEqual([1 + 3 + 1, 1, 3]);
    expect(await sent(kit, around("deep"))).toEqual([1 + 6 + 1, 1, 3]);
    expect(await sent(kit, around("badly"))).toMatchObject({ name: "ChordError", cause: { message: "boom" } });
  });

  test("where a member kills its workers, one is unknown, one is too slow, one comes too late", async () => {
    const kit = makeKit();
    const { app, broker, one, sum } = kit;
    const slow = app.task("slow", { returns: z.number(), timeLimit: "20ms" }, () => new Promise<number>(() => {}));
    const deadly = app.task("deadly", { returns: z.number(), maxDeliveries: 2 }, () => 1);
    const late = one.s().set({ expires: "1ms" });
    const doomed = await chord([one.s(), deadly.s()], sum.s()).delay();
    for (let crash = 0; crash < 2; crash++) {
      const ref = { incarnation: crypto.randomUUID(), name: "dying", lease: 30 };
      await until(async () => (await broker.claim(ref, { queues: ["default"], max: 9 })).deliveries.length > 1);
    }
    await start(app);
    expect(await endOf(kit, doomed)).toMatchObject({ name: "ChordError", cause: { name: "WorkerLost" } });
    expect(await sent(kit, chord([one.s(), slow.s()], sum.s()))).toMatchObject({
      cause: { name: "TimeLimitExceeded" },
    });
    const unknown = app.signature({ kind: "task", task: "nobody.knows" });
    expect(await sent(kit, chord([one.s(), unknown], kit.same.s()))).toMatchObject({
      cause: { name: "NotRegistered" },
    });
    await broker.pause("default");
    const expired = await chord([one.s(), late], sum.s()).delay();
    await Bun.sleep(10);
    await broker.resume("default");
    expect(await endOf(kit, expired)).toMatchObject({ name: "ChordError", cause: { name: "TaskRevoked" } });
  });

  test("where the queue of a body is paused: it waits, and runs when that ends", async () => {
    const kit = makeKit();
    const { app, broker, one, sum } = kit;
    await start(app, { queues: ["default", "other"] });
    await broker.pause("other");
    const result = await chord([one.s(), one.s()], sum.s().set({ queue: "other" })).delay();
    await until(async () => (await broker.queues()).some(({ name, ready }) => name === "other" && ready === 1));
    expect(await result.state()).toBe("QUEUED");
    await broker.resume("other");
    expect(await endOf(kit, result)).toBe(2);
  });

  test("where all of it is revoked in its midst, or only a step that waits for its turn", async () => {
    const kit = makeKit();
    const { app, inc, sum } = kit;
    let go = false;
    const wait = app.task("wait", { returns: z.number() }, async () => {
      await until(() => go);
      return 1;
    });
    await start(app);
    const whole = await chain(chord([wait.s(), wait.s()], sum.s()), group(inc.s(), inc.s())).delay();
    const last = await chain(wait.s(), inc.s(), inc.s()).delay();
    await whole.revoke();
    await last.parent?.revoke();
    go = true;
    expect(await endOf(kit, whole)).toMatchObject([{ name: "TaskRevoked" }, { name: "TaskRevoked" }]);
    expect(await endOf(kit, last)).toMatchObject({ name: "TaskRevoked" });
  });

  test("where the results of a header are forgotten before the body reads them", async () => {
    const kit = makeKit();
    const { app, broker, one, sum } = kit;
    await start(app, { queues: ["default"] });
    const result = await chord([one.s(), one.s()], sum.s().set({ queue: "other" })).delay();
    await until(async () => (await broker.queues()).some(({ name, ready }) => name === "other" && ready === 1));
    const header = result.parent;
    await header?.forget();
    await start(app, { queues: ["other"] });
    expect(await endOf(kit, result)).toBe(2);
  });

  test("where two errbacks stand on it, of which one fails and one is a workflow", async () => {
    const kit = makeKit();
    const { one, fail, inc, sum, errback, same } = kit;
    await start(kit.app);
    const flow = chain(chord([one.s(), fail.s()], sum.s()), inc.s())
      .linkError(errback.s()).linkError(chain(same.s(), fail.s(), same.s()));
    expect(await sent(kit, flow)).toMatchObject({ name: "ChordError" });
    expect(kit.failures).toMatchObject([{ name: "ChordError" }]);
  });

  test("where a buried body is discarded, or revived", async () => {
    const kit = makeKit();
    const { app, broker, one } = kit;
    let isReady = false;
    const body = app.task("body", { args: [z.array(z.number())], returns: z.number(), bind: true }, (_, xs) => {
      if (!isReady) throw new Reject("not now");
      return xs.length;
    });
    await start(app);
    const [discarded, revived] = [
      await chord([one.s(), one.s()], body.s()).delay(),
      await chord([one.s()], body.s()).delay(),
    ];
    for (const result of [discarded, revived]) await expect(result.get(get)).rejects.toMatchObject({ name: "Reject" });
    await kit.quiet();
    isReady = true;
    expect(await broker.revive("default", [revived.id])).toBe(1);
    await until(async () => await revived.successful());
    expect(await revived.get(get)).toBe(1);
    expect(broker.gates_.size).toBe(1);
    const [gate = ""] = broker.gates_;
    expect(await broker.arrivals(gate)).toHaveLength(2);
    expect(await broker.discard("default", [discarded.id])).toBe(1);
    expect(await broker.arrivals(gate)).toEqual([]);
  });

  test("where later steps have their own delays and expiries", async () => {
    const kit = makeKit();
    const { one, inc, sum } = kit;
    await start(kit.app);
    const soon = { countdown: "5ms", expires: "10m" } as const;
    const flow = chain(one.s(), group(inc.s().set(soon), inc.s().set(soon)), sum.s().set(soon), inc.s().set(soon));
    expect(await sent(kit, flow)).toBe(5);
  });
});
