/** One transaction of the sqlite broker: what it works with, and whom it will have to wake. @module */

import type { SqlRow, SqlValue } from "./driver.ts";
import type { Database } from "./database.ts";
import { LETTERS } from "./statements.ts";
import { numberOf } from "./rows.ts";

/**
 * How many letters a verb makes ready at most in one queue because their time has come: more of them wait for the next
 * verb, so that a crowd that is due at once stalls nobody.
 */
const PROMOTED_AT_ONCE = 1_000;

/** The verbs' view of a transaction. When it is rolled back, it is thrown away. */
export class Turn {
  /** The time, for all that happens in this transaction. */
  readonly now: number;
  /** How many letters became ready, by queue. */
  readonly readied: Map<string, number> = new Map();
  /** When the first letter that was delayed in this transaction is due, by queue. */
  readonly delayed: Map<string, number> = new Map();
  /** Ids whose note or result may have changed. */
  readonly changed: Set<string> = new Set();
  readonly #database: Database;
  readonly #promoted = new Set<string>();

  constructor(database: Database, now: number) {
    this.#database = database;
    this.now = now;
  }

  /** Runs a statement and tells how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#database.run(sql, ...values);
  }

  /** The rows of a statement. */
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[] {
    return this.#database.all(sql, ...values);
  }

  /** The first row of a statement. */
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined {
    return this.#database.get(sql, ...values);
  }

  /** Notes that letters of a queue may run now. */
  ready(queue: string, count = 1): void {
    this.readied.set(queue, (this.readied.get(queue) ?? 0) + count);
  }

  /** Notes that a letter of a queue waits for its time. */
  delay(queue: string, due: number): void {
    this.delayed.set(queue, Math.min(due, this.delayed.get(queue) ?? Infinity));
  }

  /**
   * Makes ready what has become due in a queue, in the order of the times. Comes before anything else becomes ready
   * there, so that the order within a queue is that of becoming ready.
   */
  promote(queue: string): void {
    if (this.#promoted.has(queue)) return;
    this.#promoted.add(queue);
    const due = this.all(LETTERS.due, queue, this.now, PROMOTED_AT_ONCE);
    for (const row of due) this.run(LETTERS.promote, numberOf(row, "seq"));
    if (due.length > 0) this.ready(queue, due.length);
  }
}
