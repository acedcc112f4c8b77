import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { SortedList } from "../../../src/brokers/memory/sorted_list.ts";

interface Item {
  readonly key: number;
  readonly order: number;
}

function fill(keys: readonly number[]) {
  const items = keys.map((key, order): Item => ({ key, order }));
  const list = new SortedList<Item>((a, b) => a.key - b.key || a.order - b.order);
  items.forEach((item) => list.add(item));
  return { items, list };
}

test("Items come out in their order, whatever order they came in", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (keys) => {
      const { items, list } = fill(keys);
      expect(list.size).toBe(items.length);
      const out: (Item | undefined)[] = [];
      while (list.size > 0) {
        expect(list.first()).toBe(list.slice(1)[0]);
        out.push(list.shift());
      }
      expect(out).toEqual(items.toSorted((a, b) => a.key - b.key));
      expect([list.first(), list.shift(), list.slice(3)]).toEqual([undefined, undefined, []]);
    }),
    { seed: 1 },
  );
});

test("An item is taken out wherever it stands, and one that is not there is left alone", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1 }), fc.nat(), (keys, pick) => {
      const { items, list } = fill(keys);
      const gone = items[pick % items.length];
      if (!gone) return;
      list.remove(gone);
      list.remove(gone);
      list.remove({ key: 5, order: -1 });
      expect(list.slice(Infinity)).toEqual(items.filter((it) => it !== gone).toSorted((a, b) => a.key - b.key));
    }),
    { seed: 1 },
  );
});
