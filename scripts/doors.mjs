// Writes the doors of deno.json, where they are kept by hand, into package.json and tsconfig.json. With --check, only compares.
//
// deno.json maps a door to its source. npm needs the built file and its types for each, after any conditions of the door's
// own, which package.json keeps. The compiler, Bun and esbuild need a path, so that a door's name means its source inside
// the repository, where nothing is built.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./setup.mjs";

function read(name) {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}

function builtFiles(source, conditions) {
  const built = source.replace(/^\.\//, "./dist/").replace(/\.ts$/, "");
  const { types: _types, default: _default, ...own } = conditions ?? {};
  return { types: `${built}.d.ts`, ...own, default: `${built}.js` };
}

function packageWithDoors(doors, pack) {
  const exports = Object.entries(doors).map(([door, source]) => [door, builtFiles(source, pack.exports?.[door])]);
  return { ...pack, exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" } };
}

function configWithDoors(doors, name, config) {
  const paths = Object.entries(doors).map(([door, source]) => [door.replace(".", name), [source]]);
  return { ...config, compilerOptions: { ...config.compilerOptions, paths: Object.fromEntries(paths) } };
}

const { name, exports: doors } = read("deno.json");
const wanted = {
  "package.json": packageWithDoors(doors, read("package.json")),
  "tsconfig.json": configWithDoors(doors, name, read("tsconfig.json")),
};
for (const [file, content] of Object.entries(wanted)) {
  if (JSON.stringify(content) === JSON.stringify(read(file))) continue;
  if (process.argv.includes("--check")) {
    process.stderr.write(`${file} does not have the doors of deno.json: run node scripts/doors.mjs\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(root, file), `${JSON.stringify(content, null, 2)}\n`);
  }
}
