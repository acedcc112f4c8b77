import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, toMilliseconds } from "../../src/base/duration.ts";

describe("a duration", () => {
  test("is read from a text in any unit", () => {
    expect(toMilliseconds("250ms")).toBe(250);
    expect(toMilliseconds("1.5s")).toBe(1_500);
    expect(toMilliseconds("2m")).toBe(120_000);
    expect(toMilliseconds("1h")).toBe(3_600_000);
    expect(toMilliseconds("2d")).toBe(172_800_000);
  });

  test("adds up its parts", () => {
    expect(toMilliseconds({ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 })).toBe(90_061_001);
    expect(toMilliseconds({})).toBe(0);
  });

  test("is refused by the name of its option when it is none", () => {
    for (const bad of ["10", "s", "-1s", "1 year", "", "1e999s", 10, null, { seconds: -1 }, { seconds: NaN }]) {
      expect(() => toMilliseconds(bad as never, "countdown")).toThrow("Cannot read countdown as it must be a duration");
    }
  });

  test("is shown in the largest unit that fits", () => {
    expect(formatDuration(0.5)).toBe("0.5ms");
    expect(formatDuration(1_500)).toBe("1.5s");
    expect(formatDuration(7_200_000)).toBe("2h");
    expect(formatDuration(172_800_000)).toBe("2d");
  });

  test("survives a trip through its text", () => {
    fc.assert(fc.property(fc.nat(), (ms) => {
      expect(toMilliseconds(`${ms}ms`)).toBe(ms);
    }));
  });
});
