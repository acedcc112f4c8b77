import { describe, expect, test } from "bun:test";
import { decodePlain, encodePlain } from "../../src/codecs/plain_serializer.ts";
import { SerializationError } from "../../src/codecs/serialization_error.ts";
import { createSerializer } from "../../src/serializer.ts";

function refused(value: unknown): string[] {
  try {
    encodePlain(value);
  } catch (error) {
    if (error instanceof SerializationError) return error.refusals.map(({ path, kind }) => `${path} is ${kind}`);
    throw error;
  }
  return [];
}

describe("the plain serializer", () => {
  test("sends plain JSON as the full one does", async () => {
    const deep = JSON.parse("[".repeat(400) + "]".repeat(400));
    for (
      const value of [{ args: [1, "a", null, true, { b: [undefined].slice(1) }] }, deep, "\ud800", { a: undefined }]
    ) {
      expect(refused(value)).toEqual([]);
      expect(encodePlain(value).data).toEqual((await createSerializer().encode(value)).data);
      expect(decodePlain(encodePlain(value))).toBe(value);
    }
    expect(JSON.stringify(encodePlain(undefined))).toBe("{}");
  });

  test("refuses all else, with each place and kind", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const odd = { date: new Date(0), big: 1n, list: [undefined, NaN, -0, -Infinity], call: () => 1, cycle };
    expect(refused({ args: [odd, Symbol()], bytes: new Uint8Array(1) })).toEqual([
      "args[0].date is instance of Date",
      "args[0].big is bigint",
      "args[0].list[0] is undefined",
      "args[0].list[1] is NaN",
      "args[0].list[2] is -0",
      "args[0].list[3] is -Infinity",
      "args[0].call is function",
      "args[0].cycle[0] is cycle",
      "args[1] is symbol",
      "bytes is instance of Uint8Array",
    ]);
    expect(refused(JSON.parse('{ "a": { "__proto__": 1 } }'))).toEqual(["a is __proto__ key"]);
    expect(refused(JSON.parse("[".repeat(600) + "]".repeat(600)))[0]).toContain("is too deep");
  });

  test("does not read what another one wrote", () => {
    expect(() => decodePlain({ data: "gA==", enc: "msgpack" })).toThrow('current value is "msgpack"');
  });
});
