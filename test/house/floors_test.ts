/** Floors, neighbours and circles. */

import { expect, test } from "bun:test";
import { checkCircles, checkFloors } from "./floors.ts";
import { realHouse, sampleHouse } from "./house.ts";

const house = await realHouse();

test("every import goes down", () => {
  expect(checkFloors(house)).toEqual([]);
});

test("no file imports itself by any way", () => {
  expect(checkCircles(house)).toEqual([]);
});

test.each([
  ["upwards", "src/base/a.ts", `import { b } from "../protocol/b.ts";`],
  ["upwards, a type", "src/base/a.ts", `import type { B } from "../protocol/b.ts";`],
  ["upwards, an import type", "src/base/a.ts", `export type A = import("../protocol/b.ts").B;`],
  ["upwards, later", "src/base/a.ts", `const b = await import("../protocol/b.ts");`],
  ["upwards, a re-export", "src/base/a.ts", `export * from "../protocol/b.ts";`],
  ["sideways", "src/client/a.ts", `import { b } from "../inspect/b.ts";`],
  ["against the neighbour's direction", "src/codecs/a.ts", `import { b } from "../serializer.ts";`],
  ["between implementations", "src/brokers/sqlite/a.ts", `import { b } from "../memory/b.ts";`],
  ["from no floor", "src/odd/a.ts", `import { b } from "../base/b.ts";`],
  ["to no floor", "src/app/a.ts", `import { b } from "../odd/b.ts";`],
  ["to the front door", "src/cli/a.ts", `import { b } from "../../mod.ts";`],
])("an import %s is caught", async (_, path, text) => {
  expect(checkFloors(await sampleHouse({ [path]: `\n${text}` }))).toEqual([
    expect.stringMatching(new RegExp(`^${path}:2: `)),
  ]);
});

test.each([
  ["down", "src/app/a.ts", `import { b } from "../base/b.ts";`],
  ["within a folder", "src/app/a.ts", `import { b } from "./deep/b.ts";`],
  ["of a neighbour", "src/serializer.ts", `import { b } from "./codecs/b.ts";`],
  ["of what implementations share", "src/brokers/sqlite/a.ts", `import { b } from "../checks.ts";`],
  ["of a package", "src/base/a.ts", `import { b } from "zod";`],
])("an import %s is fine", async (_, path, text) => {
  expect(checkFloors(await sampleHouse({ [path]: text }))).toEqual([]);
});

test("a circle is caught, through types too, and told once", async () => {
  const circle = {
    "src/base/a.ts": `import { b } from "./b.ts"; export const a = b;`,
    "src/base/b.ts": `import { c } from "./c.ts"; export const b = c;`,
    "src/base/c.ts": `import type { A } from "./a.ts"; export const c = 1;`,
  };
  expect(checkCircles(await sampleHouse(circle))).toEqual([
    "src/base/a.ts:1: imports itself: src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts",
  ]);
});
