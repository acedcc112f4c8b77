/**
 * The sqlite broker's door: durable, in one file, for any number of processes of one machine.
 *
 * @module
 */
import type { SqliteBrokerOptions } from "./options.ts";
import { SqliteBroker } from "./sqlite_broker.ts";

export type { Synchronous } from "./database.ts";
export type { SqliteBrokerOptions } from "./options.ts";
export { SqliteBroker } from "./sqlite_broker.ts";

/**
 * A broker in a SQLite file.
 *
 * @param options the path of the file, or all options
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Umbel } from "@umbel/umbel";
 * import { sqlite } from "@umbel/umbel/sqlite";
 *
 * const app = new Umbel("shop", { broker: sqlite({ path: "./shop.sqlite", synchronous: "full" }) });
 * assert.equal((await app.broker()).description, "sqlite ./shop.sqlite");
 * ```
 */
export function sqlite(options: string | SqliteBrokerOptions): SqliteBroker {
  return new SqliteBroker(typeof options === "string" ? { path: options } : options);
}
