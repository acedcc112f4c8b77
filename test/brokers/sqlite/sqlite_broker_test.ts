import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../../src/base/ids.ts";
import { sqlite, type SqliteBroker } from "../../../src/brokers/sqlite/mod.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { until } from "../../support/until.ts";
import { temporaryDatabase } from "./sqlite_fixture.ts";
import { change, lookUp } from "./sqlite_processes.ts";

const FOREVER = 600_000;
const PATIENCE = 60_000;

let path = "";
let remove = (): Promise<void> => Promise.resolve();
let clock: FakeClock;
let broker: SqliteBroker;

beforeEach(async () => {
  ({ path, remove } = await temporaryDatabase());
  clock = new FakeClock();
  broker = sqlite({ path, clock });
  await broker.queues();
});

afterEach(async () => {
  await broker.close();
  await remove();
});

const letter = (fields = {}) => ({ id: newId(), queue: "q", priority: 5, text: "text", ...fields });
const worker = (name = "w") => ({ incarnation: crypto.randomUUID(), name, lease: FOREVER });
const never = new AbortController().signal;
const count = (table: string) => lookUp(path, `SELECT count(*) FROM ${table}`);
const bells = () => readdirSync(`${path}.bells`);

/** Publishes letters and settles them all. */
async function process(count: number): Promise<void> {
  await broker.publish({ publish: Array.from({ length: count }, () => letter()) });
  const who = worker();
  const { deliveries } = await broker.claim(who, { queues: ["q"], max: count });
  await broker.settle(
    who,
    deliveries.map(({ id, deliveries }) => ({ kind: "done", delivery: { id, deliveries }, result: "x" })),
  );
}

describe("results whose time is over", () => {
  test("are removed in small slices by what goes on, faster than new ones come", async () => {
    await process(1_000);
    await clock.advance(86_400_000);
    await broker.publish({ publish: [letter({ queue: "other" })] });
    const left = Number(count("letters"));
    expect(left).toBeGreaterThan(900);
    expect(left).toBeLessThan(1_001);
    for (let i = 0; i < 1_000 && Number(count("letters")) > 1; i++) await broker.pause("other");
    expect(count("letters")).toBe(1);
  }, PATIENCE);

  test("keep pace with what is settled", async () => {
    for (let day = 0; day < 5; day++) {
      await process(200);
      await clock.advance(86_400_000);
    }
    expect(Number(count("letters"))).toBeLessThan(450);
  }, PATIENCE);
});

describe("a worker that sleeps", () => {
  test("is one of several, and the only one that a letter wakes: the one that sleeps longest", async () => {
    const woken: number[] = [];
    const stop = new AbortController();
    const sleepers = [];
    for (let i = 0; i < 4; i++) {
      sleepers.push(broker.wait(worker(), ["q"], FOREVER, stop.signal).then(() => woken.push(i)));
      await until("it to sleep", () => count("parked") === i + 1);
    }
    await broker.publish({ publish: [letter()] });
    await until("one to wake up", () => woken.length > 0);
    expect([woken, count("parked")]).toEqual([[0], 3]);
    await broker.publish({ publish: [letter(), letter()] });
    await until("two more to wake up", () => woken.length > 2);
    expect([woken, count("parked")]).toEqual([[0, 1, 2], 1]);
    stop.abort();
    await Promise.all(sleepers);
    expect(count("parked")).toBe(0);
  }, PATIENCE);

  test("has another woken in its place when it is woken as it goes", async () => {
    const other = sqlite({ path, clock });
    const stop = new AbortController();
    const going = broker.wait(worker(), ["q"], FOREVER, stop.signal);
    await until("it to sleep", () => count("parked") === 1);
    const staying = other.wait(worker(), ["q"], FOREVER, never);
    await until("the other to sleep", () => count("parked") === 2);
    // Another process takes it off, and before its bell is heard it is told to go.
    change(path, "DELETE FROM parked WHERE seq = (SELECT min(seq) FROM parked)");
    change(path, `INSERT INTO letters (id, state, queue, priority, text) VALUES ('${newId()}', 3, 'q', 5, 'x')`);
    stop.abort();
    await Promise.all([going, staying]);
    await other.close();
  }, PATIENCE);

  test("finds a letter whose bell was lost", async () => {
    const asleep = broker.wait(worker(), ["q"], FOREVER, never);
    await until("it to sleep", () => count("parked") === 1);
    for (const name of bells()) rmSync(join(`${path}.bells`, name));
    change(path, `INSERT INTO letters (id, state, queue, priority, text) VALUES ('${newId()}', 3, 'q', 5, 'x')`);
    await asleep;
    expect(count("parked")).toBe(0);
  }, PATIENCE);

  test("takes over what a dead worker held, soon after its lease has ended", async () => {
    const dead = { ...worker(), lease: 1_000 };
    await broker.publish({ publish: [letter()] });
    await broker.claim(dead, { queues: ["q"], max: 1 });
    const asleep = broker.wait(worker(), ["q"], FOREVER, never);
    await until("it to sleep", () => count("parked") === 1);
    await clock.advance(1_000);
    await asleep;
    expect((await broker.claim(worker(), { queues: ["q"], max: 1 })).deliveries).toMatchObject([{ deliveries: 2 }]);
  }, PATIENCE);

  test("takes the watch over for letters that wait, when the one that had it becomes busy", async () => {
    const other = sqlite({ path, clock });
    const [first, second] = [worker(), worker()];
    const asleep = broker.wait(first, ["q"], FOREVER, never);
    await until("the first to sleep", () => count("parked") === 1);
    const alsoAsleep = other.wait(second, ["q"], FOREVER, never);
    await until("the second to sleep", () => count("parked") === 2);
    await broker.publish({ publish: [letter({ due: { in: 5_000 } })] });
    await asleep;
    await broker.publish({ publish: [letter()] });
    expect((await broker.claim(first, { queues: ["q"], max: 1 })).deliveries).toHaveLength(1);
    await alsoAsleep;
    expect((await other.claim(second, { queues: ["q"], max: 1 })).nextDue).toBe(5_000);
    await other.close();
  }, PATIENCE);
});

describe("a broker that closes", () => {
  test("wakes who sleeps, takes down its bell and says so from then on", async () => {
    const other = sqlite({ path, clock });
    const asleep = broker.wait(worker(), ["q"], FOREVER, never);
    await other.watch([newId()], () => {});
    await until("it to sleep", () => count("parked") === 1);
    expect(bells()).toHaveLength(2);
    await broker.close();
    await asleep;
    await broker.close();
    await expect(broker.queues()).rejects.toThrow(
      `Cannot use the broker sqlite ${path} as it must be open: it was closed`,
    );
    expect([count("parked"), count("listeners"), bells().length]).toEqual([0, 1, 1]);
    await other.close();
    expect([count("watches"), count("listeners"), bells().length]).toEqual([0, 0, 0]);
  }, PATIENCE);

  test("finishes what is under way", async () => {
    const publishes = Array.from({ length: 50 }, () => broker.publish({ publish: [letter()] }));
    await publishes[0];
    await broker.close();
    const settled = await Promise.allSettled(publishes);
    expect(settled.filter(({ status }) => status === "rejected")).toEqual([]);
    expect(count("letters")).toBe(50);
  }, PATIENCE);

  test("need not have been opened", async () => {
    await sqlite(path).close();
  });
});
