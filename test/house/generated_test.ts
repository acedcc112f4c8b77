/** Generated files. */

import { expect, test } from "bun:test";
import { checkFresh, checkListed, type Comparison, GENERATORS } from "./generated.ts";
import { ROOT, treePaths } from "./tree.ts";

function compare(script: string): Comparison {
  const command = script.endsWith(".mjs") ? Bun.which("node") ?? "node" : process.execPath;
  const { exitCode, stdout, stderr } = Bun.spawnSync([command, script, "--check"], { cwd: ROOT });
  return { exitCode, output: `${stdout}${stderr}` };
}

test("every generated file equals a fresh build", () => {
  expect(checkFresh(GENERATORS, compare)).toEqual([]);
}, 60_000);

test("a script answers for every generated file", () => {
  expect(checkListed(GENERATORS, treePaths())).toEqual([]);
});

const SAMPLE = [{ script: "scripts/a.mjs", files: ["src/a.gen.ts"] }];

test("a stale file is caught", () => {
  const stale = checkFresh(SAMPLE, () => ({ exitCode: 1, output: "src/a.gen.ts differs\n" }));
  expect(stale).toEqual(["scripts/a.mjs:1: src/a.gen.ts differs"]);
});

test("a script that cannot compare is caught", () => {
  expect(checkFresh([{ script: "scripts/nowhere.mjs", files: [] }], compare)).toHaveLength(1);
});

test("a generated file of nobody, and a listed one that is not there, are caught", () => {
  expect(checkListed(SAMPLE, ["scripts/a.mjs", "src/a.gen.ts", "src/b.gen.ts", "src/c.wasm"])).toHaveLength(2);
  expect(checkListed(SAMPLE, ["scripts/a.mjs"])).toEqual(["src/a.gen.ts:1: is listed as generated, but not there"]);
});
