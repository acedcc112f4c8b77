import { describe, expect, test } from "bun:test";
import type { OperationCost } from "../../../src/cli/cost/operations.ts";
import { count, needsOf, pricesOf, type Volume } from "../../../src/cli/cost/prices.ts";

const costs: OperationCost[] = Object.entries({
  publish: 4,
  publishMany: 0.01,
  backlog: 0.11,
  single: 13,
  look: 1,
  idle: 2,
}).map(([key, billed]) => ({ key: key as OperationCost["key"], operation: key, sent: 1, billed }));

const volume: Volume = { tasks: 1_000_000, batch: 1, looks: 2, workers: 3, bytes: 750, days: 3 };
const IDLE = 3 * 43_200 * 2;

describe("what a month needs", () => {
  test("depends on how tasks come, and on how they are sent", () => {
    expect(needsOf(volume, costs, "single").commands).toBe(1_000_000 * (4 + 9 + 2) + IDLE);
    expect(needsOf(volume, costs, "backlog").commands).toBeCloseTo(1_000_000 * (4 + 0.11 + 2) + IDLE);
    expect(needsOf({ ...volume, batch: 100 }, costs, "backlog").commands)
      .toBeCloseTo(1_000_000 * (0.04 + 0.01 + 0.11 + 2) + IDLE);
    expect(needsOf(volume, costs, "single")).toMatchObject({ storage: 1e8, bandwidth: 3e9 });
  });
});

describe("what a month costs", () => {
  test("is nothing where the free plan has room", () => {
    const [free, payg, fixed] = pricesOf({ commands: 100_000, storage: 1e6, bandwidth: 1e8 });
    expect(free).toEqual({ plan: "free", dollars: 0, why: "100K commands of 500K" });
    expect([payg?.dollars, fixed?.plan, fixed?.dollars]).toEqual([0.2, "fixed-250mb", 10]);
  });

  test("is told with what does not fit", () => {
    const [free, payg, fixed] = pricesOf({ commands: 50e6, storage: 3e9, bandwidth: 300e9 });
    expect(free).toEqual({
      plan: "free",
      dollars: undefined,
      why: "too much: 50M commands of 500K, 3 GB of 256 MB, 300 GB of 10 GB traffic",
    });
    expect(payg?.dollars).toBeCloseTo(100 + 0.5 + 3);
    expect(fixed).toMatchObject({ plan: "fixed-5gb", dollars: 100 });
    expect(pricesOf({ commands: 1e12, storage: 1, bandwidth: 1 })[2]?.dollars).toBeUndefined();
  });
});

test("counts are short", () => {
  expect([12, 1_200, 3_450_000, 2e9].map(count)).toEqual(["12", "1.2K", "3.5M", "2B"]);
});
