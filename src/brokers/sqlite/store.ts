/** A sqlite broker that is open: its database and the parts that work on it, put together. @module */

import type { Clock } from "../../base/clock.ts";
import { Bells } from "./bells.ts";
import { Database, type Synchronous } from "./database.ts";
import { insist } from "./lock.ts";
import { Patrol } from "./patrol.ts";
import { decide, removeListener } from "./rings.ts";
import type { Turn } from "./turn.ts";
import { Waiting } from "./waiting.ts";
import { Watching } from "./watching.ts";
import { Writer } from "./writer.ts";

/** What a store is opened with. */
export interface StoreOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
  readonly clock: Clock;
  readonly busyTimeout: number;
}

/** The parts of an open broker. */
export class Store {
  readonly writer: Writer;
  readonly waiting: Waiting;
  readonly watching: Watching;
  readonly #database: Database;
  readonly #bells: Bells;
  readonly #patrol: Patrol;
  readonly #options: StoreOptions;

  private constructor(database: Database, bells: Bells, options: StoreOptions) {
    const { path, clock, busyTimeout } = options;
    const conclude = (turn: Turn) => this.#conclude(turn);
    const listen = (turn: Turn) => this.#patrol.listen(turn);
    const writer = new Writer({ database, clock, where: path, busyTimeout, conclude });
    this.#database = database;
    this.#options = options;
    this.writer = writer;
    this.waiting = new Waiting({ database, writer, clock, bells, listen });
    this.watching = new Watching({ database, writer, bells, listen });
    this.#bells = bells;
    this.#patrol = new Patrol({ writer, bells, waiting: this.waiting, watching: this.watching });
  }

  /** Opens a database. */
  static async open(options: StoreOptions): Promise<Store> {
    const database = await Database.open(options.path, options.synchronous);
    return new Store(database, await Bells.open(options.path), options);
  }

  /** Reads something outside of any transaction. */
  read<T>(verb: (database: Database, now: number) => T): Promise<T> {
    const { clock, busyTimeout, path } = this.#options;
    return insist(() => verb(this.#database, clock.now()), busyTimeout, path);
  }

  /** Wakes who sleeps, and lets go of everything once what is under way has ended. */
  async close(): Promise<void> {
    this.watching.clear();
    await Promise.all([this.#patrol.close(), this.waiting.close()]);
    try {
      await this.writer.run((turn) => this.#patrol.unregister(turn));
    } finally {
      await this.writer.close();
      this.#bells.close();
      this.#database.close();
    }
  }

  /** Ends a transaction: decides whom it wakes, and wakes them once it is committed. */
  #conclude(turn: Turn): () => void {
    const { waiters, processes } = decide(turn, this.#bells);
    return () => {
      this.waiting.ring(waiters);
      this.watching.tell(turn.changed);
      const gone = [...processes].filter((process) => !this.#bells.ring(process));
      if (gone.length > 0) this.#passOn(gone, turn.readied);
    };
  }

  /** Wakes others in the place of processes that have gone. */
  #passOn(gone: readonly string[], readied: ReadonlyMap<string, number>): void {
    const done = this.writer.run((turn) => {
      for (const process of gone) removeListener(turn, this.#bells, process);
      for (const [queue, count] of readied) turn.ready(queue, count);
    });
    // When this fails, the patrols of the others find the letters.
    done.catch(() => {});
  }
}
