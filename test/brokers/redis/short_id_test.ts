import { describe, expect, test } from "bun:test";
import { idOfKey, newId } from "../../../src/base/ids.ts";
import { bucketOf, fieldOf, longId, shortId } from "../../../src/brokers/redis/short_id.ts";

const FIRST = "00000000-0000-0000-0000-000000000000";
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

describe("shortId", () => {
  test("gives ids back as they were", () => {
    const ids = [
      FIRST,
      LAST,
      "01234567-89ab-cdef-0123-456789abcdef",
      idOfKey("a key"),
      ...Array.from({ length: 500 }, () => newId()),
    ];
    for (const id of ids) expect(longId(shortId(id))).toBe(id);
  });

  test("keeps the order of ids of one version", () => {
    const ids = [newId(), ...Array.from({ length: 500 }, (_, i) => idOfKey(`key ${i}`).replace(/(?<=^.{14})./, "7"))];
    expect(ids.toSorted().map(shortId)).toEqual(ids.map(shortId).toSorted());
  });

  test("takes 20 characters, and neither JSON nor a number can begin so", () => {
    for (const id of [FIRST, LAST, newId(), crypto.randomUUID()]) {
      expect(shortId(id)).toMatch(/^[O-Z\]^_`a-~][!#-Z\]-~]{19}$/);
      expect(() => JSON.parse(shortId(id))).toThrow(SyntaxError);
    }
  });

  test("puts ids of one bucket into one bucket", () => {
    const [a, b] = ["01234567-0000-7000-8000-000000000000", "01234567-ffff-7fff-bfff-ffffffffffff"];
    expect(bucketOf(shortId(a))).toBe(bucketOf(shortId(b)));
    expect(bucketOf(shortId("01234568-0000-7000-8000-000000000000"))).not.toBe(bucketOf(shortId(a)));
    expect(bucketOf(shortId(a)) + fieldOf(shortId(a))).toBe(shortId(a));
    expect(fieldOf(shortId(a))).toHaveLength(14);
  });

  test("makes what is no UUID a bucket of its own, without blank space", () => {
    for (const id of ["a group", "", "ü\n\u{10ffff}", "=", "%", FIRST.toUpperCase().replace("0", "A")]) {
      expect(longId(shortId(id))).toBe(id);
      expect(shortId(id)).toMatch(/^=\S*$/);
      expect(bucketOf(shortId(id))).toBe(shortId(id));
    }
  });
});
