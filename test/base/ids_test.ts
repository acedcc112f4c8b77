import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bucketOf, deriveId, deriver, idOfKey, isId, newId, partitionOf, slotOf, timeOf } from "../../src/base/ids.ts";

describe("a new id", () => {
  test("is a UUIDv7 of now", () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(timeOf(id)).toBeGreaterThanOrEqual(before);
    expect(isId(id)).toBe(true);
  });

  test("sorts behind all before it, and differs from them", () => {
    const ids = Array.from({ length: 20_000 }, () => newId());
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("ends in the slot that is asked for", () => {
    for (const slot of [0, 7, 255]) expect(slotOf(newId(slot))).toBe(slot);
    expect(partitionOf(newId(18), 16)).toBe(2);
    expect(partitionOf(newId(18), 1)).toBe(0);
  });
});

describe("a derived id", () => {
  test("is the same for the same parent and label, in the parent's slot and bucket", () => {
    const parent = newId();
    const child = deriveId(parent, "link/0");
    expect(deriveId(parent, "link/0")).toBe(child);
    expect(isId(child)).toBe(true);
    expect(slotOf(child)).toBe(slotOf(parent));
    expect(bucketOf(child)).toBe(bucketOf(parent));
    expect(child).not.toBe(parent);
  });

  test("differs for each label", () => {
    const parent = newId();
    const ids = new Set(Array.from({ length: 10_000 }, (_, index) => deriveId(parent, `step/${index}`)));
    expect(ids.size).toBe(10_000);
  });
});

describe("the id of a key", () => {
  test("is one id for one key", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      expect(isId(idOfKey(a))).toBe(true);
      expect(idOfKey(a) === idOfKey(b)).toBe(a === b);
    }));
  });
});

test("what is no UUID in lower case is no id", () => {
  for (const bad of ["", "order-42", newId().toUpperCase(), `${newId()}0`, newId().replaceAll("-", "")]) {
    expect(isId(bad)).toBe(false);
  }
});

test("ids that are derived one by one or many at once are the same, for ever, and differ from each other", () => {
  const parent = "01a21f6b-1f9a-71ab-9aef-5b98aab5d5e1";
  const derive = deriver(parent);
  const labels = ["root", "graph", "", "grüße", ...Array.from({ length: 20_000 }, (_, index) => String(index))];
  const ids = labels.map(derive);
  expect(ids.slice(0, 100)).toEqual(labels.slice(0, 100).map((label) => deriveId(parent, label)));
  expect(new Set(ids).size).toBe(labels.length);
  expect(ids.every((id) => isId(id) && slotOf(id) === slotOf(parent) && timeOf(id) === timeOf(parent))).toBe(true);
  expect(ids.slice(0, 4)).toEqual([
    "01a21f6b-1f9a-8a33-b48c-edcf581809e1",
    "01a21f6b-1f9a-819b-9cac-b55c55902ce1",
    "01a21f6b-1f9a-81f6-83f9-fc09627be5e1",
    "01a21f6b-1f9a-80f6-8cc0-ab4a41b793e1",
  ]);
});
