/** The npm package: it packs, and what is packed works in Node, Bun and Deno and has types. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pack from "../../package.json" with { type: "json" };
import { runJob } from "../../scripts/job.mjs";
import { denoPath } from "../../scripts/setup.mjs";

const ROOT = join(import.meta.dir, "../..");
const LIMIT = 120_000;

const folder = mkdtempSync(join(tmpdir(), "umbel-package-"));
const installed = join(folder, "node_modules", pack.name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function command(name: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, output } = await runJob(name, args, { cwd, env: process.env, timeoutMs: LIMIT });
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/**
 * Installs the tarball as npm would, but needs no registry: the package is unpacked, and each package that it depends on,
 * and only those, is linked from the repository. An import of anything that is not a declared dependency fails.
 */
async function install(tarball: string): Promise<void> {
  mkdirSync(installed, { recursive: true });
  await command("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"], folder);
  for (const name of Object.keys(pack.dependencies)) {
    mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { [pack.name]: "*" } }));
}

/** Packs a copy of the tree, so that a build going on in the repository itself is not disturbed. */
async function packTree(): Promise<string> {
  const copy = join(folder, "tree");
  const configs = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.src.json", "tsconfig.build.json"];
  const meant = ["mod.ts", "src", "workers", "scripts", "README.md", "CHANGELOG.md", "LICENSE"];
  for (const name of [...meant, ...configs]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  await command("npm", ["pack", "--silent", "--pack-destination", folder], copy);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack wrote no tarball");
  return join(folder, tarball);
}

beforeAll(async () => await install(await packTree()), LIMIT);

const DOORS = Object.keys(pack.exports).filter((door) => !door.endsWith(".json"))
  .map((door) => door.replace(".", pack.name));

/** A program that imports every door and prints how many names each has. */
function importAll(): string {
  const file = join(folder, "doors.mjs");
  const imports = DOORS.map((door) => `console.log("${door}", Object.keys(await import("${door}")).length);`);
  writeFileSync(file, `${imports.join("\n")}\nprocess.exit(0);\n`);
  return file;
}

const RUNTIMES = [
  ["Node", Bun.which("node") ?? "node", []],
  ["Bun", process.execPath, []],
  ["Deno", denoPath(), ["run", "--allow-all", "--no-check", "--node-modules-dir=manual"]],
] as const;

test.each(RUNTIMES)("every door opens in %s", async (_, program, args) => {
  const output = await command(program, [...args, importAll()], folder);
  for (const door of DOORS) expect(output).toMatch(new RegExp(`^${door} [1-9]`, "m"));
}, LIMIT);

test.each(RUNTIMES)("what is no door stays closed in %s", async (_, program, args) => {
  const file = join(folder, "closed.mjs");
  writeFileSync(file, `await import("${pack.name}/src/app/umbel.js");`);
  await expect(command(program, [...args, file], folder)).rejects.toThrow("ended with 1");
}, LIMIT);

test("the command runs", async () => {
  const path = join(installed, pack.bin.umbel);
  expect(await command(process.execPath, [path, "--version"], folder)).toContain(pack.version);
}, LIMIT);

test("the types arrive", async () => {
  const doors = DOORS.map((door, index) => `import * as door${index} from "${door}";\nvoid door${index};`);
  const use = `import { Umbel } from "${pack.name}";
    const app: Umbel = new Umbel("shop");
    // @ts-expect-error a name is a string: were the types missing, this would be no error
    new Umbel(7);
    void app;`;
  writeFileSync(join(folder, "use.ts"), [...doors, use].join("\n"));
  const options = ["--noEmit", "--strict", "--target", "es2023", "--module", "nodenext", "--skipLibCheck"];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await command("node", [tsc, ...options, "--types", "", "use.ts"], folder);
}, LIMIT);

test("nothing but the built files is packed", () => {
  const names = readdirSync(installed);
  expect(names).toContain("LICENSE");
  for (const name of ["src", "test", "scripts", "node_modules"]) expect(names).not.toContain(name);
});
