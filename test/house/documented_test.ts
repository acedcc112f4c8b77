/** Doc comments. */

import { expect, test } from "bun:test";
import { checkExports, checkOpenings } from "./documented.ts";
import { realHouse, sampleHouse } from "./house.ts";

const house = await realHouse();

test("every export has a doc comment", () => {
  expect(checkExports(house)).toEqual([]);
});

test("every file opens with what it is", () => {
  expect(checkOpenings(house)).toEqual([]);
});

test.each([
  ["a constant", "export const x = 1;", "x"],
  ["a function", "// a remark is no doc\nexport function x(): void {}", "x"],
  ["a class", "export class X {}", "X"],
  ["a type", "export type X = 1;", "X"],
  ["an interface", "export interface X {}", "X"],
  ["a default", "export default 1;", "default"],
  ["a name in a list", "const x = 1;\nexport { x as y };", "x"],
  ["two in one", "/** One. */\nexport const a = 1;\nexport const x = 1, y = 2;", "x"],
])("%s without one is caught", async (_, text, name) => {
  const problems = checkExports(await sampleHouse({ "src/base/a.ts": text }));
  expect(problems[0]).toMatch(new RegExp(`^src/base/a.ts:\\d: ${name} is exported`));
});

test.each([
  ["a documented one", "/** What it is. */\nexport const x = 1;"],
  ["an overload", "/** What it is. */\nexport function x(a: 1): void;\nexport function x(a: 2): void {}"],
  ["a re-export", `export { x } from "./x.ts";\nexport * from "./y.ts";`],
  ["a private", "const x = 1;"],
])("%s is fine", async (_, text) => {
  expect(checkExports(await sampleHouse({ "src/base/a.ts": text }))).toEqual([]);
});

test("a file without an opening sentence is caught", async () => {
  const files = { "src/a.ts": "export {};", "src/b.ts": "/** B. */", "workers/c.ts": "#!/usr/bin/env bun\n// C." };
  expect(checkOpenings(await sampleHouse(files))).toEqual([
    "src/a.ts:1: a file opens with a comment that says what it is",
  ]);
});
