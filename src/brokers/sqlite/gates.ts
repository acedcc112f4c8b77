/** The gates of the sqlite broker: how many have to arrive, and what has arrived. @module */

import type { Arrival } from "../../broker.ts";
import type { Database } from "./database.ts";
import { numberOf, textOf } from "./rows.ts";
import { GATES } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** Lets a value arrive at a gate that waits; tells whether it was the one that opened it. */
export function arrive(turn: Turn, { gate, index, value }: Arrival): boolean {
  if (turn.run(GATES.arrive, gate, index, value) === 0) return false;
  const row = turn.get(GATES.count, gate);
  return row !== undefined && numberOf(row, "open") === 1;
}

/** What has arrived at a gate, in the order of the indices. */
export function arrivals(database: Database, gate: string): readonly string[] {
  return database.all(GATES.arrivals, gate).map((row) => textOf(row, "value"));
}

/** Forgets a gate and its arrivals. */
export function closeGate(turn: Turn, gate: string): void {
  if (turn.run(GATES.close, gate) > 0) turn.run(GATES.clear, gate);
}
