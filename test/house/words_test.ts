/** Words that do not belong into the tree. */

import { expect, test } from "bun:test";
import { realHouse, sampleHouse } from "./house.ts";
import { checkLock, checkWords } from "./words.ts";

const house = await realHouse();

test("no reminders, no paths of a machine, no hosts of registries", () => {
  expect(checkWords(house)).toEqual([]);
});

test("the lock file names no registry", () => {
  expect(checkLock(house)).toEqual([]);
});

// Each is put together here, so that this file does not hold it.
test.each([
  ["// TO" + "DO: the rest", "a reminder of work left"],
  ["// FIX" + "ME", "a reminder of work left"],
  ['const path = "/wor' + 'k/main/x";', "a path of one machine"],
  ["cd /hom" + "e/me/x", "a path of one machine"],
  ["npm i --registry=https://registry.npm" + "js.org", "the host of a package registry"],
])("%s is caught", async (text, what) => {
  expect(checkWords(await sampleHouse({ "docs/a.md": `\n${text}` }))).toEqual([`docs/a.md:2: ${what}`]);
});

test("a lock file bound to a registry is caught", async () => {
  const sample = await sampleHouse({ "package-lock.json": `{ "resolved": "https://example.org/x.tgz" }` });
  expect(checkLock(sample)).toHaveLength(1);
});

test("ordinary words and paths are fine", async () => {
  const text = "todo lists, src/work/a.ts, https://example.org/work/, /workers/a.ts";
  expect(checkWords(await sampleHouse({ "docs/a.md": text }))).toEqual([]);
});
