import { expect, test } from "bun:test";
import fc from "fast-check";
import { backoffDelay } from "../../src/base/backoff.ts";

const options = { base: 1_000, max: 600_000 };

test("delays double up to their bound", () => {
  const delays = [0, 1, 2, 3, 20].map((attempt) => backoffDelay(attempt, { ...options, jitter: false }));
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 600_000]);
});

test("with jitter a delay lies anywhere below its bound", () => {
  fc.assert(fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, at) => {
    const delay = backoffDelay(attempt, options, () => at);
    expect(delay).toBeGreaterThanOrEqual(0);
    expect(delay).toBeLessThanOrEqual(options.max);
    expect(delay).toBeCloseTo(at * backoffDelay(attempt, { ...options, jitter: false }), 5);
  }));
});
