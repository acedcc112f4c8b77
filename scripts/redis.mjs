// Finds redis-server for the tests, and installs Debian's package where it is missing and may be.

import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";

const POLICY = "/usr/sbin/policy-rc.d";

function hasRedis() {
  return spawnSync("redis-server", ["--version"], { stdio: "ignore" }).status === 0;
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync("apt-get", args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs an installation during which Debian starts no service: the tests start servers of their own, on their own ports. */
function withoutServices(install) {
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    return install();
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}

/** Makes `redis-server` available, or throws an error that says what to do. */
export function ensureRedis() {
  if (hasRedis()) return;
  const isDebian = existsSync("/usr/bin/apt-get");
  if (!isDebian || process.getuid?.() !== 0) {
    throw new Error(
      "Cannot run the tests as redis-server must be installed: install it (Debian: sudo apt-get install redis-server; " +
        "macOS: brew install redis) and start the tests again",
    );
  }
  process.stderr.write("Installing redis-server (apt-get) ...\n");
  apt(["update"]);
  const { stderr } = withoutServices(() => apt(["install", "-y", "--no-install-recommends", "redis-server"]));
  if (!hasRedis()) throw new Error(`Cannot run the tests as redis-server must be installed: apt-get failed\n${stderr}`);
}
