/** Chooses who provides SQLite on this runtime. @module */

import type { SqlDriver } from "./driver.ts";

/**
 * Opens a database with what this runtime has: `bun:sqlite` on Bun, `node:sqlite` on Deno and Node. The file is made
 * when it is not there.
 *
 * @throws {Error} when the runtime has neither
 */
export async function openDriver(path: string): Promise<SqlDriver> {
  if ("Bun" in globalThis) return (await import("./bun_driver.ts")).openBun(path);
  return (await import("./node_driver.ts")).openNode(path);
}
