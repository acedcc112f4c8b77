/** Holes in the types. */

import { expect, test } from "bun:test";
import { checkHoles } from "./holes.ts";
import { realHouse, sampleHouse } from "./house.ts";

test("the types have no holes", async () => {
  expect(checkHoles(await realHouse())).toEqual([]);
});

test.each([
  "const x: any = 1;",
  "const x = y as any;",
  "const x = <any>y;",
  "type X = Record<string, any>;",
  "function f(...args: any[]): void {}",
  "const x = y as unknown as string;",
  "// @ts" + "-ignore\nconst x = 1;",
  "/* @ts" + "-expect-error why */\nconst x = 1;",
])("%s is caught", async (text) => {
  expect(checkHoles(await sampleHouse({ "src/a.ts": text }))).toHaveLength(1);
});

test("words that only look like holes are fine", async () => {
  const text = '// any of these as any other\nconst any = "as any"; const x = y as unknown; type Company = 1;';
  expect(checkHoles(await sampleHouse({ "src/a.ts": text }))).toEqual([]);
});
