/** Runs the verbs that write: those that come together share a transaction, and each is told when it is safe. @module */

import type { Clock } from "../../base/clock.ts";
import type { Database } from "./database.ts";
import { insist } from "./lock.ts";
import { sweep } from "./results.ts";
import { Turn } from "./turn.ts";

/** A verb that waits for its transaction. */
interface Job {
  /** Does its work; the function it hands out tells the caller once that is committed. */
  readonly work: (turn: Turn) => () => void;
  readonly fail: (error: unknown) => void;
}

/** How long a transaction takes in further verbs, in milliseconds: other processes want their turn. */
const LONGEST_TURN = 10;

/** What a writer needs. */
export interface WriterOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Names the file in errors. */
  readonly where: string;
  /** How long to try to get the lock, in milliseconds. */
  readonly busyTimeout: number;
  /** Runs last in each transaction; the function it hands out runs once that is committed, and does not throw. */
  readonly conclude: (turn: Turn) => () => void;
}

/** Commits in groups. */
export class Writer {
  readonly #options: WriterOptions;
  #jobs: Job[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Runs a verb in a transaction and resolves with what it hands out, once that is committed. */
  run<T>(verb: (turn: Turn) => T): Promise<T> {
    if (this.#isClosed) {
      return Promise.reject(new Error(`Cannot write to ${this.#options.where} as it must be open: it was closed`));
    }
    return new Promise((resolve, reject) => {
      const work = (turn: Turn) => {
        const value = verb(turn);
        return () => resolve(value);
      };
      this.#jobs.push({ work, fail: reject });
      this.#running ??= this.#runAll();
    });
  }

  /** Takes nothing in any more; resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #runAll(): Promise<void> {
    while (this.#jobs.length > 0) {
      // All that is called before the event loop turns shares a transaction. The turn also lets timers and sockets have
      // their time between two transactions of a caller that writes in a loop.
      await new Promise<void>((resolve) => setImmediate(resolve));
      const jobs = this.#jobs;
      this.#jobs = [];
      await this.#runGroup(jobs);
    }
    this.#running = undefined;
  }

  /** Runs jobs in as few transactions as their time allows. */
  async #runGroup(jobs: readonly Job[]): Promise<void> {
    const { database, busyTimeout, where } = this.#options;
    for (let rest = jobs; rest.length > 0;) {
      let hasBegun = false;
      const transact = () => {
        hasBegun = false;
        database.run("BEGIN IMMEDIATE");
        hasBegun = true;
        return this.#commit(rest);
      };
      try {
        rest = rest.slice(await insist(transact, busyTimeout, where));
      } catch (error) {
        if (!hasBegun || rest.length === 1) return rest.forEach((job) => job.fail(error));
        // One job must not fail because of another: each has its own transaction then.
        for (const job of rest) await this.#runGroup([job]);
        return;
      }
    }
  }

  /** Runs jobs in the transaction that is open, as many as its time allows, and ends it; tells how many. */
  #commit(jobs: readonly Job[]): number {
    const { database, clock, conclude } = this.#options;
    const after: (() => void)[] = [];
    let count = 0;
    try {
      const turn = new Turn(database, clock.now());
      const start = performance.now();
      for (const job of jobs) {
        after.push(job.work(turn));
        count++;
        if (performance.now() - start > LONGEST_TURN) break;
      }
      sweep(turn);
      after.push(conclude(turn));
      database.run("COMMIT");
    } catch (error) {
      rollBack(database);
      throw error;
    }
    for (const tell of after) tell();
    return count;
  }
}

/** Some errors of SQLite have rolled back already. */
function rollBack(database: Database): void {
  try {
    database.run("ROLLBACK");
  } catch {
    // No transaction is open any more, which is all that is wanted.
  }
}
