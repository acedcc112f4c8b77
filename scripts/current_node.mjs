// Finds a current Node beside the one that runs the tests, for what an older one has not: SQLite.
//
// npm's packages `node-linux-*` hold Node's program. One is installed into `.build/` and not listed in package.json: an optional
// dependency there would be installed by every user of the package, and one for development only on every platform.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { root } from "./setup.mjs";

/** The latest with long-term support. 50 MB to fetch, once for each clone. */
const VERSION = "24.21.0";

/** Since 22.13 `node:sqlite` needs no flag. */
const HAS_SQLITE = [22, 13];

const FETCH_LIMIT_MS = 180_000;

/** Whether a Node of this version has SQLite. */
export function hasSqlite(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > HAS_SQLITE[0] || (major === HAS_SQLITE[0] && minor >= HAS_SQLITE[1]);
}

function isThere(path) {
  return existsSync(path) && spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.trim() === `v${VERSION}`;
}

/**
 * The program of a current Node; undefined where this process is one, and where there is none to be had: that is said in a line.
 */
export function currentNode() {
  if (hasSqlite(process.versions.node)) return undefined;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, ".build/current_node");
  const path = join(folder, "node_modules", name, "bin/node");
  if (process.platform === "linux" && !isThere(path)) fetchNode(`${name}@${VERSION}`, folder);
  if (isThere(path)) return path;
  process.stdout.write(`Node ${VERSION} is not to be had here: SQLite is tested on Bun and Deno only\n`);
  return undefined;
}

function fetchNode(name, folder) {
  mkdirSync(folder, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder];
  const options = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: FETCH_LIMIT_MS };
  const { status, stderr } = spawnSync("npm", ["install", ...flags, name], options);
  if (status !== 0) process.stdout.write(`npm could not install ${name}: ${stderr.trim().split("\n")[0] ?? ""}\n`);
}
