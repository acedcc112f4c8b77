/** Packages at their doors. */

import { expect, test } from "bun:test";
import { realHouse, sampleHouse } from "./house.ts";
import { checkVendors } from "./vendors.ts";

test("every package comes in by its door", async () => {
  expect(checkVendors(await realHouse())).toEqual([]);
});

test.each([
  ["src/base/a.ts", "zod/mini"],
  ["src/client/a.ts", "@upstash/redis/cloudflare"],
  ["src/codecs/json.ts", "msgpackr"],
  ["src/worker/a.ts", "hono"],
  ["src/app/a.ts", "commander"],
  ["src/brokers/redis/a.ts", "bun:sqlite"],
  ["src/brokers/memory/a.ts", "node:sqlite"],
  ["src/base/a.ts", "left-pad"],
])("%s importing %s is caught", async (path, specifier) => {
  const house = await sampleHouse({ [path]: `import type { x } from "${specifier}";` });
  expect(checkVendors(house)).toEqual([expect.stringMatching(new RegExp(`^${path}:1: `))]);
});

test.each([
  ["src/protocol/a.ts", "zod/mini"],
  ["src/brokers/redis/upstash/a.ts", "@upstash/redis/cloudflare"],
  ["src/worker/a.ts", "node:os"],
  ["test/a.ts", "fast-check"],
])("%s importing %s is fine", async (path, specifier) => {
  expect(checkVendors(await sampleHouse({ [path]: `import { x } from "${specifier}";` }))).toEqual([]);
});
