/** Doors and versions. */

import { expect, test } from "bun:test";
import { checkDoors, checkVersions } from "./doors.ts";
import { realHouse, sampleHouse } from "./house.ts";

const house = await realHouse();

test("everything names the same doors", () => {
  expect(checkDoors(house)).toEqual([]);
});

test("everything names the same version", () => {
  expect(checkVersions(house)).toEqual([]);
});

const SAMPLE = {
  "deno.json": `{ "name": "@a/b", "version": "1.0.0", "exports": { ".": "./mod.ts", "./worker": "./src/worker.ts" } }`,
  "package.json":
    `{ "name": "@a/b", "version": "1.0.0", "exports": { ".": {}, "./worker": {}, "./package.json": "" } }`,
  "package-lock.json": `{ "name": "@a/b", "version": "1.0.0" }`,
  "README.md": "| door | for |\n| --- | --- |\n| `@a/b` | all |\n| `@a/b/worker` | some |\n\n| `other` | |\n",
  "src/cli/version.ts": `export const VERSION = "1.0.0";`,
  "mod.ts": "",
  "src/worker.ts": "",
};

test("a house in order is fine", async () => {
  const sample = await sampleHouse(SAMPLE);
  expect([...checkDoors(sample), ...checkVersions(sample)]).toEqual([]);
});

test.each(
  [
    ["a door that package.json lacks", "package.json", `, "./worker": {}`, ""],
    ["a door that only package.json has", "package.json", `"./worker": {}`, `"./worker": {}, "./cli": {}`],
    ["a door that the README lacks", "README.md", "| `@a/b/worker` | some |\n", ""],
    ["a door that only the README has", "README.md", "| `other` | |", "| `@a/b/cli` | |"],
    ["a door that the README has twice", "README.md", "| `other` | |", "| `@a/b` | |"],
    ["a door without a source", "deno.json", "./src/worker.ts", "./src/nowhere.ts"],
  ] as const,
)("%s is caught", async (_, file, text, instead) => {
  const sample = await sampleHouse({ ...SAMPLE, [file]: SAMPLE[file].replace(text, instead) });
  expect(checkDoors(sample)).toHaveLength(1);
});

test.each(["package.json", "package-lock.json", "src/cli/version.ts"] as const)(
  "another version in %s is caught",
  async (file) => {
    const sample = await sampleHouse({ ...SAMPLE, [file]: SAMPLE[file].replace("1.0.0", "1.0.1") });
    expect(checkVersions(sample)).toHaveLength(1);
  },
);
