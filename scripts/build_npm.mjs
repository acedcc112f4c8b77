// Builds what the npm package holds into dist/: JavaScript and types of mod.ts, src/ and workers/, and the files beside them.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { extname, join } from "node:path";
import process from "node:process";
import { root, setup } from "./setup.mjs";

const dist = join(root, "dist");

/** Assets that the code reads or imports as they are. Lua scripts are not: they live in generated modules. */
const ASSETS = new Set([".wasm", ".html", ".css", ".js", ".svg"]);

function compile() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("Cannot build the package as its sources must compile");
}

function copyAssets() {
  for (const folder of ["src", "workers"].filter((name) => existsSync(join(root, name)))) {
    cpSync(join(root, folder), join(dist, folder), {
      recursive: true,
      filter: (path) => extname(path) === "" || ASSETS.has(extname(path)),
    });
  }
}

setup();
rmSync(dist, { recursive: true, force: true });
compile();
copyAssets();
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const path of Object.values(bin)) chmodSync(join(root, path), 0o755);
