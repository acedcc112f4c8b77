/** Notes and results of the sqlite broker. @module */

import type { StoredResult } from "../../broker.ts";
import type { Database } from "./database.ts";
import { numberOf, textOrNothing } from "./rows.ts";
import { Over, State } from "./schema.ts";
import { RESULTS } from "./statements.ts";
import type { Turn } from "./turn.ts";

/** Writes a note, unless the task is over. */
export function note(turn: Turn, id: string, text: string, retention: number): void {
  write(turn, id, Over.no, text, retention);
}

/** Writes a final result, unless there is one. */
export function finish(turn: Turn, id: string, text: string, retention: number): void {
  write(turn, id, Over.final, text, retention);
}

function write(turn: Turn, id: string, over: number, text: string, retention: number): void {
  if (turn.run(RESULTS.write, turn.now, id, over, text, turn.now + retention) > 0) turn.changed.add(id);
}

/** Forgets what is known of a task that is over. */
export function forget(turn: Turn, id: string): void {
  if (turn.run(RESULTS.forget, id) + turn.run(RESULTS.forgetDead, id) > 0) turn.changed.add(id);
}

/** What is known of an id. */
export function read(database: Database, id: string, now: number): StoredResult | null {
  const row = database.get(RESULTS.read, id);
  if (!row) return null;
  const state = numberOf(row, "state");
  const isLive = state !== State.none && state !== State.dead;
  if (numberOf(row, "until") <= now) return isLive ? { kind: "queued" } : null;
  const text = textOrNothing(row, "result");
  if (text === undefined) return { kind: "queued" };
  return { kind: numberOf(row, "over") === Over.final ? "final" : "note", text };
}

/**
 * Removes a few results whose time is over. Each transaction does so, for more results than it wrote, so that the old
 * ones go as fast as new ones come and no transaction is long for it.
 */
export function sweep(turn: Turn): void {
  if (turn.get(RESULTS.anyOld, turn.now)) turn.run(RESULTS.sweep, turn.now, 8 + 2 * turn.changed.size);
}
