/** Bundles for the edge. */

import { afterAll, expect, test } from "bun:test";
import manifest from "../../deno.json" with { type: "json" };
import { BUDGETS, EDGE_SAFE_DOORS } from "./budgets.ts";
import { bundle, checkBudgets, checkHostGlobals, checkHostModules } from "./bundles.ts";
import { sourcesOf } from "./doors.ts";
import { realHouse, sampleHouse } from "./house.ts";

afterAll(async () => {
  const rows = BUDGETS.map(async ({ name, source, bytes }) => ({
    name,
    bytes: (await bundle(source)).bytes,
    budget: bytes,
  }));
  console.table(await Promise.all(rows));
});

test("every bundle is within its budget", async () => {
  expect(await checkBudgets(BUDGETS)).toEqual([]);
});

test("no bundle needs a module of its host", async () => {
  expect(await checkHostModules(BUDGETS)).toEqual([]);
});

test("no edge-safe door needs a module of its host", async () => {
  const doors = EDGE_SAFE_DOORS.map((door) => door.replace(".", manifest.name));
  expect(await checkHostModules(doors.map((name) => ({ name, source: `export * from "${name}";` })))).toEqual([]);
});

test("no edge-safe door uses a name of its host", async () => {
  const house = await realHouse();
  const sources = sourcesOf(house.files);
  const doors = EDGE_SAFE_DOORS.map((door) => sources[door] ?? `${door} is no door`);
  for (const source of doors) expect(house.files.has(source)).toBe(true);
  expect(checkHostGlobals(house, doors)).toEqual([]);
});

test("a bundle over its budget is caught, with what is heavy in it", async () => {
  const source = `import * as z from "zod"; globalThis.kept = z;`;
  const [problem] = await checkBudgets([{ name: "sample", source, bytes: 1_000 }]);
  expect(problem).toMatch(/^sample: \d+ bytes gzipped, it may have 1000; minified: \S*zod\S+ \d+,/);
});

test.each([
  ["at the top", `import { join } from "node:path"; globalThis.kept = join;`],
  ["later", `globalThis.kept = () => import("node:path");`],
  ["of Bun", `import { Database } from "bun:sqlite"; globalThis.kept = Database;`],
])("a module of the host %s is caught", async (_, source) => {
  expect(await checkHostModules([{ name: "sample", source }])).toHaveLength(1);
});

test("a bundle holds only what is used", async () => {
  const { bytes, inputs } = await bundle(
    `import { formatDuration } from "@umbel/umbel"; globalThis.kept = formatDuration;`,
  );
  expect(inputs.filter((input) => input.bytes > 100).map(({ path }) => path)).toEqual(["src/base/duration.ts"]);
  expect(bytes).toBeLessThan(1_500);
});

test.each([
  ["Bun.version", "Bun"],
  ["process.env.X", "process"],
  ["Buffer.from('a')", "Buffer"],
  ["typeof Deno", "Deno"],
])("%s behind an edge-safe door is caught", async (expression, word) => {
  const house = await sampleHouse({
    "src/a.ts": `export { b } from "./b.ts";`,
    "src/b.ts": `export const b = ${expression};`,
    "src/unreached.ts": "Bun.gc(true);",
  });
  expect(checkHostGlobals(house, ["src/a.ts"])).toEqual([
    `src/b.ts:1: ${word} is not everywhere: ask for it on globalThis`,
  ]);
});

test("asking on globalThis is fine, and so are members of such names", async () => {
  const text =
    `export const a = "Bun" in globalThis && globalThis.process?.env; export const b = { process: 1 }; b.process;`;
  expect(checkHostGlobals(await sampleHouse({ "src/a.ts": text }), ["src/a.ts"])).toEqual([]);
});
