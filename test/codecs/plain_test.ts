import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { hasLoneSurrogate, NOT_PLAIN, plainSize } from "../../src/codecs/plain.ts";

const cycle: unknown[] = [];
cycle.push(cycle);

describe("the quick look", () => {
  test("passes whatever JSON text can hold", () => {
    fc.assert(fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      fc.pre(!text.includes("__proto__") && !text.includes("-0") && !hasLoneSurrogate(JSON.stringify(value)));
      expect(plainSize(value)).toBeGreaterThanOrEqual(0);
    }));
  });

  test("passes only what comes back from its JSON the same", () => {
    fc.assert(fc.property(fc.anything({ withDate: true, withMap: true, withSparseArray: true }), (value) => {
      if (plainSize(value) !== NOT_PLAIN) expect(JSON.parse(JSON.stringify(value))).toEqual(asSent(value));
    }));
  });

  test.each([
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["a field named constructor", { constructor: "Toyota" }],
    ["a property that is undefined", { a: undefined }],
    ["a getter", {
      get a() {
        return 1;
      },
    }],
  ])("passes %s", (_, value) => {
    expect(plainSize(value)).toBeGreaterThanOrEqual(0);
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["undefined in an array", [undefined]],
    ["a hole", [, 1]],
    ["NaN", { a: NaN }],
    ["Infinity", [Infinity]],
    ["minus zero", [-0]],
    ["a bigint", { a: 1n }],
    ["a function", { a() {} }],
    ["a symbol", [Symbol("s")]],
    ["a Date", { a: [new Date()] }],
    ["a Map", new Map()],
    ["a class instance", { a: new (class A {})() }],
    ["a subclass of Array", new (class A extends Array {})()],
    ["bytes", new Uint8Array(1)],
    ["a __proto__ key", JSON.parse('{"__proto__":1}')],
    ["a lone surrogate", { a: "\ud800" }],
    ["a lone surrogate in an array", ["\udc00"]],
    ["a cycle", cycle],
    ["a getter that throws", {
      get a() {
        throw new Error("no");
      },
    }],
    ["a revoked proxy", [revoked()]],
  ])("gives %s to the closer look", (_, value) => {
    expect(plainSize(value)).toBe(NOT_PLAIN);
  });

  test("counts about the characters of the JSON", () => {
    const value = {
      items: Array.from({ length: 100 }, (_, id) => ({ id, name: `item ${id}`, tags: ["new", "blue"] })),
    };
    const length = JSON.stringify(value).length;
    expect(plainSize(value)).toBeGreaterThan(length * 0.5);
    expect(plainSize(value)).toBeLessThan(length * 1.5);
  });

  test("neither counts nor searches strings once there is enough", () => {
    const value = ["x".repeat(100), "y".repeat(1_000), "\ud800"];
    expect(plainSize(value)).toBe(NOT_PLAIN);
    expect(plainSize(value, 50)).toBe(102);
  });
});

describe("a lone surrogate in a JSON text", () => {
  test("is found by its escape, wherever backslashes stand before it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\\", "u", "d", "8", "0", '"', "\ud800", "\udfff", "😀")), (parts) => {
        const text = parts.join("");
        expect(hasLoneSurrogate(JSON.stringify({ text }))).toBe(!text.isWellFormed());
      }),
      { numRuns: 2_000 },
    );
  });

  test("is found behind a long row of backslashes at once", () => {
    expect(hasLoneSurrogate(JSON.stringify("\\".repeat(1_000_001) + "ud800"))).toBe(false);
    expect(hasLoneSurrogate(JSON.stringify("\\".repeat(1_000_000) + "\ud800"))).toBe(true);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A value as a caller may expect it back: properties that are undefined are not there. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => part !== undefined).map(([key, part]) => [key, asSent(part)]),
  );
}
