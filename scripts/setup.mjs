// Makes a clone ready to run: installs the npm packages when they are missing or are not the locked ones.
//
// Plain Node 20 without a dependency, since it runs before anything is installed. Bun and Deno come as npm packages, so a
// machine needs Node and npm only.

import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const modules = join(root, "node_modules");

/** The packages of a lock file by path, or nothing where there is no such file. */
function lockedPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : undefined;
}

/**
 * Whether `node_modules` holds what `package-lock.json` says. Compared by content, not by time: git sets the time of a file
 * to the checkout's. A package for another platform is optional and may be missing.
 */
export function isInstalled() {
  const installed = lockedPackages(join(modules, ".package-lock.json"));
  if (installed === undefined) return false;
  const wanted = lockedPackages(join(root, "package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed[path];
    return path === "" || (found === undefined ? optional === true : found.version === version);
  });
}

/** Installs the locked packages where needed; says nothing but one line unless it fails. */
export function setup() {
  if (isInstalled()) return;
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Error("Cannot install packages as node_modules must be a folder of this clone: current value is a link");
  }
  process.stderr.write("Installing packages (npm ci) ...\n");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (npm.status === 0) return;
  process.stderr.write(`${npm.stdout ?? ""}${npm.stderr ?? ""}`);
  throw new Error(`Cannot install packages as npm ci must succeed: current value is exit code ${npm.status}`);
}

/** A program that the package's install script has put in place, or the one in its platform package where scripts are off. */
function findProgram(placed, scope, inside) {
  const platform = `${process.platform}-${process.arch === "arm64" ? "(arm64|aarch64)" : process.arch}`;
  const folder = join(modules, scope);
  const packages = existsSync(folder) ? readdirSync(folder).filter((name) => new RegExp(platform).test(name)) : [];
  const candidates = [join(modules, placed), ...packages.map((name) => join(folder, name, inside))];
  const found = candidates.find((path) => existsSync(path) && lstatSync(path).size > 1_000_000);
  if (found === undefined) {
    throw new Error(`Cannot find ${scope} as its package for ${process.platform}-${process.arch} must be installed`);
  }
  return found;
}

/** The path of the Bun program that npm installed. */
export function bunPath() {
  const exe = process.platform === "win32" ? "bun.exe" : "bun";
  return findProgram("bun/bin/bun.exe", "@oven", join("bin", exe));
}

/** The path of the Deno program that npm installed. */
export function denoPath() {
  const exe = process.platform === "win32" ? "deno.exe" : "deno";
  return findProgram(join("deno", exe), "@deno", exe);
}

/** The environment for a child: `bun` and the other installed commands come first in its path. */
export function toolEnvironment() {
  const path = [dirname(bunPath()), dirname(denoPath()), join(modules, ".bin"), process.env.PATH ?? ""];
  return { ...process.env, PATH: path.join(delimiter), DENO_NO_UPDATE_CHECK: "1" };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) setup();
