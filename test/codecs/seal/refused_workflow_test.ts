/** What a refused message does to its workflow: every waiter gets an answer, and a text that nobody trusts makes nothing run. */
import { afterEach, describe, expect, test } from "bun:test";
import * as z from "zod";
import { chain, chord, failureSchema, group, sealer, SealError, type SealOptions, Umbel } from "../../../mod.ts";
import { newId, slotOf } from "../../../src/base/ids.ts";
import { silentLogger } from "../../../src/base/log.ts";
import type { Broker, Delivery, Hop } from "../../../src/broker.ts";
import { RELAY } from "../../../src/protocol/built_in.ts";
import { purge, Worker } from "../../../src/worker/mod.ts";
import { WatchedBroker } from "../../canvas/kit.ts";
import { storesForTests } from "../../canvas/stores.ts";
import { quiet } from "../../support/quiet.ts";
import { until } from "../../support/until.ts";
import { createSecretKey } from "../../../src/codecs/seal/seal_key.ts";
import { k1, tampered } from "./bench.ts";

const get = { timeout: "30s" } as const;
const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const num = z.number();

/** A broker that hands out other arrivals than it got. */
function withForgedArrivals(inner: Broker): Broker {
  return new Proxy(inner, {
    get(target, verb) {
      const value: unknown = Reflect.get(target, verb, target);
      if (verb === "arrivals") return async (gate: string) => [...await target.arrivals(gate)].reverse();
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A sealed app whose worker is handed altered messages; `runs` has the tasks that ran, `told` what errbacks got. */
function benchOf(inner: Broker, options: SealOptions = {}, served = inner) {
  const altered = { on: true };
  const change = (one: Delivery): Delivery => {
    if (!altered.on) return one;
    if (one.text.includes('"task":"bad"')) return { ...one, text: one.text.replace('"v":1', '"v":1,"more":1') };
    return one.text.includes('"task":"fed"') ? { ...one, input: '{"data":7}' } : one;
  };
  const seal = sealer({ keys: [k1], ...options });
  const app = new Umbel("test", { broker: tampered(served, change), log: silentLogger, seal, errors: [SealError] });
  stops.push(() => app.close());
  const runs: string[] = [];
  const told: string[] = [];
  const ran = <A extends unknown[], R>(name: string, run: (...args: A) => R) => (...args: A): R => {
    runs.push(name);
    return run(...args);
  };
  return {
    ...{ app, altered, runs, told },
    one: app.task("one", { returns: num }, ran("one", () => 1)),
    inc: app.task("inc", { args: [num], returns: num }, ran("inc", (x: number) => x + 1)),
    bad: app.task("bad", { returns: num }, ran("bad", () => 1)),
    fed: app.task("fed", { args: [num], returns: num }, ran("fed", (x: number) => x)),
    sum: app.task(
      "sum",
      { args: [z.array(num)], returns: num },
      ran("sum", (xs: number[]) => xs.reduce((a, b) => a + b, 0)),
    ),
    tell: app.task("tell", { args: [failureSchema] }, ({ name }) => void told.push(name)),
    start: async () => {
      const worker = await Worker.start(app);
      stops.push(() => worker.cancel());
      return worker;
    },
  };
}

const altered = { name: "SealError", reason: "altered" };
const stores = storesForTests({ "in Redis": 1, "in Redis, in four partitions": 4 });
const modes: Readonly<Record<string, SealOptions>> = { signed: {}, encrypted: { encrypt: true } };

for (const [place, open] of Object.entries(stores)) {
  for (const [mode, seal] of Object.entries(modes)) {
    describe(`nobody waits for ever ${place}, ${mode}, where what is refused is`, () => {
      async function begin(change: (broker: Broker) => Broker = (broker) => broker) {
        const inner = await open()();
        stops.push(() => inner.close());
        const bench = benchOf(inner, seal, change(inner));
        await bench.start();
        return { ...bench, inner, rest: () => quiet(inner) };
      }

      test("the first step of a chain", async () => {
        const { bad, inc, tell, runs, told, rest } = await begin();
        const result = await chain(bad.s(), inc.s(), inc.s()).onError(tell.s()).delay();
        await expect(result.get(get)).rejects.toMatchObject(altered);
        await expect(result.parent?.get(get)).rejects.toMatchObject(altered);
        await rest();
        expect([runs, told]).toEqual([[], []]);
      }, 60_000);

      test("a step in the middle", async () => {
        const { one, bad, inc, sum, runs, rest } = await begin();
        const result = await chain(one.s(), bad.si(), group(inc.s(), inc.s()), sum.s()).delay();
        await expect(result.get(get)).rejects.toMatchObject(altered);
        await rest();
        expect(runs).toEqual(["one"]);
      }, 60_000);

      test("a member of a chord", async () => {
        const { one, bad, sum, inc, tell, runs, told, rest } = await begin();
        const result = await chain(chord([bad.s(), one.s()], sum.s().onError(tell.s())), inc.s()).delay();
        const ended = { name: "ChordError", cause: { name: "SealError" } };
        await expect(result.get(get)).rejects.toMatchObject(ended);
        await expect(result.parent?.get(get)).rejects.toMatchObject(ended);
        await rest();
        expect([runs, told]).toEqual([["one"], []]);
      }, 60_000);

      test("the input of a step: its text is genuine, so errbacks are called", async () => {
        const { one, fed, inc, tell, runs, told, rest } = await begin();
        const result = await chain(one.s(), fed.s().onError(tell.s()), inc.s()).delay();
        await expect(result.get(get)).rejects.toMatchObject({ name: "SealError" });
        await rest();
        expect([runs, told]).toEqual([["one"], ["SealError"]]);
      }, 60_000);

      test("what came to a chord's body: errbacks are called too", async () => {
        const { one, sum, inc, tell, runs, told, rest } = await begin(withForgedArrivals);
        const result = await chain(chord([one.s(), one.s()], sum.s().onError(tell.s())), inc.s()).delay();
        await expect(result.get(get)).rejects.toMatchObject(altered);
        await rest();
        expect([runs, told]).toEqual([["one", "one"], ["SealError"]]);
      }, 60_000);
    });
  }
}

describe("a workflow", () => {
  test("ends where its first message was sealed too long ago, without its errbacks", async () => {
    const inner = new WatchedBroker();
    const old = { now: () => Date.now() - 3_600_000, sleep: () => Promise.resolve() };
    const { one, inc, tell } = benchOf(inner, { clock: old });
    const { app, start, runs, told } = benchOf(inner, { maxAge: "30m" });
    const { id, parent } = await chain(one.s().onError(tell.s()), inc.s()).delay();
    await start();
    for (const task of [id, parent?.id ?? ""]) {
      await expect(app.result(task).get(get)).rejects.toMatchObject({ name: "SealError", reason: "too old" });
    }
    await quiet(inner);
    expect([runs, told, await inner.leftovers()]).toEqual([[], [], { held: [], gates: [] }]);
  });

  test("whose key is unknown waits for it, and goes on when its first message is revived", async () => {
    const inner = new WatchedBroker();
    const k2 = createSecretKey("k2");
    const { one, inc } = benchOf(inner, { keys: [k2] });
    const result = await chain(one.s(), inc.s()).delay();
    const worker = await benchOf(inner).start();
    await until("the dead letter", async () => (await inner.dead("default", 1))[0]);
    await worker.stop();
    const { app, start } = benchOf(inner, { keys: [k2, k1] });
    await (await app.broker()).revive("default", [result.parent?.id ?? ""]);
    await start();
    expect(await result.get(get)).toBe(2);
  });
});

describe("a text that nobody trusts", () => {
  /** An app in memory, and what a stranger does who can write to its broker. */
  async function watched() {
    const inner = new WatchedBroker();
    const bench = benchOf(inner);
    await bench.start();
    const stranger = async (id: string, fields: Record<string, unknown>) => {
      const letter = { id, queue: "default", priority: 0, text: JSON.stringify({ v: 1, task: "x", ...fields }) };
      await inner.publish({ publish: [letter] });
      await until("the dead letter", async () => (await inner.dead("default", 9)).some((dead) => dead.id === id));
    };
    const leftovers = async () => {
      await quiet(inner);
      return await inner.leftovers();
    };
    return { ...bench, inner, stranger, leftovers };
  }

  /** A step that is held, behind one that is not due yet; and the hop that would send it. */
  async function victim({ app, one, inc }: Awaited<ReturnType<typeof watched>>) {
    const result = await chain(one.s(), inc.s()).applyAsync([], { countdown: "1h" });
    const hop = { id: result.id, queue: "default", priority: 0 };
    return {
      result,
      hop,
      near: newId(slotOf(result.id)),
      held: async () => (await (await app.broker()).held([hop.id]))[0],
    };
  }

  for (const edge of ["next", "fail"]) {
    test(`ends what it names as ${edge}, and does not send it`, async () => {
      const bench = await watched();
      const { result, hop, near, held } = await victim(bench);
      await bench.stranger(near, { [edge]: [hop] });
      await expect(result.get(get)).rejects.toMatchObject({ name: "SealError", reason: "unsealed" });
      expect(await held()).toBeNull();
      expect(bench.runs).toEqual([]);
    });
  }

  test("says nothing in the results of others", async () => {
    const bench = await watched();
    const { result, hop, near } = await victim(bench);
    await bench.stranger(near, { task: "look here", gate: { id: "look here", index: 0, hop } });
    const error: unknown = await result.get(get).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "ChordError", cause: { name: "SealError" } });
    expect(Bun.inspect(await result.info())).not.toContain("look here");
  });

  test("closes no gate but that of a body which it ends", async () => {
    const bench = await watched();
    const chorded = await chord([bench.one.s(), bench.inc.s(1).set({ countdown: "1h" })], bench.sum.s()).delay();
    const [gate = ""] = bench.inner.gates_;
    await until("the first arrival", async () => (await bench.inner.arrivals(gate)).length === 1);
    const { hop, result } = await victim(bench);
    await bench.stranger(newId(slotOf(result.id)), { gate: { id: gate, index: 1, hop } });
    expect(await bench.inner.arrivals(gate)).toHaveLength(1);
    const body = { id: chorded.id, queue: "default", priority: 0 };
    await bench.stranger(newId(slotOf(gate)), { gate: { id: gate, index: 1, hop: body } });
    await expect(chorded.get(get)).rejects.toMatchObject({ name: "ChordError" });
    expect(await bench.inner.arrivals(gate)).toEqual([]);
  });

  test("does nothing to what is held without a seal, lies elsewhere, or is no id at all", async () => {
    const bench = await watched();
    const { hop, near, held } = await victim(bench);
    const unsealed = { id: newId(slotOf(near)), queue: "default", priority: 0, text: '{"v":1,"task":"y"}' };
    await bench.inner.publish({ hold: [unsealed] });
    const odd = ["", "nonsense", "x".repeat(300), near.toUpperCase()].map((id) => ({ ...hop, id }));
    await bench.stranger(newId((slotOf(near) + 1) % 256), { next: [hop], fail: odd });
    await bench.stranger(near, { next: [unsealed, ...odd], gate: { id: "", index: 0, hop: odd[1] } });
    expect(await held()).toContain('"task":"inc"');
    expect(await bench.inner.held([unsealed.id])).toEqual([unsealed.text]);
    expect(await (await bench.one.delay()).get(get)).toBe(1);
  });

  test("leaves nothing behind, and no relay that goes on with its failure calls an errback", async () => {
    const bench = await watched();
    const { one, bad, inc, sum, tell, told } = bench;
    const wide = group(Array.from({ length: 1_100 }, () => inc.s()));
    const member = chain(chord([bad.s(), one.s()], sum.s()), wide, sum.s());
    const result = await chord([member, one.s()], sum.s().onError(tell.s())).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "ChordError", cause: { name: "SealError" } });
    expect(await bench.leftovers()).toEqual({ held: [], gates: [] });
    expect(told).toEqual([]);
  });

  test("calls no errbacks when it is purged either, and what came with it is not believed", async () => {
    const inner = new WatchedBroker();
    const { app, one, sum, tell, told, runs, start } = benchOf(inner);
    const failed = JSON.stringify({ failed: { state: "FAILURE", from: { id: "x", name: "x" }, body: true } });
    const flows = [0, 1, 2, 3].map(() => chord([one.s(), one.s()], sum.s().onError(tell.s())).set({ countdown: "1h" }));
    const forgeries = [
      { text: (hop: Hop, gate: string) => ({ gate: { id: gate, index: 0, hop } }) },
      { text: (hop: Hop) => ({ task: RELAY, relay: true, next: [hop] }), input: failed },
      { text: (hop: Hop) => ({ task: RELAY, relay: true, next: [hop] }), input: "nonsense" },
      { text: (hop: Hop) => ({ task: RELAY, relay: true, next: [hop] }), input: failed, by: await app.broker() },
    ];
    for (const [index, { text, input, by = inner }] of forgeries.entries()) {
      const { id } = await flows[index]?.set({ queue: "other" }).delay() ?? expect.unreachable();
      const hop = { id, queue: "other", priority: 0 };
      const letter = { ...hop, id: newId(slotOf(id)), queue: "default" };
      const forged = {
        ...letter,
        text: JSON.stringify({ v: 1, task: "x", ...text(hop, [...inner.gates_].at(-1) ?? "") }),
      };
      await by.publish({ hold: [forged] });
      await inner.publish({ send: [{ hop: letter, ...(input !== undefined && { input }) }] });
      expect(await purge(app, "default")).toBe(1);
      expect(await app.result(letter.id).state()).toBe("REVOKED");
      await expect(app.result(id).get(get)).rejects.toThrow("purged");
    }
    await start();
    expect(await (await one.delay()).get(get)).toBe(1);
    expect([told, runs]).toEqual([[], ["one"]]);
  });

  test("runs alone when it is revived", async () => {
    const bench = await watched();
    const { bad, inc, altered, app, runs } = bench;
    const result = await chain(bad.s(), inc.s()).delay();
    await expect(result.get(get)).rejects.toMatchObject({ name: "SealError" });
    altered.on = false;
    const id = result.parent?.id ?? "";
    expect(await (await app.broker()).revive("default", [id])).toBe(1);
    expect(await app.result(id).get(get)).toBe(1);
    expect(await bench.leftovers()).toEqual({ held: [], gates: [] });
    await expect(result.get(get)).rejects.toMatchObject({ name: "SealError" });
    expect(runs).toEqual(["bad"]);
  });
});
