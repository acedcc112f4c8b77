/** The script that writes the doors of deno.json into the other two files. */

import { afterAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "umbel-doors-"));
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ["scripts", "deno.json", "package.json", "tsconfig.json"]) {
  cpSync(join(ROOT, name), join(folder, name), { recursive: true });
}
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));

function doors(...args: string[]): { exitCode: number; output: string } {
  const { exitCode, stderr } = Bun.spawnSync(["node", join(folder, "scripts/doors.mjs"), ...args]);
  return { exitCode, output: stderr.toString() };
}

function edit(name: string, change: (content: { exports: Record<string, unknown> }) => void): void {
  const content = JSON.parse(readFileSync(join(folder, name), "utf8"));
  change(content);
  writeFileSync(join(folder, name), JSON.stringify(content));
}

test("a new door is missed by --check, then written with its conditions kept", () => {
  expect(doors("--check")).toEqual({ exitCode: 0, output: "" });
  edit("deno.json", ({ exports }) => exports["./new"] = "./src/new/mod.ts");
  edit("package.json", ({ exports }) => exports["./new"] = { workerd: "./dist/new_workerd.js", default: "./old.js" });
  const missed = doors("--check");
  expect(missed.exitCode).toBe(1);
  expect(missed.output).toContain("package.json does not have the doors");
  expect(missed.output).toContain("tsconfig.json does not have the doors");

  expect(doors().exitCode).toBe(0);
  expect(doors("--check").exitCode).toBe(0);
  expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports["./new"]).toEqual({
    types: "./dist/src/new/mod.d.ts",
    workerd: "./dist/new_workerd.js",
    default: "./dist/src/new/mod.js",
  });
  const { paths } = JSON.parse(readFileSync(join(folder, "tsconfig.json"), "utf8")).compilerOptions;
  expect(paths["@umbel/umbel/new"]).toEqual(["./src/new/mod.ts"]);
});
