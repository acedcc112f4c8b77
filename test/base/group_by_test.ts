import { expect, test } from "bun:test";
import { groupBy } from "../../src/base/group_by.ts";

test("things are grouped in their order", () => {
  const words = ["tea", "pot", "cup", "tin", "pan"];
  expect(groupBy(words, (word) => word[0])).toEqual(Map.groupBy(words, (word) => word[0]));
  expect([...groupBy([], String)]).toEqual([]);
});
