import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/base/clock.ts";
import { Database } from "../../../src/brokers/sqlite/database.ts";
import type { Turn } from "../../../src/brokers/sqlite/turn.ts";
import { Writer } from "../../../src/brokers/sqlite/writer.ts";

let database: Database;
let transactions: Turn[];
let writer: Writer;

beforeEach(async () => {
  database = await Database.open(":memory:", "normal");
  transactions = [];
  const conclude = (turn: Turn) => {
    transactions.push(turn);
    return () => {};
  };
  writer = new Writer({ database, clock: systemClock, where: "memory", busyTimeout: 1_000, conclude });
});

afterEach(async () => {
  await writer.close();
  database.close();
});

const pause = (queue: string) => writer.run((turn) => turn.run("INSERT INTO paused VALUES (?1)", queue));
const paused = () => database.all("SELECT queue FROM paused ORDER BY queue").map((row) => row.queue);

describe("a writer", () => {
  test("commits together what comes together", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => pause(`q${i}`)));
    expect(transactions.length).toBeLessThan(20);
    expect(paused()).toHaveLength(100);
  });

  test("hands out what each verb hands out", async () => {
    const answers = await Promise.all([writer.run(() => "a"), pause("q"), writer.run((turn) => turn.now > 0)]);
    expect(answers).toEqual(["a", 1, true]);
  });

  test("fails the verb that fails, and no other of its group", async () => {
    const broken = writer.run((turn) => {
      turn.run("INSERT INTO paused VALUES ('undone')");
      throw new RangeError("broken");
    });
    const twice = [pause("a"), pause("b"), pause("a")];
    const settled = await Promise.allSettled([broken, ...twice]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "rejected"]);
    expect(paused()).toEqual(["a", "b"]);
  });

  test("tells nobody before the commit", async () => {
    const order: string[] = [];
    const conclude = () => {
      order.push("last statement");
      return () => void order.push("committed");
    };
    const other = new Writer({ database, clock: systemClock, where: "memory", busyTimeout: 1_000, conclude });
    await other.run(() => order.push("verb")).then(() => order.push("told"));
    expect(order).toEqual(["verb", "last statement", "committed", "told"]);
    await other.close();
  });

  test("lets the event loop turn between transactions of a caller that never pauses", async () => {
    let turned = 0;
    const timer = setInterval(() => turned++, 1);
    for (const end = performance.now() + 100; performance.now() < end;) await writer.run(() => {});
    clearInterval(timer);
    expect(turned).toBeGreaterThan(0);
  });

  test("finishes what it has when it closes, and takes nothing more", async () => {
    const last = pause("last");
    await writer.close();
    expect(await last).toBe(1);
    await expect(pause("later")).rejects.toThrow("Cannot write to memory as it must be open: it was closed");
  });
});
