/**
 * The memory broker's door: for tests and examples.
 *
 * @module
 */
import { MemoryBroker, type MemoryBrokerOptions } from "./memory_broker.ts";

export { MemoryBroker, type MemoryBrokerOptions } from "./memory_broker.ts";

/**
 * A broker in memory: its letters live as long as the process, and are seen by this process alone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Umbel } from "@umbel/umbel";
 * import { memory } from "@umbel/umbel/memory";
 *
 * const app = new Umbel("shop", { broker: memory() });
 * assert.equal((await app.broker()).description, "memory");
 * ```
 */
export function memory(options: MemoryBrokerOptions = {}): MemoryBroker {
  return new MemoryBroker(options);
}
