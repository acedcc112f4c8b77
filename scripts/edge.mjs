// Runs an example of the edge: `node scripts/edge.mjs FILE [ARGUMENT...]`. It needs redis-server, which is installed where it
// may be.

import process from "node:process";
import { ensureRedis } from "./redis.mjs";

try {
  ensureRedis();
  await import("./run.mjs");
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
