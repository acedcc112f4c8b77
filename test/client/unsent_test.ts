/** A workflow of several requests happens as a whole or not at all, whenever its sender is lost. */
import { afterEach, expect, test } from "bun:test";
import * as z from "zod";
import { type AnyResult, chain, chord, group, type Signature, Umbel } from "../../mod.ts";
import { silentLogger } from "../../src/base/log.ts";
import type { Broker, Effects } from "../../src/broker.ts";
import { sqlite } from "../../src/brokers/sqlite/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { type Fault, faultyBroker } from "../../src/testing/faulty_broker.ts";
import { Worker } from "../../src/worker/mod.ts";
import { temporaryDatabase } from "../brokers/sqlite/sqlite_fixture.ts";

const timeout = "60s";
const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An app over a broker of which publishes are counted, and may fail. */
async function makeApp() {
  const { path, remove } = await temporaryDatabase();
  const clock = new FakeClock();
  const store = sqlite({ path, clock });
  const [faults, sent, held]: [Fault[], Effects[], Set<string>] = [[], [], new Set()];
  const faulty = faultyBroker(store, faults);
  const broker: Broker = new Proxy(faulty, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || key !== "publish") return value;
      return (effects: Effects) => {
        sent.push(effects);
        for (const { id } of effects.hold ?? []) held.add(id);
        return Reflect.apply(value, target, [effects]);
      };
    },
  });
  const app = new Umbel("unsent", { broker, log: silentLogger });
  let runs = 0;
  const one = app.task("one", { returns: z.number() }, () => {
    runs++;
    return 1;
  });
  const inc = app.task("inc", { args: [z.number()], returns: z.number() }, (x) => x + 1);
  const sum = app.task("sum", { args: [z.array(z.number())], returns: z.number() }, (xs) => xs.reduce((a, b) => a + b));
  stops.push(remove, () => app.close(), () => store.close());
  const leftovers = async () => (await store.held([...held])).filter((text) => text !== null).length;
  const start = async () => {
    const worker = await Worker.start(app, { concurrency: 500 });
    stops.push(() => worker.cancel());
  };
  return { app, clock, store, faults, sent, one, inc, sum, leftovers, start, runs: () => runs };
}

type Kit = Awaited<ReturnType<typeof makeApp>>;
type Flow = Signature<[], unknown, AnyResult>;

const wide = ({ one, sum, inc }: Kit): Flow => chain(chord(list(2_300, () => one.s()), sum.s()), inc.s());
const long = ({ one, inc }: Kit): Flow => chain(one.s(), ...list(2_300, () => inc.s()));

test("a chord of thousands, and what follows it, comes out as a small one", async () => {
  const kit = await makeApp();
  await kit.start();
  const result = await wide(kit).delay();
  expect(await result.get({ timeout })).toBe(2_301);
  expect(await (await long(kit).delay()).get({ timeout })).toBe(2_301);
  expect(kit.runs()).toBe(2_301);
  expect(await kit.leftovers()).toBe(0);
  expect(await kit.store.queues()).toEqual([]);
}, 120_000);

test("nothing begins before the last request, and that is a small one", async () => {
  const kit = await makeApp();
  await wide(kit).delay();
  const begins = kit.sent.map(({ publish = [], gates = [] }) => [publish.length, gates.length]);
  expect(begins).toEqual([[1, 0], [0, 0], [0, 0], [1, 1]]);
  expect(await kit.store.queues()).toMatchObject([{ ready: 1, delayed: 0 }]);
});

for (const [name, make] of Object.entries({ wide, long })) {
  test(`a ${name} workflow whose sender is lost never begins, and is ended an hour later`, async () => {
    for (let requests = 0; requests < 4; requests++) {
      const kit = await makeApp();
      const { app, clock, store, faults } = kit;
      const frozen = make(kit).freeze();
      faults.push({ verb: "publish", when: "before", skip: requests, error: new Error("The sender is gone") });
      await expect(frozen.delay()).rejects.toThrow("The sender is gone");
      faults.length = 0;
      expect(await kit.leftovers()).toBeGreaterThan(requests === 0 ? -1 : 0);
      await kit.start();
      const [queue] = await store.queues();
      expect([queue?.ready ?? 0, queue?.delayed ?? 0]).toEqual([0, requests === 0 ? 0 : 1]);
      await clock.advance(3_600_001);
      if (requests === 0) continue;
      for (const end = Date.now() + 20_000; Date.now() < end && await kit.leftovers() > 0;) await Bun.sleep(5);
      expect([await kit.leftovers(), kit.runs()]).toEqual([0, 0]);
      const error = await app.result(frozen.id).get({ timeout }).catch((error) => error);
      if (requests > 2) expect(error).toMatchObject({ name: "TaskRevoked" });
    }
  }, 120_000);
}

test("a workflow that is sent once more after its sender was lost runs once", async () => {
  const kit = await makeApp();
  const { faults, clock } = kit;
  const flow = wide(kit).freeze();
  faults.push({ verb: "publish", when: "after", skip: 2, error: new Error("The line is dead") });
  await expect(flow.delay()).rejects.toThrow("The line is dead");
  faults.length = 0;
  const result = await flow.delay();
  await kit.start();
  expect(await result.get({ timeout })).toBe(2_301);
  await clock.advance(3_600_001);
  await flow.delay();
  expect(await kit.leftovers()).toBe(0);
  expect(kit.runs()).toBe(2_300);
}, 120_000);

test("a task that was to end a workflow and could not be taken back finds nothing to do", async () => {
  const kit = await makeApp();
  kit.faults.push({ verb: "withdraw", error: new Error("The line is dead") });
  const result = await wide(kit).delay();
  await kit.clock.advance(3_600_001);
  await kit.start();
  expect(await result.get({ timeout })).toBe(2_301);
  expect(await kit.leftovers()).toBe(0);
}, 120_000);

test("a group of thousands that nothing binds together is sent as its tasks", async () => {
  const kit = await makeApp();
  await group(list(2_300, () => kit.one.s())).delay();
  expect(kit.sent.map(({ publish = [], hold = [] }) => [publish.length, hold.length]))
    .toEqual([[1_000, 0], [1_000, 0], [300, 0]]);
});
