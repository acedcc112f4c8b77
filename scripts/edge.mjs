// Runs the edge example: `node scripts/edge.mjs [ARGUMENT...]`. It needs redis-server, which is installed where it may be.

import process from "node:process";
import { ensureRedis } from "./redis.mjs";

try {
  ensureRedis();
  process.argv.splice(2, 0, "examples/edge/main.ts");
  await import("./run.mjs");
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
