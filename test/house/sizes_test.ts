/** Sizes of files and functions. */

import { expect, test } from "bun:test";
import { realHouse, sampleHouse } from "./house.ts";
import { checkFileSizes, checkFunctionSizes } from "./sizes.ts";

const house = await realHouse();

test("files are small", () => {
  expect(checkFileSizes(house)).toEqual([]);
});

test("functions are small", () => {
  expect(checkFunctionSizes(house)).toEqual([]);
});

function lines(count: number): string {
  return "void 0;\n".repeat(count);
}

/** As many files, or functions, of a length. */
function repeat(times: number, make: (index: number) => [string, string]): Record<string, string> {
  return Object.fromEntries(Array.from({ length: times }, (_, index) => make(index)));
}

test("one file that is too long is caught, unless it is generated", async () => {
  const small = repeat(20, (index) => [`src/base/${index}.ts`, lines(10)]);
  const long = { "src/base/long.ts": lines(401), "test/long_test.ts": lines(401), "src/base/long.gen.ts": lines(900) };
  expect(checkFileSizes(await sampleHouse({ ...small, ...long }))).toEqual([
    "src/base/long.ts:1: 401 lines, a file may have 400",
    "test/long_test.ts:1: 401 lines, a file may have 400",
  ]);
});

test("files that are long on the whole are caught", async () => {
  const some = await sampleHouse(repeat(10, (index) => [`src/base/${index}.ts`, lines(index < 5 ? 10 : 111)]));
  expect(checkFileSizes(some)).toEqual([]);
  const most = await sampleHouse(repeat(10, (index) => [`src/base/${index}.ts`, lines(index < 8 ? 111 : 300)]));
  expect(checkFileSizes(most)).toEqual([
    "src:1: the median file has 111 lines, it may have 110",
    "src:1: a file in ten has over 299 lines, it may have 250",
  ]);
});

function func(index: number, count: number): string {
  return `function f${index}(): void {\n${lines(count - 2)}}\n`;
}

test("one function that is too long is caught, whatever braces its texts hold", async () => {
  const tricky = 'function tricky(): void {\n  const a = "}" + `${"}"}}`;\n  return /[/}]}/; // }\n}\n';
  const arrow = `const long = () => ({\n${"  x: 1,\n".repeat(60)}});\n`;
  const text = tricky + arrow + Array.from({ length: 20 }, (_, index) => func(index, 4)).join("") + func(20, 61);
  expect(checkFunctionSizes(await sampleHouse({ "src/base/a.ts": text }))).toEqual([
    "src/base/a.ts:147: f20: 61 lines, a function may have 60",
    "src/base/a.ts:5: long: 62 lines, a function may have 60",
  ]);
});

test("functions that are long on the whole are caught", async () => {
  const text = Array.from({ length: 10 }, (_, index) => func(index, index < 8 ? 9 : 30)).join("");
  expect(checkFunctionSizes(await sampleHouse({ "src/base/a.ts": text }))).toEqual([
    "src:1: the median function has 9 lines, it may have 8",
    "src:1: a function in ten has over 29 lines, it may have 20",
  ]);
});
